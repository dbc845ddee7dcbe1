"""How long a file waits, and when that ends: all times of the protocol, and the one decision on a failed call."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random

from shared.errors import (
    ErrorCode,
    FileRejected,
    ModelMisconfigured,
    ModelThrottled,
    ModelTimeout,
    ModelUnavailable,
    UrlNotFetched,
)
from shared.processing.claims import Progress

MAX_ASKED = 3
"""How many calls about a version of a file may be billed without a usable answer."""

ABOUT_THE_REQUEST = (400, 422)
"""What a service answers that does not know a parameter, or a value of one."""


class RetryLater(Exception):
    """The file is to be taken up after so many seconds; the message says why."""

    def __init__(self, seconds: float, why: str) -> None:
        super().__init__(why)
        self.seconds = seconds


@dataclass(frozen=True)
class RetryDecision:
    """What is to be done after a failed call.

    Attributes:
        progress: what is known of the file from now on.
        wait: how long the file waits, in seconds.
        cooldown: seconds for which the deployment is not to be asked; 0 where only the file waits.
        level: how loud to log it.
    """

    progress: Progress
    wait: float
    cooldown: float = 0
    level: int = logging.INFO


@dataclass(frozen=True)
class RetryPolicy:
    """All times of the protocol, in seconds.

    Attributes:
        claim: how long a claim holds; an invocation must end well before.
        invocation: how long one invocation may go on; the host stops it at ten minutes.
        call: how much of that a call must still have, or it is left to another invocation.
        writing: how long after an invocation's time its document may still be written.
        here: the longest wait for which an invocation is kept; longer ones go to the queue.
        first: the first wait of a file that a busy service turned away; each later one is twice as long.
        max_wait: the longest of those.
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
    max_wait: float = 3600
    give_up: float = 7 * 86_400
    complete: float = 60
    breaker: float = 300
    overdue: float = 1800
    lost: float = 86_400

    def wait(self, attempt: int, asked: float | None, random: Random) -> float:
        """How long a file waits after its attempt of this number (from 0): never less than the service asked for."""
        grown = min(self.max_wait, self.first * 2.0 ** min(attempt, 32))
        return max(asked or 0, grown * random.uniform(0.5, 1.5))

    def decide(
        self, error: ModelUnavailable, progress: Progress, *, now: datetime, random: Random, answers_others: bool
    ) -> RetryDecision:
        """Decide what becomes of a file after a failed call, which `progress` counts as asked.

        `answers_others` is whether the deployment answered other files since it last failed on this one, or lately.

        Raises:
            FileRejected: the file has waited, or may have cost, enough; dropped again it may be answered.
        """
        is_this_file = answers_others and (_is_a_breakdown(error) or isinstance(error, ModelMisconfigured))
        if not (error.asked_at_most_thrice or is_this_file):
            progress = replace(progress, asked=progress.asked - 1)
        elif progress.asked >= MAX_ASKED:
            raise _asked_enough(error, progress)
        progress = replace(progress, failed_at=now)
        if isinstance(error, ModelMisconfigured):  # no file causes it where no other is answered
            is_told_to_all = not answers_others and error.status not in ABOUT_THE_REQUEST
            return self._until_an_operator_acts(progress, random, is_told_to_all=is_told_to_all)
        progress = replace(progress, since=progress.since or now)
        if (now - (progress.since or now)).total_seconds() > self.give_up:
            raise _gave_up(error, progress)
        if isinstance(error, ModelThrottled) and error.retry_after is not None and error.retry_after <= self.here:
            # It says when: no need for waits that grow. All others learn of it and wait too.
            jitter = random.uniform(0, max(error.retry_after, self.first / 15))
            return RetryDecision(progress, error.retry_after + jitter, cooldown=error.retry_after)
        wait = self.wait(progress.attempt, error.retry_after, random)
        cooldown = min(error.retry_after or 0, self.max_wait) if isinstance(error, ModelThrottled) else 0
        return RetryDecision(replace(progress, attempt=progress.attempt + 1), wait, cooldown)

    def _until_an_operator_acts(self, progress: Progress, random: Random, *, is_told_to_all: bool) -> RetryDecision:
        """What is wrong with one recipe's request, or with one file, is no reason to keep the others waiting."""
        seconds = random.uniform(1, 3) * self.breaker
        cooldown = seconds if is_told_to_all else 0
        return RetryDecision(replace(progress, since=None), seconds, cooldown, level=logging.ERROR)


def _is_a_breakdown(error: ModelUnavailable) -> bool:
    """Whether the service failed on this request, without a word of coming back later."""
    return type(error) is ModelUnavailable and error.status is not None and error.retry_after is None


def _asked_enough(error: ModelUnavailable, progress: Progress) -> FileRejected:
    times, code = f"{progress.asked} times", _code_of(error)
    if isinstance(error, ModelTimeout):
        told = f"The model did not answer in time, {times}."
        step = "Cut the file into pieces, or name another model in the recipe, and drop it again."
    elif isinstance(error, UrlNotFetched):
        told = f"The service could not fetch the file from storage, {times}. {error}"
        step = "Let the service reach the storage account, or make the file small enough to go inline; drop it again."
    elif isinstance(error, ModelMisconfigured):
        told = f"The service refused this file, {times}, while it answered others. {error}"
        step = "Drop another file, or see what the service asks for; then drop this one again."
    else:
        told = f"The model gave no usable answer, {times}. {error}"
        step = "See whether the model answers other files, or name another; then drop the file again."
    return FileRejected(code, told, step, error.request_id, retryable=True)


def _code_of(error: ModelUnavailable) -> ErrorCode:
    match error:
        case ModelTimeout():
            return "model_timeout"
        case UrlNotFetched():
            return "not_fetched"
        case ModelMisconfigured():
            return "rejected_by_model"
        case _:
            return "no_answer"


def asked_enough_before() -> FileRejected:
    """Why a file is not asked about again of which earlier calls brought nothing, whatever became of them."""
    return FileRejected(
        "no_answer",
        f"The model was asked about this file {MAX_ASKED} times, and no answer arrived that could be used.",
        "See the log of the app for why; then drop the file again or run `dropscribe redrive`.",
        retryable=True,
    )


def _gave_up(error: ModelUnavailable, progress: Progress) -> FileRejected:
    return FileRejected(
        "gave_up",
        f"The model could not be had for days, at attempt {progress.attempt + 1} of this file. {error}",
        "See to the model, then drop the file again or run `dropscribe redrive`.",
        error.request_id,
        retryable=True,
    )


def crash_loop(crashes: int) -> FileRejected:
    """Why a file is left alone over which workers broke down again and again."""
    return FileRejected(
        "crash_loop",
        f"Dropscribe broke down {crashes} times while it worked on this file.",
        "See the log of the app for why. Drop the file again, saved anew with another program if it happens again.",
        retryable=True,
    )


def took_too_long(seconds: float) -> FileRejected:
    """Why a file is left alone that is not converted in the time that an invocation has for that."""
    return FileRejected(
        "too_large",
        f"To convert this file takes longer than the {seconds:.0f} seconds that there are for it.",
        "Cut it, or convert it on your own computer; then drop it again.",
    )
