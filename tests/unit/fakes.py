"""Small stand-ins on our own protocols: a store in memory, and a model that says what it is told."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from shared.errors import Conflict, FileRejected, InputNotFound
from shared.media.files import InputFile, ListedFile, Page
from shared.media.parts import HEAD_BYTES
from shared.models.capabilities import CapabilityTable
from shared.models.chat import ChatAnswer, ChatRequest, MediaPart
from shared.models.deployments import DEFAULT, Deployment, Deployments
from shared.models.endpoint import Endpoint
from shared.models.exchange import Extent
from shared.models.known import Catalog
from shared.models.pieces import Piece
from shared.models.plan import Plan
from shared.models.prices import PriceTable
from shared.models.speech import SpeechRequest
from shared.processing.claims import Claim, VersionedClaim
from shared.processing.jobs import Job
from shared.processing.kept import KeptAnswers
from shared.processing.preparing import Prepared
from shared.recipes.recipe import FileForm
from shared.recovery.progress import ScanProgress
from shared.results.result import Result, document_name
from shared.results.sidecars import Sidecar
from shared.results.store import StoredResult, StoredSidecar
from shared.transcripts.segments import Segment
from tests.planted import SIGNATURE
from tests.support.stored import as_stored

TABLE = CapabilityTable.load()
LISTED = Catalog(
    "2026-11-26",
    {
        "gpt-6-luna": {"prices": {"input": Decimal("0.1"), "cached": Decimal("0.01"), "output": Decimal("0.5")}},
        "gpt-6.1-sol": {"prices": {"input": 2, "output": 10}},
        "gpt-5.4": {"prices": {"input": Decimal("2.5"), "output": 15}},
        "gpt-4o": {"prices": {"input": Decimal("2.5"), "output": 10}},
        "gpt-4o-2024-05-13": {"prices": {"input": 5, "output": 15}},
        "gpt-audio-1.5": {"prices": {"input": Decimal("2.5"), "audio": 32, "output": 10}},
        "phi-4-multimodal-instruct": {
            "prices": {"input": Decimal("0.08"), "audio": 4, "output": Decimal("0.32")},
        },
        "whisper": {"prices": {"hour": Decimal("0.36")}},
        "gpt-4o-transcribe": {"prices": {"input": Decimal("2.5"), "audio": 6, "output": 10}},
    },
)
"""Prices that stay, so that sums done by hand do: those of the catalog change."""
PRICES = PriceTable({}, LISTED)
START = datetime(2026, 11, 23, 8, tzinfo=UTC)
PHI = "Phi-4-multimodal-instruct"
SIGNED = f"https://storage.example/input/file?sp=r&sig={SIGNATURE}"


def deployed(
    model: str = PHI,
    *,
    alias: str = DEFAULT,
    name: str = "",
    at: str = "https://place.example/models",
    prices: PriceTable = PRICES,
    **own: object,
) -> Deployment:
    """A deployment with the capability of its model, but for what is `own`."""
    endpoint, _ = Endpoint.parse(at)
    capability = TABLE.of(model).model_copy(update=own)
    return Deployment(alias, name or model, model, endpoint, capability, price_table=prices)


def all_of(*each: Deployment) -> Deployments:
    return Deployments(each, TABLE)


class MemorySource:
    """Bytes in chunks of a size of one's choosing."""

    def __init__(self, content: bytes, chunk: int = 1000) -> None:
        self._content = content
        self._chunk = chunk
        self.sha256: str | None = None

    @property
    def size(self) -> int:
        return len(self._content)

    async def chunks(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self._content), self._chunk):
            yield self._content[start : start + self._chunk]
        self.sha256 = hashlib.sha256(self._content).hexdigest()

    async def url(self) -> str:
        return SIGNED


class AsItLies:
    """Prepares nothing: every file is asked about as it lies (implements `Preparer`)."""

    @asynccontextmanager
    async def prepared(self, plan: Plan, extents: Sequence[Extent]) -> AsyncIterator[Prepared]:
        yield Prepared(plan.media.media, (Piece(),))


@dataclass
class Refusing:
    """Refuses every file (implements `Preparer`)."""

    error: FileRejected

    @asynccontextmanager
    async def prepared(self, plan: Plan, extents: Sequence[Extent]) -> AsyncIterator[Prepared]:
        raise self.error
        yield


def page_of[T](listed: Mapping[str, T], marker: str, size: int = 1_000) -> Page[T]:
    """The page of a listing after the name that its marker is, in the order of names, as storage gives it."""
    names = sorted(name for name in listed if name > marker)
    return Page([listed[name] for name in names[:size]], names[size - 1] if len(names) > size else "")


