"""The first turn of a recipe, asked about one piece of a file after the other."""

from collections.abc import Callable, Sequence

import pytest

from shared.errors import FileRejected
from shared.media.media import Media
from shared.models.chat import ChatAnswer, MediaPart
from shared.models.conversation import Conversation
from shared.models.exchange import Exchange, Extent
from shared.models.kept import Kept
from shared.models.pieces import Piece
from tests.unit.fakes import MemorySource, SpeakingModel, deployed, said
from tests.unit.models.test_conversation import conversation, hold

MP3 = Media("audio", "audio/mpeg", "mp3", 60)
SENTENCE = "We met on Monday in the library and spoke about the new shelves for an hour. "


def piece(
    start: float,
    end: float,
    *,
    speech: float | None = None,
    overlaps: bool = False,
    halves: Callable[[], Sequence[Piece]] | None = None,
) -> Piece:
    media = MediaPart(Media("audio", "audio/mpeg", "mp3", seconds=end - start), MemorySource(b"%d" % start))
    return Piece((media,), Extent(start, end, overlaps=overlaps), speech, halves)


def pages(*numbers: int) -> list[Piece]:
    return [Piece((), Extent(first_page=number, last_page=number)) for number in numbers]


async def held(
    pieces: Sequence[Piece], *answers: ChatAnswer, turns: tuple[str, ...] = ("Write it down.",)
) -> tuple[Conversation, SpeakingModel]:
    model = SpeakingModel(list(answers), deployed())
    talk = conversation(model, turns=turns)
    talk.prepare(MP3, pieces)
    return await hold(talk), model


def heard_by(model: SpeakingModel) -> list[list[float | None]]:
    """The seconds of the recordings that went with each call."""
    asked = [request.messages for request in model.requests]
    return [
        [part.media.seconds for message in messages for part in message.parts if isinstance(part, MediaPart)]
        for messages in asked
    ]


async def test_each_piece_is_asked_about_by_itself_and_the_answers_are_joined() -> None:
    talk, model = await held([piece(0, 10), piece(10, 30)], said("One."), said("Two."))
    assert (talk.answer.text, heard_by(model)) == ("One. Two.", [[10], [20]])
    assert talk.answer.finish_reason == "stop"


async def test_the_next_turn_is_told_the_joined_text_and_hears_nothing() -> None:
    turns = ("Write it down.", "Sum it up.")
    talk, model = await held([piece(0, 10), piece(10, 30)], said("One."), said("Two."), said("Both."), turns=turns)
    texts = [part.text for message in model.requests[2].messages for part in message.parts if hasattr(part, "text")]
    assert (texts, heard_by(model)[2]) == (["Write it down.", "One. Two.", "Sum it up."], [])
    assert talk.answer.text == "Both."


async def test_every_call_about_a_piece_is_counted_once() -> None:
    talk, _ = await held([piece(0, 10), piece(10, 30)], said("One."), said("Two."))
    usages = [usage for exchange in talk.paid for usage in exchange.usages]
    assert len(usages) == 2
    assert all(usages)


async def test_words_that_two_pieces_heard_are_written_once() -> None:
    first, second = "We met on Monday in the library.", "in the library. Then we left."
    talk, _ = await held([piece(0, 10), piece(6, 30, overlaps=True)], said(first), said(second))
    assert talk.answer.text == "We met on Monday in the library. Then we left."


async def test_pages_stand_under_their_numbers() -> None:
    talk, _ = await held(pages(1, 2), said("One."), said("Two."))
    assert talk.answer.text == "=== Page 1 ===\n\nOne.\n\n=== Page 2 ===\n\nTwo."


async def test_an_answer_that_was_cut_off_is_asked_for_in_smaller_pieces() -> None:
    cut, halves = said("One. Tw", finish_reason="length"), [piece(0, 30), piece(30, 60)]
    talk, model = await held([piece(0, 60, halves=lambda: halves)], cut, said("One."), said("Two."))
    assert (talk.answer.text, talk.answer.finish_reason, talk.warnings) == ("One. Two.", "stop", [])
    assert heard_by(model) == [[60], [30], [30]]
    assert len([usage for exchange in talk.paid for usage in exchange.usages]) == 3


async def test_a_doubted_answer_is_asked_for_once_more_and_then_named_in_a_warning() -> None:
    looping = said("thank you " * 200)
    halves = [piece(0, 30, speech=25, halves=lambda: pytest.fail("once more")), piece(30, 60, speech=25)]
    whole = piece(0, 60, speech=50, halves=lambda: halves)
    talk, _ = await held([whole], looping, looping, said(SENTENCE * 4))
    assert len(talk.warnings) == 1
    assert talk.warnings[0].startswith("Seconds 0 to 30: ")


async def test_one_piece_that_the_filter_holds_back_costs_no_other() -> None:
    talk, _ = await held([piece(0, 10), piece(10, 30)], said("One."), said("", finish_reason="content_filter"))
    assert talk.answer.text == "One."
    assert talk.warnings == ["Seconds 10 to 30 have no text: the service's content filter held the answer back."]


async def test_a_file_of_which_every_piece_is_held_back_has_no_answer() -> None:
    held_back = said("", finish_reason="content_filter")
    with pytest.raises(FileRejected) as caught:
        await held([piece(0, 10), piece(10, 30)], held_back, held_back)
    assert caught.value.code == "content_filtered"


async def test_a_conversation_goes_on_with_the_pieces_that_are_missing() -> None:
    model = SpeakingModel([said("Two.")], deployed())
    talk = conversation(model, turns=("Write it down.",))
    asked = Exchange("phi", "Write it down.", said("One."), extent=Extent(0, 10))
    talk.resume(Kept(about_pieces=(asked,), extents=(Extent(0, 10), Extent(10, 30))))
    assert talk.first_turn.extents == (Extent(0, 10), Extent(10, 30))
    talk.prepare(MP3, [piece(0, 10), piece(10, 30)])
    await hold(talk)
    assert (talk.answer.text, heard_by(model)) == ("One. Two.", [[20]])


async def test_nothing_is_between_pieces_before_the_first_and_after_the_last() -> None:
    model = SpeakingModel([said("One."), said("Two.")], deployed())
    talk = conversation(model, turns=("Write it down.",))
    talk.prepare(MP3, [piece(0, 10), piece(10, 30)])
    states = [talk.is_between_pieces]
    while turn := talk.next_turn():
        talk.add(turn, await turn.ask())
        states.append(talk.is_between_pieces)
    assert states == [False, True, False]


async def test_the_first_of_two_smaller_pieces_still_begins_with_what_was_heard_before() -> None:
    cut, halves = said("in the library. Then", finish_reason="length"), [piece(6, 30), piece(30, 60)]
    pieces = [piece(0, 10), piece(6, 60, overlaps=True, halves=lambda: halves)]
    first, second = said("We met on Monday in the library."), said("on Monday in the library. Then we left.")
    talk, _ = await held(pieces, first, cut, second, said("It rained."))
    assert talk.answer.text == "We met on Monday in the library. Then we left. It rained."
