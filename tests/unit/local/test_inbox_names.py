"""The page names documents as the app does: both are held to the same examples, which this module writes."""

import json
from pathlib import Path

from shared.results import document_name

VECTORS = Path(__file__).parents[3] / "web" / "tests" / "unit" / "names.json"
NAMES = (
    "a.png",
    "translate/es/hello.mp3",
    "a\\b.png",
    "a/../b",
    "..",
    "a/./b",
    "...",
    "a..b/c",
    ".hidden",
    "unusual-names/x",
    "unusual-names",
    "tab\there",
    "del\x7f",
    "c1\x85",
    "\ufffe",
    "x\ufdd0",
    "\U0001ffff",
    "ü",
    "名前.jpg",
    "\u202egnp.exe",
    "<img src=x onerror=alert(1)>.png",
    "a" * 1002,
    "a" * 1003,
    "a" * 1024,
    "\U0001f600" * 501,
    "\U0001f600" * 502,
    "x" + "\U0001f600" * 511,
    "a//b",
    "/a",
    "a/",
    " a ",
    "100%.png",
    "a?b#c",
)


def vectors() -> list[dict[str, str]]:
    return [{"name": name, "document": document_name(name)} for name in NAMES]


def test_the_examples_that_the_page_is_held_to_are_those_of_the_app() -> None:
    assert json.loads(VECTORS.read_text(encoding="utf-8")) == vectors()


if __name__ == "__main__":
    VECTORS.write_text(json.dumps(vectors(), indent=1) + "\n", encoding="utf-8")
