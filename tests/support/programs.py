"""Programs on PATH that answer as `az` and `azd` do: scripts of the shell, since they are started by the dozen."""

import shlex
import stat
from collections.abc import Mapping
from pathlib import Path

Said = tuple[str, str, int]
"""What a program says to stdout and stderr, and its exit code."""


def plant(folder: Path, name: str, answers: Mapping[str, Said]) -> None:
    """A program that answers what stands at the first word that its arguments hold; to anything else, nothing."""
    cases = []
    for word, (out, err, code) in answers.items():
        said = f"printf %s {shlex.quote(out)}; printf %s {shlex.quote(err)} >&2"  # which starts no program
        cases.append(f"*{shlex.quote(word)}*) {said}; exit {code};;")
    plant_script(folder, name, "\n".join(['case "$*" in', *cases, "esac"]))


def plant_script(folder: Path, name: str, script: str) -> None:
    """A program that does what the lines of shell say."""
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
