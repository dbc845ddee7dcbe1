import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import FileRejected
from shared.media import Carriage, Media, SendPolicy
from shared.models import CapabilityTable
from tests.unit.fakes import TABLE

PNG = Media("image", "image/png", "png")
MP3 = Media("audio", "audio/mpeg", "mp3")
LIMIT = TABLE.of("").most_bytes


@pytest.mark.parametrize(
    ("model", "kinds", "json_schema", "urls", "token_parameter"),
    [
        ("Phi-4-multimodal-instruct", ["image", "audio"], False, True, None),
        ("phi-4-MULTIMODAL-instruct", ["image", "audio"], False, True, None),
        ("gpt-audio", ["audio"], False, False, "max_completion_tokens"),
        ("gpt-audio-1.5", ["audio"], False, False, "max_completion_tokens"),
        ("gpt-5.4", ["image"], True, True, "max_completion_tokens"),
        ("gpt-5.4-mini", ["image"], True, True, "max_completion_tokens"),
        ("gpt-5.5", ["image"], True, True, "max_completion_tokens"),
        ("somebodys-model", ["image", "audio"], False, False, None),
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


@pytest.mark.parametrize(
    ("policy", "urls", "size", "carriage"),
    [
        ("auto", True, LIMIT, "inline"),
        ("auto", True, LIMIT + 1, "url"),
        ("auto", False, LIMIT, "inline"),
        ("inline", True, LIMIT, "inline"),
        ("url", True, 1, "url"),
    ],
)
def test_a_file_travels_as_the_recipe_and_the_model_say(
    policy: SendPolicy, urls: bool, size: int, carriage: Carriage
) -> None:
    assert TABLE.of("").model_copy(update={"urls": urls}).carriage(policy, size) == carriage


@pytest.mark.parametrize(
    ("policy", "urls", "size", "code"),
    [
        ("auto", False, LIMIT + 1, "too_large"),
        ("inline", True, LIMIT + 1, "too_large"),
        ("url", False, 1, "recipe_mismatch"),
    ],
)
def test_a_file_that_cannot_travel_is_refused(policy: SendPolicy, urls: bool, size: int, code: str) -> None:
    with pytest.raises(FileRejected) as caught:
        TABLE.of("").model_copy(update={"urls": urls}).carriage(policy, size)
    assert caught.value.code == code


@given(st.sampled_from(["inline", "url", "auto"]), st.booleans(), st.integers(0, 2 * LIMIT))
def test_nothing_over_the_limit_ever_travels_inline(policy: SendPolicy, urls: bool, size: int) -> None:
    try:
        carriage = TABLE.of("").model_copy(update={"urls": urls}).carriage(policy, size)
    except FileRejected:
        return
    assert carriage == "url" or size <= LIMIT
    assert carriage == "inline" or urls


def test_a_kind_or_format_that_a_model_does_not_take_is_refused_with_the_models_that_do() -> None:
    with pytest.raises(FileRejected, match="The model gpt-audio takes no PNG images") as caught:
        TABLE.require("gpt-audio", PNG)
    assert "Phi-4-multimodal, gpt-5.4, gpt-5.5." in caught.value.next_step


def test_a_recording_longer_than_a_model_takes_is_refused() -> None:
    TABLE.require("Phi-4-multimodal-instruct", Media("audio", "audio/mpeg", "mp3", 1800))
    with pytest.raises(FileRejected, match="plays 1801 seconds") as caught:
        TABLE.require("Phi-4-multimodal-instruct", Media("audio", "audio/mpeg", "mp3", 1801))
    assert caught.value.code == "too_long"


def test_what_a_person_says_lies_over_the_table() -> None:
    table = CapabilityTable.load({"GPT-AUDIO": {"most_bytes": 5}, "our-model": {"kinds": ["audio"]}})
    assert (table.of("gpt-audio-1.5").most_bytes, table.of("gpt-audio").kinds) == (5, ["audio"])
    assert table.of("our-model-2").kinds == ["audio"]
    with pytest.raises(FileRejected, match="our-model takes no PNG images"):
        table.require("our-model", PNG)


def test_an_override_of_something_that_does_not_exist_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="`colour`"):
        CapabilityTable.load({"gpt-audio": {"colour": "red"}})
