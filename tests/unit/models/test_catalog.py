"""The catalog as it is checked in, and the script that writes it, on entries of its own: nothing is fetched."""

import json
import string
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import catalog as subject
import pytest
from catalog_changes import Decided, decide, differences
from catalog_entries import FIELDS, facts, models_of
from hypothesis import given
from hypothesis import strategies as st

from shared.models.capabilities import SUGGESTED
from shared.models.known import CATALOG, catalog
from shared.models.prices import Prices
from tests.unit.fakes import TABLE

WRITTEN = json.loads(CATALOG.read_text(encoding="utf-8"))
DAY = date(2026, 11, 26)
WHEEL = "litellm-9.9-py3-none-any.whl"
MODELS: dict[str, dict[str, Any]] = WRITTEN["models"]
LUNA = {
    "mode": "chat",
    "supports_vision": True,
    "supports_response_schema": True,
    "max_output_tokens": 128_000,
    "deprecation_date": "2028-03-11",
    "input_cost_per_token": Decimal("1e-07"),
    "cache_read_input_token_cost": Decimal("1e-08"),
    "output_cost_per_token": Decimal("5e-07"),
    "input_cost_per_token_above_272k_tokens": Decimal("2e-07"),
    "input_cost_per_token_flex": Decimal("5e-08"),
    "a_field_that_nobody_knows": {"x": 1},
}


def test_each_model_of_the_catalog_has_a_capability_and_prices_that_can_be() -> None:
    for name, entry in MODELS.items():
        assert set(entry) <= set(FIELDS), name
        assert str(TABLE.of(name).retires) == entry.get("retires", "None"), name
        prices = Prices.model_validate(entry.get("prices", {}))
        rates = [prices.input, prices.cached, prices.audio, prices.output, prices.hour]
        assert all(0 < rate <= 1_000 for rate in rates if rate is not None), name
        assert prices.cached is None or prices.input is None or prices.cached <= prices.input, name


def test_the_catalog_is_of_a_day_and_has_what_we_name_to_people() -> None:
    assert len(MODELS) >= subject.MIN_MODELS
    assert date(2026, 11, 1) <= date.fromisoformat(catalog().day)
    assert [name for name in SUGGESTED if not {"retires", "prices"} <= MODELS[name].keys()] == []


def test_the_catalog_is_as_the_script_writes_it() -> None:
    version = WRITTEN["source"].partition("litellm ")[2].partition(" ")[0]
    text = subject.written(Decided(MODELS, WRITTEN.get("doubts", {})), version, date.fromisoformat(WRITTEN["day"]))
    assert CATALOG.read_text(encoding="utf-8") == text


def test_an_entry_becomes_a_line_of_facts() -> None:
    assert models_of({"azure/gpt-6-luna": LUNA})[0] == {
        "gpt-6-luna": {
            "kinds": ["image"],
            "json_schema": True,
            "max_output_tokens": 128_000,
            "retires": "2028-03-11",
            "prices": {
                **{"input": 0.1, "cached": 0.01, "output": 0.5},
                "long": {"input": 0.2},
                "flex": {"input": 0.05},
            },
        }
    }


@pytest.mark.parametrize(
    ("own", "kinds"),
    [
        ({"mode": "chat", "supports_vision": True, "supports_audio_input": True}, ["image", "audio"]),
        ({"mode": "chat", "supports_vision": False, "supported_modalities": ["text", "audio"]}, ["audio"]),
        ({"mode": "chat", "supported_modalities": ["text"]}, []),
        ({"mode": "chat", "supports_vision": None}, None),
        ({"mode": "audio_transcription", "input_cost_per_second": Decimal("0.0001")}, ["audio"]),
    ],
)
def test_the_kinds_that_a_model_takes_are_those_that_its_entry_says(own: dict[str, Any], kinds: object) -> None:
    assert facts(own).get("kinds") == kinds


def test_what_is_not_asked_by_us_is_left_out_and_of_two_entries_the_earlier_end_counts() -> None:
    speech = {"mode": "audio_transcription", "input_cost_per_second": Decimal("0.0001")}
    found, refused = models_of(
        {
            "azure/eu/gpt-6-luna": LUNA,
            "gpt-6-luna": LUNA,
            "azure/pro": {**LUNA, "mode": "responses"},
            "azure/live": {**speech, "supported_endpoints": ["/v1/realtime"]},
            "azure/whisper": {**speech, "deprecation_date": "2027-02-26"},
            "azure_ai/whisper": {**speech, "deprecation_date": "2026-12-15"},
        }
    )
    assert found == {"whisper": {"kinds": ["audio"], "retires": "2026-12-15", "prices": {"hour": 0.36}}}
    assert refused == {}


