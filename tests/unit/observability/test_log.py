import json
import logging

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.observability.log import MAX_FIELD, log_event

VALUES = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(st.characters()), st.binary(), st.just({1, 2})
    ),
    lambda inner: st.one_of(
        st.lists(inner), st.dictionaries(st.one_of(st.text(st.characters()), st.integers()), inner)
    ),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(VALUES)
def test_an_event_is_one_line_of_json_whatever_its_fields_hold(caplog: pytest.LogCaptureFixture, value: object) -> None:
    caplog.clear()
    with caplog.at_level(logging.INFO):
        log_event("blob.odd", name="x.png", value=value)
    (record,) = caplog.records
    read = json.loads(record.getMessage().encode())
    assert (read["event"], read["name"]) == ("blob.odd", "x.png")


def deep(depth: int) -> object:
    return {"a": deep(depth - 1)} if depth else 1


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("x" * 10_000, "x" * (MAX_FIELD - 1) + "…"),
        pytest.param(10**5000, None, id="an integer that is too long"),
        (float("nan"), None),
        pytest.param("a\ud800b", "a?b", id="half a character"),
        (list(range(100)), list(range(50))),
        (deep(900), {"a": {"a": {"a": "dict"}}}),
        ([{"input_tokens": 7, "ok": True}], [{"input_tokens": 7, "ok": True}]),
    ],
)
def test_a_field_is_told_as_far_as_a_line_can_carry_it(
    caplog: pytest.LogCaptureFixture, value: object, told: object
) -> None:
    with caplog.at_level(logging.INFO):
        log_event("blob.odd", value=value)
    assert json.loads(caplog.records[0].getMessage())["value"] == told
