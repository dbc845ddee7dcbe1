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


def test_what_cost_most_comes_first_and_days_in_their_order() -> None:
    usage = Usage("model")
    for name, cost in (("a", "1"), ("b", "3"), ("c", "2"), ("a", "1.5")):
        usage.add(labels(status="ok", cost=cost, models=name))
    assert [name for name, _ in usage.sorted_rows()] == ["b", "a", "c"]
