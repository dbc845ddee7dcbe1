"""The catalog as it is checked in, and the script that writes it, on entries of its own: nothing is fetched."""

import json
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import catalog as subject
import pytest

from shared.models.capabilities import SUGGESTED
from shared.models.known import CATALOG, catalog
from shared.models.prices import Prices
from tests.unit.fakes import TABLE

WRITTEN = json.loads(CATALOG.read_text(encoding="utf-8"))
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
        assert set(entry) <= set(subject.FIELDS), name
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
    text = subject.written(MODELS, version, date.fromisoformat(WRITTEN["day"]))
    assert CATALOG.read_text(encoding="utf-8") == text


def test_an_entry_becomes_a_line_of_facts() -> None:
    assert subject.models_of({"azure/gpt-6-luna": LUNA}) == {
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
        ({"mode": "chat", "supports_vision": "yes"}, None),
        ({"mode": "audio_transcription", "input_cost_per_second": Decimal("0.0001")}, ["audio"]),
    ],
)
def test_the_kinds_that_a_model_takes_are_those_that_its_entry_says(own: dict[str, Any], kinds: object) -> None:
    assert subject.facts(own).get("kinds") == kinds


def test_what_is_not_asked_by_us_is_left_out_and_of_two_entries_the_earlier_end_counts() -> None:
    speech = {"mode": "audio_transcription", "input_cost_per_second": Decimal("0.0001")}
    found = subject.models_of(
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


def test_a_difference_is_told_by_model_and_field() -> None:
    before = {"a": {"retires": "2027-01-01"}, "gone": {}}
    after = {"a": {"retires": "2027-02-01", "kinds": ["image"]}, "new": {}}
    assert list(subject.differences(before, after)) == [
        '- `a`: retires "2027-01-01" -> "2027-02-01"; kinds nothing -> ["image"]',
        "- `gone` is gone",
        "- `new` is new",
    ]


def test_a_table_that_lost_most_models_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel, target = tmp_path / "litellm-9.9-py3-none-any.whl", tmp_path / "catalog.json"
    with zipfile.ZipFile(wheel, "w") as files:
        files.writestr(subject.INSIDE, json.dumps({"azure/x": {"mode": "chat", "supports_vision": True}}))
    monkeypatch.setattr(subject, "CATALOG", target)
    monkeypatch.setattr("sys.argv", ["catalog.py", "--wheel", str(wheel)])
    assert subject.main() == 1
    assert not target.exists()
    monkeypatch.setattr(subject, "MIN_MODELS", 1)
    assert subject.main() == 0
    assert json.loads(target.read_text())["models"] == {"x": {"kinds": ["image"]}}
