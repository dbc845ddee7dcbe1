"""The rule for names, held against every name that hypothesis thinks of."""

import posixpath
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.media.names import (
    MAX_BLOB_NAME,
    can_exist,
    digest,
    harmless,
    has_dot_segment,
    is_plain,
    problem_with,
    stored_name,
)
from shared.results.result import MAX_WHOLE_NAME, UNUSUAL_NAMES, document_name

ROOT = Path(__file__).parents[2]
ANY = st.text(max_size=40)
DOTTED = st.lists(st.sampled_from([".", "..", "/", "\\", "a", "%2e", "..."]), max_size=10).map("".join)
AROUND_THE_LIMIT = st.text(st.sampled_from("ab~/é😀"), min_size=MAX_WHOLE_NAME - 10, max_size=MAX_BLOB_NAME)


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@given(st.one_of(ANY, DOTTED))
@example("../x")
@example(r"a\..\x")
@example("a/...")
def test_a_name_without_dot_segments_stays_where_it_is_however_it_is_resolved(name: str) -> None:
    if not has_dot_segment(name):
        address = "/account/input/" + stored_name(name)
        assert posixpath.normpath(address).startswith("/account/input")
        assert [each for each in stored_name(name).split("/") if each and not each.strip(".")] == []


@pytest.mark.parametrize(
    "name", ["a.png", "a..b", "..a/b", "a../b", ".hidden", "%2e%2e/a", "/a", "a//b", "\uff0e\uff0e/a"]
)
def test_dots_in_a_part_that_has_more_than_dots_are_no_dot_segment(name: str) -> None:
    assert not has_dot_segment(name)


@pytest.mark.parametrize("name", ["", "a" * 1025, "a\0b", "a\ud800b"])
def test_there_is_no_file_of_a_name_that_no_storage_takes(name: str) -> None:
    assert not can_exist(name)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("", "1 to 1,024 characters"),
        ("a" * 1025, "1 to 1,024 characters"),
        (r"a\..\b", "leads elsewhere"),
        ("a\nb", "storage cannot list, U+000A"),
        ("a\x81b", "storage cannot list, U+0081"),
        ("a\ufffeb", "storage cannot list, U+FFFE"),
        ("a\ufdd0b", "storage cannot list, U+FDD0"),
        ("a\U0010ffffb", "storage cannot list, U+10FFFF"),
        ("a\udc00b", "storage cannot list, U+DC00"),
    ],
)
def test_why_a_name_is_not_for_a_new_file_is_said_in_words(name: str, problem: str) -> None:
    assert problem in (problem_with(name) or "")


@given(ANY)
def test_a_name_without_a_problem_can_exist_and_can_have_a_document(name: str) -> None:
    if problem_with(name) is None:
        assert can_exist(name)
        assert is_plain(name)


@given(st.one_of(ANY, DOTTED, AROUND_THE_LIMIT))
def test_a_document_has_a_name_that_can_be_addressed_and_listed(name: str) -> None:
    document = document_name(name)
    assert problem_with(document) is None
    assert document.endswith(".json")
    assert units(document) <= MAX_BLOB_NAME


@given(AROUND_THE_LIMIT)
@example("x" * MAX_WHOLE_NAME)
@example("x" * (MAX_WHOLE_NAME + 1))
@example("😀" * 502)
@example("x" * 953 + "😀" * 40)
def test_only_documents_of_long_names_are_as_long_as_can_be(name: str) -> None:
    is_long = units(name) > MAX_WHOLE_NAME and is_plain(name)
    assert (units(document_name(name)) == MAX_BLOB_NAME) == is_long
    assert document_name(name) == f"{name}.json" or document_name(name)[:470] == name[:470]


CALLED_ALIKE: list[Callable[[str], str]] = [
    lambda document: document.removesuffix(".json"),
    lambda document: document,
    lambda document: f"{document.removesuffix('.json')}~",
    lambda document: document[:1002],
]


@given(st.one_of(ANY, DOTTED, AROUND_THE_LIMIT), st.sampled_from(CALLED_ALIKE))
@example("x" * 1003, CALLED_ALIKE[0])
@example("x" * 1021, CALLED_ALIKE[0])
@example("a/../b", CALLED_ALIKE[0])
def test_a_file_that_is_called_as_anothers_document_has_a_document_of_its_own(
    name: str, called_alike: Callable[[str], str]
) -> None:
    other = called_alike(document_name(name))
    assert (document_name(other) == document_name(name)) == (stored_name(other) == stored_name(name))


@given(ANY, st.one_of(ANY, DOTTED))
@example("unusual-names/a", "a")
@example("a/../b", "b")
def test_two_names_share_a_document_only_if_storage_takes_them_for_one(one: str, other: str) -> None:
    is_one = stored_name(one) == stored_name(other)
    assert (document_name(one) == document_name(other)) == is_one
    assert (digest(one) == digest(other)) == is_one


def test_a_file_in_the_folder_for_unusual_names_cannot_take_the_place_of_anothers_document() -> None:
    taken = document_name("a/../b")
    assert taken.startswith(UNUSUAL_NAMES)
    assert document_name(taken.removesuffix(".json")) != taken


@given(st.text(st.characters(), max_size=3000))
@example("\u202e\x1b[2J\ud800")
def test_a_name_in_a_log_is_short_and_printable(name: str) -> None:
    assert harmless(name).isprintable()
    assert len(harmless(name)) <= 2001


def test_one_function_makes_the_clients_for_blobs_from_names() -> None:
    modules = [
        *(ROOT / "shared").rglob("*.py"),
        ROOT / "cli" / "redriving.py",
        ROOT / "local" / "host" / "blob_trigger.py",
    ]
    made = [path.name for path in modules for _ in re.findall(r"\bget_blob_client\(|\bBlobClient\(", path.read_text())]
    assert made == ["addresses.py"]
