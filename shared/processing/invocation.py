"""One invocation for one file: how much time it has, what became of the file, and waiting."""

from datetime import datetime

from shared.processing.claims import losses_of
from shared.processing.hold import Hold
from shared.processing.jobs import Job
from shared.processing.services import Services


class NotNow(Exception):
    """The file is to be taken up after so many seconds; the message says why."""

    def __init__(self, seconds: float, why: str) -> None:
        super().__init__(why)
        self.seconds = seconds


class Invocation:
    """What its parts share.

    Attributes:
        job: what became of the file so far, and what stands in the message if it has to wait.
        hold: our part in the claim on it.
    """

    def __init__(self, means: Services, job: Job) -> None:
        self.job = job
        self.hold = Hold(job.name, means.claims, means.clock, means.random, means.patience.claim)
        self._with = means
        # Not by the time of day: what we take for that may be hours off until storage has first answered.
        self._deadline = means.clock.monotonic() + means.patience.invocation

    def note(self, **known: object) -> None:
        """Know more of what became of the file."""
        self.job = self.job.model_copy(update=known)

    def growing_wait(self) -> float:
        """Seconds to wait for a trouble that is neither the file's nor the model's: twice as long each time."""
        attempt = self.job.attempt
        self.note(attempt=attempt + 1, since=None)
        return self._with.patience.wait(attempt, None, self._with.random)

    def lose_answers(self, seconds: float) -> float:
        """Note that answers which were paid for are lost, and return how many seconds the file waits therefore.

        After the first time as many as given, later a day at least: so much may be paid for nothing, and no more.
        """
        assert self.job.etag
        is_first = losses_of(self.hold.record, self.job.etag) == 0
        self.hold.has_lost = True
        return seconds if is_first else max(seconds, self._with.patience.lost)

    def spread(self, seconds: float) -> float:
        """Anything up to so many seconds, so that those who waited for one thing do not all come at once."""
        return self._with.random.uniform(0, seconds)

    @property
    def now(self) -> datetime:
        """The time of day, as storage tells it."""
        return self._with.clock.now()

    @property
    def time_left(self) -> float:
        """Seconds until it must be over."""
        return self._deadline - self._with.clock.monotonic()