def test_a_difference_is_told_by_model_and_field() -> None:
    before = {"a": {"retires": "2027-01-01"}, "gone": {}}
    after = {"a": {"retires": "2027-02-01", "kinds": ["image"]}, "new": {}}
    assert list(differences(before, after)) == [
        '- `a`: retires "2027-01-01" -> "2027-02-01"; kinds nothing -> ["image"]',
        "- `gone` is gone",
        "- `new` is new",
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *((field, value) for field in ("input_cost_per_token", "output_cost_per_token_flex", "input_cost_per_second")
          for value in (5, -1, True, "0.1", float("nan"), Decimal("1e40"), Decimal("1e99999"), Decimal("1e-13"), [1])),
        ("cache_read_input_token_cost", Decimal("1.1e-07")),
        *(("max_output_tokens", value) for value in (True, -1, 10**30, Decimal(5), "5")),
        *(("deprecation_date", value) for value in ("0001-01-01", "20271231", "2027-02-30", "2027-01-01T00:00", "", 5)),
        *((field, "yes") for field in ("supports_vision", "supports_audio_input", "supports_response_schema")),
        *((field, value) for field in ("supported_endpoints", "supported_modalities") for value in (5, "chat")),
        ("mode", ["chat"]),
    ],
)  # fmt: skip
def test_an_entry_that_says_what_cannot_be_is_left_out_and_its_field_named(field: str, value: object) -> None:
    assert models_of({"azure/x": {**LUNA, field: value}, "azure_ai/x": LUNA}) == ({}, {"x": field})


@pytest.mark.parametrize("field", ["input_cost_per_token", "max_output_tokens"])
def test_nothing_and_null_say_nothing(field: str) -> None:
    said = facts(LUNA)
    for value in (0, None):
        assert facts({**LUNA, field: value}) != said


@pytest.mark.parametrize("name", ["", "a`\n- @everyone [x](http://e)", "-a", "a" * 200, "\u0430bc"])
def test_a_name_that_can_be_no_models_is_left_out_and_told_harmlessly(name: str) -> None:
    found, refused = models_of({f"azure/{name}": LUNA})
    assert (found, list(refused.values())) == ({}, ["the name"] if "/" not in name else [])
    assert all(set(told) <= set("?_.-") | set(string.ascii_letters) for told in refused)


@given(
    st.dictionaries(
        st.sampled_from([*LUNA, "supported_modalities", "supported_endpoints", "input_cost_per_second"]),
        st.none() | st.booleans() | st.integers() | st.decimals() | st.floats() | st.text() | st.lists(st.text()),
    )
)
def test_whatever_an_entry_says_the_app_can_read_what_is_taken_over(own: dict[str, Any]) -> None:
    found, refused = models_of({"azure/gpt-6-luna": {**LUNA, **own}})
    assert not (found and refused)
    subject.require_readable(subject.written(Decided(dict(found), {}), "1", DAY))


PRICES: dict[str, Any] = {"input": 0.1, "output": 0.5, "flex": {"input": 0.05}}
BEFORE: dict[str, Any] = {"retires": "2027-01-01", "prices": PRICES}


def prices(**own: object) -> dict[str, Any]:
    return {**BEFORE, "prices": {**PRICES, **own}}


@pytest.mark.parametrize(
    ("after", "kept", "why"),
    [
        (prices(input=1.0, output=0.05), prices(input=1.0, output=0.05), None),
        (prices(cached=0.01, flex={"input": 0.02}), prices(cached=0.01, flex={"input": 0.02}), None),
        (prices(input=1.01), BEFORE, "prices {"),
        (prices(input=0.009), BEFORE, "prices {"),
        (prices(flex={"input": 1}), BEFORE, "prices {"),
        (prices(flex={"output": 1}), BEFORE, "prices {"),
        ({"retires": "2027-02-01"}, {**BEFORE, "retires": "2027-02-01"}, "prices {"),
        (
            {"prices": PRICES, "kinds": ["image"]},
            {"kinds": ["image"], **BEFORE},
            'retires "2027-01-01" -> no',
        ),
        (None, BEFORE, "the source does not have it any more"),
    ],
)
def test_a_price_that_jumps_and_what_is_lost_stay_as_they_were_until_a_person_decides(
    after: dict[str, Any] | None, kept: dict[str, Any], why: str | None
) -> None:
    told = {"x": after} if after else {}
    decided = decide({"x": BEFORE}, told, {}, [], DAY)
    assert decided.models == {"x": kept}
    assert decided.doubts.keys() == ({"x"} if why else set())
    assert decided.doubts.get("x", "").startswith(why or "")
    assert decide({"x": BEFORE}, told, {}, ["x"], DAY) == Decided(dict(told), {})


