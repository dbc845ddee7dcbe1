"""The commands of development, as far as they start nothing."""

import subprocess
import sys
from pathlib import Path

import environment
import pytest

ROOT = Path(__file__).parents[3]


def dev(*arguments: str) -> tuple[int, str, str]:
    command = [sys.executable, "scripts/dev.py", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("asking", ["--help", "-h", "help"])
def test_help_lists_the_commands(asking: str) -> None:
    code, out, error = dev(asking)
    assert (code, error) == (0, "")
    assert "  demo      Drop a picture and a recording, and show the two documents.\n" in out


def test_a_command_that_is_asked_what_it_does_says_that_and_does_nothing() -> None:
    assert dev("host", "--help") == (0, "Run the app and its inbox on this machine until Ctrl-C.\n", "")


def test_a_command_that_there_is_not_is_named_as_such() -> None:
    code, out, error = dev("dmo")
    assert (code, out) == (2, "")
    assert error.startswith("There is no command dmo.\nUsage: python3 scripts/dev.py COMMAND\n")


def test_every_name_of_the_makefile_is_a_command() -> None:
    names = (ROOT / "Makefile").read_text().split(".PHONY:")[1].splitlines()[0].split()
    listed = [line.split()[0] for line in dev("--help")[1].splitlines() if line.startswith("  ")]
    assert set(names) <= set(listed)


def test_a_command_changes_nothing_of_an_environment_that_is_current(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another may be reading what this one was made of: they run side by side."""
    monkeypatch.setattr(environment, "AZURITE", tmp_path)
    monkeypatch.setattr(environment, "_prepare_venv", lambda *_: None)
    monkeypatch.setattr(environment, "_find_npm", lambda: "npm")
    (tmp_path / "package-lock.json").write_text("{}")
    stamp = tmp_path / "node_modules" / ".dropscribe"
    stamp.parent.mkdir()
    environment.write_stamp(stamp, environment.digest(tmp_path / "package-lock.json"))
    before = stamp.stat()
    environment.prepare(for_development=True)
    assert (stamp.stat().st_ino, stamp.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert list(stamp.parent.iterdir()) == [stamp]
