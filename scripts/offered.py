"""Whether Azure offers the models that are to be deployed, and until when, by its own lists. Pure.

Nothing in those is taken for granted: a field that is missing or of another type says nothing.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

OK, NOTE, REFUSED = "ok", "note", "refused"
NOTICE_DAYS = 60
MAX_NUMBER = 1e12
CLOSED = ("deprecating", "deprecated")
"""Only deployments that exist go on: Foundry's page on retirement; Azure says `ServiceModelDeprecating`."""
CHOOSE = "Choose another model (docs/deploy.md, *Models*) or region (`azd env set AZURE_LOCATION REGION`)."
CAPACITY = "Give one: `azd env set DROPSCRIBE_MODEL_CAPACITY NUMBER` (DROPSCRIBE_SPEECH_MODEL_CAPACITY for recordings)."
QUOTA = f"Ask for more (Foundry portal, *Quota*), want less, or: {CHOOSE[0].lower()}{CHOOSE[1:]}"


@dataclass(frozen=True)
class Finding:
    """One line of what was looked at; the next step where a person has to take one, or may."""

    kind: str
    text: str
    next_step: str = ""


@dataclass(frozen=True)
class Market:
    """What `az cognitiveservices` lists for one subscription and region."""

    location: str
    models: list[object]
    usages: list[object]
    deployed: list[object]
    """The deployments that this environment has already, and uses again."""


def judge(wanted: list[object], market: Market, today: date) -> Iterator[Finding]:
    """What there is to say of each deployment, given as main.bicep's parameter `models` has it."""
    taken: Counter[str] = Counter()
    for each in wanted:
        offer = _offer(each, market, today)
        end = offer if isinstance(offer, Finding) else _end(each, offer, market, today)
        if end:
            yield end
        if not isinstance(offer, Finding) and not (end and end.kind == REFUSED):
            yield _quota(each, offer, market, taken)


def _offer(wanted: object, market: Market, today: date) -> dict[str, object] | Finding:
    """The model with the sku that is wanted, or what is offered instead.

    What is listed several times, as for several kinds of accounts, is offered if one of the entries can be used.
    """
    models = [model for each in market.models if isinstance(model := pick(each, "model"), dict)]
    models.sort(key=lambda model: model.get("isDefaultVersion") is not True)
    offers = [{**model, "sku": sku} for model in models for sku in listed(model, "skus")]
    so_far: list[str] = []
    for name, path in (("format", ["format"]), ("model", ["name"]), ("version", ["version"]), ("sku", ["sku", "name"])):
        value = text(wanted, name)
        if name == "version" and not value:
            continue  # then Azure takes its own choice
        fitting = [each for each in offers if text(each, *path) == value]
        if not fitting:
            near = difflib.get_close_matches(value, {text(each, *path) for each in offers}, 5, 0)
            what = " ".join([*so_far[1:], f"{name} {value}"])
            return Finding(
                REFUSED, f"{market.location} does not offer this subscription {what}, but: {', '.join(near)}.", CHOOSE
            )
        so_far, offers = [*so_far, value], fitting
    version = text(offers[0], "version")
    return min((each for each in offers if text(each, "version") == version), key=lambda each: _is_over(each, today))


def _is_over(offer: object, today: date) -> bool:
    """Whether it was retired, or is closed to new deployments."""
    until = _until(offer)
    return (until is not None and until <= today) or text(offer, "lifecycleStatus").lower() in CLOSED


def _end(wanted: object, offer: dict[str, object], market: Market, today: date) -> Finding | None:
    until, status = _until(offer), text(offer, "lifecycleStatus")
    when = f", and retires on {until}" if until else ""
    if until and until <= today:
        return Finding(REFUSED, f"{_name(offer)} was retired on {until}.", CHOOSE)
    if status.lower() in CLOSED and not _deployed(wanted, market):
        return Finding(REFUSED, f"{_name(offer)} is closed to new deployments ({status}){when}.", CHOOSE)
    if until and (until - today).days <= NOTICE_DAYS:
        return Finding(NOTE, f"{_name(offer)} retires in {(until - today).days} days: plan for another.")
    return None


def _quota(wanted: object, offer: dict[str, object], market: Market, taken: Counter[str]) -> Finding:
    usage, capacity = text(offer, "sku", "usageName"), number(wanted, "capacity")
    about = f"{_name(offer)}, offered until {_until(offer) or 'a day that Azure does not say'}"
    limits = [each for each in market.usages if usage and text(each, "name", "value") == usage]
    limit = number(limits[0], "limit") if limits else None
    if limit is None:
        return Finding(NOTE, f"{about}; Azure does not say its quota")
    if capacity is None:
        return Finding(
            NOTE, f"{about}; its capacity is no number that Bicep tells, so no quota was looked at", CAPACITY
        )
    free = limit - (number(limits[0], "currentValue") or 0) - taken[usage] + _deployed(wanted, market)
    taken[usage] += int(capacity)
    said = f"{about}: capacity {capacity:g} is wanted, {max(free, 0):g} of {limit:g} are left"
    return Finding(OK, said) if capacity <= free else Finding(REFUSED, f"{said}.", QUOTA)


def _deployed(wanted: object, market: Market) -> float:
    """The capacity of this model and sku that this environment has already."""
    same = [
        each
        for each in market.deployed
        if text(each, "properties", "model", "name") == text(wanted, "model")
        and text(each, "sku", "name") == text(wanted, "sku")
    ]
    return sum(number(each, "sku", "capacity") or 0 for each in same)


def _name(offer: object) -> str:
    return f"{text(offer, 'name')} {text(offer, 'version')} ({text(offer, 'sku', 'name')})"


def _until(offer: object) -> date | None:
    said = text(offer, "sku", "deprecationDate") or text(offer, "deprecation", "inference")
    try:
        return date.fromisoformat(said[:10])
    except ValueError:
        return None


def pick(answer: object, *path: str) -> object:
    """What stands at the end of this path, if there is one."""
    for name in path:
        answer = answer.get(name) if isinstance(answer, dict) else None
    return answer


def text(answer: object, *path: str) -> str:
    """The text at the end of this path, as it may be shown; else an empty one."""
    found = pick(answer, *path)
    return "".join(each for each in found[:200] if each.isprintable()) if isinstance(found, str) else ""


def number(answer: object, *path: str) -> float | None:
    """The number at the end of this path, if there is one."""
    found = pick(answer, *path)
    if isinstance(found, bool) or not isinstance(found, (int, float)):
        return None
    return found if -MAX_NUMBER < found < MAX_NUMBER else None


def listed(answer: object, *path: str) -> list[object]:
    """The list at the end of this path; else an empty one."""
    found = pick(answer, *path)
    return found if isinstance(found, list) else []
