"""Which files a person means, and what they are called in storage."""

import mimetypes
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import typer

from shared.media.names import problem_with


@dataclass(frozen=True)
class Drop:
    """A file to be dropped, and the name of the blob that it becomes."""

    path: Path
    name: str

    @property
    def content_type(self) -> str:
        """What its ending says that it is; nothing depends on that."""
        return mimetypes.guess_type(self.path.name)[0] or "application/octet-stream"


def drops(paths: Sequence[Path], at: str | None = None) -> list[Drop]:
    """What to drop: each file by its name, the files of a folder by their paths in it.

    `at` is the name of the blob; where it ends in `/`, or there are several files, the folder for them.

    Raises:
        typer.BadParameter: a path does not exist, holds no file, or two files would have one name.
    """
    found = [drop for path in paths for drop in _expand(path)]
    if at is not None:
        is_folder = at.endswith("/") or len(found) > 1
        found = [Drop(each.path, f"{at.rstrip('/')}/{each.name}" if is_folder else at) for each in found]
    _refuse_same_names(found)
    for drop in found:
        _require_fit_name(drop.name)
    return found


def recipe_name(value: str | None) -> str | None:
    """A recipe's name as it can stand in metadata.

    Raises:
        typer.BadParameter: it cannot be one.
    """
    if value is not None and not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,63}", value):
        raise typer.BadParameter(f"{value!r} is no recipe's name: small letters, digits, _ and - only.")
    return value


def _require_fit_name(name: str) -> None:
    """Refuse what storage would not take, or what would break its list of files for everybody."""
    if problem := problem_with(name):
        raise typer.BadParameter(f"{name[:50]!r} can be no name in storage: {problem}. Rename the file.")


def _expand(path: Path) -> list[Drop]:
    if not path.exists():
        raise typer.BadParameter(f"{path} does not exist.")
    if path.is_file():
        return [Drop(path, path.name)]
    inside = [Drop(each, each.relative_to(path).as_posix()) for each in sorted(path.rglob("*")) if each.is_file()]
    if not inside:
        raise typer.BadParameter(f"There is no file in {path}.")
    return inside


def _refuse_same_names(found: Sequence[Drop]) -> None:
    seen: dict[str, Path] = {}
    for drop in found:
        if drop.name in seen:
            raise typer.BadParameter(
                f"{seen[drop.name]} and {drop.path} are both called {PurePosixPath(drop.name)}:"
                " drop them one after the other, or as one folder."
            )
        seen[drop.name] = drop.path
