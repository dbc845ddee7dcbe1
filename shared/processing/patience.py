"""How long to wait for what: the figures of the protocol, in seconds, and the growing wait."""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True)
class Patience:
    """All times of the protocol, in seconds.

    Attributes:
        claim: how long a claim holds; an invocation must end well before.
        invocation: how long one invocation may go on; the host stops it at ten minutes.
        call: how much of that a call must still have, or it is left to another invocation.
        writing: how long after an invocation's time its document may still be written.
        here: the longest wait for which an invocation is kept; longer ones go to the queue.
        first: the first wait of a file that a busy service turned away; each later one is twice as long.
        longest: the longest of those.
        give_up: when a file that never got through ends in an error.
        complete: how long a file may be empty, or its copy pending, before that is taken for its last state.
        breaker: how long a deployment that refuses us is left alone, at least.
        overdue: how old a file without a document is when the reconciler begins to ask what became of its event.
        lost: after how long it asks no more but queues the file again, and no longer believes that a message of ours
            is still on its way.
    """

    claim: float = 900
    invocation: float = 540
    call: float = 310
    writing: float = 45
    here: float = 20
    first: float = 15
    longest: float = 3600
    give_up: float = 7 * 86_400
    complete: float = 60
    breaker: float = 300
    overdue: float = 1800
    lost: float = 86_400

    def wait(self, attempt: int, asked: float | None, random: Random) -> float:
        """How long a file waits after its attempt of this number (from 0): never less than the service asked for."""
        grown = min(self.longest, self.first * 2.0 ** min(attempt, 32))
        return max(asked or 0, grown * random.uniform(0.5, 1.5))
