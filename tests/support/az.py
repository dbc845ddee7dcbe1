"""An `az` that answers what a test had it say, and notes what it was asked."""

import stat
import sys
from pathlib import Path

# A shebang cannot have a blank in its path, so the shell starts it: to Python the second line is a text.
STAND_IN = """#!/bin/sh
'''exec' "{python}" -SE "$0" "$@"
' '''
import json, os, sys
os.chdir(os.path.dirname(__file__))
with open("calls", "a") as calls:
    calls.write(json.dumps(sys.argv[1:]) + "\\n")
with open("answers.json") as kept:
    said = json.load(kept)
for word, answers in said.items():
    if any(word in argument for argument in sys.argv):
        out, err, code = answers.pop(0) if len(answers) > 1 else answers[0]
        with open("answers.json", "w") as kept:
            json.dump(said, kept)
        print(out)
        print(err, file=sys.stderr)
        sys.exit(code)
"""


def plant_az(folder: Path) -> None:
    """Put it there. It says what `answers.json` beside it has for a word of the question, and notes that in `calls`."""
    program = folder / "az"
    program.write_text(STAND_IN.format(python=sys.executable))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
