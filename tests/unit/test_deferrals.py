from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.processing.jobs import Job, job_of


@given(st.text(min_size=1), st.integers(0, 99), st.integers(0, 3), st.none() | st.datetimes(timezones=st.just(UTC)))
def test_a_message_of_ours_is_read_as_it_was_written(
    name: str, attempt: int, timeouts: int, since: datetime | None
) -> None:
    job = Job(name=name, attempt=attempt, timeouts=timeouts, since=since)
    try:
        message = job.model_dump_json(exclude_defaults=True)
    except ValueError:
        return  # a lone surrogate can be no blob's name
    assert job_of(message, "input") == ("input", job)


def test_a_message_of_the_host_is_about_a_blob_in_any_container() -> None:
    message = '{"Type": "BlobTrigger", "ContainerName": "other", "BlobName": "a.png", "ETag": "x"}'
    assert job_of(message, "input") == ("other", Job(name="a.png"))


@pytest.mark.parametrize("message", ["", "words", "[]", "{}", "null", '{"name": 7}', '{"BlobName": "a"}'])
def test_a_message_that_is_neither_is_nothing(message: str) -> None:
    assert job_of(message, "input") is None
