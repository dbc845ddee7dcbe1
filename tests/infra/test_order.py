"""That roles are given before they are needed, as a check."""

import pytest

from infra.checks.order import misplaced, problems
from tests.infra.conftest import Project

SOUND: dict[str, set[str]] = {
    "group": set(),
    "identity": {"group"},
    "host": {"group"},
    "media": {"group"},
    "account": {"group"},
    "topic": {"media"},
    "hostRoles": {"identity", "host"},
    "topicRoles": {"topic"},
    "function": {"hostRoles"},
    "settings": {"function", "account"},
    "queuedEvents": {"settings", "topicRoles"},
}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, []),
        ({"hostRoles": {"identity", "host", "account"}}, ["hostRoles waits for account: "]),
        ({"host": {"account"}}, ["hostRoles waits for account: "]),
        ({"topic": {"media", "settings"}}, [f"topicRoles waits for {each}" for each in ("account", "function")]),
        ({"function": {"settings"}, "settings": set()}, ["function does not wait for hostRoles"]),
        ({"queuedEvents": {"settings"}}, ["queuedEvents does not wait for topicRoles"]),
    ],
)
def test_roles_that_come_late_and_what_comes_before_its_roles_are_found(
    changed: dict[str, set[str]], said: list[str]
) -> None:
    found = misplaced(SOUND | changed)
    assert bool(found) == bool(said)
    assert [part for part in said if not any(problem.startswith(part) for problem in found)] == []


@pytest.mark.parametrize("name", ["hostRoles", "topicRoles", "function", "queuedEvents"])
def test_a_module_that_has_another_name_now_is_found(name: str) -> None:
    assert f"there is no module {name}" in misplaced({other: SOUND[other] for other in SOUND if other != name})[0]


def test_a_template_that_does_not_parse_is_never_passed(project: Project) -> None:
    project.write("infra/main.bicep", "resource x = {\n")
    (problem,) = problems(project.root)
    assert problem.startswith("infra/main.bicep could not be compiled")
