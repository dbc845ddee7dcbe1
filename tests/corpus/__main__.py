"""`python -m tests.corpus FOLDER [PORT [EVERY]]` writes both corpora there, and `manifest.json`.

PORT is where you listen for what a file may make a program fetch; 9 (discard), where nobody does, if none is given.
EVERY is 1, or a larger number: then only the first of every so many files is written.
"""

import sys
from pathlib import Path

from tests.corpus.good import GOOD
from tests.corpus.hostile import hostile
from tests.corpus.manifest import write, write_manifest

CLOSED_PORT = 9


def main() -> int:
    """Write all; return the exit code."""
    if len(sys.argv) not in (2, 3, 4):
        sys.stderr.write("Usage: python -m tests.corpus FOLDER [PORT [EVERY]]\n")
        return 2
    folder, (port, every) = Path(sys.argv[1]), (*map(int, sys.argv[2:]), *(CLOSED_PORT, 1)[len(sys.argv) - 2 :])
    corpora = {"good": GOOD, "hostile": hostile(port)}
    told = {name: write(folder / name, list(made.values())[::every]) for name, made in corpora.items()}
    write_manifest(folder / "manifest.json", told)
    files = [each for corpus in told.values() for each in corpus.values()]
    sys.stderr.write(f"{len(files)} files, {sum(each['bytes'] for each in files) / 1e6:.0f} MB, in {folder}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
