"""A world in memory with the host's rules, in which the real core works on files and may be killed at any step.

Nothing here runs by itself: `World.advance` moves one thing at a time, in an order that its seed decides. Time is
the world's own. The rules are those of the storage extension: a message is hidden for ten minutes while its function
runs, is visible again at once when that fails, and goes to the poison queue after five tries, kills among them. One
in a poison queue that fails stays hidden for the rest of its ten minutes, as in QueueProcessor.cs of the extension.
"""

import asyncio
import inspect
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Generator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from typing import Any, Literal

from shared.adapters.storage.source import MAX_HEAD_SECONDS
from shared.errors import (
    Conflict,
    FileRejected,
    InputNotFound,
    KindNotTaken,
    ModelMisconfigured,
    ModelUnavailable,
    StorageUnavailable,
)
from shared.media.files import InputFile, ListedFile, Page
from shared.media.media import Media
from shared.models.chat import ChatAnswer, ChatRequest, MediaPart
from shared.models.exchange import Extent
from shared.models.pieces import Piece
from shared.models.plan import NotPlanned, Plan
from shared.models.preparation import SoundPreparation
from shared.models.speech import SpeechRequest
from shared.processing.attempt import Attempt
from shared.processing.budget import Budget
from shared.processing.claims import Claim, VersionedClaim
from shared.processing.cooldowns import Cooldowns
from shared.processing.event_receiver import EventReceiver
from shared.processing.incoming_events import CREATED, FileEvents
from shared.processing.jobs import Job
from shared.processing.kept import KeptAnswers
from shared.processing.preparing import Prepared
from shared.processing.processor import Processor
from shared.processing.publisher import ResultPublisher
from shared.processing.retry import RetryPolicy
from shared.processing.services import Services
from shared.recipes.catalog import RecipeSelection
from shared.recipes.recipe import FileForm, Prompt, Tier
from shared.recovery.dead_letters import DeadLetters
from shared.recovery.poison import PoisonHandler
from shared.recovery.progress import ScanProgress
from shared.recovery.reconciler import Reconciler
from shared.results.result import FileBeside, Result, document_name
from shared.results.sidecars import Sidecar, sidecar_name
from shared.results.store import StoredResult, StoredSidecar
from shared.transcripts.segments import Segment
from tests.support.stored import as_stored
from tests.unit.fakes import MemorySource, deployed, page_of, said
from tests.unit.memory_app import CATALOG

HIDDEN, MAX_TRIES, WEEK = 600.0, 5, 7 * 86_400.0
SLOTS = 16
EVENTS_WAIT = 60.0
"""Seconds that the blob trigger has for a file first, where events go both ways."""
RECONCILE_EVERY = 900.0
START = datetime(2026, 1, 1, tzinfo=UTC)
PNG = Media("image", "image/png", "png")
SELECTION = RecipeSelection(next(iter(CATALOG)), {})
FLEX_HOURS = 3
CHEAPER = -1
"""In place of a turn's number: a call of the cheaper tier."""
FLEX_SELECTION = RecipeSelection(replace(SELECTION.recipe, tier="flex", flex_hours=FLEX_HOURS), {})
PHI, WHISPER = deployed(), deployed("whisper", alias="audio")
FORMS_OF_VERSIONS: tuple[tuple[FileForm, ...], ...] = (("srt", "vtt"), ("txt", "srt"), ())
"""Which files are written beside a document, by the version that it answers."""
IN_PIECES = SoundPreparation(may_stay=False, max_bytes=1, max_seconds=10, is_cut=True, needs_speech=False)
PIECES = tuple(
    Piece(
        (MediaPart(Media("audio", "audio/mpeg", "mp3", seconds=number), MemorySource(b"")),),
        Extent(number * 10.0, number * 10.0 + 10),
    )
    for number in (11, 12, 13)
)
"""Of a long recording; the number in place of the seconds tells the model, and what counts its answers, which it is."""

document_of = cache(document_name)
"""The same few names are looked up again and again."""


class Pause:
    """A point at which the world may let others go first, or kill; maybe not before some moment."""

    def __init__(self, until: float = 0) -> None:
        self.until = until

    def __await__(self) -> Generator["Pause"]:
        yield self


