"""Storage in memory for the core, with a clock that is not the machine's. Nothing in it fails."""

import itertools
from datetime import datetime

from bench.simulation.virtual_time import VirtualTime
from shared.errors import Conflict
from shared.media import InputFile, ListedFile, MediaSource, Page
from shared.processing import Claim, KeptAnswers, VersionedClaim
from shared.recipes import FileForm
from shared.recovery import ScanProgress
from shared.results import Result, Sidecar, StoredResult, StoredSidecar, document_name


class MemoryStorage:
    """Files, documents, claims, cooldowns and kept answers (`FileStore`, `ClaimStore`, `CooldownStore`, `AnswerStore`).

    A look at a file takes all the `seconds` that the real one spends on storage, here and later on its way.

    Attributes:
        arrived: when each file came, in seconds since the beginning.
        waited: how long each answered file was without its document.
        file_seconds: the time that all files together were without one: counted as they come and go.
    """

    def __init__(self, clock: VirtualTime, seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds
        self._outcomes: dict[str, StoredResult] = {}
        self._records: dict[str, VersionedClaim] = {}
        self._cooldowns: dict[str, datetime] = {}
        self._kept: dict[str, KeptAnswers] = {}
        self._versions = itertools.count(1)
        self._counted_at = 0.0
        self._without = 0
        self.arrived: dict[str, float] = {}
        self.waited: dict[str, float] = {}
        self.file_seconds = 0.0

    def put(self, name: str) -> None:
        """Let a file come."""
        self._count(1)
        self.arrived[name] = self._clock.seconds

    def _count(self, change: int) -> None:
        self.file_seconds += self._without * (self._clock.seconds - self._counted_at)
        self._counted_at = self._clock.seconds
        self._without += change

    def waits_in(self, folder: str) -> list[float]:
        """How long the answered files of a folder waited."""
        return [wait for name, wait in self.waited.items() if name.startswith(f"{folder}/")]

    async def load(self, name: str) -> InputFile:
        """See `FileStore.load`."""
        return await self.look(name)

    async def look(self, name: str) -> InputFile:
        """See `FileStore.look`."""
        await self._clock.sleep(self._seconds)
        return InputFile("input", name, "1", 1, {}, self._modified(name))

    def _modified(self, name: str) -> datetime:
        return self._clock.moment(self.arrived[name])

    async def read_range(self, file: InputFile, start: int, length: int) -> bytes:
        """See `FileStore.read_range`."""
        raise NotImplementedError  # no model here needs content

    def open(self, file: InputFile) -> MediaSource:
        """See `FileStore.open`."""
        raise NotImplementedError

    async def find_result(self, name: str) -> StoredResult | None:
        """See `FileStore.find_result`."""
        return self._outcomes.get(document_name(name))

    async def read_result(self, name: str) -> Result | None:  # noqa: ARG002 - what documents say is not kept
        """See `FileStore.read_result`."""
        return None

    async def write_result(self, outcome: Result, *, replacing: StoredResult | None) -> None:
        """See `FileStore.write_result`."""
        name = outcome.input.name
        if self._outcomes.get(document_name(name)) != replacing:
            raise Conflict(name)
        self._outcomes[document_name(name)] = StoredResult(self._version(), outcome.input.etag, self._clock.now())
        self._count(-1)
        self.waited[name] = self._clock.seconds - self.arrived[name]

    async def find_sidecar(self, name: str, form: FileForm) -> StoredSidecar | None:
        """See `FileStore.find_sidecar`."""
        raise NotImplementedError  # no recipe here writes files

    async def write_sidecar(self, name: str, sidecar: Sidecar, *, replacing: StoredSidecar | None) -> None:
        """See `FileStore.write_sidecar`."""
        raise NotImplementedError

    async def delete_sidecar(self, name: str, form: FileForm, stored: StoredSidecar) -> None:
        """See `FileStore.delete_sidecar`."""
        raise NotImplementedError

    async def list_inputs(self, marker: str = "") -> Page[ListedFile]:
        """See `FileStore.list_inputs`."""
        assert not marker
        return Page([ListedFile(name, "1", self._modified(name)) for name in sorted(self.arrived)], "")

    async def list_answered(self, marker: str = "") -> Page[tuple[str, StoredResult]]:
        """See `FileStore.list_answered`."""
        assert not marker
        return Page(sorted(self._outcomes.items()), "")

    async def read_scan(self) -> ScanProgress | None:
        """See `ScanStore.read_scan`."""
        return None

    async def write_scan(self, progress: ScanProgress) -> None:
        """See `ScanStore.write_scan`."""
        raise NotImplementedError  # a listing of one page is always looked at as a whole

    async def read(self, name: str) -> VersionedClaim | None:
        """See `ClaimStore.read`."""
        return self._records.get(name)

    async def write(self, name: str, claim: Claim, *, replacing: VersionedClaim | None) -> VersionedClaim:
        """See `ClaimStore.write`."""
        if self._records.get(name) != replacing:
            raise Conflict(name)
        self._records[name] = VersionedClaim(self._version(), claim)
        return self._records[name]

    async def delete(self, name: str, stored: VersionedClaim) -> None:
        """See `ClaimStore.delete`."""
        if self._records.get(name) == stored:
            del self._records[name]

    async def read_cooldown(self, deployment: str) -> datetime | None:
        """See `CooldownStore.read_cooldown`."""
        return self._cooldowns.get(deployment)

    async def write_cooldown(self, deployment: str, until: datetime) -> None:
        """See `CooldownStore.write_cooldown`."""
        self._cooldowns[deployment] = max(until, self._cooldowns.get(deployment, until))

    async def read_kept(self, name: str) -> KeptAnswers | None:
        """See `AnswerStore.read_kept`."""
        return self._kept.get(name)

    async def keep(self, name: str, kept: KeptAnswers) -> None:
        """See `AnswerStore.keep`."""
        self._kept[name] = kept

    async def forget(self, name: str) -> None:
        """See `AnswerStore.forget`."""
        self._kept.pop(name, None)

    def _version(self) -> str:
        return str(next(self._versions))
