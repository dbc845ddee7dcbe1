"""What calls cost, beside sums that were done by hand from the prices of 2026-11-26."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.media.media import Media
from shared.models.chat import ChatRequest, MediaPart, Message, TextPart
from shared.models.estimates import dollars_of, estimated_usage
from shared.models.prices import Cost, Prices, PriceTable, cost
from shared.models.speech import SpeechOptions, SpeechRequest
from shared.recipes import ModelOptions
from tests.unit.fakes import LISTED, MemorySource, deployed

LUNA = Prices.model_validate(
    {
        **{"input": 0.1, "cached": 0.01, "output": 0.5},
        "long": {"input": 0.2, "cached": 0.02, "output": 0.75},
        "flex": {"input": 0.05, "output": 0.25},
    }
)
PHI = Prices.model_validate({"input": 0.08, "audio": 4, "output": 0.32})
WHISPER = Prices.model_validate({"hour": 0.36})
TOKENS = {"prompt_tokens": 1_000, "completion_tokens": 100, "total_tokens": 1_100}
MP3 = MediaPart(Media("audio", "audio/mpeg", "mp3", 90.0), MemorySource(b""))


def of_audio(tokens: int, **own: Any) -> dict[str, Any]:
    return {**TOKENS, "prompt_tokens_details": {"audio_tokens": tokens}, **own}


@pytest.mark.parametrize(
    ("usage", "prices", "more", "dollars"),
    [
        (TOKENS, LUNA, {}, "0.00015"),  # 1000 x 0.1 + 100 x 0.5, a million
        (TOKENS, LUNA, {"tier": "flex"}, "0.000075"),
        (TOKENS, PHI, {"tier": "flex"}, None),
        ({**TOKENS, "prompt_tokens_details": {"cached_tokens": 600}}, LUNA, {}, "0.000096"),  # 40 + 6 + 50
        ({**TOKENS, "prompt_tokens_details": {"cached_tokens": 600}}, PHI, {}, "0.000112"),  # 80 + 32
        ({**TOKENS, "prompt_tokens_details": {"cached_tokens": 9_999}}, LUNA, {}, "0.00006"),
        ({"prompt_tokens": 300_000, "completion_tokens": 1_000}, LUNA, {}, "0.06075"),  # 60 000 + 750
        ({"prompt_tokens": 272_000, "completion_tokens": 0}, LUNA, {}, "0.0272"),
        (of_audio(900), PHI, {"heard": True}, "0.00364"),  # 8 + 3600 + 32
        (TOKENS, PHI, {"heard": True}, None),
        (TOKENS, LUNA, {"heard": True}, "0.00015"),
        (of_audio(0), PHI, {"heard": True}, "0.000112"),
        # reasoning that is counted in the answer, and beside it
        ({**TOKENS, "completion_tokens_details": {"reasoning_tokens": 60}}, LUNA, {}, "0.00015"),
        ({**TOKENS, "total_tokens": 1_160, "completion_tokens_details": {"reasoning_tokens": 60}}, LUNA, {}, "0.00018"),
        ({"type": "duration", "seconds": 90}, WHISPER, {}, "0.009"),
        ({"type": "duration", "seconds": 4.5}, WHISPER, {}, "0.00045"),
        ({"type": "duration", "seconds": 90}, LUNA, {}, None),
        (
            {"type": "tokens", "input_tokens": 14, "input_token_details": {"text_tokens": 4, "audio_tokens": 10},
             "output_tokens": 45, "total_tokens": 59},
            Prices.model_validate({"input": 2.5, "audio": 6, "output": 10}),
            {"heard": True},
            "0.00052",  # 10 + 60 + 450
        ),
        (TOKENS, WHISPER, {}, None),
        ({"total_tokens": 1_100}, LUNA, {}, None),
        ({"prompt_tokens": 1_000}, LUNA, {}, None),
        ({"prompt_tokens": -1, "completion_tokens": 2}, LUNA, {}, None),
        ({"prompt_tokens": True, "completion_tokens": 2}, LUNA, {}, None),
        ({"seconds": float("nan")}, WHISPER, {}, None),
        (TOKENS, Prices.model_validate({"input": 1}), {}, None),
        (TOKENS, Prices.model_validate({"input": 0, "output": 0}), {}, "0"),
        ({}, LUNA, {}, None),
    ],
)  # fmt: skip
def test_a_call_costs_what_its_usage_and_the_prices_say(
    usage: dict[str, Any], prices: Prices, more: dict[str, Any], dollars: str | None
) -> None:
    assert cost(usage, prices, **more) == (None if dollars is None else Decimal(dollars))


@given(
    st.dictionaries(
        st.sampled_from(["prompt_tokens", "completion_tokens", "total_tokens", "seconds", "prompt_tokens_details"]),
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dictionaries(st.text(), st.integers()),
    )
)
def test_whatever_a_service_says_of_its_usage_costs_nothing_less_than_nothing(usage: dict[str, Any]) -> None:
    for prices in (LUNA, PHI, WHISPER):
        amount = cost(usage, prices)
        assert amount is None or amount >= 0


def test_a_sum_is_unknown_where_a_part_is_and_rounds_once_and_never_to_nothing() -> None:
    each = Cost(Decimal("0.0000004"), "2026-11-26")
    three = Cost.total([each] * 3)
    assert three
    assert (each.rounded, three.rounded, three.prices) == (0.000001, 0.000001, "2026-11-26")
    assert Cost.total([each, None]) is None
    assert Cost.total([]) is None
    mixed = Cost.total([each, Cost(Decimal(0), "MODEL_PRICES")])
    assert mixed
    assert mixed.prices == "2026-11-26, MODEL_PRICES"


OWN = PriceTable({"our-eyes": Prices(input=Decimal(1)), "GPT-6-luna": Prices(input=Decimal(2))}, LISTED)


@pytest.mark.parametrize(
    ("model", "name", "at", "answered_by", "dollars"),
    [
        ("gpt-6.1-sol", "eyes", "", None, 2),
        ("azure/gpt-6.1-sol", "", "", None, 2),
        ("gpt-6-luna", "our-eyes", "", None, 1),  # an operator's price for the deployment, then for the model
        ("gpt-6-luna", "eyes", "", None, 2),
        ("eyes", "eyes", "", "gpt-4o-2024-05-13", 5),  # the version that answered has a price of its own
        ("gpt-4o", "gpt-4o", "", "gpt-4o-2024-05-13", 5),
        ("gpt-4o", "gpt-4o", "", "gpt-4o-2999-01-01", Decimal("2.5")),
        ("gpt-6.1-sol", "", "", "gpt-4o-2024-05-13", 2),  # nonsense
        ("gpt-6-lunar", "", "", None, None),  # a name that only begins like a model's says nothing of the price
        ("gpt-6.1-sol-pro", "", "", None, None),
        ("gpt-6.1-sol", "", "http://localhost:11434/v1", None, None),  # the catalog has the prices of Azure
        ("gpt-6-luna", "", "http://localhost:11434/v1", None, 2),
    ],
)
def test_a_price_is_found_by_whole_names(
    model: str, name: str, at: str, answered_by: str | None, dollars: Decimal | None
) -> None:
    deployment = deployed(model, name=name, at=at or "https://place.example/models", prices=OWN)
    found = deployment.prices(answered_by)
    assert (found[0].input if found else None) == dollars


def test_a_limit_counts_an_estimate_that_is_rather_too_high_where_a_service_tells_too_little() -> None:
    request = ChatRequest(
        [Message("user", [TextPart("x" * 400), MP3])], ModelOptions.model_validate({"maxOutputTokens": 500})
    )
    phi = deployed("Phi-4-multimodal-instruct")
    assert dollars_of(of_audio(900), request, phi) == Decimal("0.00364")
    assert dollars_of(TOKENS, request, phi) == Decimal("0.004032")  # 1000 x 4 + 100 x 0.32
    assert dollars_of(None, request, phi) == Decimal("0.004848")  # 100 x 0.08 + 90 s x 13 x 4 + 500 x 0.32
    assert dollars_of(TOKENS, request, deployed("somebodys")) == 0


def test_speech_is_estimated_by_the_seconds_that_it_plays() -> None:
    request = SpeechRequest(MP3, SpeechOptions())
    assert estimated_usage(request) == {"type": "duration", "seconds": 90.0}
    assert dollars_of(None, request, deployed("whisper")) == Decimal("0.009")
