"""The bootstrap's search for a Python 3.13, on made-up machines."""

import os
import stat
import sys
from pathlib import Path

import find_python as subject
import pytest

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the made-up interpreters are shell scripts")


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with an empty PATH, no pyenv, and a running Python that is not the one wanted."""
    (tmp_path / "bin").mkdir()
    program(tmp_path / "running", "echo 3.9 /running")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "running"))
    return tmp_path


def program(path: Path, does: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{does}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def test_the_python_that_runs_us_is_taken_if_it_is_the_one(machine: Path) -> None:
    program(machine / "running", "echo 3.13 /running")
    assert subject.find_python() == "/running"


def test_a_python_on_path_is_found(machine: Path) -> None:
    program(machine / "bin" / "python3", "echo 3.13 /on/path")
    assert subject.find_python() == "/on/path"


def test_a_shim_that_answers_for_no_version_is_passed_over(machine: Path) -> None:
    program(machine / "bin" / "python3.13", "echo 'pyenv: python3.13: command not found' >&2; exit 127")
    program(machine / "pyenv" / "versions" / "3.13.0" / "bin" / "python", "echo 3.13 /pyenv")
    assert subject.find_python() == "/pyenv"


def test_the_windows_launcher_is_asked(machine: Path) -> None:
    program(machine / "bin" / "py", '[ "$1" = -3.13 ] && echo 3.13 /launched')
    assert subject.find_python() == "/launched"


def test_uv_is_asked(machine: Path) -> None:
    program(machine / "bin" / "uv", f"echo {machine}/hidden")
    program(machine / "hidden", "echo 3.13 /known/to/uv")
    assert subject.find_python() == "/known/to/uv"


def test_a_machine_without_one_is_told_what_to_do(machine: Path) -> None:
    program(machine / "bin" / "python3", "echo 3.11 /old")
    with pytest.raises(subject.NoPythonError) as caught:
        subject.find_python()
    assert str(caught.value).startswith("Dropscribe needs Python 3.13 and found none (only 3.11, 3.9).")
    assert "uv python install 3.13" in str(caught.value)
