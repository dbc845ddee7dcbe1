import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli import targets
from cli.targets import NotSavedError, Targets


def test_a_document_lies_where_its_file_lay_with_json_at_its_end(tmp_path: Path) -> None:
    planned = Targets.plan(["a/b c.png"], tmp_path / "out")
    planned.save("a/b c.png", b"{}\n")
    assert (tmp_path / "out" / "a" / "b c.png.json").read_bytes() == b"{}\n"
    assert len(list((tmp_path / "out").rglob("*"))) == 2


@pytest.mark.parametrize("length", [250, 251, 255])
def test_names_too_long_for_the_file_system_are_shortened_and_kept_apart(tmp_path: Path, length: int) -> None:
    names = ["x" * length, "x" * (length - 1) + "y", "é" * (length // 2)]
    planned = Targets.plan(names, tmp_path)
    for name in names:
        planned.save(name, name.encode())
    assert sorted(path.read_bytes().decode() for path in tmp_path.iterdir()) == sorted(names)


@given(st.lists(st.text(st.sampled_from("aé日/"), min_size=1, max_size=700), min_size=1, max_size=4, unique=True))
def test_no_part_of_a_target_is_longer_than_the_file_system_takes(names: list[str]) -> None:
    for name in names:
        parts = targets.parts_of(name, 255)
        assert max(len(part.encode()) for part in parts) <= 255


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["a", "a.json/b"], "would be the document of a, and a folder"),
        (["folder"], "is a folder; a document must be put there"),
        (["file/x.png"], "is a file; a folder must be there"),
        (["link/x.png"], "is a link"),
        (["/".join(["d" * 200] * 5)] * 1, "too long"),
    ],
)
def test_a_place_that_is_none_is_told_before_anything_is_started(
    tmp_path: Path, names: list[str], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to("/tmp")
    monkeypatch.setattr(targets, "_limit", lambda folder, name, otherwise: 255 if "NAME" in name else 900)
    with pytest.raises(NotSavedError, match=words):
        Targets.plan(names, tmp_path)


def test_documents_that_would_be_one_file_where_case_is_ignored_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(targets, "_prepare", lambda folder: True)
    for names in (["a.png", "A.PNG"], ["caf\u00e9.png", "cafe\u0301.png"]):
        with pytest.raises(NotSavedError, match="would be one file"):
            Targets.plan(names, tmp_path)


def test_names_that_differ_in_case_have_documents_of_their_own_here(tmp_path: Path) -> None:
    if (tmp_path / "A").write_bytes(b"") == 0 and (tmp_path / "a").exists():
        pytest.skip("this file system ignores case")
    assert len(set(Targets.plan(["a.png", "A.png"], tmp_path).paths.values())) == 2


def test_a_link_at_the_target_is_replaced_and_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim.txt"
    victim.write_text("mine")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "x.png.json").symlink_to(victim)
    Targets.plan(["x.png"], tmp_path / "out").save("x.png", b"{}")
    assert (victim.read_text(), (tmp_path / "out" / "x.png.json").is_symlink()) == ("mine", False)


def test_a_document_that_cannot_be_saved_leaves_the_old_one_and_nothing_beside_it(tmp_path: Path) -> None:
    planned = Targets.plan(["x.png"], tmp_path)
    planned.save("x.png", b"old")
    with pytest.raises(TypeError):
        planned.save("x.png", "no bytes")  # type: ignore[arg-type] # whatever happens while it is written
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("x.png.json", b"old")]


@pytest.mark.skipif(os.name == "nt", reason="it knows no such mask")
def test_a_saved_document_has_the_permissions_of_the_umask(tmp_path: Path) -> None:
    mask = os.umask(0o022)
    try:
        Targets.plan(["x"], tmp_path).save("x", b"{}")
    finally:
        os.umask(mask)
    assert (tmp_path / "x.json").stat().st_mode & 0o777 == 0o644
