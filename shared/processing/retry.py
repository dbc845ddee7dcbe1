"""What becomes of a file whose model cannot answer now: how long it waits, and when that has an end."""

import logging
from dataclasses import dataclass
from datetime import datetime
from random import Random

from shared.errors import FileRejected, ModelMisconfigured, ModelThrottled, ModelTimeout, ModelUnavailable
from shared.processing.jobs import Job
from shared.processing.patience import Patience

MAX_TIMEOUTS = 3
"""How often a model may leave a file unanswered: each time may have been paid for."""

ABOUT_THE_REQUEST = (400, 422)
"""What a service answers that does not know a parameter, or a value of one."""


@dataclass(frozen=True)
class Verdict:
    """What is to be done.

    Attributes:
        job: what is known of the file's troubles from now on.
        wait: how long the file waits, in seconds.
        pause: how long the deployment is to be left alone by everybody, in seconds; 0 where only the file waits.
        level: how loud to log it.
    """

    job: Job
    wait: float
    pause: float = 0
    level: int = logging.INFO


def verdict_on(error: ModelUnavailable, job: Job, *, now: datetime, patience: Patience, random: Random) -> Verdict:
    """Judge a fault.

    Raises:
        FileRejected: the file has waited, or cost, enough; dropped again it may be answered.
    """
    if isinstance(error, ModelMisconfigured):  # never the file's fault, however long it lasts
        seconds = random.uniform(1, 3) * patience.breaker
        # What is wrong with one recipe's request is no reason to keep the others waiting.
        pause = 0 if error.status in ABOUT_THE_REQUEST else seconds
        return Verdict(job.model_copy(update={"since": None}), seconds, pause, level=logging.ERROR)
    job = job.model_copy(update={"since": job.since or now})
    if job.since and (now - job.since).total_seconds() > patience.give_up:
        raise _gave_up(error, job)
    if isinstance(error, ModelTimeout):
        return _after_timeout(error, job, patience, random)
    if isinstance(error, ModelThrottled) and error.retry_after is not None and error.retry_after <= patience.here:
        # It says when: no need for waits that grow. All others learn of it and wait too.
        wait = error.retry_after + random.uniform(0, max(error.retry_after, patience.first / 15))
        return Verdict(job, wait, pause=error.retry_after)
    wait = patience.wait(job.attempt, error.retry_after, random)
    pause = min(error.retry_after or 0, patience.longest) if isinstance(error, ModelThrottled) else 0
    return Verdict(job.model_copy(update={"attempt": job.attempt + 1}), wait, pause)


def _after_timeout(error: ModelTimeout, job: Job, patience: Patience, random: Random) -> Verdict:
    timeouts = job.timeouts + 1
    if timeouts >= MAX_TIMEOUTS:
        raise FileRejected(
            "model_timeout",
            f"The model did not answer in time, {timeouts} times.",
            "Cut the file into pieces, or name another model in the recipe, and drop it again.",
            error.request_id,
            retryable=True,
        )
    update = {"timeouts": timeouts, "attempt": job.attempt + 1}
    return Verdict(job.model_copy(update=update), patience.wait(job.attempt, error.retry_after, random))


def _gave_up(error: ModelUnavailable, job: Job) -> FileRejected:
    return FileRejected(
        "gave_up",
        f"The model could not be had for days, at attempt {job.attempt + 1} of this file. {error}",
        "See to the model, then drop the file again or run `dropscribe redrive`.",
        error.request_id,
        retryable=True,
    )