@dataclass(eq=False)
class Speaker:
    """The model, as it is asked about one version of a file (implements `ChatModel`)."""

    world: "World"
    file: InputFile
    deployment = PHI
    takes_schema = False

    async def complete(self, request: ChatRequest) -> ChatAnswer:
        media = [part.media for part in request.messages[-1].parts if isinstance(part, MediaPart)]
        piece = next((int(each.seconds) for each in media if each.seconds), 0)
        if request.tier:
            await self.world.require_room(self.file)
        return await self.world.answer(self.file, turn=piece or len(request.messages) // 2, tier=request.tier)


@dataclass(eq=False)
class Listener:
    """The speech model, as it is asked about one version of a recording (implements `SpeechModel`)."""

    world: "World"
    file: InputFile
    deployment = WHISPER

    async def transcribe(self, request: SpeechRequest) -> ChatAnswer:
        piece = int(request.recording.media.seconds or 0)
        answer = await self.world.answer(self.file, turn=piece or 1)
        return replace(answer, segments=(Segment(0, 9, answer.text, "A"),))


@dataclass(eq=False)
class Message:
    job: Job
    visible: float
    expires: float
    tries: int = 0
    receipt: int = 0


@dataclass(eq=False)
class Run:
    """A function that is under way with a message."""

    queue: str
    message: Message
    receipt: int
    steps: Coroutine[Pause, None, None]
    until: float = 0
    is_told_to_stop: bool = False


class AttemptsOf(Processor):
    """The real one, with the attempts of a world that may break the protocol on purpose."""

    def __init__(self, world: "World") -> None:
        super().__init__(world.services)
        self._world = world

    def _attempt(self, name: str, *, is_new: bool) -> Attempt:
        return self._world.attempt(self._services, name, is_new=is_new)


class Killed(BaseException):
    """The worker that runs this dies."""


@dataclass
class World:
    """All there is: storage, queues, the host, a model. The first fields may break the protocol on purpose.

    Attributes:
        delivery: whether events are delivered to the host's webhook, to the app's own queue, or to both.
        refusing: the share of events that the webhook refuses with 401, so that they are dead-lettered.
    """

    random: Random = field(default_factory=lambda: Random(0))
    time: float = 0
    policy: RetryPolicy = field(default_factory=RetryPolicy)
    attempt: type[Attempt] = Attempt
    is_first_try: Callable[["Message"], bool] = lambda message: message.tries == 1
    with_reconciler: bool = True
    checks_versions: bool = True
    checks_files: bool = True
    delivery: Literal["trigger", "both", "queue"] = "trigger"
    refusing: float = 0
    dead_letters: dict[str, str] = field(default_factory=dict)
    inputs: dict[str, tuple[str, float]] = field(default_factory=dict)
    outcomes: dict[str, tuple[str, Result]] = field(default_factory=dict)
    sidecars: dict[tuple[str, FileForm], tuple[StoredSidecar, bytes]] = field(default_factory=dict)
    answered_at: dict[str, float] = field(default_factory=dict)
    records: dict[str, VersionedClaim] = field(default_factory=dict)
    queues: dict[str, list[Message]] = field(
        default_factory=lambda: {
            f"{name}{end}": [] for end in ("", "-poison") for name in ("blob", "deferred", "events")
        }
    )
    cooldowns: dict[str, datetime] = field(default_factory=dict)
    running: list[Run] = field(default_factory=list)
    graveyard: list[Any] = field(default_factory=list)
    answers: dict[str, KeptAnswers] = field(default_factory=dict)
    calls: dict[Run | None, int] = field(default_factory=dict)
    paid: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    unusable: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    written: Counter[tuple[str, str]] = field(default_factory=Counter)
    published: Counter[tuple[str, str]] = field(default_factory=Counter)
    redriven: Counter[tuple[str, str]] = field(default_factory=Counter)
    killed: Counter[str] = field(default_factory=Counter)
    died_beside: Counter[str] = field(default_factory=Counter)
    errored: set[str] = field(default_factory=set)
    bad: set[str] = field(default_factory=set)
    deadly: set[str] = field(default_factory=set)
    talkative: set[str] = field(default_factory=set)
    long: set[str] = field(default_factory=set)
    subtitled: set[str] = field(default_factory=set)
    spoken: set[str] = field(default_factory=set)
    patient: set[str] = field(default_factory=set)
    flex_fault: Callable[[], ModelUnavailable | None] = lambda: None
    loaded: dict[tuple[str, str], float] = field(default_factory=dict)
    unkept: Counter[str] = field(default_factory=Counter)
    unreturned: Counter[str] = field(default_factory=Counter)
    half_written: Counter[str] = field(default_factory=Counter)
    given_up: Counter[str] = field(default_factory=Counter)
    storage_fails: float = 0
    closed: set[str] = field(default_factory=set)
    fault: Callable[[str], bool] = lambda call: False
    daily_tokens: int | None = None
    tokens: Counter[str] = field(default_factory=Counter)
    model_fault: Callable[[], ModelUnavailable | None] = lambda: None
    unheard_of: set[str] = field(default_factory=set)
    versions: int = 0
    reconciled: float = 0
    page_size: int = 3
    listing_seconds: float = 300
    scan: ScanProgress | None = None
    _stepping: Run | None = None
    _alone: Run | None = None

    def __post_init__(self) -> None:
        self.services = Services(
            input_container="input",
            files=self,
            claims=self,
            jobs=self,
            kept=self,
            cooldowns=Cooldowns(self, self),
            planner=self,
            preparer=self,
            publisher=ResultPublisher(files=self, claims=self, kept=self, events=self, sidecars=self),
            clock=self,
            gate=self,
            policy=self.policy,
            random=self.random,
            budget=Budget(self.daily_tokens, spending=self, clock=self) if self.daily_tokens else None,
        )

    # What people do

    def upload(self, name: str, *, events: int = 1) -> None:
        """A new version of a file, and so many events for it: none, one or more."""
        self.inputs[name] = (self.version(), self.time)
        if not events:
            self.unheard_of.add(self.inputs[name][0])
        for _ in range(events):
            self.tell(name, self.random.uniform(0, 60))

    def tell(self, name: str, seconds: float) -> None:
        """Deliver an event after so many seconds."""
        if self.delivery != "queue" and self.refusing and self.random.random() < self.refusing:
            self.dead_letters[self.version()] = name
        elif self.delivery != "queue":
            self.put("blob", Job(name=name), seconds, WEEK)
        if self.delivery != "trigger":
            self.put("events", Job(name=name), seconds, WEEK)

    def remove(self, name: str) -> None:
        self.inputs.pop(name, None)

    def redrive(self, name: str) -> None:
        """As `dropscribe redrive` does for a document of an error: a message, then the document is deleted."""
        _, result = self.outcomes.get(document_of(name), (None, None))
        if name in self.inputs and result and result.status == "error":
            self.put("deferred", Job(name=name), 10, WEEK)
            del self.outcomes[document_of(name)]
            self.redriven[name, result.input.etag] += 1

    def kill(self, run: Run) -> None:
        """Stop it where it is; nothing of it runs any more, and its message comes back when its time is over."""
        self.running.remove(run)
        if inspect.getcoroutinestate(run.steps) == inspect.CORO_CREATED:
            run.steps.close()  # it never began, of which Python would complain one day
        self.graveyard.append(run.steps)
        self.calls.pop(run, None)
        self._alone = None if self._alone is run else self._alone
        self.killed[run.message.job.name] += 1

    def stop(self, run: Run) -> None:
        """Tell it to stop, as at a scale-in: what it still does may be cut short; its message comes back later."""
        run.is_told_to_stop, run.until = True, 0
        self.killed[run.message.job.name] += 1

    def kill_worker(self) -> None:
        """Kill all that runs now, as whatever breaks a worker does."""
        for run in list(self.running):
            self.kill(run)

    # What the host does

    def put(self, queue: str, job: Job, seconds: float, lives: float) -> None:
        self.queues[queue].append(Message(job, self.time + seconds, self.time + lives))

    def advance(self, seconds: float) -> None:
        """Let the world go on for so long."""
        end = self.time + seconds
        while self.time < end:
            self._host()
            ready = [run for run in self.running if run.until <= self.time]
            if ready:
                self._step(self.random.choice(ready))
                self.time += self.random.random()
            else:
                self.time = min(end, self._next_moment())

    def settle(self) -> None:
        """Let the world go on, with no more trouble, until nothing is left to do or a month is over."""
        end = self.time + 30 * 86_400
        while self.time < end and (self.unsettled() or self.running or any(self.queues.values()) or self.dead_letters):
            self.advance(3600)
        self.bury()

    def bury(self) -> None:
        """End what was killed, from outside to inside: in another order, as when memory is freed, it would go on."""
        while self.graveyard:
            self.graveyard.pop().close()

    def poison(self) -> list[Message]:
        """What the host gave up on, and the app has not looked at yet."""
        return [message for name, queue in self.queues.items() if name.endswith("-poison") for message in queue]

    def unsettled(self) -> list[str]:
        """The files that have no document of their newest version."""
        return [name for name, (etag, _) in self.inputs.items() if self.answered_etag(name) != etag]

    def forgotten(self) -> list[str]:
        """The files that neither have their document nor stand in a message, though their event came."""
        known = {message.job.name for queue in self.queues.values() for message in queue}
        known |= set(self.dead_letters.values())
        return [name for name in self.unsettled() if name not in known and self.inputs[name][0] not in self.unheard_of]

    def misfits(self) -> list[tuple[str, str]]:
        """What lies beside documents and is not listed there, and what is listed and does not lie there so."""
        lying = {(name, form): stored.sha256 for (name, form), (stored, _) in self.sidecars.items()}
        listed = {
            (name, form): file.sha256
            for name, (_, outcome) in self.outcomes.items()
            for form, file in zip(outcome.forms, outcome.files, strict=True)
        }
        return [place for place in {**lying, **listed} if lying.get(place) != listed.get(place)]

    def may_leave_answers(self, name: str) -> bool:
        """Whether it ended in an error: then answers stay for a redrive, and for 30 days where none comes."""
        found = self.outcomes.get(document_of(name))
        is_answered = name in self.inputs and found is not None and found[1].status == "ok"
        is_redriven = any(name == redriven for redriven, _ in self.redriven)
        return name in self.errored and (is_redriven or not is_answered)

    def answered_etag(self, name: str) -> str | None:
        found = self.outcomes.get(document_of(name))
        return found[1].input.etag if found else None

    def _next_moment(self) -> float:
        moments = [message.visible for queue in self.queues.values() for message in queue]
        moments += [run.until for run in self.running]
        if self.with_reconciler:
            moments.append(self.reconciled + RECONCILE_EVERY)
        return max(self.time + 0.001, min(moments, default=float("inf")))

    def _host(self) -> None:
        if self.with_reconciler and self.time >= self.reconciled + RECONCILE_EVERY:
            self.reconciled = self.time
            self.start("timer", Message(Job(name="(timer)"), 0, 0), self._reconcile())
        for name, queue in self.queues.items():
            if not queue:
                continue
            if len(self.running) >= SLOTS:
                return  # nothing can be taken, and there may be hundreds of messages to look at
            now = self.time
            for message in [each for each in queue if each.visible <= now or each.expires <= now]:
                if message.expires <= now:
                    queue.remove(message)
                elif len(self.running) < SLOTS:
                    self._take(name, message)

    def _take(self, queue: str, message: Message) -> None:
        message.tries += 1
        message.receipt += 1
        message.visible = self.time + HIDDEN
        if message.tries > MAX_TRIES and not queue.endswith("-poison"):
            self._poison(queue, message)
        elif queue.endswith("-poison"):
            self.given_up[message.job.name] += message.tries == 1
            self.start(queue, message, PoisonHandler(self.services).settle("input", message.job))
        else:
            self.start(queue, message, self._function(queue, message))

    def _function(self, queue: str, message: Message) -> Coroutine[Any, Any, None]:
        """What runs for a message."""
        processor, name = AttemptsOf(self), message.job.name
        if queue == "blob":
            return processor.process("input", name, is_new=True)
        if queue == "deferred":
            return processor.take_up("input", message.job, is_first_try=self.is_first_try(message))
        wait = EVENTS_WAIT if self.delivery == "both" else 0
        return EventReceiver(self.services, processor, wait).receive(FileEvents((("input", name),), 0))

    def start(self, queue: str, message: Message, steps: Coroutine[Any, Any, Any]) -> None:
        """Run something for a message."""
        self.running.append(Run(queue, message, message.receipt, steps))

    async def _reconcile(self) -> None:
        await DeadLetters(self.services, self).take_up()
        await Reconciler(self.services, self, max_seconds=self.listing_seconds).reconcile()

    def _poison(self, queue: str, message: Message) -> None:
        self.queues[queue].remove(message)
        self.put(f"{queue}-poison", message.job, 0, WEEK)

    def _step(self, run: Run) -> None:
        self._stepping = run
        try:
            run.until = self._next_step(run)
        except StopIteration:
            self._ended(run, failed=False)
        except asyncio.CancelledError:
            self.running.remove(run)
            self.calls.pop(run, None)
        except Killed:
            beside = [each.message.job.name for each in self.running if each is not run]
            self.kill_worker()
            self.killed.subtract(beside)
            self.died_beside.update(beside)
        except Exception:
            self._ended(run, failed=True)

    def _next_step(self, run: Run) -> float:
        """Let it go on until it waits, and return until when."""
        if not run.is_told_to_stop:
            return run.steps.send(None).until
        run.is_told_to_stop = False
        return run.steps.throw(asyncio.CancelledError()).until

    def _ended(self, run: Run, *, failed: bool) -> None:
        self.running.remove(run)
        queue, message = self.queues.get(run.queue, []), run.message
        if message not in queue or message.receipt != run.receipt:
            return  # it came back meanwhile, and somebody else has it
        if not failed:
            queue.remove(message)
            assert self.forgotten() == []
        elif run.queue.endswith("-poison"):
            return  # there is no other queue for it, and at once it would only fail again
        elif message.tries >= MAX_TRIES:
            self._poison(run.queue, message)
        else:
            message.visible = self.time

    # Storage: FileStore, ClaimStore, CooldownStore, AnswerStore, SpendingStore, JobQueue, EventPublisher
    # and DeadLetterStore

    async def _storage(self, call: str) -> None:
        """A request, or the response to one that had its effect: either may come to nothing."""
        await Pause()
        if call in self.closed or self.fault(call) or self.random.random() < self.storage_fails:
            raise StorageUnavailable("storage stumbles")

    def version(self) -> str:
        self.versions += 1
        return str(self.versions)

    async def load(self, name: str) -> InputFile:
        """Small files come whole with their properties, and are not read again soon (`BlobSource`)."""
        file = await self.look(name)
        self.loaded[name, file.etag] = self.time
        return file

    async def look(self, name: str) -> InputFile:
        await self._storage("look")
        if name not in self.inputs:
            raise InputNotFound(name)
        etag, modified = self.inputs[name]
        return InputFile("input", name, etag, 9, {}, START + timedelta(seconds=modified))

    async def read_range(self, file: InputFile, start: int, length: int) -> bytes:
        raise NotImplementedError

    def open(self, file: InputFile) -> Any:
        raise NotImplementedError

    async def find_result(self, name: str) -> StoredResult | None:
        await self._storage("find_result")
        found = self.outcomes.get(document_of(name))
        return StoredResult(found[0], found[1].input.etag, None, found[1].forms) if found else None

    async def read_result(self, name: str) -> Result | None:
        await self._storage("read_result")
        found = self.outcomes.get(document_of(name))
        return found[1] if found else None

    async def write_result(self, outcome: Result, *, replacing: StoredResult | None) -> None:
        await self._storage("write_result")
        name = document_of(outcome.input.name)
        found = self.outcomes.get(name)
        if self.checks_versions and (found[0] if found else None) != (replacing.etag if replacing else None):
            raise Conflict(name)
        assert all((name, form) in self.sidecars for form in outcome.forms), "files come before their document"
        self.outcomes[name] = (self.version(), outcome)
        self.answered_at[name] = self.time
        if outcome.status == "error":
            self.errored.add(outcome.input.name)
        self.written[outcome.input.name, outcome.input.etag] += 1
        await self._storage("write_result")

    async def find_sidecar(self, name: str, form: FileForm) -> StoredSidecar | None:
        await self._storage("find_sidecar")
        return self._sidecar(name, form)

    async def write_sidecar(self, name: str, sidecar: Sidecar, *, replacing: StoredSidecar | None) -> None:
        await self._storage("write_sidecar")
        if self.checks_files and self._sidecar(name, sidecar.form) != replacing:
            raise Conflict(name)
        stored = StoredSidecar(self.version(), sidecar.sha256)
        self.sidecars[document_of(name), sidecar.form] = (stored, sidecar.content)
        await self._storage("write_sidecar")

    async def delete_sidecar(self, name: str, form: FileForm, stored: StoredSidecar) -> None:
        await self._storage("delete_sidecar")
        if not self.checks_files or self._sidecar(name, form) == stored:
            self.sidecars.pop((document_of(name), form), None)
        await self._storage("delete_sidecar")

    def _sidecar(self, name: str, form: FileForm) -> StoredSidecar | None:
        found = self.sidecars.get((document_of(name), form))
        return found[0] if found else None

    async def make(self, result: Result) -> tuple[Result, Sequence[Sidecar]]:
        """The files of a document, which only this document has; another version has others."""
        if result.input.name not in self.subtitled or result.answer is None:
            return result, ()
        content = f"{result.input.name} {result.input.etag} {result.answer.text}".encode()
        made = [Sidecar(form, content) for form in FORMS_OF_VERSIONS[int(result.input.etag) % 3]]
        listed = [
            FileBeside(
                name=sidecar_name(result.input.name, each.form),
                media_type="text/plain",
                bytes=len(content),
                sha256=each.sha256,
            )
            for each in made
        ]
        return result.model_copy(update={"files": listed}), made

    async def list_inputs(self, marker: str = "") -> Page[ListedFile]:
        await self._storage("list_inputs")
        moments = {name: START + timedelta(seconds=modified) for name, (_, modified) in self.inputs.items()}
        files = {name: ListedFile(name, etag, moments[name]) for name, (etag, _) in self.inputs.items()}
        return page_of(files, marker, self.page_size)

    async def list_answered(self, marker: str = "") -> Page[tuple[str, StoredResult]]:
        await self._storage("list_answered")
        found = {
            name: StoredResult(
                etag, outcome.input.etag, START + timedelta(seconds=self.answered_at[name]), outcome.forms
            )
            for name, (etag, outcome) in self.outcomes.items()
        }
        return page_of({name: (name, stored) for name, stored in found.items()}, marker, self.page_size)

    async def read_scan(self) -> ScanProgress | None:
        await self._storage("read_scan")
        return self.scan

    async def write_scan(self, progress: ScanProgress) -> None:
        await self._storage("write_scan")
        self.scan = as_stored(progress)
        await self._storage("write_scan")

    async def read(self, name: str) -> VersionedClaim | None:
        await self._storage("read")
        return self.records.get(name)

    async def write(self, name: str, claim: Claim, *, replacing: VersionedClaim | None) -> VersionedClaim:
        try:
            await self._storage("write")
        except StorageUnavailable:
            self.unreturned[name] += claim.kind == "deferred"
            raise
        found = self.records.get(name)
        if self.checks_versions and (found.version if found else None) != (replacing.version if replacing else None):
            raise Conflict(name)
        self.records[name] = written = VersionedClaim(self.version(), as_stored(claim))
        try:
            await self._storage("write")
        except StorageUnavailable:
            self.half_written[name] += 1
            raise
        return written

    async def delete(self, name: str, stored: VersionedClaim) -> None:
        await self._storage("delete")
        found = self.records.get(name)
        if found and found.version == stored.version:
            del self.records[name]
        await self._storage("delete")

    async def read_cooldown(self, deployment: str) -> datetime | None:
        await self._storage("read_cooldown")
        return self.cooldowns.get(deployment)

    async def write_cooldown(self, deployment: str, until: datetime) -> None:
        await self._storage("write_cooldown")
        self.cooldowns[deployment] = max(until, self.cooldowns.get(deployment, until))
        await self._storage("write_cooldown")

    async def read_kept(self, name: str) -> KeptAnswers | None:
        await self._storage("read_kept")
        return self.answers.get(name)

    async def keep(self, name: str, kept: KeptAnswers) -> None:
        try:
            await self._storage("keep")
            self.answers[name] = as_stored(kept)
            await self._storage("keep")
        except StorageUnavailable:
            self.unkept[name] += 1
            raise

    async def forget(self, name: str) -> None:
        await self._storage("forget")
        self.answers.pop(name, None)
        await self._storage("forget")

    async def read_spent(self, day: str) -> int:
        await self._storage("read_spent")
        return self.tokens[day]

    async def add_spent(self, day: str, spent: int) -> int:
        await self._storage("add_spent")
        self.tokens[day] += spent
        return self.tokens[day]

    async def send(self, job: Job, seconds: float) -> None:
        await self._storage("send")
        self.put("deferred", job, seconds, float("inf"))
        await self._storage("send")

    async def list_dead_letters(self) -> list[str]:
        await self._storage("list_dead_letters")
        return list(self.dead_letters)

    async def read_dead_letter(self, name: str) -> bytes | None:
        await self._storage("read_dead_letter")
        if name not in self.dead_letters:
            return None
        subject = f"/blobServices/default/containers/input/blobs/{self.dead_letters[name]}"
        return json.dumps([{"eventType": CREATED, "subject": subject}]).encode()

    async def delete_dead_letter(self, name: str) -> None:
        await self._storage("delete_dead_letter")
        self.dead_letters.pop(name, None)
        await self._storage("delete_dead_letter")

    async def publish(self, outcome: Result) -> None:
        await self._storage("publish")
        self.published[outcome.input.name, outcome.input.etag] += 1
        await self._storage("publish")

    # Clock

    def now(self) -> datetime:
        return START + timedelta(seconds=self.time)

    def monotonic(self) -> float:
        return self.time

    def within(self, seconds: float) -> AbstractAsyncContextManager[object]:
        return nullcontext()

    async def sleep(self, seconds: float) -> None:
        await Pause(self.time + seconds)

    # Planner, Gate and model

    async def plan(self, file: InputFile) -> Plan:
        await self._storage("read_range")
        self._require_version(file)
        if file.name in self.bad:
            raise NotPlanned(FileRejected("damaged_media", "It is broken.", "Mend it."), None, None)
        speaker = Speaker(self, file)
        first = Listener(self, file) if file.name in self.spoken else speaker
        prompt = Prompt(None, ("One.", "Two.") if file.name in self.talkative else ("One.",))
        preparation = IN_PIECES if file.name in self.long else None
        selection = FLEX_SELECTION if file.name in self.patient else SELECTION
        return Plan(selection, MediaPart(PNG, MemorySource(b"")), prompt, first, speaker, preparation)

    @asynccontextmanager
    async def prepared(self, plan: Plan, extents: Sequence[Extent]) -> AsyncIterator[Prepared]:
        """The file is read, which takes a while."""
        assert isinstance(plan.first, Speaker | Listener)
        await self._storage("open")
        self._require_version(plan.first.file)
        await Pause(self.time + self.random.uniform(0, 5))
        assert tuple(extents) in ((), tuple(piece.extent for piece in PIECES))
        yield Prepared(PNG, PIECES)

    def naming_others(self, error: KindNotTaken, plan: Plan) -> KindNotTaken:
        return error

    @asynccontextmanager
    async def enter(self, *, alone: bool) -> AsyncIterator[None]:
        """As in `WorkerGate`: all that runs here is in one worker."""
        run = self._stepping
        while self._alone or (alone and self.calls):
            await Pause(self.time + 1)
        self.calls[run] = 1
        self._alone = run if alone else None
        try:
            yield
        finally:
            self.calls.pop(run, None)
            self._alone = None if self._alone is run else self._alone

    async def require_room(self, file: InputFile) -> None:
        """Of the cheaper tier, which may have none while the other has."""
        await Pause()
        assert self.now() < file.modified + timedelta(hours=FLEX_HOURS, seconds=self.policy.here)
        if error := self.flex_fault():
            self.unusable[file.name, file.etag, CHEAPER] += error.asked_at_most_thrice
            raise error

    async def answer(self, file: InputFile, *, turn: int, tier: Tier = None) -> ChatAnswer:
        await self._storage("open")
        self._require_version(file)
        if file.name in self.deadly:
            raise Killed
        error = self.model_fault()
        if error:
            self.unusable[file.name, file.etag, turn] += error.asked_at_most_thrice
            self.refused[file.name, file.etag] += type(error) in (ModelUnavailable, ModelMisconfigured)
            raise error
        await Pause(self.time + self.random.uniform(0, 5))
        self.paid[file.name, file.etag, turn] += 1
        await Pause()
        return said(f"answer {turn} of call {self.paid.total()}")

    def _require_version(self, file: InputFile) -> None:
        is_in_hand = self.time < self.loaded[file.name, file.etag] + MAX_HEAD_SECONDS
        if self.checks_versions and not is_in_hand and self.inputs.get(file.name, ("", 0))[0] != file.etag:
            raise Conflict(file.name) if file.name in self.inputs else InputNotFound(file.name)
