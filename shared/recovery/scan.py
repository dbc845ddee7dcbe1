"""What the containers show: which files wait for their documents, and of which of them the event may be lost."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from shared.errors import StorageRefused
from shared.media import ListedFile
from shared.processing import Clock, RetryPolicy
from shared.recovery.documents import ListedDocuments, is_in_order
from shared.recovery.progress import Counts, ScanProgress, beginning
from shared.results import FileStore, StoredResult, document_name

MAX_PROBES = 100
"""How many files are queued again without asking whether their events are lost: those few messages are cheap."""

OUT_OF_TURN = 1 / 4
"""How many of the files that were answered lately may have been answered out of turn."""

MIN_ANSWERED = 20
"""So many files that were answered lately tell how far the queue is, where only a part of all files was seen."""


class ReservoirSample:
    """So many files at most, each with the same chance, of however many are added (Vitter's algorithm R)."""

    def __init__(self, max_files: int, random: Random) -> None:
        self._max_files = max_files
        self._random = random
        self._added = 0
        self.drawn: list[ListedFile] = []

    def add(self, file: ListedFile) -> None:
        """Let a file take part."""
        self._added += 1
        if len(self.drawn) < self._max_files:
            self.drawn.append(file)
        elif (place := self._random.randrange(self._added)) < self._max_files:
            self.drawn[place] = file


class Scan:
    """A look at all files, or at the part of them for which one run has time.

    Attributes:
        is_at_end: whether the last file was seen.
    """

    def __init__(
        self, files: FileStore, clock: Clock, policy: RetryPolicy, sample: ReservoirSample, record: ScanProgress | None
    ) -> None:
        self._files, self._clock, self._policy = files, clock, policy
        self._progress = record if record and record.inputs else beginning(clock.now(), record)
        self._is_all = not self._progress.inputs
        self._documents = ListedDocuments(files, self._progress.documents)
        self._last = ""
        self._overdue = sample
        self._answered_lately: list[datetime] = []
        self.is_at_end = False

    async def run(self, seconds: float) -> None:
        """Look at files for so long, or to the last of them; one page at least."""
        end = self._clock.monotonic() + seconds
        try:
            while not self.is_at_end:
                await self._take_page()
                if self._clock.monotonic() >= end:
                    break
        finally:
            self._is_all &= self.is_at_end

    async def _take_page(self) -> None:
        page = await self._files.list_inputs(self._progress.inputs)
        if page.items:
            await self._take(page.items)
        self._progress = replace(self._progress, inputs=page.marker, documents=self._documents.marker)
        self.is_at_end = not page.marker

    async def _take(self, files: Sequence[ListedFile]) -> None:
        names = [self._last, *(file.name for file in files)]
        self._last = names[-1]
        await self._documents.move_to(self._last)
        in_order = self._progress.in_order and self._documents.in_order and is_in_order(names)
        self._progress = replace(self._progress, in_order=in_order)
        for file in files:
            found = await self._document_of(file)
            if found is None or found.input_etag != file.etag:
                self._note(file)
            elif found.written and self._clock.now() - found.written < self._overdue_after:
                self._answered_lately.append(file.modified)
        self._documents.forget_until(self._last)

    async def _document_of(self, file: ListedFile) -> StoredResult | None:
        """The document, from the listing where that is sure to show it, else asked for by itself."""
        document = document_name(file.name)
        found = self._documents.find(document)
        in_order = self._progress.in_order and document == f"{file.name}.json"
        if found or (in_order and self._documents.would_show(document)):
            return found
        try:
            return await self._files.find_result(file.name)
        except StorageRefused:
            return None  # of this name; one such file must not end the look at all others

    def _note(self, file: ListedFile) -> None:
        age = self._clock.now() - file.modified
        counted, seconds = self._progress.counted, max(0, round(age.total_seconds()))
        counted = Counts(counted.waiting + 1, max(counted.oldest_seconds, seconds))
        self._progress = replace(self._progress, counted=counted)
        if age >= self._overdue_after:
            self._overdue.add(file)

    @property
    def _overdue_after(self) -> timedelta:
        return timedelta(seconds=self._policy.overdue)

    @property
    def counted(self) -> Counts:
        """What the last look at all files counted, or this one so far where that is more."""
        return self._progress.counted if self.is_at_end else self._progress.counted.or_more(self._progress.last)

    @property
    def seconds(self) -> int:
        """How long the look at all files has taken so far."""
        return max(0, round((self._clock.now() - self._progress.began).total_seconds()))

    @property
    def record(self) -> ScanProgress | None:
        """What the next run must know; None where this one saw everything."""
        if self._is_all:
            return None
        record = replace(self._progress, watermark=self._watermark())
        return replace(record, last=record.counted) if self.is_at_end else record

    def perhaps_lost(self, random: Random) -> list[ListedFile]:
        """Files whose event may be lost; where very many are overdue some, drawn at random: each has its turn."""
        overdue = self._overdue.drawn
        if len(overdue) <= MAX_PROBES:
            return overdue
        long_ago = self._clock.now() - timedelta(seconds=self._policy.lost)
        watermark = max(self._watermark() or long_ago, long_ago)
        lost = [file for file in overdue if file.modified <= watermark]
        if self._tells_enough:
            return lost
        # Either all events are lost, or there is a backlog behind a model that is down. Some files tell which; if they
        # are answered, they have passed others by, and those follow at the next looks.
        others = [file for file in overdue if file.modified > watermark]
        return lost + random.sample(others, min(MAX_PROBES, len(others)))

    @property
    def _tells_enough(self) -> bool:
        return len(self._answered_lately) >= (1 if self._is_all else MIN_ANSWERED)

    def _watermark(self) -> datetime | None:
        """What was dropped before this should have its document; None where nothing tells.

        Events wait in the host's queue in the order in which files came. While a backlog is worked off, only a file
        that younger ones have passed by has lost its event; the others would all be queued twice. A few that came late
        prove nothing: a newer version of a file that waits is answered in the place of the older one.
        """
        known = self._progress.watermark
        if not self._tells_enough:
            return known
        in_turn = int((len(self._answered_lately) - 1) * (1 - OUT_OF_TURN))
        passed = sorted(self._answered_lately)[in_turn]
        return max(passed, known) if known else passed
