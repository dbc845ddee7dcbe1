from pathlib import Path

import pytest

from cli.delivery import Options, Order, plan_delivery
from cli.uploads import Upload


@pytest.mark.parametrize("to", ["photos", "photos/answers"])
def test_documents_of_earlier_runs_are_not_asked_for(tmp_path: Path, to: str) -> None:
    folder, answers = tmp_path / "photos", tmp_path / to
    answers.mkdir(parents=True)
    for path in (folder / "a.png", answers / "a.png.json", folder / "notes.json"):
        path.write_bytes(b"{}")
    files = [path for path in folder.rglob("*") if path.is_file()]
    order = Order([Upload(path, path.relative_to(folder).as_posix()) for path in files], {}, 10)
    left, _ = plan_delivery(order, Options(answers))
    assert sorted(upload.name for upload in left.uploads) == ["a.png", "notes.json"]