@dataclass
class MemoryFiles:
    """A store in memory. `before_writing` runs once, between the answer and the write.

    `modified` and `written` are the times of files and documents, `START` where they do not say. `asked_for` are the
    names whose documents were asked for one by one, and `listed_pages` counts what was listed.
    """

    contents: dict[str, bytes] = field(default_factory=dict)
    uploads: Counter[str] = field(default_factory=Counter)
    metadata: dict[str, dict[str, str]] = field(default_factory=dict)
    modified: dict[str, datetime] = field(default_factory=dict)
    written: dict[str, datetime] = field(default_factory=dict)
    outcomes: dict[str, tuple[str, Result]] = field(default_factory=dict)
    beside: dict[tuple[str, FileForm], tuple[StoredSidecar, bytes]] = field(default_factory=dict)
    writes: int = 0
    page_size: int = 1_000
    listed_pages: int = 0
    asked_for: list[str] = field(default_factory=list)
    before_writing: Callable[[], None] | None = None

    def put(self, name: str, content: bytes, **metadata: str) -> None:
        self.contents[name] = content
        self.uploads[name] += 1
        self.metadata[name] = metadata

    def outcome(self, name: str) -> Result:
        return self.outcomes[name][1]

    async def load(self, name: str) -> InputFile:
        """A small file comes whole with its properties, and is not read again (as with `BlobFiles`)."""
        return replace(await self.look(name), head=self.contents[name][:HEAD_BYTES])

    async def look(self, name: str) -> InputFile:
        content = self._content(name)
        return InputFile("input", name, self._etag(name), len(content), self.metadata[name], START)

    async def read_range(self, file: InputFile, start: int, length: int) -> bytes:
        return self._current(file)[start : start + length]

    def open(self, file: InputFile) -> MemorySource:
        return MemorySource(file.head if len(file.head) == file.size else self._current(file))

    async def find_result(self, name: str) -> StoredResult | None:
        self.asked_for.append(name)
        return self._stored(name) if name in self.outcomes else None

    async def read_result(self, name: str) -> Result | None:
        return self.outcomes[name][1] if name in self.outcomes else None

    async def list_inputs(self, marker: str = "") -> Page[ListedFile]:
        self.listed_pages += 1
        files = [ListedFile(name, self._etag(name), self.modified.get(name, START)) for name in self.contents]
        return page_of({file.name: file for file in files}, marker, self.page_size)

    async def list_answered(self, marker: str = "") -> Page[tuple[str, StoredResult]]:
        self.listed_pages += 1
        found = {document_name(name): self._stored(name) for name in self.outcomes}
        return page_of({name: (name, stored) for name, stored in found.items()}, marker, self.page_size)

    def _stored(self, name: str) -> StoredResult:
        etag, outcome = self.outcomes[name]
        return StoredResult(etag, outcome.input.etag, self.written.get(name, START), tuple(outcome.forms))

    async def write_result(self, outcome: Result, *, replacing: StoredResult | None) -> None:
        meanwhile, self.before_writing = self.before_writing, None
        if meanwhile:
            meanwhile()
        there = await self.find_result(outcome.input.name)
        if (there and there.etag) != (replacing and replacing.etag):
            raise Conflict("another document was written")
        self.writes += 1
        self.outcomes[outcome.input.name] = (str(self.writes), outcome)

    async def find_sidecar(self, name: str, form: FileForm) -> StoredSidecar | None:
        return self._beside(name, form)

    async def write_sidecar(self, name: str, sidecar: Sidecar, *, replacing: StoredSidecar | None) -> None:
        if self._beside(name, sidecar.form) != replacing:
            raise Conflict("another file was written")
        self.writes += 1
        self.beside[name, sidecar.form] = (StoredSidecar(str(self.writes), sidecar.sha256), sidecar.content)

    async def delete_sidecar(self, name: str, form: FileForm, stored: StoredSidecar) -> None:
        if self._beside(name, form) == stored:
            del self.beside[name, form]

    def _beside(self, name: str, form: FileForm) -> StoredSidecar | None:
        found = self.beside.get((name, form))
        return found[0] if found else None

    def _content(self, name: str) -> bytes:
        if name not in self.contents:
            raise InputNotFound(name)
        return self.contents[name]

    def _current(self, file: InputFile) -> bytes:
        content = self._content(file.name)
        if self._etag(file.name) != file.etag:
            raise Conflict(file.name)
        return content

    def _etag(self, name: str) -> str:
        """Another for each upload, as in storage, also where its content is the same."""
        return hashlib.md5(self._content(name) + b"%d" % self.uploads[name]).hexdigest()


