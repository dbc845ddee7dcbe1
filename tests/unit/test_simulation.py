"""The simulation behind docs/scaling.md keeps the laws that any such system keeps, and the rules of the host."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.simulation.app import DAY, SimulatedApp, Size, at_once, daily, dropped, place, run_to_end, steadily
from bench.simulation.fleet import QUEUE_SLOTS, Instance, Queue, Slots
from bench.simulation.served import Kind, Quota, Service, Window
from bench.simulation.virtual_time import VirtualTime
from local.host.settings import HostSettings
from shared.processing.jobs import Job

ROOT = Path(__file__).parents[2]
HOST = HostSettings.load(ROOT)

quotas = st.builds(
    Quota,
    requests_a_minute=st.integers(6, 600),
    tokens_a_minute=st.integers(1_000, 100_000),
    calls_at_once=st.integers(1, 50),
)
kinds = st.builds(Kind, name=st.just("file"), seconds=st.floats(0.5, 30), counted=st.integers(1, 2_000))
sizes = st.builds(Size, instances=st.integers(1, 4), at_once=st.integers(1, 32))
slow = settings(max_examples=10, deadline=None)


def run(
    kind: Kind, files: int, quota: Quota, size: Size, seed: int, events: int = 1
) -> tuple[SimulatedApp, Service, VirtualTime]:
    clock, service, random = place({kind.deployment: quota}, seed)
    app = SimulatedApp(clock, service, size, random)
    app.expect(kind, at_once(files), "drop", events)
    run_to_end(clock, app)
    return app, service, clock


@slow
@given(kinds, st.integers(1, 40), quotas, sizes, st.integers(0, 99))
def test_the_same_seed_gives_the_same_figures(kind: Kind, files: int, quota: Quota, size: Size, seed: int) -> None:
    assert dropped(kind, files, quota, size, seed) == dropped(kind, files, quota, size, seed)


@slow
@given(kinds, st.integers(1, 40), quotas, sizes, st.integers(0, 99))
def test_every_file_is_answered_and_paid_for_once(kind: Kind, files: int, quota: Quota, size: Size, seed: int) -> None:
    app, service, _ = run(kind, files, quota, size, seed)
    assert (len(app.storage.waited), service.answered) == (files, files)


def test_a_file_whose_event_comes_twice_is_paid_for_once() -> None:
    """While both wait for the quota one answers, and the other claims the file before it sees that."""
    app, service, _ = run(
        Kind("file", seconds=5, counted=200), 10, Quota(requests_a_minute=6), Size(2), seed=1, events=2
    )
    assert (len(app.storage.waited), service.answered) == (10, 10)


@slow
@given(kinds, st.integers(1, 40), quotas, sizes, st.integers(0, 99))
def test_littles_law_holds(kind: Kind, files: int, quota: Quota, size: Size, seed: int) -> None:
    """Files in the system, over time, are arrivals times waits: both are counted, each by itself."""
    app, _, clock = run(kind, files, quota, size, seed)
    mean_files, rate = app.storage.file_seconds / clock.seconds, files / clock.seconds
    mean_wait = sum(app.storage.waited.values()) / files
    assert mean_files == pytest.approx(rate * mean_wait)


@slow
@given(kinds, st.integers(1, 40), quotas, sizes, st.integers(0, 99))
def test_no_more_is_answered_than_the_quota_and_the_instances_allow(
    kind: Kind, files: int, quota: Quota, size: Size, seed: int
) -> None:
    app, service, clock = run(kind, files, quota, size, seed)
    windows, minutes = clock.seconds // 10 + 1, clock.seconds // 60 + 1
    assert files <= windows * max(1, quota.requests_a_minute / 6)
    assert files <= minutes * max(1, quota.tokens_a_minute / kind.counted)
    assert service.seconds <= clock.seconds * quota.calls_at_once
    slots = sum(
        group.slots.limit * instance.active_seconds_until(clock.seconds)
        for group in app.groups
        for instance in group.everyone
    )
    assert service.seconds <= slots
    assert all(group.max_seen <= size.instances for group in app.groups)


def test_instances_take_messages_as_host_json_says() -> None:
    blobs, queues = HOST.blobs, HOST.queues
    assert Slots.of_blobs(16) == Slots(blobs.batch_size, blobs.new_batch_threshold)
    assert Slots(queues.batch_size, queues.new_batch_threshold) == QUEUE_SLOTS


@given(st.integers(1, 500))
def test_slots_of_blobs_add_up_to_the_degree_of_parallelism(most: int) -> None:
    slots = Slots.of_blobs(most)
    assert slots.limit == most
    assert 1 <= slots.batch <= 32


def test_a_batch_holds_no_more_messages_than_were_asked_for() -> None:
    clock = VirtualTime()
    queue = Queue(clock)
    for number in range(5):
        queue.put(Job(name=str(number)))
    clock.run(1, lambda: False)
    assert [job.name for job in queue.take(3)] == ["0", "1", "2"]


def test_hidden_messages_count_as_long_as_another_is_visible() -> None:
    clock = VirtualTime()
    queue = Queue(clock)
    queue.put(Job(name="hidden"), 100)
    queue.put(Job(name="now"))
    clock.run(1, lambda: False)
    assert queue.length == 2
    (taken,) = queue.take(16)
    assert (taken.name, queue.length) == ("now", 0)


@pytest.mark.parametrize(("ran", "paid"), [(0.2, 1.0), (1.0, 1.0), (1.23, 1.3), (60, 60)])
def test_an_instance_is_paid_for_from_its_first_to_its_last_invocation(ran: float, paid: float) -> None:
    instance = Instance(processor=None)  # type: ignore[arg-type]  # nothing runs on it
    instance.begins(5)
    instance.begins(5 + ran / 2)
    instance.ends(5 + ran / 2)
    instance.ends(5 + ran)
    assert instance.billed_seconds == pytest.approx(paid)


def test_a_window_has_room_for_so_much_and_says_when_it_ends() -> None:
    window = Window(limit=10, seconds=60)
    assert window.wait(now=61, amount=8) == 0
    window.take(8)
    assert window.wait(now=80, amount=3) == 40
    assert window.wait(now=80, amount=2) == 0
    assert window.wait(now=120, amount=10) == 0


def test_a_window_that_is_empty_lets_even_the_largest_through() -> None:
    assert Window(limit=10, seconds=60).wait(now=0, amount=11) == 0


def test_arrivals_are_as_many_as_asked_for_and_within_their_time() -> None:
    random = Random(1)
    assert [len(list(each)) for each in (at_once(7), steadily(7, 60, random), daily(7, 1, random))] == [7, 7, 7]
    assert all(0 <= moment < 60 for moment in steadily(50, 60, random))


def test_by_day_more_files_come_than_by_night() -> None:
    moments = list(daily(2_000, 1, Random(1)))
    by_day = sum(DAY / 4 <= moment < 3 * DAY / 4 for moment in moments)
    assert by_day / len(moments) == pytest.approx(0.5 + 1 / 3.1416, abs=0.05)
