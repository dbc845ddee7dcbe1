import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.causes import Cause, cause_of, standing_cause
from cli.host_log import MAX_READ, HostLog
from tests.unit.cli.test_cli_terminal import HOSTILE, dangers


def unavailable(why: str, error: str = "ModelUnavailable", **more: Any) -> Cause:
    event = {"event": "model.unavailable", "name": "a.png", "model": "mine", "error": error, "seconds": 12, "why": why}
    cause = cause_of({**event, **more})
    assert cause
    return cause


@pytest.mark.parametrize(
    ("why", "error", "words"),
    [
        ("The model could not be reached (ServiceRequestError).", "ModelUnreachable", "AZURE_INFERENCE_ENDPOINT"),
        ("The model answered 401 (401): Access denied.", "ModelMisconfigured", "AZURE_INFERENCE_CREDENTIAL"),
        ("The model answered 403.", "ModelMisconfigured", "AZURE_INFERENCE_CREDENTIAL"),
        ("The model answered 404 (DeploymentNotFound).", "ModelMisconfigured", "AZURE_INFERENCE_DEPLOYMENT"),
        ("The model answered 400 (unsupported_parameter).", "ModelMisconfigured", "what the recipe asks of it"),
        ("The model answered 400 (400).", "ModelMisconfigured", "CREDENTIAL and AZURE_INFERENCE_DEPLOYMENT"),
        ("The model answered 402 (402).", "ModelMisconfigured", "no credit left"),
        ("The model answered 429 (insufficient_quota).", "ModelMisconfigured", "no credit left"),
        ("No token could be had from Entra ID for the model.", "ModelMisconfigured", "az login"),
    ],
)
def test_a_cause_that_a_person_must_mend_is_one_sentence_with_the_next_step(why: str, error: str, words: str) -> None:
    cause = unavailable(why, error)
    assert cause.is_ours
    assert words in cause.sentence
    assert cause.sentence.startswith(f"mine: {why.rstrip('.')}; check ")
    assert "\n" not in cause.sentence


@pytest.mark.parametrize("error", ["ModelThrottled", "ModelUnavailable", "ModelTimeout", "UrlNotFetched", "", "new"])
def test_a_cause_that_mends_itself_is_waited_for(error: str) -> None:
    cause = unavailable("The model answered 503 (busy, request 1-2-3).", error)
    assert (cause.is_ours, cause.sentence, cause.seconds) == (False, "mine: The model answered 503 (busy).", 12)


def test_files_that_wait_for_the_same_have_one_cause() -> None:
    one = unavailable("The model answered 503 (request 11111).")
    other = unavailable("The model answered 503 (request 22222).", name="b.png", seconds=30)
    assert one.key == other.key != unavailable("The model answered 429.").key


def test_a_file_that_is_put_off_has_a_cause_too() -> None:
    cause = cause_of({"event": "blob.deferred", "name": "a.png", "seconds": 3600, "why": "the day's tokens are spent"})
    assert cause
    assert (cause.sentence, cause.is_ours) == ("Waiting: the day's tokens are spent.", False)


@given(HOSTILE, HOSTILE, st.one_of(st.none(), st.floats(), st.integers(), HOSTILE, st.lists(st.none())))
def test_a_cause_is_harmless_whatever_its_event_holds(why: str, model: str, seconds: object) -> None:
    cause = unavailable(why, "ModelMisconfigured", model=model, seconds=seconds)
    assert (dangers(cause.sentence), "\n" in cause.sentence, len(cause.sentence) < 1500) == (set(), False, True)
    assert 0 <= cause.seconds <= 7 * 86_400


def test_other_events_are_no_cause() -> None:
    assert cause_of({"event": "blob.answered", "name": "a.png"}) is None


def test_a_cause_stands_until_a_file_is_answered() -> None:
    refused = {
        "event": "model.unavailable",
        "error": "ModelMisconfigured",
        "model": "mine",
        "why": "The model answered 401.",
    }
    busy, answered = {**refused, "error": "ModelThrottled"}, {"event": "blob.answered"}
    standing = standing_cause([answered, refused, busy])
    assert standing
    assert standing.sentence.startswith("mine: The model answered 401; check")
    assert standing_cause([refused, answered, busy]) is None


def line(event: str, **fields: object) -> bytes:
    logged = json.dumps({"event": event, **fields}, ensure_ascii=False)
    return f"2026-11-25 18:00:00,123 dropscribe INFO {logged}\n".encode()


def test_the_events_in_a_log_are_read_as_they_come(tmp_path: Path) -> None:
    log = HostLog(tmp_path / "host.log")
    assert log.read() == []
    whole = line("one", name='{"event": "forged"}\u2028')
    log.path.write_bytes(b"The host starts\n" + whole + whole[:20])
    assert [(each["event"], each["name"]) for each in log.read()] == [("one", '{"event": "forged"}\u2028')]
    with log.path.open("ab") as file:
        file.write(whole[20:] + line("two") + b'{"event": [[\n{"event": 5\nwords\n' + b"\xff\n")
    assert [each["event"] for each in log.read()] == ["one", "two"]
    assert log.read() == []


def test_a_log_is_read_from_now_on_and_from_its_start_where_it_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "host.log"
    path.write_bytes(line("old", name="x" * 100))
    log = HostLog.from_now_on(path)
    assert log.read() == []
    assert [each["event"] for each in log.earlier()] == ["old"]
    path.write_bytes(line("new"))
    assert [each["event"] for each in log.read()] == ["new"]


def test_a_line_without_an_end_is_read_in_pieces_and_forgotten(tmp_path: Path) -> None:
    log = HostLog(tmp_path / "host.log")
    log.path.write_bytes(b"x" * (MAX_READ * 2 + 5) + b"\n" + line("after"))
    assert [each["event"] for _ in range(3) for each in log.read()] == ["after"]
