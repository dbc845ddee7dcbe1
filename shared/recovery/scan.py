"""What the containers show: which files wait for their documents, and which of them nobody may ever have heard of."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from shared.processing.clock import Clock
from shared.processing.retry import RetryPolicy
from shared.results.result import document_name
from shared.results.store import FileStore

MAX_FEELERS = 100
"""How many files are queued again without asking whether their events are lost: those few messages are cheap."""

OUT_OF_TURN = 1 / 4
"""How many of the files that were answered lately may have been answered out of turn."""

NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Waiting:
    """A file without a document of its newest version."""

    name: str
    etag: str
    modified: datetime


class ReservoirSample:
    """So many files at most, each with the same chance, of however many are added (Vitter's algorithm R)."""

    def __init__(self, most: int, random: Random) -> None:
        self._most = most
        self._random = random
        self._added = 0
        self.drawn: list[Waiting] = []

    def add(self, file: Waiting) -> None:
        """Put a file into the lot."""
        self._added += 1
        if len(self.drawn) < self._most:
            self.drawn.append(file)
        elif (place := self._random.randrange(self._added)) < self._most:
            self.drawn[place] = file


class Scan:
    """One look at all files and all documents.

    Attributes:
        waiting: how many files have no document yet.
    """

    def __init__(self, clock: Clock, policy: RetryPolicy, lot: ReservoirSample) -> None:
        self._clock = clock
        self._policy = policy
        self._overdue = lot
        self._answered_lately: list[datetime] = []
        self._now = self._oldest = NEVER
        self.waiting = 0

    async def take(self, files: FileStore) -> None:
        """List all documents, then all files."""
        answered: set[int] = set()
        lately: set[int] = set()
        async for document, etag, written in files.list_answered():
            version = hash((document, etag))
            answered.add(version)
            if self._clock.now() - written < self._overdue_after:
                lately.add(version)
        self._now = self._oldest = self._clock.now()  # which is right once storage has answered
        async for name, etag, modified in files.list_inputs():
            version = hash((document_name(name), etag))
            if version in lately:
                self._answered_lately.append(modified)
            elif version not in answered:
                self._note(Waiting(name, etag, modified))

    def _note(self, file: Waiting) -> None:
        self.waiting += 1
        self._oldest = min(self._oldest, file.modified)
        if self._now - file.modified >= self._overdue_after:
            self._overdue.add(file)

    @property
    def oldest_seconds(self) -> int:
        """How long the oldest of them has waited; 0 where none waits."""
        return round((self._now - self._oldest).total_seconds())

    @property
    def _overdue_after(self) -> timedelta:
        return timedelta(seconds=self._policy.overdue)

    def perhaps_lost(self, random: Random) -> list[Waiting]:
        """Files whose event may be lost; where very many are overdue some, drawn by lot: each has its turn."""
        overdue = self._overdue.drawn
        if len(overdue) <= MAX_FEELERS:
            return overdue
        horizon = self._horizon()
        lost = [file for file in overdue if file.modified <= horizon]
        if self._answered_lately:
            return lost
        # Either all events are lost, or there is a backlog behind a model that is down. Some files tell which; if they
        # are answered, they have passed others by, and those follow at the next looks.
        others = [file for file in overdue if file.modified > horizon]
        return lost + random.sample(others, min(MAX_FEELERS, len(others)))

    def _horizon(self) -> datetime:
        """What was dropped before this should have its document.

        Events wait in the host's queue in the order in which files came. While a backlog is worked off, only a file
        that younger ones have passed by has lost its event; the others would all be queued twice. A few that came late
        prove nothing: a newer version of a file that waits is answered in the place of the older one.
        """
        long_ago = self._now - timedelta(seconds=self._policy.lost)
        if not self._answered_lately:
            return long_ago
        in_turn = int((len(self._answered_lately) - 1) * (1 - OUT_OF_TURN))
        return max(sorted(self._answered_lately)[in_turn], long_ago)
