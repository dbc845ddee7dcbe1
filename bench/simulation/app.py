"""The whole app in virtual time: files arrive, instances come and go, a model has a quota, the reconciler looks."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from random import Random

from bench.simulation.fleet import QUEUE_SLOTS, Group, Queue, Slots
from bench.simulation.limits import ASSUMED, PUBLISHED
from bench.simulation.memory import MemoryStorage
from bench.simulation.served import Kind, Quota, Service
from bench.simulation.virtual_time import VirtualTime
from shared.processing import Cooldowns, Job, Processor, ResultPublisher, Services
from shared.recovery import Reconciler

DAY = 86_400.0
RECONCILE_EVERY = 900.0


@dataclass(frozen=True)
class Size:
    """How far the app may grow, and what its instances are.

    Attributes:
        instances: `maximumInstanceCount`, which holds for each scale group.
        at_once: `maxDegreeOfParallelism`.
    """

    instances: int
    at_once: int = 16
    memory_mb: int = 2048


@dataclass(frozen=True)
class Figures:
    """What became of the files of one app.

    Attributes:
        seconds: until the last document, from the first file.
        refused: calls that were answered 429.
        executions: how often a function ran.
        deferred: messages sent to the queue of work that waits, of which so many were the reconciler's.
        instances: the most at one time, of both groups together.
        active_seconds: of instances, each counted while something runs on it.
        model_seconds: in which the model was at work.
        waits: from arrival to document, in seconds: the median, the 95th percentile, the longest.
    """

    files: int
    answered: int
    seconds: float
    refused: int
    executions: int
    deferred: int
    reconciled: int
    instances: int
    active_seconds: float
    model_seconds: float
    gb_seconds: float
    waits: tuple[float, float, float]

    @property
    def dollars(self) -> float:
        """What the instances cost, without the free grant."""
        return self.gb_seconds * PUBLISHED["gb_second"].value + self.executions / 1e6 * PUBLISHED["executions"].value

    @property
    def used(self) -> float:
        """The calls that an active instance has under way, on average."""
        return self.model_seconds / self.active_seconds


class SimulatedApp:
    """One function app with its own storage, at a service that it may share with others."""

    def __init__(self, clock: VirtualTime, service: Service, size: Size, random: Random) -> None:
        self._clock, self._service, self._size, self._random = clock, service, size, random
        self.storage = MemoryStorage(clock, ASSUMED["storage"].value)
        self._events, self._deferred = Queue(clock), Queue(clock)
        self.groups = [
            Group(clock, self._events, Slots.of_blobs(size.at_once), size.instances, self._processor),
            Group(clock, self._deferred, QUEUE_SLOTS, size.instances, self._processor),
        ]
        self._reconciler = Reconciler(self._services(), self.storage)
        self._reconciled = 0
        self._files = 0
        clock.later(RECONCILE_EVERY, self._reconcile)

    def _processor(self) -> Processor:
        """The core of one instance: with a view of its own of who is to be left alone."""
        return Processor(self._services())

    def _services(self) -> Services:
        return Services(
            input_container="input",
            files=self.storage,
            claims=self.storage,
            jobs=self._deferred,
            kept=self.storage,
            cooldowns=Cooldowns(self.storage, self._clock),
            planner=self._service,
            preparer=self._service,
            publisher=ResultPublisher(files=self.storage, claims=self.storage, kept=self.storage, events=None),
            clock=self._clock,
            random=Random(self._random.getrandbits(64)),  # noqa: S311 - the same each time
        )

    def _reconcile(self) -> None:
        before = self._deferred.sent
        self._clock.start(self._reconciler.reconcile(), lambda: None)
        self._reconciled += self._deferred.sent - before
        self._clock.later(RECONCILE_EVERY, self._reconcile)

    def expect(self, kind: Kind, moments: Iterable[float], folder: str, events: int = 1) -> None:
        """Let files of a kind come at these moments, in seconds from now, each told by so many events."""
        for number, moment in enumerate(moments):
            name = f"{folder}/{number:07}"
            self._service.kinds[name] = kind
            self._files += 1
            self._clock.later(moment, partial(self._arrive, name, events))

    def _arrive(self, name: str, events: int) -> None:
        self.storage.put(name)
        for _ in range(events):
            self._events.put(Job(name=name))

    @property
    def is_done(self) -> bool:
        """Whether every file has its document."""
        return len(self.storage.waited) == self._files

    def figures(self) -> Figures:
        """What became of it so far."""
        instances = [instance for group in self.groups for instance in group.everyone]
        active = sum(each.active_seconds_until(self._clock.seconds) for each in instances)
        billed = (
            sum(each.billed_seconds for each in instances) + active - sum(each.active_seconds for each in instances)
        )
        return Figures(
            files=self._files,
            answered=len(self.storage.waited),
            seconds=round(self._clock.seconds, 1),
            refused=self._service.refused,
            executions=sum(group.executions for group in self.groups),
            deferred=self._deferred.sent,
            reconciled=self._reconciled,
            instances=sum(group.max_seen for group in self.groups),
            active_seconds=round(active, 1),
            model_seconds=round(self._service.seconds, 1),
            gb_seconds=round(billed * self._size.memory_mb / 1024, 1),
            waits=_spread(self.storage.waited.values()),
        )


def _spread(waits: Iterable[float]) -> tuple[float, float, float]:
    ordered = sorted(waits) or [0.0]
    middle, p95 = ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, math.ceil(0.95 * len(ordered)) - 1)]
    return round(middle, 1), round(p95, 1), round(ordered[-1], 1)


def at_once(count: int) -> Iterator[float]:
    """A bulk drop: all within a minute."""
    return (60 * number / count for number in range(count))


def steadily(count: int, seconds: float, random: Random) -> Iterator[float]:
    """At any moment alike."""
    return (random.uniform(0, seconds) for _ in range(count))


def daily(count: int, days: float, random: Random) -> Iterator[float]:
    """By day more than by night: twice the mean at noon, none at midnight."""
    for _ in range(count):
        while True:
            moment = random.uniform(0, days * DAY)
            if random.random() < (1 - math.cos(2 * math.pi * moment / DAY)) / 2:
                yield moment
                break


def place(quotas: dict[str, Quota], seed: int) -> tuple[VirtualTime, Service, Random]:
    """A clock, deployments by their aliases, and a source of chance."""
    random = Random(seed)  # noqa: S311 - the same each time
    clock = VirtualTime()
    return clock, Service(clock, quotas, random), random


def run_to_end(clock: VirtualTime, *apps: SimulatedApp) -> None:
    """Let time pass until every file has its document, a week at most."""
    clock.run(7 * DAY, lambda: all(app.is_done for app in apps))


def dropped(kind: Kind, count: int, quota: Quota, size: Size, seed: int = 1) -> Figures:
    """Drop so many files of a kind within a minute, and wait for their documents."""
    clock, service, random = place({kind.deployment: quota}, seed)
    app = SimulatedApp(clock, service, size, random)
    app.expect(kind, at_once(count), "drop")
    run_to_end(clock, app)
    return app.figures()
