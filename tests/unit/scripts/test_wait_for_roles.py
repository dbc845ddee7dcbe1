"""azd's `predeploy` hook, with an `az` on PATH that lists roles, and no time lost."""

import json
import os
import time
from pathlib import Path

import pytest
import wait_for_roles as subject

from tests.support.programs import Said, plant

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-in for az is a script of the shell")

ENVIRON = {"AZURE_SUBSCRIPTION_ID": "5a6b", "AZURE_RESOURCE_GROUP": "rg-demo"}
GROUP = "/subscriptions/5a6b/resourceGroups/RG-demo/providers/Microsoft.Storage/storageAccounts/sthost"


class Machine:
    """A machine with an `az`; its hook waits without losing time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def waits(self, *roles: tuple[str, float], said: Said | None = None) -> list[float]:
        """For how long the hook waits where roles were given at these scopes, so many seconds ago."""
        given = [{"properties": {"scope": scope, "createdOn": stamp(seconds)}} for scope, seconds in roles]
        plant(self._folder, "az", {"roleAssignments": said or (json.dumps({"value": given}), "", 0)})
        pauses: list[float] = []
        assert subject.main(ENVIRON, pauses.append) == 0
        return pauses


def stamp(seconds: float) -> str:
    """The time so many seconds ago, as Azure writes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%S.1234567Z", time.gmtime(time.time() - seconds))


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    monkeypatch.setenv("PATH", str(tmp_path))
    return Machine(tmp_path)


def test_the_newest_role_of_the_group_is_waited_for(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    (wait,) = machine.waits((GROUP, 3600), (GROUP, 50))
    assert wait == pytest.approx(70, abs=5)
    assert "until Azure heeds them" in capsys.readouterr().out


def test_roles_that_are_old_enough_are_not_waited_for(machine: Machine) -> None:
    assert machine.waits((GROUP, subject.OLD_ENOUGH + 5)) == []


def test_roles_given_elsewhere_do_not_matter(machine: Machine) -> None:
    assert (
        machine.waits((GROUP, 3600), ("/subscriptions/5a6b", 1), ("/subscriptions/5a6b/resourceGroups/rg-other", 1))
        == []
    )


def test_a_clock_that_is_wrong_costs_two_minutes_at_most(machine: Machine) -> None:
    assert machine.waits((GROUP, -100_000)) == [subject.OLD_ENOUGH]


@pytest.mark.parametrize(
    "said", [("", "ERROR: Please run 'az login'", 1), ("", "", 0), ("[]", "", 0), ('{"value": [null, 7]}', "", 0)]
)
def test_where_the_roles_cannot_be_seen_it_is_said_what_to_do(
    machine: Machine, capsys: pytest.CaptureFixture[str], said: Said
) -> None:
    assert machine.waits(said=said) == []
    assert "If the upload fails with 403, wait two minutes and run `azd deploy`." in capsys.readouterr().out
