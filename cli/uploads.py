"""Which files a person means, and what they are called in storage."""

import mimetypes
import os
import stat
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import typer

from cli.terminal import one_line
from shared.media import problem_with, stored_name

STANDARD_INPUT = "-"
_NOT_OURS = ("node_modules", "__pycache__")
"""Folders that other programs fill; hidden ones, such as `.git` and `.venv`, are left out too."""
_CONTENT = tuple(f"{each}{dot}" for each in filter(None, {"/", os.sep, os.altsep}) for dot in ("", "."))
"""How an argument ends that means what is in a folder, and not the folder."""


@dataclass(frozen=True)
class Upload:
    """A file to be put into storage, and the name of the blob that it becomes."""

    path: Path
    name: str

    @property
    def content_type(self) -> str:
        """What its ending says that it is; nothing depends on that."""
        return mimetypes.guess_type(self.name)[0] or "application/octet-stream"


@dataclass
class Found:
    """The files that are meant, and how many of each kind were left out of folders."""

    uploads: list[Upload] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

    def add(self, uploads: list[Upload]) -> None:
        """Add files."""
        self.uploads.extend(uploads)

    def told(self) -> str:
        """One line that says what was left out; empty where nothing was."""
        counts = ", ".join(f"{count} {kind}" for kind, count in self.left_out.items())
        return f"Left out of folders: {counts}." if counts else ""


def find_uploads(arguments: Sequence[str], at: str | None, exits: ExitStack) -> Found:
    """The files that the arguments mean, by their names in storage.

    A file has its own name. A folder's files have the folder's name before theirs (`receipts`), or only their paths in
    it (`receipts/`), as with rsync. `-` is standard input, which is kept in a file until `exits` closes. `at` is the
    name of the blob; where it ends in `/`, or there is more than one file argument, or a folder, the folder for them.

    Raises:
        typer.BadParameter: a path cannot be read, holds no file, or two files would have one name.
    """
    if STANDARD_INPUT in arguments:
        return _standard_input(arguments, at, exits)
    found = Found()
    for argument in arguments:
        _expand(argument, found)
    if at is not None:
        is_name = len(arguments) == 1 and not at.endswith("/") and Path(arguments[0]).is_file()
        found.uploads = [
            Upload(each.path, at if is_name else f"{at.rstrip('/')}/{each.name}") for each in found.uploads
        ]
    found.uploads = [Upload(each.path, _fit(each.name)) for each in found.uploads]
    _refuse_same_names(found.uploads)
    return found


def _standard_input(arguments: Sequence[str], at: str | None, exits: ExitStack) -> Found:
    if len(arguments) > 1 or not at or at.endswith("/"):
        raise refused("Standard input, `-`, stands alone and needs a name: dropscribe run - --as talk.mp3")
    if sys.stdin is None or sys.stdin.isatty():
        raise refused("Nothing comes in on standard input. Pipe a file into it: cat talk.mp3 | dropscribe run - …")
    upload = Upload(Path(exits.enter_context(tempfile.TemporaryDirectory(prefix="dropscribe-"))) / "input", _fit(at))
    with upload.path.open("xb") as copy:
        while piece := sys.stdin.buffer.read(2**20):
            copy.write(piece)
    return Found([upload])


def refused(message: str) -> typer.BadParameter:
    """The error of a wrong command line, with a message that no terminal obeys."""
    return typer.BadParameter(one_line(message))


def _expand(argument: str, found: Found) -> None:
    path = Path(argument)
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise refused(f"{argument} does not exist.") from None
    except (OSError, ValueError) as error:
        raise refused(f"{argument} cannot be read: {_reason(error)}.") from None
    if stat.S_ISREG(mode):
        found.add([_readable(Upload(path, path.name))])
    elif stat.S_ISDIR(mode):
        found.add(_inside(argument, path, found.left_out))
    else:
        raise refused(f"{argument} is neither a file nor a folder. A stream is taken as `-`, from standard input.")


def _inside(argument: str, folder: Path, left_out: Counter[str]) -> list[Upload]:
    keeps_name = not argument.endswith(_CONTENT) and folder.name not in ("", "..")
    root = folder.parent if keeps_name else folder
    uploads = [Upload(path, path.relative_to(root).as_posix()) for path in sorted(_walk(folder, left_out))]
    if not uploads:
        raise refused(f"There is no file in {argument}.")
    return list(map(_readable, uploads))


def _walk(folder: Path, left_out: Counter[str]) -> Iterator[Path]:
    """The files in the folder and below, without hidden ones, links, and what other programs make."""
    try:
        entries = list(os.scandir(folder))
    except OSError as error:
        raise refused(f"{folder} cannot be read: {_reason(error)}.") from None
    for entry in entries:
        if kind := _kind_left_out(entry):
            left_out[kind] += 1
        elif entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path), left_out)
        else:
            yield Path(entry.path)


def _kind_left_out(entry: "os.DirEntry[str]") -> str:
    if entry.name.startswith("."):
        return "hidden"
    if entry.is_symlink() or entry.is_junction():
        return "links"
    if entry.name in _NOT_OURS:
        return entry.name
    return "" if entry.is_dir() or entry.is_file() else "special files"


def _readable(upload: Upload) -> Upload:
    """The upload, if its file can be read: one that cannot would end all, once everything has started."""
    if not os.access(upload.path, os.R_OK):
        raise refused(f"{upload.path} cannot be read: permission denied.")
    return upload


def _fit(name: str) -> str:
    r"""The name as storage will have it, which turns `\` into `/`.

    Raises:
        typer.BadParameter: storage would not take it, its address would lead elsewhere, or it breaks listings.
    """
    name = stored_name(name)
    if problem := problem_with(name):
        raise refused(f"{name[:100]!r} can be no name in storage: {problem}. Rename the file, or use --as.")
    if "" in name.split("/"):  # storage would take it, but no folder can hold its document
        raise refused(f"{name[:100]!r} can be no name in storage: a part of it is empty.")
    return name


def _refuse_same_names(uploads: Sequence[Upload]) -> None:
    seen: dict[str, Path] = {}
    for upload in uploads:
        if upload.name in seen:
            raise refused(
                f"{seen[upload.name]} and {upload.path} are both called {upload.name}:"
                " drop them one after the other, or as one folder."
            )
        seen[upload.name] = upload.path


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).lower()
