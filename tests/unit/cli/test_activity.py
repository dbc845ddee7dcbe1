"""What `make host` shows of each file."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.activity import activity


def logged(event: str, **fields: Any) -> str:
    return f"2026-11-25 18:59:06,260 dropscribe INFO {json.dumps({'event': event, **fields}, ensure_ascii=False)}"


@pytest.mark.parametrize(
    ("event", "fields", "shown"),
    [
        ("blob.started", {"recipe": "describe"}, "started   a.png  (describe)"),
        (
            "blob.answered",
            {"recipe": "describe", "total_tokens": 74, "seconds": 1.234},
            "answered  a.png  (describe, 74 tokens, 1.2 s)",
        ),
        ("blob.answered", {"recipe": None, "total_tokens": None, "seconds": 2}, "answered  a.png  (2.0 s)"),
        ("blob.rejected", {"cause": "too_large"}, "error     a.png  (too_large, its document says what to do)"),
        (
            "blob.deferred",
            {"seconds": 29.6, "why": "the model is busy"},
            "waiting   a.png  (for 30 seconds, the model is busy)",
        ),
        ("blob.deferred", {"seconds": 600, "why": "so"}, "waiting   a.png  (for 10 minutes, so)"),
        ("blob.gone", {}, "gone      a.png  (there is no such file, or no longer)"),
    ],
)
def test_an_event_of_a_file_is_told_in_plain_words(event: str, fields: dict[str, Any], shown: str) -> None:
    assert activity(logged(event, name="a.png", **fields)) == shown


@pytest.mark.parametrize(
    "line",
    [
        "",
        "2026-11-25 18:59:06,260 host INFO The host is ready at http://127.0.0.1:7071",
        logged("blob.already_answered", name="a.png"),
        logged("files.waiting", waiting=3),
        logged("blob.started"),
        logged("blob.started", name=["a"]),
        '{"event": "blob.started", "name": "a',
        '{"event": ' + "[" * 100_000,
    ],
)
def test_a_line_that_tells_nothing_of_a_file_is_not_shown(line: str) -> None:
    assert activity(line) is None


@given(name=st.text(min_size=1), why=st.text())
def test_no_name_and_no_reason_can_command_a_terminal(name: str, why: str) -> None:
    shown = activity(json.dumps({"event": "blob.deferred", "name": name, "seconds": 1, "why": why}))
    assert shown is not None
    assert shown.isprintable()
    assert len(shown) < 600
