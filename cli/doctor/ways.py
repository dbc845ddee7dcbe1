"""By which ways the app hears of files: a file that costs no call shows it.

No model takes it, so its document says what is wrong with it. That document is removed, and whatever tells the app of
the file a second time makes it write another. The app lets what the queue for events tells wait, and what the webhook
tells not: so the time of a document says which of them told of its file.
"""

import asyncio
import time
from contextlib import suppress
from typing import Literal

from azure.core.exceptions import AzureError, ResourceNotFoundError

from cli.doctor.account import Account
from cli.doctor.findings import BLOB_CONTRIBUTOR, Finding, refused
from cli.doctor.samples import POLL_SECONDS, Sample, Samples, new_probe
from cli.doctor.site import Site
from cli.doctor.traces import remove_one
from cli.running_host import LOGS
from shared.adapters.storage import blob_of
from shared.results import document_name

type Way = Literal["webhook", "queue"]

_ROUNDED_SECONDS = 1
"""Storage tells times in whole seconds."""


async def ways(account: Account, samples: Samples) -> list[Finding]:
    """The line on each way by which the app is to hear of files, for an app that answers and takes messages."""
    expected = await _expected(account)
    probe = new_probe()
    if not expected:  # that the queue is not there has been said
        return []
    if problem := await samples.put(probe):
        return [problem]
    try:
        heard = await _heard(account, probe, expected)
    except AzureError as error:
        where = f"the container {account.output.container_name}"
        return [Finding("error", "events", refused(error, BLOB_CONTRIBUTOR, where))]
    findings = [
        Finding("ok", "events", f"The {way} told of a file; its document was there after {heard[way]:.0f} s.")
        if way in heard
        else Finding("error", "events", await _silent(account, probe, way))
        for way in expected
    ]
    if not await remove_one(
        account, probe
    ):  # also where the samples are kept: without its document it would be taken up
        samples.dropped.remove(probe)
    return findings


async def _expected(account: Account) -> list[Way]:
    site = account.site
    is_queued = site.events_queue and site.delivery != "trigger" and await account.exists(site.events_queue)
    by_webhook: list[Way] = [] if site.delivery == "queue" else ["webhook"]
    return [*by_webhook, "queue"] if is_queued else by_webhook


async def _heard(account: Account, probe: Sample, expected: list[Way]) -> dict[Way, float]:
    """The ways that told of the file, each with the seconds to its document. The queue is the later one."""
    wait = account.site.events_wait if len(expected) > 1 else 0
    end = time.monotonic() + wait + account.site.start_seconds
    heard: dict[Way, float] = {}
    while expected[-1] not in heard and time.monotonic() < end:
        await asyncio.sleep(POLL_SECONDS)
        seconds = await _seconds_to_document(account, probe)
        if seconds is not None:
            heard.setdefault(expected[-1] if seconds >= wait - _ROUNDED_SECONDS else expected[0], seconds)
    return heard


async def _seconds_to_document(account: Account, probe: Sample) -> float | None:
    """How long after the file its document was written, which is then removed; None where there is none."""
    blob = blob_of(account.output, document_name(probe.name))
    with suppress(ResourceNotFoundError):
        written = (await blob.get_blob_properties()).last_modified
        await blob.delete_blob()
        return (written - probe.dropped).total_seconds() if probe.dropped else None
    return None


async def _silent(account: Account, probe: Sample, way: Way) -> str:
    """What to say of a way that told nothing."""
    site = account.site
    one_way = (
        "" if site.delivery else " Is it to hear by one way alone? Set DROPSCRIBE_EVENT_DELIVERY to that, here too."
    )
    if way == "webhook":
        return f"The webhook told nothing of a file in {site.events_wait:.0f} s. {_at_the_webhook(site)}{one_way}"
    if await account.tells_of(site.events_queue, probe.name):
        return f"The file's event lies in {site.events_queue}, and the app does not take it: {_NOT_LISTENING}"
    return f"No event of a file came by the queue {site.events_queue}. {_at_the_queue(site)}{one_way}"


_NOT_LISTENING = "see that its setting DROPSCRIBE_EVENTS_QUEUE names this queue. `azd provision` sets it."


def _at_the_webhook(site: Site) -> str:
    if not site.is_in_azure:
        return f"What the host says of it stands in {LOGS / 'host.log'}"
    return "Connect it anew: `azd hooks run postdeploy`. Why it is refused: docs/operate.md, Dead-lettered events."


def _at_the_queue(site: Site) -> str:
    if not site.is_in_azure:
        return f"Does the host deliver there? What it says stands in {LOGS / 'host.log'}"
    role = "the topic's identity has the role Storage Queue Data Message Sender for it"
    return f"See that {role}, and that the topic has the subscription `queued-files`: `azd provision --no-state`."
