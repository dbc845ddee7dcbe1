"""What a function app on Flex Consumption must not have, as a check."""

from typing import Any

import pytest

from infra.checks.flex import SETTINGS, SITE, SITE_CONFIG, problems
from tests.infra.conftest import Project

FLEX: dict[str, Any] = {"functionAppConfig": {"runtime": {"name": "python"}}}


def site(**properties: object) -> dict[str, Any]:
    return {"type": "Microsoft.Web/sites", "name": "func", "properties": {**FLEX, **properties}}


def policy(name: str, **more: str) -> dict[str, Any]:
    return {"type": "Microsoft.Web/sites/basicPublishingCredentialsPolicies", "name": f"func/{name}", **more}


@pytest.mark.parametrize("name", SITE_CONFIG)
def test_a_property_that_flex_refuses_is_found_with_its_source(project: Project, name: str) -> None:
    project.snapshot(site(siteConfig={"minTlsVersion": "1.2", name: "planted"}))
    assert problems(project.root) == [
        f"small: func: {name} is not for Flex Consumption: take it out ({SITE_CONFIG[name]})."
    ]


@pytest.mark.parametrize("name", [*SETTINGS, "WEBSITE_RUN_FROM_PACKAGE", "Website_Time_Zone"])
def test_a_setting_that_flex_does_not_know_is_found_wherever_it_stands(project: Project, name: str) -> None:
    config = {"type": "Microsoft.Web/sites/config", "name": "func/appsettings", "properties": {name: "1", "MINE": "2"}}
    project.snapshot(site(siteConfig={"appSettings": [{"name": name, "value": "1"}]}), config)
    found = problems(project.root)
    assert len(found) == 2
    assert all(f"func: {name} is not for Flex Consumption" in each for each in found)


@pytest.mark.parametrize("name", SITE_CONFIG)
def test_such_a_property_is_found_in_a_resource_of_its_own_too(project: Project, name: str) -> None:
    config = {"type": "Microsoft.Web/sites/config", "name": "func/web", "properties": {name: "planted"}}
    project.snapshot(site(), config)
    (found,) = problems(project.root)
    assert f"func: {name} is not for Flex Consumption" in found


@pytest.mark.parametrize("name", SITE)
def test_a_property_of_the_site_itself_that_flex_does_not_know_is_found(project: Project, name: str) -> None:
    project.snapshot(site(**{name: "planted"}))
    (found,) = problems(project.root)
    assert f"func: {name} is not for Flex Consumption" in found


def test_a_deployment_of_nothing_is_never_passed(project: Project) -> None:
    project.snapshot()
    (found,) = problems(project.root)
    assert "it holds no resource" in found


def test_a_policy_for_ftp_and_one_without_a_location_are_found(project: Project) -> None:
    project.snapshot(site(), policy("ftp", location="eastus2"), policy("scm"))
    ftp, nowhere = problems(project.root)
    assert "small: func/ftp: there is no FTP" in ftp
    assert "small: func/scm: has no location" in nowhere


def test_a_site_on_another_plan_may_have_them(project: Project) -> None:
    project.snapshot({"type": "Microsoft.Web/sites", "name": "func", "properties": {"siteConfig": {"alwaysOn": True}}})
    assert problems(project.root) == []


def test_a_site_that_has_no_properties_is_never_passed(project: Project) -> None:
    project.snapshot({"type": "Microsoft.Web/sites", "name": "func"})
    (problem,) = problems(project.root)
    assert "lacks what every one has" in problem
