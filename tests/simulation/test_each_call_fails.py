"""The n-th call of storage fails, for each n until there is none: once, for hours, or with all calls of its kind.

A call that has an effect is counted twice: it may fail before that, or its response may be lost after it. `make fuzz`
lets each call fail in each way; `make test` each of them once, and every third of them for longer.
"""

import itertools
import os
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Literal

import pytest

from shared.errors import AnswerUnusable, ModelThrottled
from shared.processing.jobs import Job
from tests.simulation.test_protocol import check
from tests.simulation.world import WEEK, Killed, World

NAME, TALK = "file", "talk"
LASTING = {"once": 0, "for hours": 6 * 3600, "its kind for a while": 1200}
"""Seconds for which storage goes on failing. A kind that fails alone makes attempts follow quickly."""
STEP = {kind: 1 if kind == "once" or "FUZZ_EXAMPLES" in os.environ else 3 for kind in LASTING}
FEWEST = 10
"""The calls of the shortest story; fewer would mean that nothing is counted."""

type Kind = Literal["once", "for hours", "its kind for a while"]
KINDS: tuple[Kind, ...] = ("once", "for hours", "its kind for a while")


@dataclass
class Strike:
    """Lets the n-th call fail, and others after it. `call` is what the n-th was, once it came."""

    number: int
    kind: Kind
    world: World
    count: int = 0
    call: str = ""
    until: float = 0

    def __call__(self, call: str) -> bool:
        self.count += 1
        if self.count == self.number:
            self.call, self.until = call, self.world.time + LASTING[self.kind]
            return True
        return self.world.time < self.until and (self.kind == "for hours" or call == self.call)


def let(world: World, happen: Callable[[], object]) -> None:
    """Let the world go on until this has happened, for two minutes at most."""
    end = world.time + 120
    while not happen() and world.time < end:
        world.advance(0.1)


def an_event(world: World) -> None:
    world.upload(NAME)


def an_event_that_goes_both_ways(world: World) -> None:
    world.delivery = "both"
    world.upload(NAME)


def an_event_that_the_webhook_refuses(world: World) -> None:
    world.delivery, world.refusing = "both", 1
    world.upload(NAME)


def an_event_in_the_queue_alone(world: World) -> None:
    world.delivery = "queue"
    world.upload(NAME)


def a_dead_letter(world: World) -> None:
    world.refusing = 1
    world.upload(NAME)


def a_newer_version(world: World) -> None:
    world.upload(NAME)
    let(world, lambda: world.outcomes)
    world.upload(NAME)


def a_refused_file(world: World) -> None:
    world.bad = {NAME}
    world.upload(NAME)


def a_lost_event(world: World) -> None:
    world.upload(NAME, events=0)
    world.advance(2700)


def given_up_on_once(world: World) -> None:
    world.upload(NAME, events=0)
    world.put("blob-poison", Job(name=NAME), 0, WEEK)


def given_up_on_twice(world: World) -> None:
    given_up_on_once(world)
    let(world, lambda: world.queues["deferred"])
    for message in list(world.queues["deferred"]):
        world._poison("deferred", message)


def a_busy_model(world: World) -> None:
    world.model_fault = lambda: ModelThrottled("busy", retry_after=600) if world.time < 60 else None
    world.upload(NAME)


def a_model_that_is_busy_before_the_second_turn(world: World) -> None:
    world.model_fault = lambda: ModelThrottled("busy", retry_after=600) if world.paid and world.time < 300 else None
    world.upload(TALK)


def a_worker_that_died_with_one_answer(world: World) -> None:
    world.upload(TALK)
    let(world, lambda: world.paid)
    world.kill_worker()


def a_worker_that_died_before_its_event(world: World) -> None:
    world.upload(NAME)
    let(world, lambda: world.outcomes)
    world.kill_worker()


def a_worker_that_died_with_a_repeat(world: World) -> None:
    an_event_that_the_webhook_refuses(world)
    let(world, lambda: world.paid)
    world.kill_worker()


def a_file_that_goes_while_its_answers_are_kept(world: World) -> None:
    a_model_that_is_busy_before_the_second_turn(world)
    let(world, lambda: world.answers)
    world.remove(TALK)


def a_long_recording(world: World) -> None:
    world.long = {NAME}
    world.upload(NAME)


def a_worker_that_died_between_two_pieces(world: World) -> None:
    a_long_recording(world)
    let(world, lambda: len(world.paid) > 1)
    world.kill_worker()


def a_model_that_is_busy_before_the_third_piece(world: World) -> None:
    world.model_fault = lambda: (
        ModelThrottled("busy", retry_after=600) if len(world.paid) > 1 and world.time < 300 else None
    )
    a_long_recording(world)


def a_recording_that_changes_between_two_pieces(world: World) -> None:
    a_long_recording(world)
    let(world, lambda: len(world.paid) > 1)
    world.upload(NAME)


