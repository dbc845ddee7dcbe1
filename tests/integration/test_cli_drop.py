"""A host that `dropscribe host` runs, and what is dropped into it."""

import asyncio
import json
import shlex
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from azure.storage.blob.aio import BlobServiceClient

from cli.storage import StorageClient, StorageLostError
from cli.uploads import Upload
from local.process import Child
from local.storage import Azurite
from tests import samples
from tests.conftest import eventually
from tests.integration.command import COMMAND, ROOT, at_terminal, dropscribe, environment, in_shell, model_at
from tests.integration.forked import Done
from tests.integration.loopback import Answer, Service, saying, service
from tests.unit.cli.test_cli_terminal import dangers

pytestmark = pytest.mark.usefixtures("forked_hosts")

BUSY = Answer(503, {"error": {"message": "busy"}})
HOSTILE = "\x1b]52;c;aGk=\x1b\\\x1b[2J\x9b2J\x07\r\u202etxt.exe\u2066 fine"


class RunningHost:
    """A host that the command `host` runs, and the model behind it."""

    def __init__(self, home: Path, foundry: Service) -> None:
        self.home = home
        self.foundry = foundry
        self.environ: dict[str, Any] = {"DROPSCRIBE_HOME": str(home)}

    async def drop(self, *arguments: str | Path, **environ: Any) -> Done:
        return await dropscribe("drop", *arguments, **self.environ, **environ)

    def answers(self, *answers: Answer) -> None:
        self.foundry.answers[:] = answers


HELLO, CHART = (shlex.quote(str(path)) for path in (samples.HELLO, samples.CHART))


@pytest.fixture(scope="module")
async def running(forked_hosts: None, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningHost]:
    folder = tmp_path_factory.mktemp("host")
    async with service() as foundry:
        child = await Child.start(
            "The host",
            [*COMMAND, "host", "--any-ports"],
            log=folder / "host.log",
            ready=["Stop with Ctrl-C"],
            environ=environment({"DROPSCRIBE_HOME": str(folder / "home"), **model_at(foundry.url)}),
            folder=ROOT,
        )
        yield RunningHost(folder / "home", foundry)
        await child.stop()


@pytest.fixture
def host(running: RunningHost) -> RunningHost:
    running.answers(Answer())
    return running


async def test_drop_shows_the_answer_and_says_where_the_document_is_and_how_to_get_it(
    host: RunningHost, tmp_path: Path
) -> None:
    done = await host.drop(samples.HELLO, "--as", "translate/fr/hi.mp3")
    assert (done.code, done.out) == (0, "Hola.\n"), done.err
    assert "output/translate/fr/hi.mp3.json" in done.err
    assert "translate, " in done.err
    assert "dropscribe get --to DIR translate/fr/hi.mp3" in done.err
    got = await dropscribe("get", "translate/fr/hi.mp3", "--to", tmp_path, **host.environ)
    assert (got.code, got.out) == (0, "Hola.\n")
    assert json.loads((tmp_path / "translate/fr/hi.mp3.json").read_text())["answer"]["text"] == "Hola."


async def test_get_says_which_document_is_not_there(host: RunningHost) -> None:
    done = await dropscribe("get", "nothing.png", **host.environ)
    assert (done.code, done.out) == (1, "")
    assert "There is no document of nothing.png" in done.err


async def test_json_is_one_document_on_each_line_of_standard_output_and_nothing_else(
    host: RunningHost, tmp_path: Path
) -> None:
    (tmp_path / "empty.png").touch()
    files = (samples.CHART, tmp_path / "empty.png")
    done = await host.drop(*files, "--json", "--strict", "--to", tmp_path / "out", "--as", "json/")
    documents = [json.loads(line) for line in done.out.splitlines()]
    assert (done.code, {each["status"] for each in documents}) == (1, {"ok", "error"})
    for document in documents:
        saved = tmp_path / "out" / f"{document['input']['name']}.json"
        assert json.loads(saved.read_text()) == document


async def test_several_answers_in_a_pipe_have_their_names_above_them(host: RunningHost) -> None:
    done = await host.drop(samples.CHART, samples.TRAIN, "--as", "pipe", "-q")
    assert done.code == 0
    assert sorted(done.out.split("==> ")) == ["", "pipe/chart.png <==\nHola.\n", "pipe/train.wav <==\nHola.\n"]


async def test_warnings_and_empty_answers_reach_the_terminal(host: RunningHost) -> None:
    host.answers(saying("no object at all"))
    done = await host.drop(samples.FOLDER / "receipt.jpg", "--as", "receipts/1.jpg")
    assert (done.code, done.out) == (0, "no object at all\n")
    assert "       warning: " in done.err


async def test_nothing_hostile_in_an_answer_reaches_the_terminal(host: RunningHost) -> None:
    host.answers(saying(HOSTILE))
    for options in ((), ("--json",)):
        arguments = ("drop", samples.CHART, "--as", "hostile.png", *options)
        async with at_terminal(*arguments, **host.environ, TERM="dumb") as terminal:
            await terminal.shows("fine")
            assert await terminal.ended() == 0
        assert dangers(terminal.shown.decode().replace("\r\n", "\n")) == set()


