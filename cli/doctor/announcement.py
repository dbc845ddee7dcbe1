"""Whether the documents of the samples were announced, where a queue for that is configured."""

import asyncio
from contextlib import suppress

from cli.doctor.account import MAX_PEEKED, Account
from cli.doctor.findings import Finding
from cli.doctor.log import Watch
from cli.doctor.samples import Sample

MAX_SECONDS = 5
"""How long an announcement may come after its document; a worker sends it at once."""
POLL_SECONDS = 0.5


async def announcement(account: Account, answered: list[Sample], watch: Watch) -> list[Finding]:
    """The line, if there is anything to be said."""
    queue = account.site.completed_queue
    if not (queue and answered):
        return []
    with suppress(TimeoutError):
        async with asyncio.timeout(MAX_SECONDS):
            while not await account.tells_of(queue, answered[0].name):  # noqa: ASYNC110 - another process sends it
                await asyncio.sleep(POLL_SECONDS)
            return [Finding("ok", "announcement", f"Sent to {queue}; it stays there, for the next step of a workflow.")]
    await watch.read()
    return [await _missing(account, queue, answered[0], watch)]


async def _missing(account: Account, queue: str, sample: Sample, watch: Watch) -> Finding:
    if watch.refusal or watch.not_sent:
        why = watch.refusal or "storage does not take the message."
        return Finding("error", "announcement", f"It was not sent to {queue}: {why}")
    if await account.record(sample.name):
        return Finding("error", "announcement", f"It was not sent to {queue} yet. The log says why: storage.refused")
    if not await account.exists(queue):
        advice = f"See that the app's setting COMPLETED_QUEUE is {queue}, as it is here."
        return Finding("error", "announcement", f"It was not sent: there is no queue {queue}. {advice}")
    if await account.length(queue) > MAX_PEEKED:
        return Finding("skip", "announcement", f"More than {MAX_PEEKED} messages lie in {queue}: ours cannot be seen.")
    taken = "Another program has taken it, or the app's setting COMPLETED_QUEUE names another queue."
    return Finding("skip", "announcement", f"It does not lie in {queue}. {taken}")
