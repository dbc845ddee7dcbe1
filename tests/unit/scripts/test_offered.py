"""What is said of models, given Azure's lists."""

from datetime import date

import offered as subject
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from offered import Finding, Market

TODAY = date(2026, 11, 25)
SKU = {"name": "GlobalStandard", "usageName": "OpenAI.GlobalStandard.luna", "deprecationDate": "2028-03-11T00:00:00Z"}
MODEL = {"format": "OpenAI", "name": "luna", "version": "1", "lifecycleStatus": "GenerallyAvailable", "skus": [SKU]}
USAGE = {"name": {"value": "OpenAI.GlobalStandard.luna"}, "limit": 100, "currentValue": 30}
WANTED = {"model": "luna", "format": "OpenAI", "version": "1", "sku": "GlobalStandard", "capacity": 50}
DEPLOYED = {"properties": {"model": {"name": "luna"}}, "sku": {"name": "GlobalStandard", "capacity": 20}}


def judged(
    *wanted: object, models: object = MODEL, usages: object = USAGE, deployed: object = None
) -> list[tuple[str, str]]:
    market = Market("eastus2", [{"kind": "AIServices", "model": models}], [usages], [deployed])
    return [(each.kind, each.text) for each in subject.judge(list(wanted) or [WANTED], market, TODAY)]


def test_a_model_that_is_offered_is_told_with_its_end_and_its_quota() -> None:
    ((kind, said),) = judged()
    assert kind == "ok"
    assert "until 2028-03-11: capacity 50 is wanted, 70 of 100 are left" in said


@pytest.mark.parametrize(("days", "kinds"), [(61, ["ok"]), (60, ["note", "ok"]), (1, ["note", "ok"]), (0, ["refused"])])
def test_a_model_that_retires_soon_is_noted_and_one_that_did_is_refused(days: int, kinds: list[str]) -> None:
    until = date.fromordinal(TODAY.toordinal() + days).isoformat()
    found = judged(models={**MODEL, "skus": [{**SKU, "deprecationDate": until}]})
    assert [kind for kind, _ in found] == kinds


def test_the_end_of_the_model_counts_where_the_sku_has_none() -> None:
    sku = {name: value for name, value in SKU.items() if name != "deprecationDate"}
    ((_, said),) = judged(models={**MODEL, "skus": [sku], "deprecation": {"inference": "2027-08-24T00:00:00Z"}})
    assert "until 2027-08-24" in said


@pytest.mark.parametrize("status", ["Deprecating", "Deprecated", "deprecated"])
def test_a_model_closed_to_newcomers_is_refused_unless_it_is_there_already(status: str) -> None:
    closed = {**MODEL, "lifecycleStatus": status}
    assert [kind for kind, _ in judged(models=closed)] == ["refused"]
    assert [kind for kind, _ in judged(models=closed, deployed=DEPLOYED)] == ["ok"]


@pytest.mark.parametrize(("capacity", "kind"), [(70, "ok"), (71, "refused")])
def test_quota_suffices_to_the_last_unit(capacity: int, kind: str) -> None:
    assert [each for each, _ in judged({**WANTED, "capacity": capacity})] == [kind]


def test_two_deployments_of_one_model_share_its_quota() -> None:
    assert [kind for kind, _ in judged(WANTED, {**WANTED, "alias": "second"})] == ["ok", "refused"]


def test_what_is_deployed_already_needs_no_quota_of_its_own() -> None:
    used_up = {**USAGE, "currentValue": 70}
    assert [kind for kind, _ in judged(usages=used_up)] == ["refused"]
    assert [kind for kind, _ in judged(usages=used_up, deployed=DEPLOYED)] == ["ok"]


def test_a_quota_that_azure_does_not_say_stops_nothing() -> None:
    assert [kind for kind, _ in judged(usages=None)] == ["note"]


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"format": "Microsoft"}, "format Microsoft, but: OpenAI."),
        ({"model": "lunar"}, "model lunar, but: luna."),
        ({"version": "2"}, "luna version 2, but: 1."),
        ({"sku": "Standard"}, "luna 1 sku Standard, but: GlobalStandard."),
    ],
)
def test_the_first_part_that_is_not_offered_is_named_with_what_is(wanted: dict[str, str], said: str) -> None:
    ((kind, told),) = judged({**WANTED, **wanted})
    assert kind == "refused"
    assert told.endswith(said)


def test_without_a_version_the_one_that_azure_takes_is_looked_at() -> None:
    usual = {**MODEL, "version": "2", "isDefaultVersion": True}
    market = Market("eastus2", [{"model": MODEL}, {"model": usual}], [USAGE], [])
    (finding,) = subject.judge([{**WANTED, "version": ""}], market, TODAY)
    assert finding.text.startswith("luna 2 (GlobalStandard)")


@pytest.mark.parametrize(
    "unusable", [{"lifecycleStatus": "Deprecated"}, {"skus": [{**SKU, "deprecationDate": "2026-01-01T00:00:00Z"}]}]
)
def test_a_model_that_is_listed_several_times_is_offered_if_one_entry_is(unusable: dict[str, object]) -> None:
    for models in ([{**MODEL, **unusable}, MODEL], [MODEL, {**MODEL, **unusable}]):
        market = Market("eastus2", [{"model": model} for model in models], [USAGE], [])
        assert [each.kind for each in subject.judge([WANTED], market, TODAY)] == ["ok"]


def test_without_a_version_another_does_not_stand_in_for_the_closed_one_that_azure_takes() -> None:
    usual = {**MODEL, "version": "2", "isDefaultVersion": True, "lifecycleStatus": "Deprecated"}
    market = Market("eastus2", [{"model": MODEL}, {"model": usual}], [USAGE], [])
    (finding,) = subject.judge([{**WANTED, "version": ""}], market, TODAY)
    assert finding.text.startswith("luna 2 (GlobalStandard) is closed")


def test_every_refusal_has_a_next_step() -> None:
    market = Market("eastus2", [{"model": MODEL}], [USAGE], [])
    for wanted in ({**WANTED, "model": "other"}, {**WANTED, "capacity": 1000}):
        (finding,) = subject.judge([wanted], market, TODAY)
        assert (finding.kind, bool(finding.next_step)) == ("refused", True)


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), 10**400, True])
def test_a_number_that_is_none_says_nothing(odd: float) -> None:
    assert [kind for kind, _ in judged(usages={**USAGE, "limit": odd})] == ["note"]
    ((kind, said),) = judged({**WANTED, "capacity": odd})
    assert (kind, "its capacity is no number" in said) == ("note", True)


def test_what_azure_writes_cannot_move_the_cursor() -> None:
    ((_, said),) = judged(models={**MODEL, "version": "2\x1b[2J"})
    assert "but: 2[2J." in said


WORDS = ["model", "name", "version", "format", "skus", "sku", "capacity", "limit", "currentValue", "deprecationDate"]
JSON = st.recursive(
    st.none() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4),
    max_leaves=8,
)


@given(st.lists(JSON, max_size=3), JSON, JSON, st.sampled_from(["limit", "currentValue", "name"]))
@settings(deadline=None)
def test_whatever_azure_lists_is_judged(models: list[object], odd: object, wanted: object, field: str) -> None:
    market = Market("eastus2", [*models, {"model": {**MODEL, "skus": [SKU, odd]}}], [{**USAGE, field: odd}], [odd])
    for finding in subject.judge([wanted, WANTED, {**WANTED, "capacity": odd}], market, TODAY):
        assert isinstance(finding, Finding)
        assert finding.text.isprintable()
