"""Why a sample has no document: from the host's log where there is one, else from what lies in the storage."""

from datetime import UTC, datetime

from cli.doctor.account import Account
from cli.doctor.azure import function_state
from cli.doctor.findings import Finding
from cli.doctor.log import Watch
from cli.doctor.samples import Samples
from cli.doctor.site import Site
from cli.running_host import LOGS, missing

LOOK = "The log says why: docs/operate.md, What became of a file?"


async def why_unanswered(account: Account, samples: Samples, watch: Watch, *, waiting_before: int) -> list[Finding]:
    """The lines for the samples without a document, of which there is one at least."""
    if findings := _from_log(samples, watch):
        return findings
    if finding := await _from_record(account, samples.unanswered[0].name):
        return [finding]
    if watch.heard or samples.seconds is not None:
        return [Finding("error", "document", f"The app has it, but writes no document yet. {LOOK}")]
    if await account.length(account.site.target.deferred_queue) > waiting_before:
        said = (
            f"The app heard of a file, perhaps of this one: its queue {account.site.target.deferred_queue} has grown."
        )
        return [Finding("error", "document", f"{said} It looks at it again by itself. {LOOK}")]
    return [Finding("error", "app", await _not_taken(account, samples.unanswered[0].name))]


def _from_log(samples: Samples, watch: Watch) -> list[Finding]:
    """What the log says, once for each cause; that a model is left alone says nothing beside why it is."""
    found: dict[str, Finding] = {}
    waits: set[str] = set()
    for sample in samples.unanswered:
        cause = watch.cause(sample.name)
        if cause is None:
            continue
        if watch.is_refused(sample.name):
            found[watch.refusal] = Finding("error", "app's roles", watch.refusal)
        elif watch.standing and not cause.is_ours:
            sentence = f"{cause.sentence} Before that: {watch.standing.sentence}"
            found[cause.key] = Finding("error", "model", sentence)
        else:
            found[cause.key] = Finding("error", "model", f"{cause.sentence} {_next_try(cause.seconds)}")
            waits |= {cause.key} if cause.is_wait else set()
    return [finding for key, finding in found.items() if key not in waits or waits >= found.keys()]


def _next_try(seconds: float) -> str:
    return f"The app tries again by itself, in {round(seconds)} seconds." if seconds >= 1 else ""


async def _from_record(account: Account, name: str) -> Finding | None:
    record = await account.record(name)
    if record is None:
        return None
    cooldowns = {model: until for model, until in (await account.cooldowns()).items() if until > datetime.now(UTC)}
    if record.kind == "deferred" and cooldowns:
        named = ", ".join(f"{model} until {until.astimezone():%H:%M:%S}" for model, until in cooldowns.items())
        why = "it is busy, or refuses the app: its key, role or deployment"
        return Finding("error", "model", f"The app leaves a model alone ({named}), because {why}. {LOOK}")
    if record.kind == "deferred":
        turned = "A model turned it away" if record.since or record.failed_at else "It was put off"
        return Finding("error", "model", f"{turned}, until {record.until.astimezone():%H:%M:%S}. {LOOK}")
    return Finding("error", "model", "The app is still at work on it. Give it more time with --wait.")


async def _not_taken(account: Account, name: str) -> str:
    site = account.site
    said = "The app has not taken the sample"
    if site.events_queue and await account.tells_of(site.events_queue, name):
        said = f"The sample's event lies in the queue {site.events_queue}, and the app has not taken it"
    if not site.is_in_azure:
        return f"{said}: is it running? {_start_here(site)}"
    state = await function_state(site)
    if state and state != "Running":
        start = f"`az functionapp start -g {site.group} -n {site.function}`"
        return f"{said}: the function app {site.function} is {state.lower()}. Start it: {start}"
    group, function = site.group or "GROUP", site.function or "APP"
    running = "" if state else f" Is it running? `az functionapp show -g {group} -n {function} --query state`"
    return f"{said}.{running} Are its events connected? `azd hooks run postdeploy`. More time: --wait 900"


def _start_here(site: Site) -> str:
    if site.host:
        return f"Its host answers; what that says stands in {LOGS / 'host.log'}"
    return missing()
