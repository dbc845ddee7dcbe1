from shared.models.chat import total_usage


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