async def test_nothing_hostile_in_an_answer_goes_through_a_pipe(host: RunningHost) -> None:
    host.answers(saying(HOSTILE))
    done = await host.drop(samples.CHART, "--as", "hostile.png")
    assert (dangers(done.out), dangers(done.err)) == (set(), set())
    assert done.out.endswith("\\u202etxt.exe\\u2066 fine\n")


async def test_a_terminal_that_knows_few_characters_shows_the_others_as_escapes(host: RunningHost) -> None:
    host.answers(saying("¿Cómo estás? 日本"))
    for encoding, shown in (("latin-1", "¿Cómo estás? \\u65e5\\u672c"), ("ascii", "\\xbfC\\xf3mo est\\xe1s?")):
        environ = {**host.environ, "PYTHONIOENCODING": encoding}
        async with at_terminal("drop", samples.CHART, "--as", f"{encoding}.png", **environ) as terminal:
            assert await terminal.ended() == 0
        assert shown in terminal.shown.decode(encoding)


async def test_a_closed_pipe_ends_the_command_quietly(host: RunningHost) -> None:
    drop = ("drop", samples.HELLO, "--as", "quiet.mp3")
    assert await dropscribe(*drop, "-q", unread={"out"}, **host.environ) == (1, "", "")
    assert await dropscribe(*drop, "-q", "--json", unread={"out"}, **host.environ) == (1, "", "")
    assert await dropscribe(*drop, unread={"out", "err"}, **host.environ) == (1, "", "")


async def test_a_pipe_that_is_closed_after_the_first_document_ends_the_command_quietly(host: RunningHost) -> None:
    line = f"dropscribe drop -q --json {HELLO} {CHART} --as quiet | head -1 | grep -q '\"ok\"'"
    assert await in_shell(line, **host.environ) == (0, "", "")


async def test_documents_are_saved_though_the_pipe_is_closed(host: RunningHost, tmp_path: Path) -> None:
    files = f"{HELLO} {CHART} --as unread"
    done = await in_shell(
        f"set -o pipefail; dropscribe drop -q {files} --to {shlex.quote(str(tmp_path))} | true", **host.environ
    )
    assert done == (0, "", "")
    assert sorted(path.name for path in files_in(tmp_path)) == ["chart.png.json", "hello_how_are_you.mp3.json"]


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_drop_says_at_once_that_its_file_was_overwritten(host: RunningHost) -> None:
    host.answers(BUSY)
    first = asyncio.create_task(host.drop(samples.CHART, "--as", "two.png"))

    async def waits() -> bool | None:
        return any("two.png" in line and '"model.unavailable"' in line for line in log_lines(host)) or None

    await eventually(waits)
    host.answers(Answer())
    second = await host.drop(samples.FOLDER / "receipt.jpg", "--as", "two.png")
    done = await first
    assert (second.code, done.code) == (0, 1), done.err
    assert "two.png: another file of this name was put into storage" in done.err


def log_lines(host: RunningHost) -> list[str]:
    return (host.home / "host" / "logs" / "host.log").read_text().splitlines()


async def test_drop_tells_why_a_file_waits(host: RunningHost) -> None:
    host.answers(BUSY)
    done = await host.drop(samples.CHART, "--as", "waits.png", "--timeout", "4")
    assert (done.code, done.out) == (4, "")
    assert "my-deployment: The model answered 503. Next try at " in done.err


async def test_the_login_of_a_netrc_is_not_meant_for_storage_on_this_machine(host: RunningHost, tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("default login me password secret\n")
    done = await host.drop(samples.CHART, "--as", "netrc.png", "-q", NETRC=str(tmp_path / ".netrc"))
    assert done == (0, "Hola.\n", "")


async def test_drop_without_a_running_host_says_how_to_start_one(tmp_path: Path) -> None:
    done = await dropscribe("drop", samples.HELLO, DROPSCRIBE_HOME=str(tmp_path))
    assert done.code == 1
    assert "make host" in done.err


async def test_ctrl_c_ends_a_host_as_it_should_end(tmp_path: Path) -> None:
    async with service() as foundry:
        environ = {"DROPSCRIBE_HOME": str(tmp_path), **model_at(foundry.url)}
        async with at_terminal("host", "--any-ports", **environ) as terminal:
            await terminal.shows("Stop with Ctrl-C")
            terminal.press_ctrl_c()
            assert await terminal.ended() == 0
    assert b"Traceback" not in terminal.shown


async def test_storage_that_has_ended_ends_the_wait(tmp_path: Path) -> None:
    azurite = await Azurite.start(log=tmp_path / "azurite.log", location=None)
    async with BlobServiceClient.from_connection_string(azurite.connection_string) as account:
        for name in ("input", "output"):
            await account.create_container(name)
    async with StorageClient(azurite.connection_string, "input", "output") as client:
        upload = Upload(samples.CHART, "chart.png")
        waiting = asyncio.create_task(client.answer([upload], {}, 600, lambda _: None))

        async def is_uploaded() -> bool | None:
            return await client._input.get_blob_client("chart.png").exists() or None

        await eventually(is_uploaded)
        await azurite.stop()
        with pytest.raises(StorageLostError, match="does not answer any more"):
            await waiting
