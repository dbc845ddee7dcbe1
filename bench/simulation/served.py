"""Deployments with quotas in virtual time (implements `Planner`: its plans lead to them)."""

import math
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from random import Random
from types import SimpleNamespace
from typing import Any

from bench.simulation.limits import ASSUMED, PUBLISHED
from bench.simulation.virtual_time import VirtualTime
from shared.bootstrap import RECIPES
from shared.errors import KindNotTaken, ModelThrottled
from shared.media import InputFile, Media
from shared.models import CapabilityTable, ChatAnswer, ChatRequest, Endpoint, Extent, MediaPart, Plan
from shared.models.deployments import DEFAULT, Deployment
from shared.processing import Prepared
from shared.recipes import Prompt, RecipeCatalog

ENDLESS = 10**12


@dataclass(frozen=True)
class Kind:
    """A kind of file.

    Attributes:
        seconds: how long the model takes for one, on average.
        used: the tokens of prompt and answer.
        counted: what the quota is asked for before there is an answer: the prompt, and the most that may be answered.
        deployment: the alias of the deployment that takes it.
    """

    name: str
    seconds: float
    used: int = 0
    counted: int = 0
    deployment: str = DEFAULT


@dataclass(frozen=True)
class Quota:
    """What a deployment allows."""

    requests_a_minute: float = ENDLESS
    tokens_a_minute: float = ENDLESS
    calls_at_once: float = ENDLESS

    def a_minute(self, kind: Kind) -> float:
        """How many files of a kind it lets through in a minute."""
        by_tokens = self.tokens_a_minute / kind.counted if kind.counted else ENDLESS
        return min(self.requests_a_minute, by_tokens, self.calls_at_once * 60 / kind.seconds)


PHI = Quota(*(PUBLISHED[name].value for name in ("requests_a_minute", "tokens_a_minute", "calls_at_once")))
"""What a deployment of Phi-4-multimodal-instruct allows unless more was asked for and granted."""


@dataclass
class Window:
    """So much in so many seconds, counted anew in each."""

    limit: float
    seconds: float
    _begun: float = 0
    _taken: float = 0

    def wait(self, now: float, amount: float) -> float:
        """How long until there is room; 0 where there is some now. An empty window has room for one of any size."""
        if now >= self._begun + self.seconds:
            self._begun, self._taken = now // self.seconds * self.seconds, 0
        if self._taken == 0 or self._taken + amount <= self.limit:
            return 0
        return self._begun + self.seconds - now

    def take(self, amount: float) -> None:
        """Use it."""
        self._taken += amount


class Limiter:
    """The quota of one deployment, as it is counted."""

    def __init__(self, quota: Quota) -> None:
        seconds = PUBLISHED["request_window"].value
        self._requests = Window(quota.requests_a_minute * seconds / 60, seconds)
        self._tokens = Window(quota.tokens_a_minute, PUBLISHED["token_window"].value)
        self._max_calls = quota.calls_at_once
        self.calls = 0

    def wait(self, now: float, tokens: int) -> float:
        """How long to stay away, in seconds; else 0, and the call counts from now on."""
        wait = max(self._requests.wait(now, 1), self._tokens.wait(now, tokens))
        if self.calls >= self._max_calls:
            wait = max(wait, 1)
        if wait == 0:
            self._requests.take(1)
            self._tokens.take(tokens)
            self.calls += 1
        return wait


@dataclass
class Service:
    """Answers, or refuses as services do: with a Retry-After in whole seconds."""

    clock: VirtualTime
    quotas: dict[str, Quota]
    random: Random
    kinds: dict[str, Kind] = field(default_factory=dict)
    answered: int = 0
    refused: int = 0
    seconds: float = 0

    def __post_init__(self) -> None:
        self._limiters = {alias: Limiter(quota) for alias, quota in self.quotas.items()}

    async def plan(self, file: InputFile) -> Plan:
        """See `Planner.plan`."""
        speaker = Speaker(self, self.kinds[file.name])
        return Plan(SELECTION, PART, PROMPT, speaker, speaker)

    def naming_others(self, error: KindNotTaken, plan: Plan) -> KindNotTaken:  # noqa: ARG002 - nothing is refused here
        """See `Planner.naming_others`."""
        return error

    def prepared(self, plan: Plan, extents: Sequence[Extent]) -> AbstractAsyncContextManager[Prepared]:
        """See `Preparer.prepared`."""
        raise NotImplementedError("Every file here travels as it lies.")

    async def answer(self, kind: Kind) -> ChatAnswer:
        """Answer about a file of this kind, or refuse."""
        limiter = self._limiters[kind.deployment]
        if wait := limiter.wait(self.clock.seconds, kind.counted):
            self.refused += 1
            await self.clock.sleep(ASSUMED["refusal"].value)
            raise ModelThrottled("busy", retry_after=math.ceil(wait))
        variation = ASSUMED["call_variation"].value
        took = kind.seconds * self.random.uniform(1 - variation, 1 + variation)
        await self.clock.sleep(took)
        limiter.calls -= 1
        self.answered += 1
        self.seconds += took
        return ANSWER


@dataclass(frozen=True, eq=False)
class Speaker:
    """A deployment, as it is asked about files of one kind (implements `ChatModel`)."""

    service: Service
    kind: Kind
    takes_schema = False

    @property
    def deployment(self) -> Deployment:
        """See `ChatModel.deployment`."""
        return replace(PHI_DEPLOYED, alias=self.kind.deployment)

    async def complete(self, request: ChatRequest) -> ChatAnswer:  # noqa: ARG002 - all are answered alike
        """See `ChatModel.complete`."""
        return await self.service.answer(self.kind)


ANSWER = ChatAnswer("A picture.", "phi", "stop", None, None, 1)
PHI_DEPLOYED = Deployment(
    DEFAULT, "phi", "phi", Endpoint.parse("https://place.example/models")[0], CapabilityTable.load().of("phi")
)
_NOTHING: Any = SimpleNamespace(size=1, sha256=None)
PART = MediaPart(Media("image", "image/png", "png"), _NOTHING)
PROMPT = Prompt(None, ("What is it?",))
SELECTION = RecipeCatalog.load(RECIPES).default_for("image", {})
