"""Speech models: which recipes go to them, what they are asked, and what becomes of what they heard."""

from collections.abc import Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from pydantic import TypeAdapter

from shared.errors import FileRejected, ModelThrottled
from shared.models.chat import ChatAnswer, MediaPart, TextPart
from shared.models.choosing import later_deployment
from shared.models.conversation import Conversation
from shared.models.deployments import Deployment
from shared.models.exchange import Extent
from shared.models.pieces import SPEAKERS_OF_PARTS, Piece
from shared.models.plan import Plan
from shared.models.preparation import SoundPreparation, preparation_for
from shared.models.speech import SpeechOptions
from shared.processing.kept import KeptAnswers
from shared.processing.preparing import Prepared
from shared.recipes.catalog import RecipeCatalog, RecipeSelection
from shared.recipes.recipe import Recipe
from shared.recipes.transcript_keys import spoken_language
from shared.results.result import Result
from tests.unit.fakes import (
    HearingModel,
    MemoryFiles,
    MemorySource,
    SpeakingModel,
    all_of,
    deployed,
    heard,
    said,
)
from tests.unit.memory_app import CATALOG, HELLO, memory_app
from tests.unit.models.test_conversation import conversation, hold
from tests.unit.models.test_models import MP3

TALK = heard((0, 1, "Hello.", "A"), (1, 2, "Good day.", "B"))
PHI_ALONE, LUNA = deployed(), deployed("gpt-6-luna")
MAI, AUDIO = deployed("MAI-Transcribe-2", alias="audio"), deployed("gpt-audio-1.5", alias="audio")
AUDIO_ALONE, LUNA_BESIDE = deployed("gpt-audio-1.5"), deployed("gpt-6-luna", alias="words")
WHISPER, WHISPER_ALONE = deployed("whisper", alias="speech"), deployed("whisper")
NAMED = {recipe.name: recipe for recipe in CATALOG}
NEEDS_SOUND = replace(NAMED["transcribe"], name="tone", transcript="never", speakers=False)
OF_WORDS = replace(NAMED["translate"], name="of words", model="words")
BOOK_WITH_TONE = RecipeCatalog([*CATALOG, *(replace(each, route=None) for each in (NEEDS_SOUND, OF_WORDS))])


def words_of(model: SpeakingModel) -> list[str]:
    """The texts that stood in its last request."""
    return [
        part.text for message in model.requests[-1].messages for part in message.parts if isinstance(part, TextPart)
    ]


async def answered(*models: SpeakingModel | HearingModel, name: str = "transcribe/hello.mp3", **own: Any) -> Result:
    files = MemoryFiles()
    files.put(name, HELLO, **own.pop("metadata", {}))
    await memory_app(files, *models, **own).take(name)
    return files.outcome(name)


def models_for(deployments: Sequence[Any]) -> list[SpeakingModel | HearingModel]:
    return [
        HearingModel([TALK], each) if each.capability.is_speech else SpeakingModel([said("Words.")], each)
        for each in deployments
    ]


@pytest.mark.parametrize(
    ("deployments", "recipe", "asked"),
    [
        ([PHI_ALONE], "transcribe", [PHI_ALONE.name]),
        ([LUNA, MAI], "transcribe", [MAI.name]),
        ([PHI_ALONE, WHISPER], "transcribe", [WHISPER.name]),
        ([LUNA, AUDIO, WHISPER], "transcribe", [WHISPER.name]),
        ([WHISPER_ALONE], "transcribe", ["whisper"]),
        ([LUNA, MAI], "summarize", [MAI.name, LUNA.name]),
        ([PHI_ALONE], "summarize", [PHI_ALONE.name, PHI_ALONE.name]),
        ([LUNA, AUDIO], "summarize", [AUDIO.name, LUNA.name]),
        ([AUDIO_ALONE, LUNA_BESIDE, WHISPER], "summarize", [WHISPER.name, LUNA.name]),
        ([AUDIO_ALONE], "summarize", [AUDIO.name, AUDIO.name]),
        ([PHI_ALONE], "translate", [PHI_ALONE.name]),
        ([PHI_ALONE, WHISPER], "translate", [PHI_ALONE.name]),
        ([LUNA, MAI], "translate", [MAI.name, LUNA.name]),
        ([LUNA, WHISPER], "translate", [WHISPER.name, LUNA.name]),
        ([LUNA, AUDIO, WHISPER], "translate", [AUDIO.name]),
        ([AUDIO_ALONE, WHISPER], "transcribe", [WHISPER.name]),
        ([AUDIO_ALONE, WHISPER], "summarize", [AUDIO.name, AUDIO.name]),  # gpt-audio takes no words alone
        ([AUDIO_ALONE, WHISPER], "translate", [AUDIO.name]),
        ([PHI_ALONE, LUNA_BESIDE, WHISPER], "of words", [WHISPER.name, LUNA.name]),
        ([LUNA, AUDIO, WHISPER], "tone", [AUDIO.name]),
        ([PHI_ALONE, MAI], "tone", [PHI_ALONE.name]),
    ],
)
async def test_a_recipe_goes_to_the_kind_of_model_that_can_do_it(
    deployments: list[Any], recipe: str, asked: list[str]
) -> None:
    models = models_for(deployments)
    document = await answered(*models, recipes=BOOK_WITH_TONE, metadata={"recipe": recipe}, name="a.mp3")
    assert document.status == "ok"
    assert [each.deployment.name for each in models if each.requests for _ in each.requests] == sorted(
        asked, key=[each.name for each in deployments].index
    )


