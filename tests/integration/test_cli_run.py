"""`dropscribe run`, as a person or a script runs it, and what all commands have in common."""

import json
import shlex
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import samples
from tests.integration.command import at_terminal, dropscribe, in_shell, model_at
from tests.integration.loopback import Answer, Service, service

REFUSED_KEY = Answer(401, {"error": {"code": "401", "message": "Access denied due to invalid subscription key."}})
BUSY = Answer(503, {"error": {"message": "busy"}})


def mixed_files(folder: Path) -> list[str]:
    """Ten files of many kinds, two of them bad."""
    for name in (
        "chart.png",
        "receipt.jpg",
        "receipt.webp",
        "receipt.gif",
        "train.wav",
        "hello_how_are_you.mp3",
    ):
        shutil.copy(samples.FOLDER / name, folder / name)
    (folder / "sub").mkdir()
    shutil.copy(samples.HELLO, folder / "sub" / "a b #1 100%.mp3")
    shutil.copy(samples.CHART, folder / "sub" / "chart.png")
    (folder / "empty.png").touch()
    (folder / "letter.mp3").write_text("no sound, only words")
    return sorted(path.relative_to(folder.parent).as_posix() for path in folder.rglob("*") if path.is_file())


async def test_run_over_ten_mixed_files_gives_ten_documents_and_asks_for_none_of_them_twice(tmp_path: Path) -> None:
    dropped, documents = tmp_path / "dropped", tmp_path / "documents"
    dropped.mkdir()
    names = mixed_files(dropped)
    async with service() as foundry:
        done = await dropscribe("run", dropped, "--to", documents, "--strict", **model_at(foundry.url))
        assert done.code == 1, done.err  # because two hold an error
        found = {
            path.relative_to(documents).as_posix().removesuffix(".json"): json.loads(path.read_text())["status"]
            for path in documents.rglob("*.json")
        }
        bad = ("dropped/empty.png", "dropped/letter.mp3")
        assert found == {name: "error" if name in bad else "ok" for name in names}
        assert all(path.read_bytes().endswith(b"}\n") for path in documents.rglob("*.json"))
        assert "10 of 10 documents are in" in done.err
        for name in bad:
            (dropped.parent / name).unlink()
        asked = len(foundry.arrived)
        again = await dropscribe("run", dropped, "--to", documents, "--json", **model_at(foundry.url))
        assert (again.code, len(foundry.arrived)) == (0, asked)
        assert "8 of 8 skipped" in again.err
        assert {json.loads(line)["input"]["name"] for line in again.out.splitlines()} == set(names) - set(bad)


async def test_run_answers_standard_input_under_a_name_with_a_recipe_and_its_inputs(tmp_path: Path) -> None:
    async with service() as foundry:
        options = ("--as", "hi.mp3", "--recipe", "translate", "--set", "language=French", "--quiet")
        recording = samples.HELLO.read_bytes()
        done = await dropscribe("run", "-", *options, folder=tmp_path, given=recording, **model_at(foundry.url))
        assert done == (0, "Hola.\n", "")
        assert foundry.arrived[0].json["model"] == "my-deployment"
        assert "translate this audio snippet to French" in json.dumps(foundry.arrived[0].json)


async def test_run_that_the_model_refuses_says_why_in_one_sentence_and_stops() -> None:
    async with service(Service(answers=[REFUSED_KEY])) as foundry:
        done = await dropscribe("run", samples.CHART, samples.TRAIN, "-q", **model_at(foundry.url))
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("my-deployment: The model answered 401 ")
    assert "check AZURE_INFERENCE_CREDENTIAL" in done.err
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/models", "https://nowhere.invalid"])
async def test_run_that_cannot_reach_the_model_says_why_in_one_sentence_and_starts_nothing(address: str) -> None:
    settings = {**model_at(""), "AZURE_INFERENCE_ENDPOINT": address}
    done = await dropscribe("run", samples.CHART, **settings)
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert done.err.startswith(f"No model can be reached at {address}: ")
    assert "AZURE_INFERENCE_ENDPOINT" in done.err


async def test_run_that_gets_no_document_in_time_names_files_and_cause_and_exits_with_4(tmp_path: Path) -> None:
    async with service(Service(answers=[BUSY])) as foundry:
        files = (samples.CHART, samples.TRAIN)
        done = await dropscribe("run", *files, "--to", tmp_path, "--timeout", "15", **model_at(foundry.url))
    assert (done.code, done.out) == (4, "")
    assert f"Model: my-deployment at {foundry.url}/models" in done.err
    assert done.err.count("my-deployment: The model answered 503. Next try at ") == 1
    assert "After 15 seconds there is no document yet for: chart.png, train.wav" in done.err


