from typing import Any

import pytest

from shared.models.usage import total_usage


def test_total_usage_of_one_call_is_what_the_service_sent() -> None:
    usage = {
        "prompt_tokens": 7,
        "completion_tokens": 3,
        "total_tokens": 10,
        "prompt_tokens_details": {"audio_tokens": 5},
    }
    assert total_usage([usage]) == usage


def test_total_usage_of_several_calls_is_their_sum() -> None:
    one = {"total_tokens": 10, "prompt_tokens_details": {"audio_tokens": 5}}
    other = {"total_tokens": 4, "prompt_tokens_details": None, "model_note": "x"}
    assert total_usage([one, None, other]) == {
        "total_tokens": 14,
        "prompt_tokens_details": {"audio_tokens": 5},
        "model_note": "x",
    }


def test_total_usage_is_none_never_zeros_where_no_service_sent_any() -> None:
    assert total_usage([None, None]) is None


CHAT = {"prompt_tokens": 1_000, "completion_tokens": 100}
SPEECH = {"input_tokens": 14, "input_token_details": {"audio_tokens": 10}, "output_tokens": 48, "total_tokens": 62}
HEARD = {"prompt_tokens_details": {"audio_tokens": 10}}


@pytest.mark.parametrize(
    ("calls", "total"),
    [
        ([CHAT], {**CHAT, "total_tokens": 1_100}),
        ([CHAT, {**CHAT, "total_tokens": 1_160}],
         {"prompt_tokens": 2_000, "completion_tokens": 200, "total_tokens": 2_260}),
        ([SPEECH], SPEECH),
        ([SPEECH, SPEECH], {**SPEECH, "input_tokens": 28, "input_token_details": {"audio_tokens": 20},
                            "output_tokens": 96, "total_tokens": 124}),
        ([SPEECH, CHAT], {"prompt_tokens": 1_014, "completion_tokens": 148, "total_tokens": 1_162, **HEARD}),
        ([SPEECH, None, CHAT], {"prompt_tokens": 1_014, "completion_tokens": 148, "total_tokens": 1_162, **HEARD}),
        ([{"seconds": 90}, CHAT], {"seconds": 90, **CHAT, "total_tokens": 1_100}),
        ([{"seconds": 90}, {"seconds": 1}], {"seconds": 91}),
        ([{"prompt_tokens": 5}, {**CHAT, "total_tokens": 1_100}], {"prompt_tokens": 1_005}),
        ([{"total_tokens": 5}, CHAT], {"total_tokens": 1_105}),
        ([{**CHAT, "input_tokens": 1_000}], {**CHAT, "input_tokens": 1_000, "total_tokens": 1_100}),
    ],
)  # fmt: skip
def test_a_sum_of_tokens_is_whole_and_under_the_same_names_or_not_there(
    calls: list[dict[str, Any] | None], total: dict[str, Any]
) -> None:
    assert total_usage(calls) == total
