"""No page but the account's own may speak to storage from a browser, and that page may speak to what it needs.

A browser lets a page of another origin use the rights of who looks only where storage allows that origin (CORS). So no
rule may allow every origin, or one that is not the account's own website. Where there is no page, an empty list must
say so: only that surely removes the rules of an earlier deployment (learn.microsoft.com, Blob Services - Set Service
Properties).
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from infra.checks.evaluated import Resource, UnreadableError, deployments, of_type

ACCOUNTS = "Microsoft.Storage/storageAccounts"
SERVICES: Mapping[str, set[str]] = {
    "blobServices": {"GET", "HEAD", "PUT", "DELETE", "OPTIONS"},
    "queueServices": {"POST", "OPTIONS"},
}
"""The services that the page speaks to, and the methods by which it does."""

OTHER_SERVICES = ("fileServices", "tableServices")
WEBSITE = "$web"
_OWN = re.compile(
    r"\[join\(take\(split\(reference\('[^']+/storageAccounts/(?P<account>\w+)', '[^']+'\)"
    r"\.primaryEndpoints\.web, '/'\), 3\), '/'\)\]"
)


def problems(root: Path) -> list[str]:
    """What the evaluated accounts let browsers do and should not, or do not let the inbox do."""
    try:
        return [
            f"{name}: {problem}" for name, resources in deployments(root).items() for problem in _problems(resources)
        ]
    except UnreadableError as error:
        return [str(error)]
    except (KeyError, TypeError, AttributeError) as error:
        return [f"A service of storage in infra/snapshots lacks what every one has: {error!r}"]


def _problems(resources: list[Resource]) -> Iterator[str]:
    websites = _websites(resources)
    for account in (each["name"] for each in of_type(resources, ACCOUNTS)):
        for service, methods in SERVICES.items():
            found = [each for each in of_type(resources, f"{ACCOUNTS}/{service}") if _account_of(each) == account]
            yield from _of_service(account, service, found, methods if account in websites else set())
        for service in OTHER_SERVICES:
            for each in of_type(resources, f"{ACCOUNTS}/{service}"):
                if _account_of(each) == account and _rules(each):
                    yield f"{account}: {service} let a page in, which needs nothing of them."


def _of_service(account: str, service: str, found: list[Resource], methods: set[str]) -> Iterator[str]:
    if not found or "cors" not in found[0]["properties"]:
        yield f"{account}: {service} do not say which pages may speak to them: a rule that was there once would stay."
        return
    rules = _rules(found[0])
    allowed = {method for rule in rules for method in rule["allowedMethods"]}
    for rule in rules:
        for origin in rule["allowedOrigins"]:
            if not _is_own(origin, account):
                yield f"{account}: {service} let in pages of {origin}, which is not the account's own website."
    if missing := sorted(methods - allowed):
        yield f"{account}: {service} do not let the inbox do {', '.join(missing)}."
    if more := sorted(allowed - methods):
        yield f"{account}: {service} let a page do {', '.join(more)}, which no page of this account needs."


def _rules(service: Resource) -> list[Resource]:
    rules: list[Resource] = service["properties"].get("cors", {}).get("corsRules", [])
    return rules


def _is_own(origin: str, account: str) -> bool:
    found = _OWN.fullmatch(origin)
    return found is not None and found["account"] == account


def _websites(resources: list[Resource]) -> set[str]:
    """The accounts with a container from which pages are served."""
    containers = of_type(resources, f"{ACCOUNTS}/blobServices/containers")
    return {_account_of(each) for each in containers if each["name"].endswith(f"/{WEBSITE}")}


def _account_of(resource: Resource) -> str:
    return str(resource["name"]).partition("/")[0]
