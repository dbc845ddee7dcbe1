import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.processing.jobs import Job, job_of


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_a_message_of_ours_is_read_as_it_was_written(name: str) -> None:
    assert job_of(Job(name=name).model_dump_json().encode(), "input") == ("input", Job(name=name))


def test_a_message_of_the_host_is_about_a_blob_in_any_container() -> None:
    message = b'{"Type": "BlobTrigger", "ContainerName": "other", "BlobName": "a.png", "ETag": "x"}'
    assert job_of(message, "input") == ("other", Job(name="a.png"))


def test_nothing_but_the_name_is_believed_of_a_message() -> None:
    forged = b'{"name": "a.png", "attempt": -3000, "timeouts": -99, "since": "2020-01-01T00:00:00Z"}'
    assert job_of(forged, "input") == ("input", Job(name="a.png"))


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"words",
        b"[]",
        b"{}",
        b"null",
        b'{"name": 7}',
        b'{"BlobName": "a"}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"name": "a", "chance": 7}',
    ],
)
def test_a_message_that_is_neither_is_nothing(message: bytes) -> None:
    assert job_of(message, "input") is None
