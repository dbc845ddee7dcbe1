"""A recording of known sentences that is asked about in pieces, by a worker that is killed half-way.

`make fuzz` runs these: they take minutes of a processor.
"""

import asyncio
import itertools
import os
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.integration.loopback import Service, saying, service
from tests.integration.recordings import (
    NAME,
    TOLERANCE,
    beginnings,
    capabilities,
    forget_document,
    heard_elsewhere,
    kill_before_call,
    listening_scene,
    offline_model,
    paid_calls,
    repeating,
    unsaid_inventions,
)
from tests.integration.scene import WORK_SECONDS
from tests.support.sentences import SAMPLED, SENTENCES, Difference, KnownSentences, difference
from tests.support.speech import SOUNDS, Recording, orders, sampled

pytestmark = pytest.mark.skipif("FUZZ_EXAMPLES" not in os.environ, reason="takes minutes of a processor: make fuzz")


ADVISED_SECONDS = 30
CALLS_BEFORE_THE_KILL = 3
KNOWN = KnownSentences()
INVENTED = "Thanks for watching my channel, do subscribe! "


@dataclass
class Story:
    """What became of the recording.

    Attributes:
        anew: the document that it had when it was to be answered anew.
        first: how many calls were answered before the worker was killed.
        all: and in the end.
        again: how many then.
    """

    recording: Recording
    document: dict[str, Any]
    anew: dict[str, Any]
    first: int
    all: int
    again: int


def meeting() -> Recording:
    """Some three minutes: sentences with pauses, silence, noise and music among them, then some without a pause."""
    recording, order, chance = Recording(), iter(orders(SAMPLED, seed=2)), random.Random(2)
    for kind in (*SOUNDS, None):
        for number in itertools.islice(order, 7):
            recording.say(number, sampled(number), chance.uniform(0.5, 1.2))
        if kind:
            recording.add(kind, 20)
    for number in itertools.islice(order, 14):
        recording.say(number, sampled(number), 0.05)
    return recording


@pytest.fixture(scope="module")
async def story(azurite: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Story]:
    """The recording is dropped, its worker killed; the next one goes on; then the file is to be answered anew."""
    recording, logs = await asyncio.to_thread(meeting), tmp_path_factory.mktemp("logs")
    given = {"MODEL_CAPABILITIES": capabilities(ADVISED_SECONDS)}
    async with offline_model(logs / "model.log") as model, listening_scene(azurite, model, **given) as scene:
        scene.content = await asyncio.to_thread(recording.encoded, "m4a")
        worker = await scene.worker(logs / "worker.log")
        kill_before_call(scene, worker, CALLS_BEFORE_THE_KILL)
        await scene.drop(NAME)
        async with asyncio.timeout(WORK_SECONDS):
            assert await worker.wait()
        first = paid_calls(scene)
        await scene.let_the_hidden_be_seen()
        await scene.settle(NAME)
        document, paid = await scene.document(NAME), paid_calls(scene)
        assert document
        await forget_document(scene)
        async with repeating(scene, document):
            await scene.hand_over(NAME)
            await scene.settle(NAME)
        anew = await scene.document(NAME)
        assert anew
        yield Story(recording, document, anew, first, paid, paid_calls(scene) - paid)


def test_every_sentence_of_a_long_recording_comes_out_in_order_and_once(story: Story) -> None:
    said, text = story.recording.numbers, story.document["answer"]["text"]
    assert difference(said, KNOWN.numbers(text)) == Difference(), text
    assert [found for found in KNOWN.found(text) if not found.is_whole] == [], text
    assert len(story.document["answer"]["pieces"]) > CALLS_BEFORE_THE_KILL


def test_every_piece_begins_in_the_pause_before_its_first_sentence(story: Story) -> None:
    begun = list(beginnings(KNOWN, story.recording, story.document))
    assert [each for each in begun if each.off > TOLERANCE] == []
    assert {each.overlaps for each in begun} == {True, False}
    assert heard_elsewhere(KNOWN, story.recording, story.document) == []


def test_what_is_made_up_where_nobody_speaks_is_named_in_a_warning(story: Story) -> None:
    assert unsaid_inventions(KNOWN, story.recording, story.document) == []


@pytest.mark.parametrize("kind", SOUNDS)
async def test_a_model_that_makes_up_words_where_nobody_speaks_is_told_on(azurite: str, kind: str) -> None:
    recording = Recording()
    for number in (0, 1):
        recording.say(number, sampled(number), 0.5)
    recording.add(kind, 20)
    recording.say(2, sampled(2), 0.5)
    made_up = f"{SENTENCES[0]} {SENTENCES[1]} {INVENTED * 12} {SENTENCES[2]}"
    async with service(Service(answers=[saying(made_up)])) as model, listening_scene(azurite, model.url) as scene:
        scene.content = await asyncio.to_thread(recording.encoded, "m4a")
        await scene.drop(NAME)
        await scene.settle(NAME)
        document = await scene.document(NAME)
    assert document
    assert unsaid_inventions(KNOWN, recording, document) == []
    assert unsaid_inventions(KNOWN, recording, {**document, "warnings": []}) != []


def test_an_attempt_after_a_kill_pays_only_for_the_pieces_that_are_missing(story: Story) -> None:
    assert story.first == CALLS_BEFORE_THE_KILL
    assert story.all == len(story.document["usage"]["calls"])


def test_a_finished_recording_that_is_to_be_answered_anew_is_asked_about_from_the_start(story: Story) -> None:
    assert story.again == story.all
    assert story.anew["answer"]["pieces"] == story.document["answer"]["pieces"]
