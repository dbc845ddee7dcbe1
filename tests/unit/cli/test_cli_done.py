import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from cli.done import Asked, find_done
from cli.options import RECIPES
from cli.targets import Targets
from cli.uploads import Upload
from local.offline_model import MODEL, SPEECH_MODEL
from shared.recipes.catalog import RecipeCatalog

CATALOG = RecipeCatalog.load(RECIPES)
CONTENT = b"a picture"


def done(folder: Path, *, name: str = "x.png", saved: Any = None, link: bool = False, **asked: Any) -> bool:
    """Whether a file need not be asked for, with this document in its place."""
    path = folder / "file"
    path.write_bytes(CONTENT)
    targets = Targets.plan([name], folder / "out")
    targets.save(name, saved if isinstance(saved, bytes) else json.dumps(saved or document()).encode())
    if link:
        targets.paths[name].rename(folder / "elsewhere")
        targets.paths[name].symlink_to(folder / "elsewhere")
    now = Asked(**{"catalog": CATALOG, "metadata": {}, "is_offline": False, **asked})
    return bool(find_done([Upload(path, name)], targets, now))


def document(by: str = "describe", inputs: Mapping[str, str] | None = None, **changes: Any) -> dict[str, Any]:
    """A document that answers the content, with changes."""
    digest = next(each.digest for each in CATALOG if each.name == by)
    return {
        "status": "ok",
        "input": {"name": "x", "etag": "1", "kind": "image", "sha256": hashlib.sha256(CONTENT).hexdigest()},
        "recipe": {"name": by, "digest": digest, "inputs": dict(inputs or {})},
        "model": {"deployment": "mine"},
        "answer": {"text": "Hola."},
        **changes,
    }


def test_a_file_with_an_answer_to_its_content_by_its_recipe_is_done(tmp_path: Path) -> None:
    assert done(tmp_path)
    assert done(tmp_path, name="translate/fr/x.mp3", saved=document("translate", {"language": "fr"}))
    assert done(tmp_path, saved=document("read-text"), metadata={"recipe": "read-text"})
    for offline in (MODEL, SPEECH_MODEL):
        assert done(tmp_path, saved=document(model={"deployment": offline}), is_offline=True)


@pytest.mark.parametrize(
    ("saved", "asked"),
    [
        (document(input={"name": "x", "etag": "1", "kind": "image", "sha256": "0" * 64}), {}),
        (document(input={"name": "x", "etag": "1", "kind": "image", "sha256": None}), {}),
        (document(recipe={"name": "describe", "digest": "sha256:0", "inputs": {}}), {}),
        (document(status="error"), {}),
        (document(), {"metadata": {"recipe": "read-text"}}),
        (document("translate", {"language": "fr"}), {"metadata": {"recipe": "translate", "language": "es"}}),
        (document(model={"deployment": MODEL}), {}),
        (document(model={"deployment": SPEECH_MODEL}), {}),
        (document(), {"is_offline": True}),
        (document(), {"link": True}),
        (b"{", {}),
        (b"[" * 100_000, {}),
        ({"status": "ok", "input": 5}, {}),
    ],
)
def test_a_file_with_any_other_document_is_asked_for(tmp_path: Path, saved: Any, asked: dict[str, Any]) -> None:
    assert not done(tmp_path, saved=saved, **asked)


def test_a_file_is_not_done_without_the_files_beside_its_document(tmp_path: Path) -> None:
    digest = hashlib.sha256(b"1").hexdigest()
    saved = document(files=[{"name": "x.png.txt", "sha256": digest}])
    assert not done(tmp_path, saved=saved)
    (tmp_path / "out" / "x.png.txt").write_bytes(b"2")
    assert not done(tmp_path, saved=saved)
    (tmp_path / "out" / "x.png.txt").write_bytes(b"1")
    assert done(tmp_path, saved=saved)
