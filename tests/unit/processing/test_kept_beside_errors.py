"""What was answered before a file ended in an error: another try does not pay for it again."""

from collections.abc import Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from shared.errors import AnswerUnusable, FileRejected
from shared.models.chat import ChatAnswer, MediaPart
from shared.models.exchange import Extent
from shared.models.pieces import Piece
from shared.models.plan import Plan
from shared.processing.jobs import Job
from shared.processing.preparing import Prepared
from shared.processing.processor import Processor
from tests.unit.fakes import MemoryFiles, MemorySource, MemoryState, SpeakingModel, said
from tests.unit.memory_app import HELLO, MemoryApp, memory_app
from tests.unit.models.test_models import MP3

NAME = "transcribe/long.mp3"
REFUSED = FileRejected("rejected_by_model", "No.", "Try another.")


class InThree:
    """Cuts every recording into three pieces."""

    @asynccontextmanager
    async def prepared(self, plan: Plan, extents: Sequence[Extent]) -> Any:
        part = MediaPart(replace(MP3, seconds=10), MemorySource(b"x"))
        pieces = [Piece((part,), Extent(at * 10.0, at * 10.0 + 10)) for at in range(3)]
        yield Prepared(plan.media.media, tuple(pieces))


async def ended_in_an_error(*answers: ChatAnswer | Exception) -> tuple[MemoryApp, MemoryFiles, SpeakingModel]:
    """A file of which some pieces were answered, and then no more."""
    files, model = MemoryFiles(), SpeakingModel([said("One."), said("Two."), *answers])
    files.put(NAME, HELLO)
    here = memory_app(files, model, preparer=InThree())
    await here.take(NAME)
    while not files.outcomes:
        await here.take_again()
    assert files.outcome(NAME).status == "error"
    model.requests.clear()
    return here, files, model


async def redrive(here: MemoryApp, files: MemoryFiles, name: str = NAME) -> None:
    """As `dropscribe redrive` does it."""
    del files.outcomes[name]
    await Processor(here.services).take_up("input", Job(name=name), is_first_try=True)


@pytest.mark.parametrize("trouble", [[REFUSED], [AnswerUnusable("HTML")] * 3], ids=["refused", "asked in vain"])
async def test_a_redrive_pays_for_the_missing_piece_only(trouble: list[Exception]) -> None:
    here, files, model = await ended_in_an_error(*trouble, said("Three."))
    await redrive(here, files)
    answer = files.outcome(NAME).answer
    assert answer
    assert (answer.text, len(model.requests)) == ("One. Two. Three.", 1)
    assert (here.state.answers, here.state.records) == ({}, {})


async def test_another_version_is_asked_about_anew_and_what_was_kept_is_deleted() -> None:
    here, files, model = await ended_in_an_error(REFUSED, said("New."))
    files.put(NAME, HELLO + b"more")
    await here.take(NAME)
    assert (files.outcome(NAME).status, len(model.requests), here.state.answers) == ("ok", 3, {})


async def test_an_answer_without_a_word_is_not_kept_for_another_try() -> None:
    files, model = MemoryFiles(), SpeakingModel([said(""), said(""), said("Words.")])
    files.put(NAME, HELLO)
    here = memory_app(files, model)
    await here.take(NAME)
    assert (files.outcome(NAME).status, here.state.answers) == ("error", {})
    await redrive(here, files)
    assert files.outcome(NAME).status == "ok"


async def test_what_is_kept_beside_an_error_outlives_a_worker_that_breaks_down_behind_it() -> None:
    class Stuck(MemoryState):
        is_stuck = True

        async def delete(self, name: str, stored: Any) -> None:
            if self.is_stuck:
                raise RuntimeError
            await super().delete(name, stored)

    files, model, state = MemoryFiles(), SpeakingModel([said("One."), said("Two."), REFUSED]), Stuck()
    files.put(NAME, HELLO)
    here = memory_app(files, model, preparer=InThree(), state=state)
    with pytest.raises(RuntimeError):
        await here.take(NAME)
    state.is_stuck = False
    await Processor(here.services).process("input", NAME)
    assert (list(state.answers), state.records) == ([NAME], {})
