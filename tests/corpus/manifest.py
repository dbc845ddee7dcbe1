"""The corpora as files in a folder, and the list of them."""

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.corpus.made import Made

MAX_NAME_BYTES = 250
"""Of a file, and its document beside it; the names of blobs are longer."""


def write(folder: Path, made: Iterable[Made]) -> dict[str, dict[str, Any]]:
    """Write them into a folder, and return what the manifest says of each, by the name of the blob."""
    folder.mkdir(parents=True, exist_ok=True)
    return {each.name: _written(folder, each) for each in made}


def write_manifest(path: Path, told: dict[str, dict[str, dict[str, Any]]]) -> None:
    """`told` has what `write` returned for each corpus."""
    path.write_text(json.dumps(told, indent=1, ensure_ascii=True) + "\n", encoding="utf-8")


def _written(folder: Path, made: Made) -> dict[str, Any]:
    content = made.content()
    path = folder / file_name(made.name)
    path.write_bytes(content)
    return {
        "file": f"{folder.name}/{path.name}",
        "kind": made.kind,
        "expected": made.expected,
        "codes": sorted(made.codes),
        "words": list(made.words),
        "absent": list(made.absent),
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def file_name(name: str) -> str:
    """The blob's own name where the file system takes it, else one that is like it."""
    if os.name == "posix" and len(name.encode()) <= MAX_NAME_BYTES and name not in (".", ".."):
        return name  # slashes are in none of them
    safe = quote(name, safe=" ()[]{}@;,&=+'")
    if len(safe.encode()) <= MAX_NAME_BYTES:
        return safe
    return f"{safe[:100]}~{hashlib.sha256(name.encode()).hexdigest()[:16]}.{safe.rpartition('.')[2][:10]}"
