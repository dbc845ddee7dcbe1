"""The commands of development, as far as they start nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def dev(*arguments: str) -> tuple[int, str, str]:
    command = [sys.executable, "scripts/dev.py", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("asking", ["--help", "-h", "help"])
def test_who_asks_for_the_commands_gets_their_list(asking: str) -> None:
    code, out, error = dev(asking)
    assert (code, error) == (0, "")
    assert "  demo      Drop a picture and a recording, and show the two documents.\n" in out


def test_a_command_that_there_is_not_is_named_as_such() -> None:
    code, out, error = dev("dmo")
    assert (code, out) == (2, "")
    assert error.startswith("There is no command dmo.\nUsage: python3 scripts/dev.py COMMAND\n")


def test_every_name_of_the_makefile_is_a_command() -> None:
    names = (ROOT / "Makefile").read_text().split(".PHONY:")[1].splitlines()[0].split()
    listed = [line.split()[0] for line in dev("--help")[1].splitlines() if line.startswith("  ")]
    assert set(names) <= set(listed)
