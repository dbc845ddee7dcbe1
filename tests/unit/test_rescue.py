import json
import logging
from collections import Counter
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.claims import Claim
from shared.conclusion import Conclusion
from shared.rescue import Lot, Rescue
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


async def test_the_reconciler_counts_all_that_wait_and_looks_into_some_of_very_many(
    caplog: pytest.LogCaptureFixture,
) -> None:
    files, state = MemoryFiles(), MemoryState()
    for number in range(9):
        files.put(f"{number}.png", CHART)
    with caplog.at_level(logging.INFO):
        assert await replace(rescue(files, state), most=2).reconcile() == 2
    assert len({job.name for job, _ in state.sent}) == 2
    told = json.loads(caplog.messages[-1])
    assert (told["waiting"], told["queued"]) == (9, 2)


async def test_a_lost_file_has_its_turn_though_many_others_wait_in_somebodys_hands() -> None:
    files, state = MemoryFiles(), MemoryState()
    for number in range(9):
        files.put(f"{number}.png", CHART)
        etag = (await files.look(f"{number}.png")).etag
        await state.write(f"{number}.png", Claim(etag, "deferred", state.time, 0, 0, "mine"), replacing=None)
    files.put("lost.png", CHART)
    looks = replace(rescue(files, state), most=2, random=Random(1))
    while not state.sent:
        assert await looks.reconcile() in (0, 1)
    assert [job.name for job, _ in state.sent] == ["lost.png"]


@given(added=st.integers(0, 50), most=st.integers(1, 20), seed=st.integers())
def test_a_lot_holds_as_many_as_it_may_and_nobody_twice(added: int, most: int, seed: int) -> None:
    lot = Lot(most, Random(seed))
    for number in range(added):
        lot.add((str(number), "etag"))
    assert len(lot.drawn) == len(set(lot.drawn)) == min(added, most)


def test_a_lot_gives_each_the_same_chance() -> None:
    drawn = Counter[str]()
    for seed in range(2_000):
        lot = Lot(2, Random(seed))
        for name in "abcdefgh":
            lot.add((name, "etag"))
        drawn.update(name for name, _ in lot.drawn)
    assert all(400 < times < 600 for times in drawn.values()), drawn  # a quarter of 2,000, give or take five deviations