def test_a_model_that_is_retired_may_go() -> None:
    assert decide({"x": BEFORE}, {}, {}, [], date(2027, 1, 1)) == Decided({}, {})


def run(folder: Path, monkeypatch: pytest.MonkeyPatch, table: str, *more: str, name: str = WHEEL) -> int:
    """The script's exit code, for a wheel with this table."""
    with zipfile.ZipFile(folder / name, "w") as files:
        files.writestr(subject.INSIDE, table)
    monkeypatch.setattr(subject, "CATALOG", folder / "catalog.json")
    monkeypatch.setattr("sys.argv", ["catalog.py", "--wheel", str(folder / name), *more])
    return subject.main()


def test_a_table_that_lost_most_models_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = json.dumps({"azure/x": {"mode": "chat", "supports_vision": True}})
    assert run(tmp_path, monkeypatch, table) == 1
    assert not (tmp_path / "catalog.json").exists()
    monkeypatch.setattr(subject, "MIN_MODELS", 1)
    assert run(tmp_path, monkeypatch, table) == 0
    assert json.loads((tmp_path / "catalog.json").read_text())["models"] == {"x": {"kinds": ["image"]}}


@pytest.mark.parametrize("price", ["5", "1e40", "1e99999", "1e9999999999999999999", "9" * 5000, "NaN", '"5"', "-1"])
def test_one_hostile_entry_changes_nothing_of_its_model_and_holds_up_no_other(
    price: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(subject, "MIN_MODELS", 1)
    entry = '{"mode": "chat", "input_cost_per_token": %s}'
    for number, evil in enumerate(["1e-6", price], start=1):
        table = f'{{"azure/evil": {entry % evil}, "azure/good": {entry % f"{number}e-6"}}}'
        assert run(tmp_path, monkeypatch, table) == 0
    written = json.loads((tmp_path / "catalog.json").read_text())
    assert {name: each["prices"]["input"] for name, each in written["models"].items()} == {"evil": 1, "good": 2}
    line = "- `evil` stays as it was: the source says what cannot be in input_cost_per_token"
    assert line in capsys.readouterr().out.splitlines()


def test_a_doubt_alone_is_written_too_so_that_a_pull_request_asks_and_leaves_the_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subject, "MIN_MODELS", 1)
    entry = '{"azure/x": {"mode": "chat", "input_cost_per_token": %s}}'
    target = tmp_path / "catalog.json"
    run(tmp_path, monkeypatch, entry % "1e-6")
    target.write_text(target.read_text().replace(datetime.now(UTC).date().isoformat(), "2026-11-01"))
    assert run(tmp_path, monkeypatch, entry % "2e-5") == 0
    written = json.loads(target.read_text())
    assert (written["day"], written["models"]["x"]["prices"]) == ("2026-11-01", {"input": 1})
    assert written["doubts"] == {"x": 'prices {"input": 1.0} -> {"input": 20.0}'}
    assert run(tmp_path, monkeypatch, entry % "2e-5", "--accept", "x") == 0
    written = json.loads(target.read_text())
    assert (written["models"]["x"]["prices"], written.get("doubts")) == ({"input": 20}, None)


@pytest.mark.parametrize("table", ["[]", "[" * 100_000, '{"a"', "5"])
def test_what_is_no_table_is_said_and_changes_nothing(
    table: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, monkeypatch, table) == 1
    assert capsys.readouterr().err.startswith("The catalog stays as it is: ")


@pytest.mark.parametrize("name", ["litellm.whl", "other-1.0-py3-none-any.whl"])
def test_a_wheel_of_another_name_is_not_read(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(tmp_path, monkeypatch, "{}", name=name) == 1


def test_a_table_that_the_app_could_not_read_is_not_written() -> None:
    table = {"x": {"prices": {"input": -1}}}
    with pytest.raises(subject.UnusableError, match="could not read what it says of x"):
        subject.require_readable(subject.written(Decided(table, {}), "1", DAY))