def files_beside_a_document(world: World) -> None:
    world.subtitled = {NAME}
    world.upload(NAME)


def fewer_files_beside_a_newer_document(world: World) -> None:
    files_beside_a_document(world)
    let(world, lambda: world.outcomes)
    world.versions += -world.versions % 3 + 1  # of the version that follows nothing is written beside
    world.upload(NAME)


def a_worker_that_died_between_two_files(world: World) -> None:
    world.versions += -world.versions % 3 + 2
    files_beside_a_document(world)
    let(world, lambda: world.sidecars)
    world.kill_worker()


def a_file_that_goes_while_files_are_written(world: World) -> None:
    a_worker_that_died_between_two_files(world)
    world.remove(NAME)


def a_redrive_after_the_second_turn_failed(world: World) -> None:
    fault, world.fault = world.fault, lambda call: False  # what can fail before is told by other stories
    world.model_fault = lambda: AnswerUnusable("HTML") if world.paid and not world.outcomes else None
    world.upload(TALK)
    let(world, lambda: world.outcomes)
    world.fault, world.model_fault = fault, lambda: None
    world.redrive(TALK)


def lost_events_found_slice_by_slice(world: World) -> None:
    world.page_size, world.listing_seconds = 1, 0
    for name in (NAME, TALK):
        world.upload(name, events=0)
    world.advance(3600)


def an_app_told_to_stop_during_a_call(world: World) -> None:
    world.upload(NAME)
    let(world, lambda: world.calls)
    stop(world)


def an_app_told_to_stop_with_one_answer(world: World) -> None:
    world.upload(TALK)
    let(world, lambda: world.paid)
    stop(world)


def stop(world: World) -> None:
    for run in world.running:
        world.stop(run)


STORIES = (
    a_redrive_after_the_second_turn_failed,
    lost_events_found_slice_by_slice,
    an_app_told_to_stop_during_a_call,
    an_app_told_to_stop_with_one_answer,
    files_beside_a_document,
    fewer_files_beside_a_newer_document,
    a_worker_that_died_between_two_files,
    a_file_that_goes_while_files_are_written,
    a_long_recording,
    a_worker_that_died_between_two_pieces,
    a_model_that_is_busy_before_the_third_piece,
    a_recording_that_changes_between_two_pieces,
    an_event,
    an_event_that_goes_both_ways,
    an_event_that_the_webhook_refuses,
    an_event_in_the_queue_alone,
    a_dead_letter,
    a_newer_version,
    a_refused_file,
    a_lost_event,
    given_up_on_once,
    given_up_on_twice,
    a_busy_model,
    a_model_that_is_busy_before_the_second_turn,
    a_worker_that_died_with_one_answer,
    a_worker_that_died_before_its_event,
    a_worker_that_died_with_a_repeat,
    a_file_that_goes_while_its_answers_are_kept,
)
ENDING_IN_ERROR = (a_refused_file, given_up_on_twice)
"""Stories in which a file gets an error document though nothing fails; another, where the host gives up once more."""


def told(story: Callable[[World], None], number: int, kind: Kind) -> tuple[World, Strike]:
    """A story in which the n-th call of storage fails, from its beginning until nothing is left to do."""
    world = World(random=Random(1), talkative={TALK}, daily_tokens=1_000_000)
    world.fault = strike = Strike(number, kind, world)
    story(world)
    world.settle()
    return world, strike


def paid_too_often(world: World, strike: Strike) -> list[object]:
    """What was paid for again though no answer was lost: with a worker, or because it could not be kept."""
    unkept = world.unkept if strike.kind == "for hours" or strike.call == "keep" else {}
    return [
        (name, turn)
        for (name, _, turn), times in world.paid.items()
        if times > 1 + world.killed[name] + unkept.get(name, 0)
    ]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_whichever_call_of_storage_fails_each_file_ends_in_one_document(
    story: Callable[[World], None], kind: Kind
) -> None:
    for number in itertools.count(1 + STORIES.index(story) % STEP[kind], STEP[kind]):
        world, strike = told(story, number, kind)
        if not strike.call:
            break
        if story in ENDING_IN_ERROR or (story is given_up_on_once and kind != "once"):
            world.bad = {NAME}
        check(world)
        assert paid_too_often(world, strike) == [], (number, strike.call)
    assert number > FEWEST


@dataclass
class Kill:
    """Kills the worker at its n-th call of storage."""

    number: int
    count: int = 0

    def __call__(self, call: str) -> bool:
        self.count += 1
        if self.count == self.number:
            raise Killed
        return False


@pytest.mark.parametrize("story", [files_beside_a_document, fewer_files_beside_a_newer_document])
def test_whenever_a_worker_is_killed_no_half_set_is_left(story: Callable[[World], None]) -> None:
    for number in itertools.count(1):
        world = World(random=Random(1))
        world.fault = kill = Kill(number)
        story(world)
        world.settle()
        check(world)
        if kill.count < number:
            break
    assert number > FEWEST
