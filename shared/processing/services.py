"""What the path of a file needs."""

from dataclasses import dataclass, field
from random import Random

from shared.processing.answering import Answering
from shared.processing.budget import Budget
from shared.processing.claims import ClaimStore
from shared.processing.clock import Clock
from shared.processing.cooldowns import Pauses
from shared.processing.jobs import Deferrals
from shared.processing.patience import Patience
from shared.processing.publisher import Conclusion
from shared.results.store import FileStore


@dataclass(frozen=True, kw_only=True)
class Means:
    """All of it, made once and used by every invocation."""

    files: FileStore
    claims: ClaimStore
    deferrals: Deferrals
    pauses: Pauses
    answering: Answering
    conclusion: Conclusion
    clock: Clock
    budget: Budget | None = None
    patience: Patience = field(default_factory=Patience)
    random: Random = field(default_factory=Random)