@pytest.mark.parametrize(
    ("deployments", "recipe", "told"),
    [
        ([LUNA, MAI], "tone", "asks about the sound itself"),
        ([WHISPER_ALONE], "tone", "asks about the sound itself"),
        ([WHISPER_ALONE], "summarize", "asks about the transcript"),
        ([WHISPER_ALONE], "translate", "asks about the transcript"),
    ],
)
async def test_what_no_deployed_model_can_do_is_refused_before_anything_is_paid_for(
    deployments: list[Any], recipe: str, told: str
) -> None:
    models = models_for(deployments)
    document = await answered(*models, recipes=BOOK_WITH_TONE, metadata={"recipe": recipe}, name="a.mp3")
    assert document.error
    assert (document.error.code, told in document.error.message) == ("recipe_mismatch", True)
    assert not any(each.requests for each in models)


@pytest.mark.parametrize(
    ("seconds", "deployments", "later"),
    [
        (60, [AUDIO_ALONE], AUDIO_ALONE),
        (None, [AUDIO_ALONE], AUDIO_ALONE),
        (7200, [AUDIO_ALONE, LUNA_BESIDE], LUNA_BESIDE),
        (7200, [PHI_ALONE], PHI_ALONE),
    ],
)
def test_a_model_that_takes_no_words_alone_is_asked_again_only_where_the_sound_goes_along(
    seconds: float | None, deployments: list[Deployment], later: Deployment
) -> None:
    assert later_of(seconds, deployments) == later


def test_a_long_recording_is_refused_before_it_is_paid_for_where_no_model_takes_its_words() -> None:
    with pytest.raises(FileRejected, match="takes no words without sound"):
        later_of(7200, [AUDIO_ALONE])


def later_of(seconds: float | None, deployments: list[Deployment]) -> Deployment:
    """Whom `summarize` asks from the second turn on."""
    recipe, first = NAMED["summarize"], deployments[0]
    preparation = preparation_for(replace(MP3, seconds=seconds), first.capability, recipe, "inline")
    assert isinstance(preparation, SoundPreparation)
    is_in_pieces = preparation.cuts(replace(MP3, seconds=seconds))
    return later_deployment(recipe, first, all_of(*deployments), is_in_pieces=is_in_pieces)


async def test_a_transcript_has_times_speakers_and_the_language() -> None:
    document = await answered(SpeakingModel([said("never")], LUNA), HearingModel([TALK], MAI))
    assert document.answer
    assert [(each.start, each.speaker, each.text) for each in document.answer.segments] == [
        (0, "A", "Hello."),
        (1, "B", "Good day."),
    ]
    assert (document.answer.text, document.answer.language) == ("Hello. Good day.", "en")


async def test_the_next_model_reads_who_said_what_and_when() -> None:
    words = SpeakingModel([said("They greeted.")], LUNA)
    document = await answered(words, HearingModel([TALK], MAI), name="summarize/hello.mp3")
    assert "[0:00] A: Hello.\n[0:01] B: Good day." in words_of(words)
    assert document.answer
    assert document.answer.turns[0].text == "Hello. Good day."


async def test_a_recipe_for_which_words_are_enough_is_asked_about_the_transcript() -> None:
    words = SpeakingModel([said("Hola.")], LUNA)
    document = await answered(words, HearingModel([TALK], MAI), name="translate/fr/hello.mp3")
    assert document.answer
    assert (document.answer.text, len(document.answer.segments)) == ("Hola.", 2)
    assert words_of(words)[-1] == "Please translate this audio snippet to fr."


async def test_a_speech_model_is_asked_for_what_the_recipe_says() -> None:
    recipe = replace(NAMED["transcribe"], language="pt-BR", phrases=("Dropscribe",), words=True)
    model = HearingModel([TALK], MAI)
    catalog = RecipeCatalog([recipe, *(each for each in CATALOG if each.name != "transcribe")])
    await answered(SpeakingModel([said("never")], LUNA), model, recipes=catalog)
    assert model.requests[0].options == SpeechOptions("pt-BR", ("Dropscribe",), speakers=True, words=True)


@pytest.mark.parametrize(
    ("language", "inputs", "spoken"),
    [(None, "", None), ("auto", "", None), ("de", "", "de"), ("{to}", "fr", "fr"), ("{to}", "auto", None)],
)
def test_the_language_may_come_from_an_input(language: str | None, inputs: str, spoken: str | None) -> None:
    assert spoken_language(language, {"to": inputs}) == spoken


def test_an_input_that_is_no_language_is_refused() -> None:
    with pytest.raises(FileRejected, match="The value of `to` is no language"):
        spoken_language("{to}", {"to": "in German, please"})


