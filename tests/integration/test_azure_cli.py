"""The Azure CLI as a child process of the command: how much it may say, and how it ends."""

import asyncio
import os
import select
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli import azure_cli
from cli.azure_cli import NotToldError, ask_az
from tests.integration.test_cli_doctor_azure import plant

SECONDS = 10


@pytest.fixture
def held(tmp_path: Path) -> Iterator[int]:
    """A descriptor that can be read, being at its end, as soon as no process holds the file `held` open."""
    os.mkfifo(tmp_path / "held")
    descriptor = os.open(tmp_path / "held", os.O_RDONLY | os.O_NONBLOCK)
    yield descriptor
    os.close(descriptor)


async def test_an_az_that_says_too_much_is_ended_with_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, held: int
) -> None:
    monkeypatch.setattr(azure_cli, "MAX_ANSWER", 1000)
    plant(tmp_path, monkeypatch, f'exec 3>"{tmp_path}/held"\nsleep {2 * SECONDS} &\nyes; wait')
    with pytest.raises(NotToldError, match=r"^`az resource list` said more than 1,000 bytes\.$"):
        await ask_az("", "resource", "list")
    assert await asyncio.to_thread(select.select, [held], [], [], SECONDS) == ([held], [], [])


async def test_the_answer_of_an_az_that_leaves_a_child_behind_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(azure_cli, "MAX_SECONDS", SECONDS)
    plant(tmp_path, monkeypatch, f"sleep {SECONDS + 1} &\necho 5")
    assert await ask_az("", "resource", "list") == 5
