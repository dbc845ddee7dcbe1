import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from cli.delivery import Options, Order, delivery_of, plan_delivery
from cli.documents import Document
from cli.exits import FAILED
from cli.uploads import Upload


def with_file(content: bytes, *fetched: bytes) -> Document:
    """A document that lists a file with this content, and the file, where it was fetched."""
    listed = [{"name": "talk.mp3.srt", "sha256": hashlib.sha256(content).hexdigest()}]
    view = {"status": "ok", "input": {"name": "talk.mp3", "etag": "1"}, "files": listed}
    document = Document.parse("talk.mp3", json.dumps(view).encode())
    assert document
    return replace(document, beside=dict.fromkeys(["srt"], *fetched) if fetched else {})


def test_files_beside_a_document_are_delivered_beside_it(tmp_path: Path) -> None:
    delivery = delivery_of(["talk.mp3"], Options(tmp_path))
    delivery.take(with_file(b"1\n", b"1\n"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["talk.mp3.json", "talk.mp3.srt"]
    assert ((tmp_path / "talk.mp3.srt").read_bytes(), delivery.unsaved) == (b"1\n", 0)


def test_a_file_that_is_no_longer_the_documents_is_missed(tmp_path: Path) -> None:
    delivery = delivery_of(["talk.mp3"], Options(tmp_path))
    delivery.take(with_file(b"1\n"))
    assert (delivery.unsaved, delivery.code(None, strict=False)) == (1, FAILED)


@pytest.mark.parametrize("to", ["photos", "photos/answers"])
def test_documents_of_earlier_runs_are_not_asked_for(tmp_path: Path, to: str) -> None:
    folder, answers = tmp_path / "photos", tmp_path / to
    answers.mkdir(parents=True)
    for path in (folder / "a.png", answers / "a.png.json", answers / "a.png.srt", folder / "notes.json"):
        path.write_bytes(b"{}")
    files = [path for path in folder.rglob("*") if path.is_file()]
    order = Order([Upload(path, path.relative_to(folder).as_posix()) for path in files], {}, 10)
    left, _ = plan_delivery(order, Options(answers))
    assert sorted(upload.name for upload in left.uploads) == ["a.png", "notes.json"]
