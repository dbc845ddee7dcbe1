import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from shared.media.names import MAX_BLOB_NAME, is_plain
from shared.results.result import Result, document_name

SCHEMA = Path(__file__).parents[3] / "docs" / "result.schema.json"
NAMES = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cn"], exclude_characters="\\"), min_size=1, max_size=1024
).filter(is_plain)


def test_the_published_schema_is_the_one_of_the_code() -> None:
    """Where they differ: `python scripts/dev.py docs`."""
    assert json.loads(SCHEMA.read_text()) == Result.model_json_schema(mode="serialization")


@given(NAMES)
def test_document_name_is_the_name_and_json_and_never_too_long(name: str) -> None:
    document = document_name(name)
    assert document.endswith(".json")
    assert len(document) <= MAX_BLOB_NAME
    assert document == f"{name}.json" or document[:900] == name[:900]


@given(st.text("ab", min_size=1015, max_size=1024), st.text("ab", min_size=1015, max_size=1024))
def test_document_name_keeps_long_names_apart(one: str, other: str) -> None:
    assert (document_name(one) == document_name(other)) == (one == other)
