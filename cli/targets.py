"""Where documents are saved. All places are worked out before anything is paid for."""

import hashlib
import os
import secrets
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cli.exits import CommandFailedError
from cli.terminal import one_line
from shared.recipes import FORMS, FileForm
from shared.results import DOCUMENT_ENDING, document_name

MAX_PART, MAX_PATH = 255, 4096
"""Bytes of one part of a path, and of a whole one, where the system does not say (POSIX systems do)."""
MAX_TOLD = 5
"""How many problems are told at once."""


class NotSavedError(CommandFailedError):
    """Documents cannot be put where they are wanted."""


@dataclass(frozen=True)
class Targets:
    """A folder for documents, and the place of each in it, by the name of its file in storage."""

    folder: Path
    paths: Mapping[str, Path]

    @classmethod
    def plan(cls, names: Iterable[str], folder: Path) -> "Targets":
        """Make the folder, and find a place for the document of each name.

        Raises:
            NotSavedError: a document could not be saved, or would take the place of another.
        """
        ignores_case = _prepare(folder)
        length = _limit(folder, "PC_NAME_MAX", MAX_PART)
        paths = {name: folder.joinpath(*parts_of(name, length)) for name in names}
        problems = [*_clashes(paths, ignores_case=ignores_case), *_obstacles(paths.values(), folder)]
        if problems:
            more = [f"and {len(problems) - MAX_TOLD} more"] if len(problems) > MAX_TOLD else []
            raise NotSavedError("\n".join(["Nothing was started.", *problems[:MAX_TOLD], *more]))
        return cls(folder, paths)

    def beside(self, name: str, form: FileForm) -> Path:
        """The place of a file beside the document of a name."""
        document = self.paths[name]
        return document.with_name(f"{document.name.removesuffix(DOCUMENT_ENDING)}.{form}")

    @property
    def all_paths(self) -> Iterator[Path]:
        """Where documents, and files beside them, can lie."""
        for name, path in self.paths.items():
            yield path
            yield from (self.beside(name, form) for form in FORMS)

    def save(self, name: str, content: bytes, form: FileForm | None = None) -> None:
        """Put a document, or a file beside it, into its place, whole or not at all.

        What stands there is replaced, and no link followed.

        Raises:
            OSError: it could not be saved.
        """
        path = self.beside(name, form) if form else self.paths[name]
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.parent / f".dropscribe-{secrets.token_hex(8)}"
        try:
            with beside.open("xb") as file:
                file.write(content)
            beside.replace(path)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise


def _prepare(folder: Path) -> bool:
    """Make sure that documents can be put there, and return whether names that differ in case only are one there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".dropscribe-") as file:
            path = Path(file.name)
            return path.with_name(path.name.upper()).exists()
    except OSError as error:
        raise NotSavedError(f"Nothing can be saved in {folder}: {error.strerror or error}") from error


def _limit(folder: Path, name: str, otherwise: int) -> int:
    try:
        return os.pathconf(folder, name)
    except (AttributeError, ValueError, OSError):
        return otherwise


def parts_of(name: str, length: int) -> list[str]:
    """The parts of the path of the document of a file, each of so many bytes at most."""
    *folders, last = document_name(name).split("/")
    return [*(_shortened(each, "", length) for each in folders), _shortened(last, ".json", length)]


def _shortened(part: str, ending: str, length: int) -> str:
    """A part of a path that the file system takes; one that is too long becomes what long documents are called."""
    if len(part.encode()) <= length:
        return part
    digest = f"~{hashlib.sha256(part.encode()).hexdigest()[:16]}{ending}"
    return part.encode()[: length - len(digest)].decode(errors="ignore") + digest


def _clashes(paths: Mapping[str, Path], *, ignores_case: bool) -> Iterator[str]:
    """What would take another's place: the same file, or a file where a folder must be."""
    seen: dict[str, str] = {}
    for name, path in paths.items():
        other = seen.setdefault(_key(path, ignores_case), name)
        if other != name:
            yield one_line(f"The documents of {other} and {name} would be one file, {path}. Answer them one by one.")
    for name, path in paths.items():
        for folder in path.parents:
            if (over := seen.get(_key(folder, ignores_case))) is not None:
                yield one_line(f"{folder} would be the document of {over}, and a folder for that of {name}.")


def _key(path: Path, ignores_case: bool) -> str:
    """File systems that ignore case take composed and decomposed letters for the same as well."""
    return unicodedata.normalize("NFC", str(path)).casefold() if ignores_case else str(path)


def _obstacles(paths: Iterable[Path], folder: Path) -> Iterator[str]:
    """What lies in the way already."""
    checked: set[Path] = set()
    max_length = _limit(folder, "PC_PATH_MAX", MAX_PATH)
    for path in paths:
        if len(os.fsencode(path.absolute())) >= max_length:
            yield one_line(f"The path of a document would be too long: {path}")
        if path.is_dir() and not path.is_symlink():
            yield one_line(f"{path} is a folder; a document must be put there.")
        for parent in path.parents[: len(path.relative_to(folder).parts) - 1]:
            if parent not in checked:
                checked.add(parent)
                yield from _in_the_way(parent)


def _in_the_way(folder: Path) -> Iterator[str]:
    if folder.is_symlink():
        yield one_line(f"{folder} is a link; no link is followed out of the folder for the documents.")
    elif folder.exists() and not folder.is_dir():
        yield one_line(f"{folder} is a file; a folder must be there.")
    elif folder.exists() and not os.access(folder, os.W_OK | os.X_OK):
        yield one_line(f"Nothing can be saved in {folder}: permission denied.")
