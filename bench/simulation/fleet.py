"""Instances of the app on Flex Consumption in virtual time: the host's rules, with the real core inside.

Each scale group has its own queue and instances (blob functions are one group, a queue function is one): an instance
takes messages in batches, and the scale controller wants so many instances that each message could be running.
"""

import itertools
import math
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from bench.simulation.limits import ASSUMED, PUBLISHED
from bench.simulation.virtual_time import VirtualTime
from shared.processing.jobs import Job
from shared.processing.processor import Processor

LEAST_BILLED, BILLED_STEP = PUBLISHED["least_billed"].value, PUBLISHED["billed_step"].value


@dataclass(frozen=True)
class Slots:
    """How an instance takes messages: so many at once, as soon as no more than `threshold` are running."""

    batch: int
    threshold: int

    @property
    def limit(self) -> int:
        """How many can be running at once."""
        return self.batch + self.threshold

    @classmethod
    def of_blobs(cls, limit: int) -> "Slots":
        """What the storage extension makes of `maxDegreeOfParallelism`."""
        batch = min(32, limit // 2 + 1)
        return cls(batch, limit - batch)


QUEUE_SLOTS = Slots(batch=16, threshold=8)
"""`extensions.queues` in host.json."""


class Queue:
    """Messages: waiting, hidden until their time comes, or hidden while their function runs."""

    def __init__(self, clock: VirtualTime) -> None:
        self._clock = clock
        self._hidden = 0
        self.waiting: deque[Job] = deque()
        self.running = 0
        self.sent = 0
        self.wake: Callable[[], None] = lambda: None

    async def send(self, job: Job, seconds: float) -> None:
        """See `JobQueue.send`."""
        self.put(job, seconds)

    def put(self, job: Job, seconds: float = 0) -> None:
        """Let it be taken after so many seconds."""
        self.sent += 1
        self._hidden += 1
        self._clock.later(seconds, partial(self._show, job))

    def _show(self, job: Job) -> None:
        self._hidden -= 1
        self.waiting.append(job)
        self.wake()

    def take(self, limit: int) -> Iterator[Job]:
        """The next messages, which are then running until they are ended."""
        for _ in range(min(limit, len(self.waiting))):
            self.running += 1
            yield self.waiting.popleft()

    @property
    def length(self) -> int:
        """What the scale controller sees: hidden messages count, unless no other is there."""
        return len(self.waiting) + self._hidden + self.running if self.waiting else 0


@dataclass(eq=False)
class Instance:
    """One instance, with a core of its own."""

    processor: Processor
    running: int = 0
    since: float = 0
    active_seconds: float = 0
    billed_seconds: float = 0

    def begins(self, now: float) -> None:
        """One more invocation."""
        if self.running == 0:
            self.since = now
        self.running += 1

    def ends(self, now: float) -> None:
        """One less; it is paid for as long as one is running."""
        self.running -= 1
        if self.running == 0:
            active = now - self.since
            self.active_seconds += active
            self.billed_seconds += max(LEAST_BILLED, math.ceil(round(active / BILLED_STEP, 6)) * BILLED_STEP)
            self.since = now

    def active_seconds_until(self, now: float) -> float:
        """How long something ran on it."""
        return self.active_seconds + (now - self.since if self.running else 0)


@dataclass
class Group:
    """The instances that run one function, and their scale controller."""

    clock: VirtualTime
    queue: Queue
    slots: Slots
    max_instances: int
    make: Callable[[], Processor]
    instances: list[Instance] = field(default_factory=list)
    gone: list[Instance] = field(default_factory=list)
    executions: int = 0
    max_seen: int = 0
    _starting: int = 0
    _with_room: deque[Instance] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self.queue.wake = self._dispatch
        self._decide()

    def _decide(self) -> None:
        """Add instances, a few at a time; let those go that have had nothing to do and are not wanted."""
        wanted = min(self.max_instances, math.ceil(self.queue.length / self.slots.limit))
        here = len(self.instances) + self._starting
        for _ in range(min(wanted - here, int(ASSUMED["step"].value))):
            self._starting += 1
            self.clock.later(ASSUMED["start"].value, self._started)
        for instance in list(itertools.islice(filter(self._is_idle, self.instances), max(0, here - wanted))):
            self.instances.remove(instance)
            self._with_room.remove(instance)
            self.gone.append(instance)
        self.clock.later(ASSUMED["decide"].value, self._decide)

    def _is_idle(self, instance: Instance) -> bool:
        return instance.running == 0 and self.clock.seconds - instance.since > ASSUMED["idle"].value

    def _started(self) -> None:
        self._starting -= 1
        instance = Instance(self.make(), since=self.clock.seconds)
        self.instances.append(instance)
        self.max_seen = max(self.max_seen, len(self.instances))
        self._with_room.append(instance)
        self._dispatch()

    def _dispatch(self) -> None:
        """Each instance with room takes a batch, in turn."""
        while self.queue.waiting and self._with_room:
            instance = self._with_room.popleft()
            for job in list(self.queue.take(self.slots.batch)):
                self._run(instance, job)
            if instance.running <= self.slots.threshold:
                self._with_room.append(instance)

    def _run(self, instance: Instance, job: Job) -> None:
        self.executions += 1
        instance.begins(self.clock.seconds)
        self.clock.start(instance.processor.process("input", job.name), partial(self._ended, instance))

    def _ended(self, instance: Instance) -> None:
        self.queue.running -= 1
        instance.ends(self.clock.seconds)
        if instance.running == self.slots.threshold:
            self._with_room.append(instance)
        self._dispatch()

    @property
    def everyone(self) -> list[Instance]:
        """All instances that ever were."""
        return self.instances + self.gone
