"""`dropscribe check`, as a person or a script runs it: no storage, no host and no model is there."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests import samples
from tests.corpus.good import GOOD
from tests.integration.command import dropscribe, model_at

NOWHERE = model_at("http://127.0.0.1:9")
PHI = {**NOWHERE, "AZURE_INFERENCE_DEPLOYMENT": "Phi-4-multimodal-instruct"}


async def checked(*arguments: str | Path, **environ: Any) -> list[dict[str, Any]]:
    done = await dropscribe("check", *arguments, "--json", **environ)
    told: list[dict[str, Any]] = json.loads(done.out)
    return told


def written(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_bytes(GOOD[name].content())
    return path


async def test_check_tells_of_each_file_in_a_block_of_lines() -> None:
    done = await dropscribe("check", samples.CHART, samples.HELLO, **NOWHERE)
    assert done.code == 0
    assert done.out.splitlines() == [
        "chart.png",
        f"  file      image/png, 800 x 500, {samples.CHART.stat().st_size / 1e3:.0f} kB",
        "  recipe    describe",
        "  model     my-deployment",
        "  sent as   it lies, in the request",
        "  tokens    about 2,100, in 1 request",
        "  price     unknown (`dropscribe models` says of which model; MODEL_PRICES sets it)",
        "hello_how_are_you.mp3",
        "  file      audio/mpeg, 1.8 seconds, 1.7 of them speech, 11 kB",
        "  recipe    transcribe",
        "  model     my-deployment",
        "  sent as   it lies, in the request",
        "  tokens    about 4,200, in 1 request",
        "  price     unknown (`dropscribe models` says of which model; MODEL_PRICES sets it)",
    ]


async def test_check_without_settings_tells_of_the_offline_model() -> None:
    (told,) = await checked(samples.CHART)
    assert told["model"] == {
        "deployment": "dropscribe-offline-model",
        "then": None,
        "api": "models",
        "sent_as": "inline",
        "tier": None,
    }


async def test_a_refused_file_is_told_with_its_next_step_and_the_code_is_1(tmp_path: Path) -> None:
    (tmp_path / "empty.png").touch()
    done = await dropscribe("check", tmp_path / "empty.png", samples.CHART, **NOWHERE)
    assert done.code == 1
    assert done.out.splitlines()[:4] == [
        "empty.png",
        "  file      0 bytes",
        "  refused   The file is empty (0 bytes). (empty_file)",
        "  to do     Check the upload and drop the file again.",
    ]


@pytest.mark.parametrize(
    ("name", "setting"),
    [("twelve_pages.pdf", "MAX_PAGES"), ("twelve_pages.pdf", "MAX_FILE_BYTES"), ("voice.ogg", "MAX_SECONDS")],
)
async def test_a_refusal_by_a_limit_names_its_setting(tmp_path: Path, name: str, setting: str) -> None:
    (told,) = await checked(written(tmp_path, name), **NOWHERE, **{setting: "1"})
    error = told["error"]
    assert (told["status"], setting in error["message"] + error["next_step"]) == ("error", True)


async def test_pages_are_told_with_what_would_be_sent(tmp_path: Path) -> None:
    (told,) = await checked(written(tmp_path, "three_pages.tiff"), **NOWHERE)
    pieces = told["request"]["pieces"]
    assert [(each["first_page"], each["last_page"]) for each in pieces] == [(1, 1), (2, 2), (3, 3)]
    assert all(each["sent"][0]["bytes"] > 1000 for each in pieces)
    assert all(len(each["sent"][0]["pixels"]) == 2 for each in pieces)
    assert (told["input"]["pages"], told["request"]["count"], told["request"]["is_converted"]) == (3, 3, True)


async def test_a_picture_that_is_made_smaller_is_told_with_its_pixels_and_a_warning(tmp_path: Path) -> None:
    done = await dropscribe("check", written(tmp_path, "wide.jpg"), **NOWHERE)
    assert "  sent as   1 PNG of 4096 x 2048, " in done.out
    assert "  warning   The picture was scaled down from 6000 x 3000 to 4096 x 2048 pixels.\n" in done.out


async def test_the_json_of_a_recording_has_these_fields_in_this_order(tmp_path: Path) -> None:
    path = written(tmp_path, "voice.ogg")
    (told,) = await checked(path, "--recipe", "translate", "--set", "language=fr ç", **PHI)
    digest, sent = told["recipe"].pop("digest"), told["request"]["pieces"][0].pop("sent")
    assert digest.startswith("sha256:")
    assert [(each["media_type"], each["bytes"] > 1000, each["pixels"]) for each in sent] == [("audio/mpeg", True, None)]
    piece = {"start": 0, "end": 2.4, "first_page": None, "last_page": None, "speech_seconds": 2.3}
    assert list(told.items()) == [
        ("status", "ok"),
        ("path", str(path)),
        (
            "input",
            {
                "name": "voice.ogg",
                "bytes": path.stat().st_size,
                "media_type": "audio/ogg",
                "kind": "audio",
                "pixels": None,
                "seconds": 2.4,
                "speech_seconds": 2.3,
                "pages": None,
            },
        ),
        ("recipe", {"name": "translate", "inputs": {"language": "fr ç"}}),
        (
            "model",
            {
                "deployment": PHI["AZURE_INFERENCE_DEPLOYMENT"],
                "then": None,
                "api": "models",
                "sent_as": "inline",
                "tier": None,
            },
        ),
        (
            "request",
            {
                "is_converted": True,
                "pieces": [piece],
                "count": 1,
                "estimated_tokens": told["request"]["estimated_tokens"],
                "estimated_cost": told["request"]["estimated_cost"],
            },
        ),
        ("warnings", []),
        ("error", None),
    ]
    assert 2048 < told["request"]["estimated_tokens"] < 2400
    assert 0 < told["request"]["estimated_cost"]["amount"] < 0.01


async def test_a_recipe_of_two_turns_takes_two_requests() -> None:
    once, twice = [(await checked(samples.HELLO, "--recipe", name, **PHI))[0] for name in ("transcribe", "summarize")]
    assert (once["request"]["count"], twice["request"]["count"]) == (1, 2)
    assert twice["model"]["then"] == PHI["AZURE_INFERENCE_DEPLOYMENT"]
    assert twice["request"]["estimated_tokens"] > once["request"]["estimated_tokens"]


async def test_a_large_picture_goes_by_its_address_to_a_model_that_fetches_files(tmp_path: Path) -> None:
    done = await dropscribe("check", samples.CHART, MODEL_CAPABILITIES='{"phi": {"max_bytes": 1000}}', **PHI)
    assert "  sent as   it lies, by its address\n" in done.out


async def test_files_of_a_folder_and_names_choose_recipes_as_in_run(tmp_path: Path) -> None:
    (tmp_path / "receipts").mkdir()
    shutil.copy(samples.FOLDER / "receipt.jpg", tmp_path / "receipts" / "a.jpg")
    (told,) = await checked(tmp_path / "receipts", **NOWHERE)
    assert (told["input"]["name"], told["recipe"]["name"]) == ("receipts/a.jpg", "receipt")
    (told,) = await checked(samples.HELLO, "--as", "translate/de/x.mp3", **NOWHERE)
    assert told["recipe"]["inputs"] == {"language": "de"}


async def test_standard_input_is_checked_under_its_name() -> None:
    done = await dropscribe("check", "-", "--as", "x.png", given=samples.CHART.read_bytes(), **NOWHERE)
    assert (done.code, done.out.splitlines()[0]) == (0, "x.png")


async def test_what_a_terminal_may_obey_in_a_name_is_shown_in_letters(tmp_path: Path) -> None:
    shutil.copy(samples.CHART, tmp_path / "a\u202eb.png")
    lines = await dropscribe("check", tmp_path / "a\u202eb.png", **NOWHERE)
    objects = await dropscribe("check", tmp_path / "a\u202eb.png", "--json", **NOWHERE)
    assert lines.out.splitlines()[0] == "a\\u202eb.png"
    assert "\u202e" not in objects.out
    assert json.loads(objects.out)[0]["input"]["name"] == "a\u202eb.png"


async def test_wrong_settings_are_told_as_run_tells_them() -> None:
    done = await dropscribe("check", samples.CHART, **{**NOWHERE, "MAX_PAGES": "many"})
    assert (done.code, done.out) == (1, "")
    assert "MAX_PAGES: Input should be a valid integer" in done.err
    forgotten = await dropscribe("check", samples.CHART, AZURE_INFERENCE_DEPLOYMENT="x")
    assert (forgotten.code, "AZURE_INFERENCE_ENDPOINT is not: set it too" in forgotten.err) == (1, True)


async def test_settings_of_a_storage_that_is_not_used_are_not_minded() -> None:
    done = await dropscribe("check", samples.CHART, MEDIA_STORAGE="garbage", DROPSCRIBE_EVENTS_QUEUE="x", **NOWHERE)
    assert done.code == 0


async def test_a_reader_that_goes_early_ends_check_with_1_and_without_a_word(tmp_path: Path) -> None:
    for number in range(2):
        shutil.copy(samples.CHART, tmp_path / f"{number}.png")
    done = await dropscribe("check", tmp_path, unread={"out"}, **NOWHERE)
    assert (done.code, done.err.count("\n")) == (1, 1)
