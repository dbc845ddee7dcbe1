"""What a later deployment changes in an environment that is there: two evaluated deployments, compared.

Azure's deployments are incremental: what is in the first only stays behind, what is in the second only is made anew.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.unit.deployments import INFRA, Deployed

ROLE = "Microsoft.Authorization/roleAssignments"
EARLIER = (Path(__file__).parents[2] / "history" / "deployed.txt").read_text().splitlines()
"""What `azd up` made of the environment `app` at commit 772e4da, but for roles: type and name."""


def resources(name: str) -> dict[str, Mapping[str, Any]]:
    """Those of a deployment, by type and name."""
    deployed = Deployed.read(INFRA / "snapshots" / f"{name}.snapshot.json")
    return {f"{each['type']} {each['name']}": each for each in deployed.document["predictedResources"]}


def kinds(names: set[str]) -> list[str]:
    """Their types, without `Microsoft.` and each with the last part of its name, but for names that Azure makes."""
    parts = [name.removeprefix("Microsoft.").split(" ", 1) for name in names]
    return sorted(kind if f"Microsoft.{kind}" == ROLE else f"{kind} {name.split('/')[-1]}" for kind, name in parts)


BOTH, OTHER, PRIVATE, QUEUE = map(resources, ("both", "existing_topic", "private_network", "queue"))
INBOX = resources("inbox")


def test_an_upgrade_in_place_keeps_every_name_but_those_that_were_wrong() -> None:
    assert kinds(set(EARLIER) - BOTH.keys()) == [
        "CognitiveServices/accounts/deployments Phi-4-multimodal-instruct",  # stays, and costs nothing
        "Web/sites/basicPublishingCredentialsPolicies ftp",
    ]


def test_another_principal_gets_roles_of_its_own_beside_those_of_the_first() -> None:
    gone, new = BOTH.keys() - OTHER.keys(), OTHER.keys() - BOTH.keys()
    first, second = ([each for each in names if each.startswith(ROLE)] for names in (gone, new))
    assert {BOTH[each]["properties"]["principalId"] for each in first} == {"11111111-1111-1111-1111-111111111111"}
    assert {OTHER[each]["properties"]["principalId"] for each in second} == {"33333333-3333-3333-3333-333333333333"}
    assert len(first) == len(second) == 4


def test_an_existing_topic_takes_the_place_of_ours_and_nothing_else_moves() -> None:
    topic = "stmedia-8f1b1f4e-4a43-4a0c-9f0e-2b6b7f0d9c11"
    new = [each for each in kinds(OTHER.keys() - BOTH.keys()) if "EventGrid" in each]
    assert new == ["EventGrid/systemTopics " + topic, "EventGrid/systemTopics/eventSubscriptions queued-files"]
    taken = OTHER[f"Microsoft.EventGrid/systemTopics {topic}"]
    ours = next(each for each in BOTH.values() if each["type"] == taken["type"])
    assert (taken["properties"], taken["identity"]) == (ours["properties"], ours["identity"])
    others = {each.rpartition(" ")[0] for each in BOTH.keys() ^ OTHER.keys() if "EventGrid" not in each}
    assert others == {ROLE, "Microsoft.CognitiveServices/accounts/deployments"}


def test_what_is_switched_off_stays_behind_and_goes_on() -> None:
    left = [each for each in kinds(PRIVATE.keys() - QUEUE.keys()) if not each.startswith("Network/private")]
    assert left == [
        "Authorization/roleAssignments",  # for the inbox's website
        "CognitiveServices/accounts/deployments listener",
        "Consumption/budgets dropscribe",
        "Insights/actionGroups dropscribe-operators",
        "Storage/storageAccounts/blobServices/containers $web",
        "Storage/storageAccounts/queueServices/queues dropscribe-deferred",  # the app's own
    ]
    assert kinds(QUEUE.keys() - PRIVATE.keys()) == ["CognitiveServices/accounts/deployments gpt-audio-1.5"]


def test_where_the_inbox_is_switched_off_its_page_may_speak_to_storage_no_more() -> None:
    services = [each for each in INBOX if each.startswith("Microsoft.Storage") and "Services stmedia" in each]
    assert len(services) == 2
    for each in services:
        assert len(INBOX[each]["properties"]["cors"]["corsRules"]) == 1
        assert BOTH[each]["properties"]["cors"]["corsRules"] == []


def test_the_inbox_changes_nothing_of_what_the_app_is_and_may_do() -> None:
    assert BOTH.keys() <= INBOX.keys()
    assert {each for each in BOTH if BOTH[each] != INBOX[each] and "Services stmedia" not in each} == set()


def test_nothing_that_is_switched_off_is_asked_for_again_by_what_stays() -> None:
    rules = [each for each in QUEUE.values() if each["type"] == "Microsoft.Insights/scheduledQueryRules"]
    assert [each["properties"]["actions"]["actionGroups"] for each in rules] == [[] for _ in rules]


def test_a_second_deployment_of_the_same_says_the_same_but_for_the_month_in_which_a_budget_begins() -> None:
    budget = next(each for each in PRIVATE.values() if each["type"] == "Microsoft.Consumption/budgets")
    kept = Deployed.read(INFRA / "snapshots" / "private_network.snapshot.json").document["outputs"]
    assert budget["properties"]["timePeriod"]["startDate"] == kept["DROPSCRIBE_BUDGET_START"] == "2026-11-01"
    (parameters,) = [line for line in (INFRA / "main.bicepparam").read_text().splitlines() if "budgetStart" in line]
    assert "'DROPSCRIBE_BUDGET_START'" in parameters
