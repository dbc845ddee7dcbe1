"""What the path of a file needs, made once and used by every attempt."""

from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from shared.errors import KindNotTaken
from shared.media import InputFile
from shared.models import Plan
from shared.processing.budget import Budget
from shared.processing.claims import ClaimStore
from shared.processing.clock import Clock
from shared.processing.cooldowns import Cooldowns
from shared.processing.gate import Gate, WorkerGate
from shared.processing.health import Health
from shared.processing.jobs import JobQueue
from shared.processing.kept import AnswerStore
from shared.processing.preparing import Preparer
from shared.processing.publisher import ResultPublisher
from shared.processing.retry import RetryPolicy
from shared.results import FileStore


class Planner(Protocol):
    """Decides what is asked of whom about a file. Costs nothing."""

    async def plan(self, file: InputFile) -> Plan:
        """The plan for a file.

        Raises:
            NotPlanned: the file can never be answered.
            InputNotFound, Conflict, StorageUnavailable: the file could not be read.
        """
        ...

    def naming_others(self, error: KindNotTaken, plan: Plan) -> KindNotTaken:
        """The same refusal, with the deployed models that do take such a file."""
        ...


@dataclass(frozen=True, kw_only=True)
class Services:
    """All of it."""

    input_container: str
    files: FileStore
    claims: ClaimStore
    jobs: JobQueue
    kept: AnswerStore
    cooldowns: Cooldowns
    planner: Planner
    preparer: Preparer
    publisher: ResultPublisher
    clock: Clock
    budget: Budget | None = None
    money: Budget | None = None
    health: Health = field(default_factory=Health)
    gate: Gate = field(default_factory=WorkerGate)
    policy: RetryPolicy = field(default_factory=RetryPolicy)
    random: Random = field(default_factory=Random)
