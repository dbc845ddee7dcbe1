"""What a Foundry resource has deployed, by its own lists, and how that differs from the settings.

Nothing in those lists is taken for granted: what is missing, or of another type, says nothing.
"""

import asyncio
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from cli.azure_cli import NotToldError, ask_az
from cli.exits import CommandFailedError
from cli.terminal import one_line
from shared.models import Deployment

NOTICE = timedelta(days=60)
_NAME = re.compile(r"[A-Za-z0-9][\w.-]{1,63}")
_ACCOUNT = ("cognitiveservices", "account")


@dataclass(frozen=True)
class Deployed:
    """A deployment that a resource has. What is not known of it is empty, or None."""

    name: str
    model: str = ""
    version: str = ""
    sku: str = ""
    capacity: int | None = None
    retires: date | None = None

    @property
    def fields(self) -> dict[str, Any]:
        """As JSON has it."""
        return {**vars(self), "retires": self.retires.isoformat() if self.retires else None}

    @property
    def told(self) -> str:
        """For people."""
        until = f", until {self.retires}" if self.retires else ""
        return f"{self.name}: {self.model} {self.version} ({self.sku} {self.capacity or '?'}){until}"


def resource_name(told: str) -> str:
    """The name of a resource, which may also be given by its address.

    Raises:
        CommandFailedError: it can be neither.
    """
    name = told.partition("://")[2].partition(".")[0] if "://" in told else told
    if not _NAME.fullmatch(name):
        raise CommandFailedError(f"{one_line(told)} is no resource's name, such as my-foundry.")
    return name


async def deployed_in(resource: str, subscription: str) -> list[Deployed]:
    """The deployments of a resource.

    Raises:
        CommandFailedError: they cannot be listed; the message says why.
    """
    try:
        accounts = await ask_az(subscription, *_ACCOUNT, "list")
        account = next((each for each in _dicts(accounts) if _text(each, "name").lower() == resource.lower()), None)
        if account is None:
            raise CommandFailedError(
                f"Your login sees no resource {resource}. Is it in another subscription? Set AZURE_SUBSCRIPTION_ID, or:"
                " az account set --subscription NAME"
            )
        where = ("--name", _text(account, "name"), "--resource-group", _text(account, "resourceGroup"))
        listed, models = await asyncio.gather(
            ask_az(subscription, *_ACCOUNT, "deployment", "list", *where),
            ask_az(subscription, *_ACCOUNT, "list-models", *where),
        )
    except NotToldError as error:
        raise CommandFailedError(f"What {resource} has deployed cannot be listed: {error}") from None
    ends = {(_text(each, "name"), _text(each, "version")): _end(each) for each in _dicts(models)}
    return [_deployed(each, ends) for each in _dicts(listed)]


def _deployed(told: dict[str, Any], ends: dict[tuple[str, str], date | None]) -> Deployed:
    model, version = _text(told, "properties", "model", "name"), _text(told, "properties", "model", "version")
    capacity = _pick(told, "sku", "capacity")
    return Deployed(
        _text(told, "name"),
        model,
        version,
        _text(told, "sku", "name"),
        capacity if isinstance(capacity, int) else None,
        ends.get((model, version)),
    )


def differences(ours: Sequence[Deployment], theirs: Sequence[Deployed], resource: str, today: date) -> Iterator[str]:
    """A sentence for each difference, and for each deployment that ends soon; `ours` are those in that resource."""
    if not ours:
        yield f"No setting points to {resource}, so it is compared with nothing: see AZURE_INFERENCE_ENDPOINT."
    by_name = {each.name.lower(): each for each in theirs}
    named = {each.name.lower() for each in ours}
    for each in ours:
        found = by_name.get(each.name.lower())
        if found is None and _is_deployed_by_name(each):
            yield f"The settings of `{each.alias}` name {each.name}, which is not deployed in {resource}."
        elif found and found.model and found.model.lower() != each.model.lower():
            yield (
                f"{each.name} is a deployment of {found.model}, but is taken for {each.model}: set"
                f" AZURE_INFERENCE_MODEL of `{each.alias}` to {found.model}."
            )
    for deployed in theirs:
        if ours and deployed.name.lower() not in named:
            yield f"{deployed.name} is deployed, but no setting names it."
        if deployed.retires and deployed.retires - today <= NOTICE:
            what = f"{deployed.name} ({deployed.model} {deployed.version})"
            verb = "retired" if deployed.retires < today else "retires"
            yield f"{what} {verb} on {deployed.retires}: deploy another."


def is_missing(ours: Sequence[Deployment], theirs: Sequence[Deployed]) -> bool:
    """Whether the settings name a deployment that is not there, or none in that resource."""
    named = {each.name.lower() for each in ours if _is_deployed_by_name(each)}
    return not ours or not named <= {each.name.lower() for each in theirs}


def _is_deployed_by_name(ours: Deployment) -> bool:
    """Whether the resource must list it: LLM Speech is part of every resource, and its models are no deployments."""
    return ours.capability.speech != "llm_speech"


def _end(model: dict[str, Any]) -> date | None:
    try:
        return date.fromisoformat(_text(model, "deprecation", "inference")[:10])
    except ValueError:
        return None


def _dicts(told: object) -> list[dict[str, Any]]:
    return [each for each in told if isinstance(each, dict)] if isinstance(told, list) else []


def _pick(told: object, *path: str) -> object:
    for name in path:
        told = told.get(name) if isinstance(told, dict) else None
    return told


def _text(told: object, *path: str) -> str:
    found = _pick(told, *path)
    return one_line(found) if isinstance(found, str) else ""
