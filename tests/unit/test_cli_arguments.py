from pathlib import Path

import pytest
import typer

from cli.arguments import Drop, drops


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.png", "sub/a.png", "sub/deep/b.mp3"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return tmp_path


def test_a_file_is_dropped_by_its_name(folder: Path) -> None:
    assert drops([folder / "sub" / "a.png"]) == [Drop(folder / "sub" / "a.png", "a.png")]


def test_a_folder_stands_for_its_files_by_their_paths_in_it(folder: Path) -> None:
    assert [each.name for each in drops([folder])] == ["a.png", "sub/a.png", "sub/deep/b.mp3"]


@pytest.mark.parametrize(
    ("names", "at", "expected"),
    [
        (["a.png"], "describe/chart.png", ["describe/chart.png"]),
        (["a.png"], "describe/", ["describe/a.png"]),
        (["a.png", "sub/deep/b.mp3"], "inbox", ["inbox/a.png", "inbox/b.mp3"]),
    ],
)
def test_as_names_the_blob_or_the_folder_for_several(
    folder: Path, names: list[str], at: str, expected: list[str]
) -> None:
    assert [each.name for each in drops([folder / name for name in names], at)] == expected


def test_two_files_of_one_name_are_refused_before_one_hides_the_other(folder: Path) -> None:
    with pytest.raises(typer.BadParameter, match=r"are both called a\.png"):
        drops([folder / "a.png", folder / "sub" / "a.png"])


def test_a_path_that_is_not_there_is_refused(folder: Path) -> None:
    with pytest.raises(typer.BadParameter, match="does not exist"):
        drops([folder / "nothing.png"])


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(typer.BadParameter, match="There is no file in"):
        drops([tmp_path])
