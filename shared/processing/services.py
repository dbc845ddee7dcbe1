"""What the path of a file needs."""

from dataclasses import dataclass, field
from random import Random

from shared.processing.answering import Answering
from shared.processing.budget import Budget
from shared.processing.claims import ClaimStore
from shared.processing.clock import Clock
from shared.processing.cooldowns import Cooldowns
from shared.processing.jobs import JobQueue
from shared.processing.patience import Patience
from shared.processing.publisher import ResultPublisher
from shared.results.store import FileStore


@dataclass(frozen=True, kw_only=True)
class Services:
    """All of it, made once and used by every invocation."""

    files: FileStore
    claims: ClaimStore
    deferrals: JobQueue
    pauses: Cooldowns
    answering: Answering
    conclusion: ResultPublisher
    clock: Clock
    budget: Budget | None = None
    patience: Patience = field(default_factory=Patience)
    random: Random = field(default_factory=Random)
