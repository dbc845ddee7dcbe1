"""Processes as children of ours, real ones."""

import asyncio
import sys
from pathlib import Path

import pytest

from local.process import Child, NotStartedError
from tests.conftest import eventually

SAYS_READY = "import sys; print('ready', flush=True); "
WATCHES = "sys.stdin.buffer.read()"
MAX_SECONDS = 60
"""Seconds, in which all of this is done many times over."""


async def child(log: Path, code: str, ready: str = "ready", **environ: str | None) -> Child:
    return await Child.start("The child", [sys.executable, "-c", code], log=log, ready=[ready], environ=environ)


async def test_a_child_writes_into_its_log_and_its_first_words_are_known(tmp_path: Path) -> None:
    started = await child(
        tmp_path / "log", f"import sys; print('ready at 7071', flush=True); {WATCHES}", r"at (?P<at>\d+)"
    )
    await started.stop(MAX_SECONDS)
    assert started.said == {"at": "7071"}
    assert (tmp_path / "log").read_text().strip() == "ready at 7071"
    assert started.exit_code == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a file that is always full")
async def test_a_child_that_writes_more_than_the_disk_takes_is_read_all_the_same() -> None:
    """A process whose output is not read stands still as soon as the pipe is full."""
    much = "print('x' * 1000 + '\\n', end='') or 1"
    code = f"{SAYS_READY} sum({much} for _ in range(20_000)); print('the end', flush=True)"
    writer = await child(Path("/dev/full"), code)
    assert await asyncio.wait_for(writer.wait(), MAX_SECONDS) == 0
    await writer.stop()
    assert writer.last_lines("end") == "the end"


async def test_a_line_of_any_length_is_read(tmp_path: Path) -> None:
    code = f"{SAYS_READY} print('x' * 40_000_000); print('the end', flush=True)"
    writer = await child(tmp_path / "log", code)
    assert await asyncio.wait_for(writer.wait(), MAX_SECONDS) == 0
    await writer.stop()
    assert writer.last_lines("^the") == "the end"
    assert (tmp_path / "log").stat().st_size > 40_000_000


STARTS_ANOTHER = """
import subprocess, sys, time
print("pid", subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]).pid, flush=True)
time.sleep(600)
"""


def is_running(pid: str) -> bool:
    state = Path(f"/proc/{pid}/stat")
    return state.exists() and " Z " not in state.read_text()


@pytest.mark.skipif(not Path("/proc").exists(), reason="looks into /proc")
async def test_a_child_that_does_not_stop_is_killed_with_what_it_has_started(tmp_path: Path) -> None:
    async def is_gone() -> bool | None:
        return not is_running(stubborn.said["pid"]) or None

    stubborn = await child(tmp_path / "log", STARTS_ANOTHER, r"pid (?P<pid>\d+)")
    await stubborn.stop(0.1)
    assert stubborn.exit_code == -9
    await eventually(is_gone)


async def test_a_line_is_told_to_its_listener_and_an_error_of_the_listener_stops_nothing(tmp_path: Path) -> None:
    told = []

    def heard(line: str) -> None:
        told.append(line)
        if line == "two":
            raise BrokenPipeError

    code = "import sys; print('one'); print('two'); print('three', flush=True); sys.stdin.buffer.read()"
    command = [sys.executable, "-c", code]
    talking = await Child.start("The child", command, log=tmp_path / "log", ready=["three"], heard=heard)
    await talking.stop(MAX_SECONDS)
    assert told == ["one", "two"]


async def test_its_environment_is_ours_with_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAKEN_OUT", "x")
    monkeypatch.setenv("LEFT", "x")
    code = "import os; print('ready', [os.environ.get(name) for name in ('TAKEN_OUT', 'LEFT', 'ADDED')])"
    started = await child(tmp_path / "log", code, TAKEN_OUT=None, ADDED="y")
    await started.stop(MAX_SECONDS)
    assert started.last_lines() == "ready [None, 'x', 'y']"


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("print('a'); raise SystemExit(1)", "The child did not start. The last it said:\na"),
        (
            "print('noise'); print('The child stops: the port is taken.\\nTry another.')",
            "the port is taken.\nTry another.",
        ),
    ],
)
async def test_the_error_of_a_child_that_does_not_start_is_its_own_sentence_or_its_last_lines(
    tmp_path: Path, code: str, told: str
) -> None:
    with pytest.raises(NotStartedError) as caught:
        await child(tmp_path / "log", code, "never")
    assert str(caught.value) == told


async def test_a_program_that_is_not_there_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(NotStartedError, match=r"^Azurite cannot be started: .*no-such-program"):
        await Child.start("Azurite", ["no-such-program"], log=tmp_path / "log", ready=["x"])


async def test_a_folder_that_takes_no_log_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotStartedError, match="^The child cannot be started: "):
        await child(tmp_path / "file" / "log", SAYS_READY)
