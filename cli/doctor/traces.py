"""What `doctor` leaves in the storage, removed: its files, their documents, and what the app noted of them."""

import asyncio
import time
from contextlib import suppress

from azure.core.exceptions import AzureError, ResourceNotFoundError

from cli.doctor.account import Account
from cli.doctor.findings import Finding
from cli.doctor.samples import POLL_SECONDS, Sample, Samples
from shared.adapters.storage import blob_of
from shared.recipes import FORMS
from shared.results import document_name, sidecar_name

MIN_SECONDS = 3
"""How long a worker that has just loaded a file may take to note that it has it."""
MAX_SECONDS = 30
"""How long a document is awaited on which the app is still at work; most models answer within this."""


async def remove(account: Account, samples: Samples, *, seconds: float = MAX_SECONDS) -> list[Finding]:
    """Remove all that was dropped: first the files, since a file without a document would be answered again.

    Documents on which the app is at work are awaited for so many seconds at most.
    """
    left = [problem for sample in samples.dropped for problem in await remove_one(account, sample)]
    if left:
        return [Finding("error", "traces", f"These could not be removed; remove them: {', '.join(left)}.")]
    if not samples.dropped:
        return []
    late = await _late(account, [each for each in samples.unanswered if each in samples.dropped], seconds)
    noted = [each for each in samples.dropped if each not in late and not await account.forget(each.name)]
    if late:
        paths = ", ".join(f"{account.output.container_name}/{document_name(each.name)}" for each in late)
        said = "The samples are removed, but the app may still be at work on them"
        return [Finding("skip", "traces", f"{said}. If a document comes, remove it: {paths}")]
    later = " What the app noted of them it removes itself, when it looks for them again." if noted else ""
    return [Finding("ok", "traces", f"The samples and their documents are removed.{later}")]


async def _late(account: Account, unanswered: list[Sample], seconds: float) -> list[Sample]:
    """Those of which a document may come later still, once one was awaited for so many seconds at most."""
    start = time.monotonic()
    at_work = unanswered
    while at_work and (passed := time.monotonic() - start) < seconds:
        await asyncio.sleep(POLL_SECONDS)
        if passed >= MIN_SECONDS:
            at_work = await _at_work(account, unanswered)
    at_work = await _at_work(account, at_work)
    for sample in unanswered:
        await remove_one(account, sample)
    return at_work


async def _at_work(account: Account, unanswered: list[Sample]) -> list[Sample]:
    return [each for each in unanswered if await account.is_at_work(each.name)]


async def remove_one(account: Account, sample: Sample) -> list[str]:
    """Remove a file, its document and what lies beside that; return what is left, each with storage's reason."""
    beside = [sidecar_name(sample.name, form) for form in FORMS]
    outputs = [(account.output, name) for name in (document_name(sample.name), *beside)]
    left = []
    for container, name in [(account.input, sample.name), *outputs]:
        try:
            with suppress(ResourceNotFoundError):
                await blob_of(container, name).delete_blob()
        except AzureError as error:
            left.append(f"{container.container_name}/{name} ({type(error).__name__})")
    return left
