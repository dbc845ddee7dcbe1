import json
import logging

import pytest

from shared.claims import Claim
from shared.conclusion import Conclusion
from shared.rescue import Rescue
from tests import samples
from tests.unit.fakes import START, MemoryFiles, MemoryState, SpeakingModel, said
from tests.unit.test_processor import processor

CHART = samples.CHART.read_bytes()


def rescue(files: MemoryFiles, state: MemoryState) -> Rescue:
    conclusion = Conclusion(files=files, claims=state, announcements=state)
    return Rescue(
        input_container="input", files=files, claims=state, deferrals=state, conclusion=conclusion, clock=state
    )


async def test_the_reconciler_queues_what_nobody_works_on_and_tells_how_much_waits(
    caplog: pytest.LogCaptureFixture,
) -> None:
    files, state = MemoryFiles(), MemoryState()
    for name in ("answered.png", "in-hand.png", "lost.png"):
        files.put(name, CHART)
    await processor(files, SpeakingModel([said("A chart.")]), state=state).take("answered.png")
    etag = (await files.look("in-hand.png")).etag
    await state.write("in-hand.png", Claim(etag, "claimed", state.time, 0, 0, "mine"), replacing=None)
    with caplog.at_level(logging.INFO):
        assert await rescue(files, state).reconcile() == 1
    assert [job.name for job, _ in state.sent] == ["lost.png"]
    age = round((state.time - START).total_seconds())
    told = {"event": "files.waiting", "waiting": 2, "oldest_seconds": age, "queued": 1}
    assert told == json.loads(caplog.messages[-1])


async def test_the_reconciler_tells_too_when_nothing_waits(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        await rescue(MemoryFiles(), MemoryState()).reconcile()
    (line,) = caplog.messages
    assert json.loads(line) == {"event": "files.waiting", "waiting": 0, "oldest_seconds": 0, "queued": 0}
