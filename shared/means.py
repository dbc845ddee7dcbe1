"""What the path of a file needs."""

from dataclasses import dataclass, field
from random import Random

from shared.answering import Answering
from shared.budget import Budget
from shared.claims import ClaimStore
from shared.clock import Clock
from shared.conclusion import Conclusion
from shared.deferrals import Deferrals
from shared.files import FileStore
from shared.patience import Patience
from shared.pauses import Pauses


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
