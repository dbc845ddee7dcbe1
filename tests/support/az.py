"""An `az` that answers what a test had it say, and notes what it was asked."""

import marshal
import stat
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

# A shebang cannot have a blank in its path, so the shell starts it: to Python the second line is a text. It is started
# by the dozen, and to import `json` would take as long as all the rest.
STAND_IN = """#!/bin/sh
'''exec' "{python}" -ISE "$0" "$@"
' '''
import marshal, os, sys
os.chdir(os.path.dirname(__file__))
with open("calls", "ab") as calls:
    marshal.dump(sys.argv[1:], calls)
with open("answers", "rb") as kept:
    said = marshal.load(kept)
for word, answers in said.items():
    if any(word in argument for argument in sys.argv):
        out, err, code = answers.pop(0) if len(answers) > 1 else answers[0]
        with open("answers", "wb") as kept:
            marshal.dump(said, kept)
        print(out)
        print(err, file=sys.stderr)
        sys.exit(code)
"""


def plant_az(folder: Path) -> None:
    """Put it there. It says what `answers` beside it has for a word of the question, and notes that in `calls`."""
    program = folder / "az"
    program.write_text(STAND_IN.format(python=sys.executable))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


def say(folder: Path, answers: Mapping[str, Sequence[tuple[str, str, int]]]) -> None:
    """Have it say these, one after another and the last again, where the question holds the word."""
    (folder / "answers").write_bytes(marshal.dumps({word: list(said) for word, said in answers.items()}))


def asked(folder: Path) -> list[list[str]]:
    """The arguments of each call so far."""
    calls = folder / "calls"
    if not calls.exists():
        return []
    with calls.open("rb") as noted:
        size, found = calls.stat().st_size, []
        while noted.tell() < size:
            found.append(marshal.load(noted))
    return found
