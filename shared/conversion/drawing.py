"""Draws a file as pictures, in a process of its own: `python -I -S drawing.py SPEC`.

The file is its input, an open file. Its output is an open file too: the pictures one behind another, then a table of
contents (`task.py`). SPEC is JSON: the task, limits, and where libraries lie. One byte for each picture goes to the
error output, so that who waits sees that it goes on. docs/decisions/pictures.md has the reasons.
"""

import errno
import json
import os
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from shared.conversion.shrinking import Picture
    from shared.conversion.task import Task

# ruff: noqa: PTH120 - importing pathlib takes 4 ms of some 180 that a photograph takes
_HERE = os.path.dirname(os.path.realpath(__file__))


def _make_importable(libraries: list[str]) -> None:
    """Let modules of this room be found without its `__init__.py`, which imports what only the app needs."""
    for name, folder in (("shared", os.path.dirname(_HERE)), ("shared.conversion", _HERE)):
        sys.modules[name] = package = ModuleType(name)
        package.__path__ = [folder]
    sys.path += libraries


def main(spec: str) -> None:
    """Draw what the input holds, or say in the table of contents why that cannot be."""
    told = json.loads(spec)
    _make_importable(told["libraries"])
    from shared.conversion.limited import limit_this_process  # noqa: PLC0415 - found only now
    from shared.conversion.task import Refused, Task, as_contents  # noqa: PLC0415 - found only now

    # 16 MB are kept from page to page: a fifth of the time went into getting them anew.
    os.environ["PILLOW_BLOCKS_MAX"] = "1"
    limit_this_process(*told["limits"])
    with _own_output() as out, open(0, "rb", closefd=False) as file:
        start = out.seek(0, os.SEEK_END)
        try:
            contents = _draw(Task(**told["task"]), file, out)
        except Refused as refused:
            contents = {"refused": refused.reason, "figure": refused.figure}
        except MemoryError:
            contents = {"refused": "memory", "figure": 0}
        except OSError as error:
            if error.errno != errno.EFBIG:
                raise
            contents = {"refused": "disk", "figure": 0}
        if "refused" in contents:
            out.seek(start)
            out.truncate()
        out.write(as_contents(contents))


def _own_output() -> BinaryIO:
    """The output, which from now on libraries can no longer print into."""
    own = os.dup(1)
    os.dup2(2, 1)
    return open(own, "wb", buffering=0)  # noqa: PTH123 - a number, closed by who called


def _draw(task: "Task", file: BinaryIO, out: BinaryIO) -> dict[str, object]:
    from shared.conversion.encoding import write_picture  # noqa: PLC0415 - memory is limited now
    from shared.conversion.task import DONE, Refused  # noqa: PLC0415 - found only now

    count, pictures = _opened(task, file)
    entries = []
    for picture in pictures:
        if picture:
            entries.append(write_picture(picture, task, out))
        del picture  # or two would be held while the next is drawn
        os.write(2, DONE)
    if not entries:
        raise Refused("damaged")
    return {"pages": count, "pictures": entries}


def _opened(task: "Task", file: BinaryIO) -> "tuple[int, Iterator[Picture | None]]":
    if task.format == "pdf":
        from shared.conversion.pages import open_pages  # noqa: PLC0415 - takes 80 ms, which pictures do not need

        return open_pages(task, file)
    from shared.conversion.decoding import open_pictures  # noqa: PLC0415

    return open_pictures(task, file)


if __name__ == "__main__":
    main(sys.argv[1])
    os._exit(0)  # all is written; to take down what was imported costs a tenth of what a small picture takes
