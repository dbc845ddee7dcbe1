import os
from contextlib import ExitStack
from pathlib import Path

import pytest
import typer

from cli.uploads import Found, Upload, find_uploads


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("receipts/a.png", "receipts/sub/a.png", "receipts/sub/deep/b.mp3"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return tmp_path / "receipts"


def find(*arguments: str | Path, at: str | None = None) -> Found:
    with ExitStack() as exits:
        return find_uploads([str(each) for each in arguments], at, exits)


def names(*arguments: str | Path, at: str | None = None) -> list[str]:
    return [each.name for each in find(*arguments, at=at).uploads]


def make_stream(path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no streams that lie in folders")
    os.mkfifo(path)


def test_a_file_is_called_by_its_name(folder: Path) -> None:
    assert find(folder / "sub" / "a.png").uploads == [Upload(folder / "sub" / "a.png", "a.png")]


def test_a_folder_stands_for_its_files_under_its_own_name(folder: Path) -> None:
    assert names(folder) == ["receipts/a.png", "receipts/sub/a.png", "receipts/sub/deep/b.mp3"]


@pytest.mark.parametrize("ending", ["/", "/.", "/sub/.."])
def test_a_folder_path_with_a_slash_at_its_end_means_the_files_in_it(folder: Path, ending: str) -> None:
    assert names(f"{folder}{ending}") == ["a.png", "sub/a.png", "sub/deep/b.mp3"]


def test_the_folder_where_we_are_stands_for_what_is_in_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert names(".") == names("./") == ["a.png", "sub/a.png", "sub/deep/b.mp3"]


@pytest.mark.parametrize(
    ("arguments", "at", "expected"),
    [
        (["a.png"], "describe/chart.png", ["describe/chart.png"]),
        (["a.png"], "describe/", ["describe/a.png"]),
        (["a.png", "sub/deep/b.mp3"], "inbox", ["inbox/a.png", "inbox/b.mp3"]),
        (["sub/deep"], "inbox", ["inbox/deep/b.mp3"]),
        (["sub/deep/"], "inbox", ["inbox/b.mp3"]),
    ],
)
def test_as_names_the_file_or_the_folder_for_several(
    folder: Path, arguments: list[str], at: str, expected: list[str]
) -> None:
    assert names(*(f"{folder}/{each}" for each in arguments), at=at) == expected


def test_hidden_files_links_and_what_tools_make_are_left_out_and_counted(folder: Path) -> None:
    for name in (".git/HEAD", ".DS_Store", "sub/.venv/x.png", "node_modules/x/logo.png"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    (folder / "outside.png").symlink_to("/etc/hostname")
    (folder / "sub" / "up").symlink_to(folder)
    make_stream(folder / "pipe")
    found = find(folder)
    assert [each.name for each in found.uploads] == names(folder) == names(f"{folder}/", at="receipts")
    assert len(found.uploads) == 3
    assert found.left_out == {"hidden": 3, "links": 2, "node_modules": 1, "special files": 1}
    assert "3 hidden" in found.told()


def test_a_hidden_file_or_a_link_that_is_named_is_meant(folder: Path) -> None:
    (folder / ".hidden.png").write_bytes(b"x")
    (folder / "link.png").symlink_to(folder / "a.png")
    assert names(folder / ".hidden.png", folder / "link.png") == [".hidden.png", "link.png"]


def test_two_files_of_one_name_are_refused_before_one_hides_the_other(folder: Path) -> None:
    with pytest.raises(typer.BadParameter, match=r"are both called a\.png"):
        find(folder / "a.png", folder / "sub" / "a.png")


def test_a_path_that_is_not_there_is_refused(folder: Path) -> None:
    with pytest.raises(typer.BadParameter, match="does not exist"):
        find(folder / "nothing.png")


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(typer.BadParameter, match="There is no file in"):
        find(tmp_path)


def test_a_stream_that_is_named_is_refused(tmp_path: Path) -> None:
    make_stream(tmp_path / "pipe")
    with pytest.raises(typer.BadParameter, match="neither a file nor a folder"):
        find(tmp_path / "pipe")


@pytest.mark.parametrize(
    "at", ["./x.png", "a/./x.png", "a/../x.png", "/x.png", "a//x.png", "a\\..\\x.png", "", "a" * 1025]
)
def test_a_name_that_leads_elsewhere_is_refused(folder: Path, at: str) -> None:
    with pytest.raises(typer.BadParameter, match="can be no name in storage"):
        find(folder / "a.png", at=at)


def test_a_backslash_in_a_name_is_the_slash_that_storage_makes_of_it(folder: Path) -> None:
    assert names(folder / "a.png", at="translate\\fr\\a.png") == ["translate/fr/a.png"]


@pytest.mark.skipif(os.name == "nt", reason="there no file can have such a name")
def test_a_message_about_a_hostile_name_is_harmless(tmp_path: Path) -> None:
    with pytest.raises(typer.BadParameter) as refusal:
        find(tmp_path / "\x1b[2Jx\u202e.png")
    assert "\\x1b[2Jx\\u202e.png does not exist" in str(refusal.value)


def test_standard_input_stands_alone_and_needs_a_name(folder: Path) -> None:
    for arguments, at in ((["-"], None), (["-"], "x/"), (["-", str(folder)], "x")):
        with pytest.raises(typer.BadParameter, match="stands alone and needs a name"):
            find(*arguments, at=at)