async def test_run_with_wrong_settings_says_what_the_app_said(tmp_path: Path) -> None:
    async with service() as foundry:
        settings = {**model_at(foundry.url), "MODEL_CAPABILITIES": "{", "AZURE_INFERENCE_DEPLOYMENT": ""}
        done = await dropscribe("run", samples.CHART, "--to", tmp_path, **settings)
    assert done.code == 1
    assert "AZURE_INFERENCE_DEPLOYMENT is missing" in done.err
    assert "MODEL_CAPABILITIES is not JSON" in done.err
    assert "Fatal" not in done.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nothing.png",), "does not exist"),
        ((samples.CHART, "--recipe", "Übersetzen"), "is no recipe's name"),
        ((samples.CHART, "--recipe", "nope"), "There is no recipe 'nope'"),
        ((samples.CHART, "--set", "langauge=fr"), "Did you mean language?"),
        ((samples.CHART, "--as", "a/../b.png"), "can be no name in storage"),
        ((samples.CHART, "--as", "./b.png"), "can be no name in storage"),
        ((samples.CHART, "--as", "a\\..\\b.png"), "can be no name in storage"),
        ((samples.CHART, "--as", ""), "can be no name in storage"),
        ((samples.CHART, "--as", "x\ufffey.png"), "has a character that storage cannot list"),
        ((samples.CHART, "--timeout", "nan"), "it must be from 1 to"),
        (("-",), "needs a name"),
    ],
)
async def test_a_wrong_command_line_exits_with_2_before_anything_is_started(
    arguments: tuple[str | Path, ...], words: str
) -> None:
    done = await dropscribe("run", *arguments)
    assert (done.code, done.out) == (2, "")
    assert words in done.err


async def test_a_place_where_nothing_can_be_saved_is_told_before_anything_is_started(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "chart.png.json").mkdir()
    async with service() as foundry:
        for folder, words in ((tmp_path / "file", "Nothing can be saved in"), (tmp_path, "is a folder")):
            done = await dropscribe("run", samples.CHART, "--to", folder, **model_at(foundry.url))
            assert (done.code, done.out, words in done.err) == (1, "", True)
        assert foundry.arrived == []


async def test_ctrl_c_while_all_starts_ends_everything() -> None:
    async with service() as foundry, at_terminal("run", samples.CHART, **model_at(foundry.url)) as terminal:
        await terminal.shows("Starting storage")
        terminal.press_ctrl_c()
        assert await terminal.ended() == 130
    assert b"Stopping" in terminal.shown
    assert b"Traceback" not in terminal.shown


async def test_ctrl_c_twice_while_a_file_waits_ends_everything_without_a_traceback() -> None:
    busy = Service(answers=[BUSY])
    async with service(busy) as foundry, at_terminal("run", samples.CHART, **model_at(foundry.url)) as terminal:
        await terminal.shows("The model answered 503")
        terminal.press_ctrl_c()
        await terminal.shows("Stopping")
        terminal.press_ctrl_c()
        assert await terminal.ended() == 130
    assert b"Traceback" not in terminal.shown


async def test_settings_of_a_model_without_its_endpoint_are_not_answered_by_the_offline_model() -> None:
    done = await dropscribe("run", samples.CHART, AZURE_INFERENCE_ENDPONT="https://place.example")
    assert (done.code, done.out) == (1, "")
    assert "AZURE_INFERENCE_ENDPONT is set, but AZURE_INFERENCE_ENDPOINT is not" in done.err


async def test_standard_output_that_cannot_be_written_is_told_in_one_sentence() -> None:
    done = await in_shell("dropscribe recipes > /dev/full")
    assert (done.code, done.err) == (1, "This could not be done: [Errno 28] No space left on device\n")


async def test_the_version_is_told() -> None:
    done = await dropscribe("--version")
    assert (done.code, done.out.split()[0]) == (0, "dropscribe")


async def test_the_shell_completes_commands_and_recipes() -> None:
    words: dict[str, Any] = {"_DROPSCRIBE_COMPLETE": "complete_bash", "COMP_CWORD": "3"}
    done = await dropscribe(COMP_WORDS="dropscribe run --recipe tra", **words)
    assert done.out.split() == ["transcribe", "translate"]


@pytest.mark.parametrize("arguments", [("run", "nothing.png"), ("recipes",)])
async def test_a_command_that_needs_no_storage_imports_no_storage_library(arguments: tuple[str, ...]) -> None:
    line = f"{shlex.quote(sys.executable)} -X importtime -m cli {' '.join(arguments)} 2>&1 >/dev/null"
    imported = {each.rpartition("|")[2].strip() for each in (await in_shell(line)).out.splitlines()}
    assert "cli.main" in imported
    assert imported.isdisjoint({"azure.core", "aiohttp"})
