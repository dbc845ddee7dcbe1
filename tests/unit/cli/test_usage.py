"""Reading a listing, however it is cut, and adding up what it says."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from types import MappingProxyType
from xml.parsers import expat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.usage.listing import Labels, PageReader
from cli.usage.totals import Usage

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
PAGE = (
    '<?xml version="1.0"?><EnumerationResults><Blobs><Blob><Name>é.json</Name><Properties><Last-Modified>'
    "Tue, 24 Nov 2026 12:00:00 GMT</Last-Modified><Etag>1</Etag></Properties><Metadata><status>ok</status>"
    "<recipe>a&amp;b</recipe></Metadata><OrMetadata /></Blob><Blob><Name>x</Name><Properties><Last-Modified>"
    "Tue, 24 Nov 2026 12:00:00 GMT</Last-Modified></Properties></Blob></Blobs><NextMarker>2!é</NextMarker>"
    "</EnumerationResults>"
).encode()


def labels(**metadata: str) -> Labels:
    return Labels(NOON, MappingProxyType(metadata))


@given(st.lists(st.integers(0, len(PAGE)), max_size=8))
def test_a_page_is_read_alike_however_it_is_cut(places: list[int]) -> None:
    reader, cuts = PageReader(), [0, *sorted(places), len(PAGE)]
    found = [each for a, b in pairwise(cuts) for each in reader.feed(PAGE[a:b])]
    assert found == [labels(status="ok", recipe="a&b"), labels()]
    assert reader.marker == "2!é"


def test_half_a_page_is_no_page() -> None:
    reader = PageReader()
    list(reader.feed(PAGE[:-20]))
    with pytest.raises(expat.ExpatError):
        reader.feed(b"", is_last=True)


def test_only_documents_count_and_only_those_that_are_meant() -> None:
    usage = Usage("recipe", since=NOON)
    for each in (labels(), labels(status="other"), labels(status="ok", cost="0.5", recipe="describe", tokens="7")):
        usage.add(each)
    usage.add(Labels(datetime(2026, 11, 24, 11, tzinfo=UTC), MappingProxyType({"status": "ok", "cost": "9"})))
    assert list(usage.rows) == ["describe"]
    assert (usage.all.documents, usage.all.dollars, usage.all.tokens) == (1, Decimal("0.5"), 7)


@pytest.mark.parametrize("cost", ["", "nan", "-1", "Infinity", "a", "1e99"])
def test_a_cost_that_is_none_is_unknown_and_not_nothing(cost: str) -> None:
    usage = Usage("day")
    usage.add(labels(status="ok", cost=cost))
    assert (usage.all.unknown, usage.all.told["cost"]) == (1, None)


def test_a_document_of_several_models_counts_in_the_row_of_each_with_what_that_one_cost() -> None:
    usage = Usage("model")
    usage.add(labels(status="ok", models="whisper,a%2Cb", tokens="1100", seconds="90", cost="0.00915",
                     by_model="whisper=0/90/0.009;a%2Cb=1100//0.00015;other=5/5/5"))  # fmt: skip
    usage.add(labels(status="error", models="whisper", tokens="0", seconds="9", cost="0.0009"))
    told = {name: total.told for name, total in usage.sorted_rows()}
    assert told == {
        "whisper": {"documents": 2, "errors": 1, "tokens": 0, "seconds": 99.0, "cost": 0.0099, "cost_unknown": 0},
        "a,b": {"documents": 1, "errors": 0, "tokens": 1_100, "seconds": 0, "cost": 0.00015, "cost_unknown": 0},
    }
    assert usage.all.told["cost"] == 0.01005


@pytest.mark.parametrize("by_model", ["", ";", "a", "a=", "a=1", "a=1/2/", "a=1/2/x/4", "=1/2/3"])
def test_of_several_models_whose_parts_are_not_known_no_row_has_two_and_the_cost_of_each_is_unknown(
    by_model: str,
) -> None:
    usage = Usage("model")
    usage.add(labels(status="ok", models="a,b", tokens="5", cost="1", by_model=by_model))
    assert {name: total.told["cost"] for name, total in usage.sorted_rows()} == {"a": None, "b": None}
    assert usage.all.dollars == 1


def test_what_cost_most_comes_first_and_days_in_their_order() -> None:
    usage = Usage("model")
    for name, cost in (("a", "1"), ("b", "3"), ("c", "2"), ("a", "1.5")):
        usage.add(labels(status="ok", cost=cost, models=name))
    assert [name for name, _ in usage.sorted_rows()] == ["b", "a", "c"]
