from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import FileRejected
from shared.media.media import Media, SendPolicy, Transport
from shared.models.capabilities import CapabilityTable
from tests.unit.fakes import TABLE

PNG = Media("image", "image/png", "png")
MP3 = Media("audio", "audio/mpeg", "mp3")
LIMIT = TABLE.of("").max_bytes


@pytest.mark.parametrize(
    ("model", "kinds", "json_schema", "urls", "token_parameter"),
    [
        ("Phi-4-multimodal-instruct", ["image", "audio"], False, True, None),
        ("phi-4-MULTIMODAL-instruct", ["image", "audio"], False, True, None),
        ("gpt-audio", ["audio"], False, False, "max_completion_tokens"),
        ("gpt-audio-1.5", ["audio"], False, False, "max_completion_tokens"),
        ("gpt-6-luna", ["image"], True, True, "max_completion_tokens"),
        ("gpt-6.1-sol", ["image"], True, True, "max_completion_tokens"),
        ("gpt-5.4", ["image"], True, True, "max_completion_tokens"),
        ("gpt-5.4-mini", ["image"], True, True, "max_completion_tokens"),
        ("gpt-5.5", ["image"], True, True, "max_completion_tokens"),
        ("azure/gpt-6-luna", ["image"], True, True, "max_completion_tokens"),
        ("gpt-5.4-mini-eu", ["image"], True, True, "max_completion_tokens"),
        ("gpt-5.1-chat", ["image"], True, True, "max_completion_tokens"),
        ("o3", ["image"], True, False, "max_completion_tokens"),
        ("gpt-4o", ["image"], True, False, None),
        ("gpt-4o-eu", ["image"], True, False, None),
        ("Phi-4-multimodal", ["image", "audio"], False, True, None),
        ("Phi-4", [], False, False, None),
        ("MAI-Transcribe-2", ["audio"], False, False, None),
        ("somebodys-model", ["image", "audio"], False, False, None),
        ("gpt-9", ["image", "audio"], False, False, None),
    ],
)
def test_a_model_is_known_by_the_beginning_of_its_name(
    model: str, kinds: list[str], json_schema: bool, urls: bool, token_parameter: str | None
) -> None:
    found = TABLE.of(model)
    assert (found.kinds, found.json_schema, found.urls, found.token_parameter) == (
        kinds,
        json_schema,
        urls,
        token_parameter,
    )


def way(model: str, media: Media, policy: SendPolicy, size: int, **own: Any) -> Transport | None:
    return TABLE.transport(model, TABLE.of(model).model_copy(update=own), media, policy, size)


FOR_PICTURES = "gpt-6-luna, gpt-6.1-sol"


@pytest.mark.parametrize(
    ("policy", "urls", "size", "transport"),
    [
        ("auto", True, LIMIT, "inline"),
        ("auto", True, LIMIT + 1, "url"),
        ("auto", False, LIMIT, "inline"),
        ("inline", True, LIMIT, "inline"),
        ("url", True, 1, "url"),
    ],
)
def test_a_file_travels_as_the_recipe_and_the_model_say(
    policy: SendPolicy, urls: bool, size: int, transport: Transport
) -> None:
    assert way("phi", PNG, policy, size, urls=urls) == transport


def test_a_recipe_that_sends_by_url_needs_a_model_that_fetches() -> None:
    with pytest.raises(FileRejected) as caught:
        way("phi", PNG, "url", 1, urls=False)
    assert caught.value.code == "recipe_mismatch"
    assert caught.value.next_step.endswith(f"that takes it: {FOR_PICTURES}.")


@given(st.sampled_from(["inline", "url", "auto"]), st.booleans(), st.integers(0, 2 * LIMIT))
def test_nothing_over_the_limit_ever_travels_inline(policy: SendPolicy, urls: bool, size: int) -> None:
    try:
        transport = way("phi", PNG, policy, size, urls=urls)
    except FileRejected:
        return
    assert transport != "inline" or size <= LIMIT
    assert transport != "url" or urls
    assert transport or size > LIMIT


def test_a_kind_that_a_model_does_not_take_is_refused_with_the_models_that_do() -> None:
    with pytest.raises(FileRejected, match="The model gpt-audio takes no images") as caught:
        way("gpt-audio", PNG, "auto", 1)
    assert caught.value.next_step == (f"Name a model in the recipe or the settings that takes it: {FOR_PICTURES}.")


def test_a_recording_longer_than_a_model_takes_is_refused() -> None:
    phi = "Phi-4-multimodal-instruct"
    assert way(phi, Media("audio", "audio/mpeg", "mp3", 1800), "auto", 1) == "inline"
    with pytest.raises(FileRejected, match="plays 1801 seconds") as caught:
        way(phi, Media("audio", "audio/mpeg", "mp3", 1801), "auto", 1)
    assert caught.value.code == "too_long"
    assert caught.value.next_step.endswith("that takes it: gpt-audio-1.5, gpt-audio-mini.")


