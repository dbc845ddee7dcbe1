"""What `doctor` does: it drops two samples and says of each part of the app whether it works. Returns the exit code."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from cli import show
from cli.doctor.account import Account
from cli.doctor.announcement import announcement
from cli.doctor.answers import findings_of
from cli.doctor.azure import alerts
from cli.doctor.causes import why_unanswered
from cli.doctor.findings import Finding, Report
from cli.doctor.log import Watch
from cli.doctor.samples import Sample, Samples, new_samples
from cli.doctor.site import Site, site_of
from cli.doctor.taking import takes_messages
from cli.doctor.traces import MAX_SECONDS, remove
from cli.doctor.ways import ways
from cli.exits import FAILED
from cli.host_log import HostLog
from cli.running_host import LOGS, missing

_NEEDED = ("storage", "input", "output")
"""The parts without which nothing is dropped."""

SECOND_WAY_SECONDS = 60
"""How long a job waits that comes of an event in the queue: what the webhook brought is answered by then."""


async def doctor(storage: str | None, seconds: float, *, keep: bool, as_json: bool) -> int:
    """Look at everything, and wait so many seconds at most for the documents of the samples."""
    site = site_of(storage)
    if site is None:
        show.problem(f"Which storage? Name it with --storage. {missing()}")
        return FAILED
    report = Report(as_json)
    async with Account(site) as account:
        with show.step("Looking at the storage"):
            findings = await account.look()
        report.add(findings)
        if not any(each.state == "error" and each.part in _NEEDED for each in findings):
            await _try(account, report, seconds, keep=keep)
    if site.is_in_azure:
        with show.step("Looking at the alerts"):
            findings = await alerts(site)
        report.add(findings)
    return report.close()


async def _try(account: Account, report: Report, seconds: float, *, keep: bool) -> None:
    """Drop the samples, and say what becomes of them."""
    each = new_samples()
    watch = Watch(account.site, {sample.name for sample in each}, _log(account.site))
    samples = Samples(each, account, watch)
    waiting_before = await account.length(account.site.target.deferred_queue)
    async with _cleaned_up(account, samples, report, keep=keep):
        dropped = await samples.drop()
        report.add([dropped])
        if dropped.state == "error":
            return
        with show.step(f"Waiting for the documents, for {round(seconds)} seconds at most"):
            problem = await samples.wait(seconds)
        report.add([problem] if problem else await _judge(samples, account, watch, waiting_before))
        if answered := [sample for sample in samples.each if sample.document]:
            report.add(await announcement(account, answered, watch))
            await _look_further(account, report, samples, answered[0])


async def _judge(samples: Samples, account: Account, watch: Watch, waiting_before: int) -> list[Finding]:
    """The lines on the app, the model and the documents."""
    findings = [taken(samples.seconds)] if samples.seconds else []
    findings += findings_of(samples.each)
    if samples.unanswered:
        findings += await why_unanswered(account, samples, watch, waiting_before=waiting_before)
    return findings


async def _look_further(account: Account, report: Report, samples: Samples, answered: Sample) -> None:
    """Look at what an app that answers may lack all the same."""
    with show.step("Looking whether the app takes a message"):
        finding = await takes_messages(account, answered.name)
    report.add([finding])
    if finding.state == "ok":
        with show.step("Looking by which ways events come, which takes a minute or two where there are two"):
            findings = await ways(account, samples)
        report.add(findings)


def taken(seconds: float) -> Finding:
    """The line on when the app first heard of a sample. By which way it did stands nowhere, but the time is telling."""
    slow = "" if seconds < SECOND_WAY_SECONDS else " So long takes a start, or the second way to hear of a file."
    return Finding("ok", "app", f"It took the samples, after {seconds:.0f} s.{slow}")


@asynccontextmanager
async def _cleaned_up(account: Account, samples: Samples, report: Report, *, keep: bool) -> AsyncIterator[None]:
    """Remove the traces in the end, whatever happened, and when Ctrl-C stops it too: then without waiting."""
    seconds = 0.0
    try:
        yield
        seconds = MAX_SECONDS
    finally:
        if keep:
            report.add([Finding("skip", "traces", f"Kept: {', '.join(samples.paths())}")])
        else:
            with show.step("Removing the samples"):
                findings = await remove(account, samples, seconds=seconds)
            report.add(findings)


def _log(site: Site) -> HostLog | None:
    return HostLog.from_now_on(LOGS / "host.log") if site.host else None
