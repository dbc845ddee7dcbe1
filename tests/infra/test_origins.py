"""Which pages may speak to storage from a browser, as a check."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pytest

from infra.checks.origins import ACCOUNTS, SERVICES, problems
from tests.infra.conftest import ROOT, Project


def own(account: str = "stmedia") -> str:
    address = f"reference('/subscriptions/0/{ACCOUNTS}/{account}', '2025-06-01').primaryEndpoints.web"
    return f"[join(take(split({address}, '/'), 3), '/')]"


def plant(
    project: Project,
    *origins: str,
    website: bool = True,
    more: str = "",
    methods: Mapping[str, list[str]] = MappingProxyType({}),
) -> None:
    resources: list[dict[str, Any]] = [{"type": ACCOUNTS, "name": "stmedia"}]
    for service, usual in SERVICES.items():
        rule = {"allowedOrigins": origins, "allowedMethods": methods.get(service, sorted(usual))}
        cors = {"cors": {"corsRules": [rule] if origins else []}}
        properties = {} if service == more else cors
        resources.append({"type": f"{ACCOUNTS}/{service}", "name": "stmedia/default", "properties": properties})
    if website:
        resources.append({"type": f"{ACCOUNTS}/blobServices/containers", "name": "stmedia/default/$web"})
    project.snapshot(*resources)


def test_the_deployments_of_this_project_are_passed() -> None:
    assert problems(ROOT) == []


@pytest.mark.parametrize("website", [True, False])
def test_a_page_of_its_own_and_no_page_at_all_are_passed(project: Project, *, website: bool) -> None:
    plant(project, *([own()] if website else []), website=website)
    assert problems(project.root) == []


@pytest.mark.parametrize(
    "origins",
    [
        ["*"],
        ["https://example.com"],
        [own(), "https://example.com"],
        [own("sthost")],
        [own().replace("web", "blob")],
        [own().replace("[join(", "[concat('*', ")],
    ],
)
def test_every_other_origin_is_found(project: Project, origins: list[str]) -> None:
    plant(project, *origins)
    found = problems(project.root)
    assert len(found) == 2
    assert all("which is not the account's own website" in each for each in found)


@pytest.mark.parametrize(
    ("planted", "said"),
    [
        ({"blobServices": ["GET", "HEAD", "PUT", "OPTIONS"]}, "blobServices do not let the inbox do DELETE."),
        ({"queueServices": ["POST", "OPTIONS", "GET"]}, "queueServices let a page do GET, which"),
    ],
)
def test_methods_that_the_page_lacks_or_does_not_need_are_found(
    project: Project, planted: dict[str, list[str]], said: str
) -> None:
    plant(project, own(), methods=planted)
    (problem,) = problems(project.root)
    assert problem.startswith(f"small: stmedia: {said}")


def test_an_origin_that_is_let_in_where_no_page_is_served_is_found(project: Project) -> None:
    plant(project, own(), website=False)
    assert [each.split(",")[-1] for each in problems(project.root)] == [" which no page of this account needs."] * 2


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_that_says_nothing_is_found(project: Project, service: str) -> None:
    plant(project, website=False, more=service)
    (problem,) = problems(project.root)
    assert "a rule that was there once would stay" in problem


def test_a_service_without_properties_is_never_passed(project: Project) -> None:
    account = {"type": ACCOUNTS, "name": "stmedia"}
    project.snapshot(account, {"type": f"{ACCOUNTS}/blobServices", "name": "stmedia/default"})
    (problem,) = problems(project.root)
    assert "lacks what every one has" in problem