@pytest.mark.parametrize(
    ("model", "api"),
    [
        ("MAI-Transcribe-2", "llm_speech"),
        ("whisper", "openai"),
        ("Systran/faster-whisper-small", "openai"),
        ("openai/whisper-large-v3", "openai"),
        ("gpt-4o-transcribe", "openai"),
        ("gpt-4o-mini-transcribe", "openai"),
        ("gpt-4o-transcribe-diarize", "openai"),
        ("gpt-transcribe", "openai"),
        ("gpt-audio-1.5", None),
    ],
)
def test_a_speech_model_is_known_by_its_name_too(model: str, api: str | None) -> None:
    found = TABLE.of(model)
    assert (found.speech, found.kinds) == (api, ["audio"])


@pytest.mark.parametrize(
    ("model", "media", "is_taken"),
    [
        ("MAI-Transcribe-2", Media("audio", "audio/flac", "flac", is_plain=False), True),
        ("MAI-Transcribe-2", Media("audio", "audio/mp4", "m4a", is_plain=False), False),
        ("whisper", Media("audio", "audio/mp4", "m4a", is_plain=False), True),
        ("whisper", Media("audio", "video/mp4", "m4a", is_plain=False), False),
        ("whisper", Media("audio", "audio/wav", "wav", is_plain=False), False),
        ("gpt-audio", Media("audio", "audio/flac", "flac", is_plain=False), False),
    ],
)
def test_a_recording_goes_as_it_is_where_the_model_takes_its_format(model: str, media: Media, is_taken: bool) -> None:
    assert TABLE.of(model).takes_as_it_is(media) == is_taken


MINI = {"gpt": {"max_bytes": 1}, "gpt-5.4-mini": {"max_bytes": 2}}


@pytest.mark.parametrize(
    ("overrides", "model", "own"),
    [
        (MINI, "gpt-9", {"max_bytes": 1}),
        (MINI, "gpt-5.4-mini-2026", {"max_bytes": 2}),
        (MINI, "gpt-5.4", {"max_bytes": 1}),
        (MINI, "o9", {}),
        ({"gpt-audio-1.5": {"max_seconds": 9}}, "gpt-audio-1.5", {"max_seconds": 9}),
        ({"GPT-AUDIO": {"max_bytes": 5}}, "gpt-audio-1.5", {"max_bytes": 5}),
        ({"our-model": {"kinds": ["audio"]}}, "our-model-2", {"kinds": ["audio"]}),
        ({"our-model": {"kinds": ["audio"]}}, "azure/our-model", {"kinds": ["audio"]}),
        ({"default": {"max_bytes": 5, "urls": True}}, "o9", {"max_bytes": 5, "urls": True}),
        ({"default": {"max_seconds": 5}}, "Phi-4-multimodal-instruct", {}),
        ({"gpt-audio": {"most_bytes": 5, "most_seconds": 9}}, "gpt-audio", {"max_bytes": 5, "max_seconds": 9}),
    ],
)
def test_an_operators_capabilities_override_the_table_and_the_longest_name_has_the_last_word(
    overrides: dict[str, dict[str, Any]], model: str, own: dict[str, Any]
) -> None:
    assert CapabilityTable.load(overrides).of(model) == TABLE.of(model).model_copy(update=own)


def test_a_model_of_ones_own_is_named_to_those_whose_model_does_not_take_a_file() -> None:
    table = CapabilityTable.load({"our-model": {"kinds": ["audio"]}})
    with pytest.raises(FileRejected, match="our-model takes no images"):
        table.transport("our-model", table.of("our-model"), PNG, "auto", 1)
    with pytest.raises(FileRejected) as caught:
        table.transport("gpt-6", table.of("gpt-6"), MP3, "auto", 1)
    assert caught.value.next_step.endswith("gpt-audio-1.5, gpt-audio-mini, our-model.")


@pytest.mark.parametrize(
    ("name", "own", "problem"),
    [
        ("gpt-audio", {"colour": "red"}, "`gpt-audio.colour` is no field: there are `kinds`, "),
        ("gpt-audio", {"kinds": ["smell"]}, "`gpt-audio.kinds.0`"),
        ("gpt-audio", {"image_formats": ["JPG"]}, "`gpt-audio.image_formats.0`"),
        ("", {"max_bytes": 1}, "a model must have a name"),
    ],
)
def test_an_override_that_means_nothing_is_refused_by_name(name: str, own: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        CapabilityTable.load({name: own})
