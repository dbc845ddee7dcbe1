"""The command `dropscribe`, as a person runs it."""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from local.process import Child
from tests import samples
from tests.integration.loopback import Answer, service

ROOT = Path(__file__).parents[2]


async def dropscribe(*arguments: str | Path, folder: Path = ROOT, **environ: str) -> tuple[int, str]:
    """Run the command and return its exit code and all that it printed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "cli", *map(str, arguments)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200", **environ},
    )
    printed, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, printed.decode()


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
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


async def test_run_over_ten_mixed_files_gives_ten_documents(tmp_path: Path) -> None:
    dropped, documents = tmp_path / "dropped", tmp_path / "documents"
    dropped.mkdir()
    names = mixed_files(dropped)
    code, printed = await dropscribe("run", dropped, "--to", documents)
    assert code == 0, printed
    found = {
        path.relative_to(documents).as_posix().removesuffix(".json"): json.loads(path.read_text())["status"]
        for path in documents.rglob("*.json")
    }
    bad = ("empty.png", "letter.mp3")
    assert found == {name: "error" if name in bad else "ok" for name in names}
    assert "10 of 10 documents" in printed


async def test_run_with_a_recipe_uses_it_for_every_file(tmp_path: Path) -> None:
    code, printed = await dropscribe("run", samples.CHART, "--to", "out", "--recipe", "read-text", folder=tmp_path)
    assert code == 0, printed
    document = json.loads((tmp_path / "out" / "chart.png.json").read_text())
    assert document["recipe"]["name"] == "read-text"


async def test_run_uses_the_model_of_the_environment_where_one_is_named(tmp_path: Path) -> None:
    async with service() as foundry:
        code, printed = await dropscribe(
            *("run", samples.CHART, "--to", tmp_path),
            AZURE_INFERENCE_ENDPOINT=f"{foundry.url}/models",
            AZURE_INFERENCE_CREDENTIAL="key",
            AZURE_INFERENCE_DEPLOYMENT="my-deployment",
        )
        assert code == 0, printed
        assert foundry.arrived[0].json["model"] == "my-deployment"
    assert json.loads((tmp_path / "chart.png.json").read_text())["answer"]["text"] == "Hola."


async def test_run_that_gets_no_document_in_time_names_the_files_and_exits_with_4(tmp_path: Path) -> None:
    async with service() as foundry:
        foundry.answers = [Answer(503, {"error": {"message": "busy"}})]
        code, printed = await dropscribe(
            *("run", samples.CHART, samples.TRAIN, "--to", tmp_path, "--timeout", "5"),
            AZURE_INFERENCE_ENDPOINT=f"{foundry.url}/models",
            AZURE_INFERENCE_CREDENTIAL="key",
            AZURE_INFERENCE_DEPLOYMENT="my-deployment",
        )
    assert code == 4
    assert "After 5 seconds there is no document yet for: chart.png, train.wav" in printed


async def test_run_with_wrong_settings_says_what_the_app_said(tmp_path: Path) -> None:
    code, printed = await dropscribe(
        *("run", samples.CHART, "--to", tmp_path),
        AZURE_INFERENCE_ENDPOINT="https://place.example/models",
        MODEL_CAPABILITIES="{",
    )
    assert code == 1
    assert "AZURE_INFERENCE_DEPLOYMENT is missing" in printed
    assert "MODEL_CAPABILITIES is not JSON" in printed
    assert "Fatal" not in printed


async def test_run_refuses_a_file_that_is_not_there_before_it_starts_anything(tmp_path: Path) -> None:
    code, printed = await dropscribe("run", tmp_path / "nothing.png", "--to", tmp_path)
    assert code == 2
    assert "does not exist" in printed


@pytest.fixture
async def host(tmp_path: Path) -> AsyncIterator[Child]:
    command = [sys.executable, "-m", "cli", "host"]
    running = await Child.start(
        "The host",
        command,
        log=tmp_path / "host.log",
        ready=["Stop with Ctrl-C"],
        environ={"DROPSCRIBE_HOME": str(tmp_path / "home"), "COLUMNS": "200"},
        folder=ROOT,
    )
    yield running
    await running.stop()


async def test_drop_shows_the_documents_that_a_running_host_makes(host: Child, tmp_path: Path) -> None:
    home = str(tmp_path / "home")
    code, printed = await dropscribe("drop", samples.HELLO, "--as", "translate/fr/hi.mp3", DROPSCRIBE_HOME=home)
    assert code == 0, printed
    assert "Hello, how are you?" in printed
    assert "output/translate/fr/hi.mp3.json" in printed
    assert "translate, " in printed


async def test_drop_without_a_running_host_says_how_to_start_one(tmp_path: Path) -> None:
    code, printed = await dropscribe("drop", samples.HELLO, DROPSCRIBE_HOME=str(tmp_path))
    assert code == 1
    assert "make host" in printed


async def test_run_refuses_a_place_where_nothing_can_be_saved_before_it_starts_anything(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    code, printed = await dropscribe("run", samples.CHART, "--to", tmp_path / "file")
    assert code == 1
    assert printed.startswith("Nothing can be saved in")


async def test_run_says_which_document_could_not_be_saved_and_saves_the_others(tmp_path: Path) -> None:
    dropped, documents = tmp_path / "dropped", tmp_path / "documents"
    dropped.mkdir()
    documents.mkdir()
    (documents / "one.mp3.json").mkdir()
    for name in ("one.mp3", "two.mp3"):
        shutil.copy(samples.HELLO, dropped / name)
    code, printed = await dropscribe("run", dropped, "--to", documents, http_proxy="http://127.0.0.1:9")
    assert code == 1, printed
    assert "The document of one.mp3 could not be saved" in printed
    assert "1 of 2 documents are in" in printed
    assert (documents / "two.mp3.json").is_file()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--recipe", "Übersetzen"), "is no recipe's name"),
        (("--as", "a/../b.png"), "can be no name in storage"),
        (("--as", ""), "can be no name in storage"),
        (("--as", "x\ufffey.png"), "has a character that storage cannot list"),
    ],
)
async def test_drop_refuses_what_storage_would_not_take(arguments: tuple[str, ...], words: str) -> None:
    code, printed = await dropscribe("drop", samples.CHART, *arguments)
    assert code == 2
    assert words in " ".join(printed.replace("│", " ").split())
