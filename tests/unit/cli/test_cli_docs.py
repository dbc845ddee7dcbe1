"""docs/cli.md has every command and option, and no other."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from cli import exits
from cli.main import app

PAGE = (Path(__file__).parents[3] / "docs" / "cli.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^### `(dropscribe[a-z ]*?)(?: [A-Z\[][^`]*)?`\n(.*?)(?=^### |\Z)", PAGE, re.M | re.S))


def commands(command: Any, path: str = "dropscribe") -> Iterator[tuple[str, set[str]]]:
    """Each command with its options, by the words that call it."""
    yield path, {name for each in command.params for name in [*each.opts, *each.secondary_opts] if name.startswith("-")}
    for name, each in getattr(command, "commands", {}).items():
        yield from commands(each, f"{path} {name}")


COMMANDS = dict(commands(get_command(app)))


def test_every_command_has_its_section() -> None:
    assert set(SECTIONS) == set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_of_a_command_is_told_and_no_other(command: str) -> None:
    rows = re.findall(r"^\| (`-.*?) \|", SECTIONS[command], re.M)
    told = {name for row in rows for name in re.findall(r"`(--?[a-z-]+)", row)}
    assert told == COMMANDS[command]


def test_every_exit_code_is_told_and_no_other() -> None:
    codes = {value for name, value in vars(exits).items() if name.isupper() and isinstance(value, int)}
    assert {int(each) for each in re.findall(r"^\| (\d+) \|", PAGE, re.M)} == codes
