"""Small stand-ins on our own protocols: a store in memory, and a model that says what it is told."""

import hashlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from shared.chat import ChatAnswer, ChatRequest, MediaPart
from shared.deployment import DEFAULT, Deployment, Deployments
from shared.endpoint import Endpoint
from shared.errors import InputGone, Overtaken
from shared.files import InputFile, StoredOutcome
from shared.models import CapabilityTable
from shared.outcome import Outcome
from tests.planted import SIGNATURE

TABLE = CapabilityTable.load()
PHI = "Phi-4-multimodal-instruct"
SIGNED = f"https://storage.example/input/file?sp=r&sig={SIGNATURE}"


def deployed(
    model: str = PHI, *, alias: str = DEFAULT, name: str = "", at: str = "https://place.example/models", **own: object
) -> Deployment:
    """A deployment with the capability of its model, but for what is `own`."""
    endpoint, _ = Endpoint.parse(at)
    return Deployment(alias, name or model, model, endpoint, TABLE.of(model).model_copy(update=own))


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


@dataclass
class MemoryFiles:
    """A store in memory. `before_writing` runs once, between the answer and the write."""

    contents: dict[str, bytes] = field(default_factory=dict)
    metadata: dict[str, dict[str, str]] = field(default_factory=dict)
    outcomes: dict[str, tuple[str, Outcome]] = field(default_factory=dict)
    writes: int = 0
    before_writing: Callable[[], None] | None = None

    def put(self, name: str, content: bytes, **metadata: str) -> None:
        self.contents[name] = content
        self.metadata[name] = metadata

    def outcome(self, name: str) -> Outcome:
        return self.outcomes[name][1]

    async def look(self, name: str) -> InputFile:
        content = self._content(name)
        return InputFile("input", name, _etag(content), len(content), self.metadata[name])

    async def read_head(self, file: InputFile, length: int) -> bytes:
        return self._current(file)[:length]

    def open(self, file: InputFile) -> MemorySource:
        return MemorySource(self._current(file))

    async def find_outcome(self, name: str) -> StoredOutcome | None:
        if name not in self.outcomes:
            return None
        etag, outcome = self.outcomes[name]
        return StoredOutcome(etag, outcome.input.etag)

    async def write_outcome(self, outcome: Outcome, *, replacing: StoredOutcome | None) -> None:
        meanwhile, self.before_writing = self.before_writing, None
        if meanwhile:
            meanwhile()
        there = await self.find_outcome(outcome.input.name)
        if (there and there.etag) != (replacing and replacing.etag):
            raise Overtaken("another document was written")
        self.writes += 1
        self.outcomes[outcome.input.name] = (str(self.writes), outcome)

    def _content(self, name: str) -> bytes:
        if name not in self.contents:
            raise InputGone(name)
        return self.contents[name]

    def _current(self, file: InputFile) -> bytes:
        content = self._content(file.name)
        if _etag(content) != file.etag:
            raise Overtaken(file.name)
        return content


@dataclass
class SpeakingModel:
    """Reads the whole file, as a real one would, and gives its answers, the last one for ever."""

    answers: list[ChatAnswer | Exception]
    deployment: Deployment = field(default_factory=deployed)
    requests: list[ChatRequest] = field(default_factory=list)

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


def said(text: str, *, finish_reason: str = "stop", tokens: int = 10, refusal: str | None = None) -> ChatAnswer:
    """An answer with plausible figures."""
    usage = {"prompt_tokens": tokens - 3, "completion_tokens": 3, "total_tokens": tokens}
    return ChatAnswer(text, "some-model", finish_reason, usage, "request-1", 0.5, refusal)


def _etag(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()