async def test_a_busy_speech_model_costs_a_file_time_only() -> None:
    files, model = MemoryFiles(), HearingModel([ModelThrottled("busy", retry_after=600), TALK], MAI)
    files.put("a.mp3", HELLO)
    here = memory_app(files, SpeakingModel([said("never")], LUNA), model)
    await here.take("a.mp3")
    assert list(here.state.cooldowns) == ["audio"]
    await here.take_again()
    assert files.outcome("a.mp3").status == "ok"


async def test_a_transcript_is_paid_for_once_while_the_next_model_is_busy() -> None:
    files, speech = MemoryFiles(), HearingModel([TALK], MAI)
    files.put("summarize/a.mp3", HELLO)
    words = SpeakingModel([ModelThrottled("busy", retry_after=600), said("They greeted.")], LUNA)
    here = memory_app(files, words, speech)
    await here.take("summarize/a.mp3")
    await here.take_again()
    assert (files.outcome("summarize/a.mp3").status, len(speech.requests), len(words.requests)) == ("ok", 1, 2)


async def test_seconds_of_a_speech_model_count_as_tokens_of_the_day() -> None:
    files, state_of = MemoryFiles(), HearingModel([TALK], MAI)
    files.put("a.mp3", HELLO)
    here = memory_app(files, SpeakingModel([said("never")], LUNA), state_of, daily_tokens=10_000)
    await here.take("a.mp3")
    assert 10 < sum(here.state.tokens.values()) < 100


async def test_silence_is_not_asked_about_twice() -> None:
    model = HearingModel([heard()], MAI)
    document = await answered(SpeakingModel([said("never")], LUNA), model)
    assert document.error
    assert (document.error.code, len(model.requests)) == ("no_speech", 1)


@dataclass
class InPieces:
    """Cuts every recording into pieces of ten seconds, of which the second begins in the first."""

    count: int = 2

    @asynccontextmanager
    async def prepared(self, plan: Plan, extents: Sequence[Extent]) -> Any:
        part = MediaPart(replace(MP3, seconds=12), MemorySource(b"x"))
        cut = [Piece((part,), Extent(at * 10.0, at * 10.0 + 12, overlaps=at > 0)) for at in range(self.count)]
        yield Prepared(plan.media.media, tuple(cut))


async def test_segments_of_pieces_have_the_times_of_the_recording() -> None:
    first, second = heard((9, 12, "and so we left", "1")), heard((0, 3, "so we left the harbour", "1"))
    models = SpeakingModel([said("never")], LUNA), HearingModel([first, second], MAI)
    document = await answered(*models, preparer=InPieces())
    assert document.answer
    assert (
        " ".join(each.text for each in document.answer.segments) == document.answer.text == "and so we left the harbour"
    )
    assert [each.speaker for each in document.answer.segments] == ["1", "1 (part 2)"]
    assert (document.answer.segments[0].start, document.answer.segments[-1].end) == (9, 13)
    assert document.warnings == [SPEAKERS_OF_PARTS]


def test_pieces_are_shorter_where_a_speech_model_is_to_tell_speakers_apart() -> None:
    assert MAI.capability.piece_seconds(speakers=True) == 840
    assert MAI.capability.piece_seconds() == WHISPER.capability.piece_seconds(speakers=True) == 1800


async def plan_for(recipe: Recipe) -> Plan:
    files = MemoryFiles()
    files.put("a.mp3", HELLO)
    models = SpeakingModel([said("never")], LUNA), HearingModel([TALK], MAI)
    catalog = RecipeCatalog([recipe, *(each for each in CATALOG if each.name != recipe.name)])
    return await memory_app(files, *models, recipes=catalog).services.planner.plan(await files.look("a.mp3"))


async def test_answers_to_other_options_are_not_gone_on_with() -> None:
    keys = [(await plan_for(replace(NAMED["transcribe"], words=words))).key for words in (False, True)]
    assert keys[0] != keys[1]
    assert "speech" not in Plan(*_plain()).key


def _plain() -> tuple[Any, ...]:
    model = SpeakingModel([said("x")])
    talk = conversation(model)
    return RecipeSelection(talk.recipe, {}), talk.media, talk.prompt, model, model


def talk_of(model: HearingModel) -> Conversation:
    return conversation(model, turns=("Write it down.",))


async def test_what_is_kept_holds_the_segments_and_older_answers_without_them_are_read() -> None:
    talk = await hold(talk_of(HearingModel([TALK])))
    reader = TypeAdapter(KeptAnswers)
    kept = KeptAnswers(etag="1", key={}, **vars(talk.kept))
    assert reader.validate_json(reader.dump_json(kept)).exchanges[0].answer.segments == TALK.segments
    older = reader.dump_python(kept, mode="json")
    for name in ("segments", "language"):
        del older["exchanges"][0]["answer"][name]
    answer: ChatAnswer = reader.validate_python(older).exchanges[0].answer
    assert (answer.text, answer.segments, answer.language) == ("Hello. Good day.", (), None)