@dataclass
class MemoryState:
    """Claims, cooldowns, queues and a clock in memory; time passes only while somebody waits."""

    time: datetime = START + timedelta(days=1)
    records: dict[str, VersionedClaim] = field(default_factory=dict)
    writes: int = 0
    cooldowns: dict[str, datetime] = field(default_factory=dict)
    tokens: dict[str, int] = field(default_factory=dict)
    answers: dict[str, KeptAnswers] = field(default_factory=dict)
    sent: list[tuple[Job, float]] = field(default_factory=list)
    published: list[Result] = field(default_factory=list)
    scan: ScanProgress | None = None
    slept: list[float] = field(default_factory=list)

    async def read(self, name: str) -> VersionedClaim | None:
        return self.records.get(name)

    async def write(self, name: str, claim: Claim, *, replacing: VersionedClaim | None) -> VersionedClaim:
        if self.records.get(name) != replacing:
            raise Conflict(name)
        self.writes += 1
        self.records[name] = VersionedClaim(str(self.writes), as_stored(claim))
        return self.records[name]

    async def delete(self, name: str, stored: VersionedClaim) -> None:
        if self.records.get(name) == stored:
            del self.records[name]

    async def read_cooldown(self, deployment: str) -> datetime | None:
        return self.cooldowns.get(deployment)

    async def write_cooldown(self, deployment: str, until: datetime) -> None:
        self.cooldowns[deployment] = max(until, self.cooldowns.get(deployment, until))

    async def read_kept(self, name: str) -> KeptAnswers | None:
        return self.answers.get(name)

    async def keep(self, name: str, kept: KeptAnswers) -> None:
        self.answers[name] = as_stored(kept)

    async def forget(self, name: str) -> None:
        self.answers.pop(name, None)

    async def read_scan(self) -> ScanProgress | None:
        return self.scan

    async def write_scan(self, progress: ScanProgress) -> None:
        self.scan = as_stored(progress)

    async def read_spent(self, day: str) -> int:
        return self.tokens.get(day, 0)

    async def add_spent(self, day: str, spent: int) -> int:
        self.tokens[day] = self.tokens.get(day, 0) + spent
        return self.tokens[day]

    async def send(self, job: Job, seconds: float) -> None:
        self.sent.append((job, seconds))

    async def publish(self, outcome: Result) -> None:
        self.published.append(outcome)

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.time.timestamp()

    def within(self, seconds: float) -> asyncio.Timeout:
        return asyncio.timeout(seconds)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += timedelta(seconds=seconds)


@dataclass
class SpeakingModel:
    """Reads the whole file, as a real one would, and gives its answers, the last one for ever."""

    answers: list[ChatAnswer | Exception]
    deployment: Deployment = field(default_factory=deployed)
    requests: list[ChatRequest] = field(default_factory=list)

    @property
    def takes_schema(self) -> bool:
        return self.deployment.capability.json_schema

    async def complete(self, request: ChatRequest) -> ChatAnswer:
        self.requests.append(request)
        for message in request.messages:
            for part in message.parts:
                if isinstance(part, MediaPart) and part.sent_as == "inline":
                    async for _ in part.source.chunks():
                        pass
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


@dataclass
class HearingModel:
    """A speech model that reads the whole recording, and gives its answers, the last one for ever."""

    answers: list[ChatAnswer | Exception]
    deployment: Deployment = field(default_factory=lambda: deployed("MAI-Transcribe-2", alias="audio"))
    requests: list[SpeechRequest] = field(default_factory=list)

    async def transcribe(self, request: SpeechRequest) -> ChatAnswer:
        self.requests.append(request)
        async for _ in request.recording.source.chunks():
            pass
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def heard(*said_when: tuple[float, float, str, str | None]) -> ChatAnswer:
    """What a speech model tells: when it is said, until when, the words, and who says them."""
    segments = tuple(Segment(start, end, text, speaker) for start, end, text, speaker in said_when)
    text = " ".join(each.text for each in segments)
    usage = {"type": "duration", "seconds": 3}
    return ChatAnswer(text, "mai", None, usage, "request-1", 0.5, segments=segments, language="en")


def said(text: str, *, finish_reason: str = "stop", tokens: int = 10, refusal: str | None = None) -> ChatAnswer:
    """An answer with plausible figures."""
    usage = {"prompt_tokens": tokens - 3, "completion_tokens": 3, "total_tokens": tokens}
    return ChatAnswer(text, "some-model", finish_reason, usage, "request-1", 0.5, refusal)
