import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.media.metadata import read_metadata


def meant(value: str) -> str:
    return read_metadata({"x": value})["x"]


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("r%C3%A9sum%C3%A9", "résumé"),
        ("%E6%97%A5%E6%9C%AC", "日本"),
        ("50%25", "50%"),
        ("a%20b", "a b"),
        ("%25C3%25A9", "%C3%A9"),
    ],
)
def test_a_value_that_is_wholly_percent_encoded_is_decoded_once(value: str, read: str) -> None:
    assert meant(value) == read


@pytest.mark.parametrize(
    "value",
    [
        "",
        "plain",
        "a+b",
        "100%",
        "100% %C3%A9",
        "%C3",
        "%zz",
        "%C3%28",
        "é%C3%A9",
        "%00",
        "a%0Ab",
        "%C2%85",
        "%ED%A0%80",
    ],
)
def test_any_other_value_is_left_as_it_is(value: str) -> None:
    assert meant(value) == value


@given(st.text())
def test_decoded_metadata_has_no_control_character_that_was_not_sent_as_one(value: str) -> None:
    read = meant(value)
    assert read == value or (value.isascii() and not any(ord(each) < 32 for each in read))


def test_a_file_without_metadata_has_none() -> None:
    assert read_metadata(None) == {}
