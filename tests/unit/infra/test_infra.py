"""What would be deployed, read from the committed snapshots: no compiler is needed (`make infra` validates them)."""

import ast
import json
import re

import pytest

from shared.models.capabilities import CapabilityTable
from shared.models.prices import PriceTable
from shared.settings.settings import Settings
from tests.unit.deployments import INFRA, SNAPSHOTS, Deployed, Role, scope_of

ROOT = INFRA.parent
README = (INFRA / "README.md").read_text()
ALL = [Deployed.read(path) for path in SNAPSHOTS]
APPS = [each for each in ALL if each.all("Microsoft.Web/sites")]
BY_NAME = {each.name: each for each in ALL}
SUBSCRIPTION = {
    each.name: found["properties"]
    for each in ALL
    for found in each.all("Microsoft.EventGrid/systemTopics/eventSubscriptions")
}
HOSTS_OWN = (
    "AzureWebJobs",
    "AzureFunctionsJobHost__",
    "APPLICATIONINSIGHTS_",
    "PYTHON_APPLICATIONINSIGHTS_",
    "MEDIA_STORAGE__credential",
    "AZURE_CLIENT_ID",  # azure-identity reads it
)

every_deployment = pytest.mark.parametrize("deployed", APPS, ids=lambda each: each.name)


def table(heading: str) -> list[list[str]]:
    """The rows of the table below a heading of the README."""
    section = README.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if "|" in line]
    return [[cell.strip("`") for cell in row] for row in rows[2:]]


def test_each_way_of_delivery_is_evaluated_and_nothing_in_it_was_unclear() -> None:
    assert {each.name for each in APPS} == {"both", "trigger", "queue", "private_network", "existing_topic", "inbox"}
    assert [each.document["diagnostics"] for each in ALL] == [[] for _ in ALL]


@every_deployment
def test_nothing_is_reached_with_a_key_or_a_password(deployed: Deployed) -> None:
    for account in deployed.all("Microsoft.Storage/storageAccounts"):
        assert account["properties"]["allowSharedKeyAccess"] is False
    for account in deployed.all("Microsoft.CognitiveServices/accounts"):
        assert account["properties"]["disableLocalAuth"] is True
    assert deployed.the("Microsoft.Insights/components")["properties"]["DisableLocalAuth"] is True
    assert deployed.the("Microsoft.OperationalInsights/workspaces")["properties"]["features"]["disableLocalAuth"]
    passwords = deployed.the("Microsoft.Web/sites/basicPublishingCredentialsPolicies")
    assert (passwords["name"].rpartition("/")[2], passwords["properties"]) == ("scm", {"allow": False})
    assert not re.search(r"AccountKey=|listKeys|sharedKey\b", json.dumps(deployed.document))


@every_deployment
def test_no_blob_can_be_read_by_anybody(deployed: Deployed) -> None:
    for account in deployed.all("Microsoft.Storage/storageAccounts"):
        assert account["properties"]["allowBlobPublicAccess"] is False
        assert account["properties"]["allowCrossTenantReplication"] is False
    for container in deployed.all("Microsoft.Storage/storageAccounts/blobServices/containers"):
        assert container["properties"]["publicAccess"] == "None"


@every_deployment
def test_everything_is_spoken_to_over_tls(deployed: Deployed) -> None:
    for account in deployed.all("Microsoft.Storage/storageAccounts"):
        assert account["properties"]["minimumTlsVersion"] == "TLS1_2"
        assert account["properties"]["supportsHttpsTrafficOnly"] is True
    site = deployed.the("Microsoft.Web/sites")["properties"]
    config = site["siteConfig"]
    assert site["httpsOnly"] is True
    assert (config["minTlsVersion"], config["scmMinTlsVersion"]) == ("1.2", "1.2")


@every_deployment
def test_every_role_given_is_in_the_readmes_table_and_the_other_way_round(deployed: Deployed) -> None:
    listed = {Role(*row[:3]) for row in table("Roles")}
    given = list(deployed.roles())
    assert len(given) == len(set(given))
    has_inbox = deployed.name in ("inbox", "private_network")
    named = {"user", "reader"} if deployed.name == "inbox" else set()
    expected = {each for each in listed if each.who in {"app", "topic", "operator"} | named}
    expected -= set() if has_inbox else {each for each in expected if each.on == "$web"}
    if deployed.name == "trigger":  # no operator, no queue, and the models' account has a name of its own
        expected = {each for each in expected if each.who != "operator" and each.on != "dropscribe-events"}
        expected = {Role(each.who, each.role, "place" if each.on == "ai" else each.on) for each in expected}
    assert set(given) == expected


@every_deployment
def test_every_role_is_for_one_thing_and_never_for_a_group_or_more(deployed: Deployed) -> None:
    for each in deployed.all("Microsoft.Authorization/roleAssignments"):
        scope = scope_of(each)
        assert re.search(r"/resourceGroups/[^/]+/providers/Microsoft\.\w+/\w+/[^/]+", scope), scope


@every_deployment
def test_the_app_starts_with_the_settings_that_it_is_given(deployed: Deployed) -> None:
    settings = Settings.from_environ(deployed.environ)
    assert settings.blob_service != settings.queue_service
    assert settings.storage_client_id == deployed.environ["AZURE_CLIENT_ID"]
    assert settings.blob_trigger_source == "EventGrid"


@every_deployment
def test_every_setting_given_is_read_by_the_app_or_listed_as_the_hosts_own(deployed: Deployed) -> None:
    read_by_app = {field.alias for field in Settings.model_fields.values() if field.alias}
    alias = re.compile(r"(AZURE_INFERENCE_[A-Z]+?)_(?!.*__)[A-Z_]+")
    own = {name for name in deployed.settings if name.startswith(HOSTS_OWN)}
    rest = {
        found[1] if (found := alias.fullmatch(name)) and name not in read_by_app else name
        for name in deployed.settings.keys() - own
    }
    assert rest <= read_by_app
    assert own <= {row[0] for row in table("Settings of the host")}


def test_no_setting_of_the_host_is_listed_that_is_never_given() -> None:
    given = {name for deployed in APPS for name in deployed.settings}
    assert {row[0] for row in table("Settings of the host")} <= given


@every_deployment
def test_the_containers_made_are_those_that_the_app_is_told_of(deployed: Deployed) -> None:
    made = {
        each["name"].split("/")[-1]
        for each in deployed.all("Microsoft.Storage/storageAccounts/blobServices/containers")
    }
    told = {deployed.settings[f"{name}_CONTAINER"] for name in ("INPUT", "OUTPUT", "STATE")}
    page = {"$web"} if deployed.name in ("inbox", "private_network") else set()
    assert made == told | {"events-deadletter", "app-package"} | page


@every_deployment
def test_a_document_outlives_its_file(deployed: Deployed) -> None:
    days: dict[str, int] = {}
    for policy in deployed.all("Microsoft.Storage/storageAccounts/managementPolicies"):
        for rule in policy["properties"]["policy"]["rules"]:
            (prefix,) = rule["definition"]["filters"]["prefixMatch"]
            assert prefix.endswith("/")
            delete = rule["definition"]["actions"]["baseBlob"]["delete"]
            days[prefix.rstrip("/")] = delete["daysAfterModificationGreaterThan"]
    assert ("input" in days) == ("output" in days) == (deployed.name == "private_network")
    assert days.get("output", 1) > days.get("input", 0)


@every_deployment
def test_the_app_is_python_on_flex_and_deployed_with_its_identity(deployed: Deployed) -> None:
    site = deployed.the("Microsoft.Web/sites")
    config = site["properties"]["functionAppConfig"]
    assert config["runtime"] == {"name": "python", "version": "3.13"}
    assert config["deployment"]["storage"]["authentication"]["type"] == "UserAssignedIdentity"
    assert (site["identity"]["type"], site["tags"]["azd-service-name"]) == ("UserAssigned", "app")
    assert deployed.the("Microsoft.Web/serverfarms")["sku"] == {"name": "FC1", "tier": "FlexConsumption"}


@pytest.mark.parametrize(("name", "addresses"), [("queue", []), ("private_network", ["203.0.113.0/24"])])
def test_a_private_network_lets_nobody_in_but_the_addresses_given(name: str, addresses: list[str]) -> None:
    deployed = BY_NAME[name]
    accounts = deployed.all("Microsoft.Storage/storageAccounts") + deployed.all("Microsoft.CognitiveServices/accounts")
    assert len(accounts) == 3
    for account in accounts:
        acls = account["properties"]["networkAcls"]
        assert acls["defaultAction"] == "Deny"
        let_in = [rule["value"] for rule in acls.get("ipRules", [])]
        assert (account["properties"]["publicNetworkAccess"] == "Disabled") == (let_in == [])
        assert let_in == (addresses if "stmedia" in account["name"] else [])


@pytest.mark.parametrize(("name", "let_in"), [("queue", []), ("private_network", ["AzureEventGrid"])])
def test_in_a_private_network_all_is_connected_and_only_the_webhook_is_reached_from_outside(
    name: str, let_in: list[str]
) -> None:
    deployed = BY_NAME[name]
    endpoints = deployed.all("Microsoft.Network/privateEndpoints")
    connected = {
        (each["name"].partition("-")[2].partition("-")[2], *connection["properties"]["groupIds"])
        for each in endpoints
        for connection in each["properties"]["privateLinkServiceConnections"]
    }
    page = {("media-web", "web")} if name == "private_network" else set()
    assert connected == page | {
        ("media-blob", "blob"),
        ("media-queue", "queue"),
        ("host-blob", "blob"),
        ("host-queue", "queue"),
        ("models", "account"),
    }
    assert len(deployed.all("Microsoft.Network/privateDnsZones/virtualNetworkLinks")) == 5 + len(page)
    site = deployed.the("Microsoft.Web/sites")["properties"]
    assert "outputs.appSubnetId" in site["virtualNetworkSubnetId"]
    assert site["siteConfig"]["ipSecurityRestrictionsDefaultAction"] == "Deny"
    assert [rule["ipAddress"] for rule in site["siteConfig"]["ipSecurityRestrictions"]] == let_in


def test_with_an_existing_endpoint_no_model_is_deployed_and_the_app_may_use_that_account() -> None:
    deployed = BY_NAME["trigger"]
    assert deployed.all("Microsoft.CognitiveServices/accounts") == []
    assert deployed.settings["AZURE_INFERENCE_ENDPOINT"] == "https://place.services.ai.azure.com/models"
    (role,) = [each for each in deployed.roles() if each.role == "Cognitive Services User"]
    assert role == Role("app", "Cognitive Services User", "place")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("both", {"default": ("gpt-6-luna", ""), "audio": ("gpt-audio-1.5", "")}),
        ("private_network", {"default": ("gpt-6-luna", ""), "audio": ("listener", "gpt-audio-1.5")}),
        ("existing_topic", {"default": ("Phi-4-multimodal-instruct", "")}),
    ],
)
def test_each_model_deployed_is_one_that_the_app_is_told_of(name: str, expected: dict[str, tuple[str, str]]) -> None:
    deployed = BY_NAME[name]
    made = {each["name"].split("/")[1] for each in deployed.all("Microsoft.CognitiveServices/accounts/deployments")}
    models = Settings.from_environ(deployed.environ).models
    assert {alias: (each.name, each.model_name) for alias, each in models.items()} == expected
    assert made == {each.name for each in models.values()}


def test_what_is_deployed_by_default_takes_pictures_and_speech_and_its_end_is_known() -> None:
    known = CapabilityTable.load()
    taken = {
        alias: known.of(each["properties"]["model"]["name"])
        for alias, each in zip(
            ("default", "audio"), BY_NAME["both"].all("Microsoft.CognitiveServices/accounts/deployments"), strict=True
        )
    }
    assert "image" in taken["default"].kinds
    assert "audio" in taken["audio"].kinds
    assert all(each.retires for each in taken.values())


def test_every_model_that_is_deployed_has_a_price() -> None:
    catalogue = (INFRA / "modules" / "catalogue.bicep").read_text()
    known = re.findall(r"^  '([^']+)': \{", catalogue, re.MULTILINE)
    assert len(known) == 3
    assert [name for name in known if not PriceTable.load().listed(name)] == []


def test_the_events_lead_to_a_function_that_exists_from_the_input_container_alone() -> None:
    subscription = SUBSCRIPTION["events"]
    code = ast.parse((ROOT / "function_app.py").read_text()).body
    functions = {each.name for each in code if isinstance(each, ast.AsyncFunctionDef)}
    address = subscription["destination"]["properties"]["endpointUrl"]
    assert "functionName=Host.Functions.{1}&code={2}" in address
    (function,) = re.findall(r"defaultHostName, '(\w+)', listKeys", address)
    assert function in functions
    events = subscription["filter"]
    assert events["subjectBeginsWith"] == "/blobServices/default/containers/input/blobs/"
    assert events["includedEventTypes"] == ["Microsoft.Storage.BlobCreated"]
    (whole,) = events["advancedFilters"]
    assert (whole["key"], set(whole["values"])) == (
        "data.api",
        {"PutBlob", "PutBlockList", "CopyBlob", "FlushWithClose", "SftpCommit"},
    )
    dead = subscription["deadLetterWithResourceIdentity"]
    assert dead["identity"]["type"] == "SystemAssigned"
    assert dead["deadLetterDestination"]["properties"]["blobContainerName"] == "events-deadletter"
    assert "listKeys" in address  # so that no key stands in a file or on a command line
    assert BY_NAME["both"].document["outputs"]["INPUT_CONTAINER"] == "input"


@pytest.mark.parametrize("name", ["both", "queue", "private_network", "existing_topic"])
def test_the_queue_is_told_of_the_same_files_as_the_webhook_and_by_the_topic_itself(name: str) -> None:
    deployed, queued, hooked = BY_NAME[name], SUBSCRIPTION[name], SUBSCRIPTION["events"]
    same = ("filter", "retryPolicy", "eventDeliverySchema")
    assert [queued[part] for part in same] == [hooked[part] for part in same]
    delivery = queued["deliveryWithResourceIdentity"]
    assert delivery["identity"] == queued["deadLetterWithResourceIdentity"]["identity"] == {"type": "SystemAssigned"}
    assert delivery["destination"]["endpointType"] == "StorageQueue"
    place = delivery["destination"]["properties"]
    dead = queued["deadLetterWithResourceIdentity"]["deadLetterDestination"]["properties"]
    assert dead == {"resourceId": place["resourceId"], "blobContainerName": "events-deadletter"}
    account = deployed.the("Microsoft.Storage/storageAccounts/queueServices/queues", "-events")["name"]
    assert account == f"{place['resourceId'].rpartition('/')[2]}/default/{place['queueName']}"
    assert account.startswith("stmedia")
    assert deployed.settings["DROPSCRIBE_EVENTS_QUEUE"] == place["queueName"] == "dropscribe-events"
    assert deployed.document["outputs"]["EVENTS_QUEUE"] == place["queueName"]
    assert deployed.the("Microsoft.EventGrid/systemTopics")["identity"] == {"type": "SystemAssigned"}


def test_by_the_trigger_alone_there_is_no_queue_and_no_subscription_but_the_hooks() -> None:
    deployed = BY_NAME["trigger"]
    assert deployed.all("Microsoft.EventGrid/systemTopics/eventSubscriptions") == []
    assert deployed.all("Microsoft.Storage/storageAccounts/queueServices/queues") == []
    assert "DROPSCRIBE_EVENTS_QUEUE" not in deployed.settings
    assert deployed.document["outputs"]["EVENTS_QUEUE"] == ""


@pytest.mark.parametrize(
    ("name", "groups"), [("both", []), ("private_network", ["http", "blob"]), ("queue", ["function:answer_event"])]
)
def test_the_instances_that_are_always_ready_are_those_that_hear_of_files(name: str, groups: list[str]) -> None:
    ready = BY_NAME[name].the("Microsoft.Web/sites")["properties"]["functionAppConfig"]["scaleAndConcurrency"]
    assert ready["alwaysReady"] == [{"name": group, "instanceCount": 1} for group in groups]


def test_who_uses_the_inbox_may_add_to_the_queue_of_waiting_files_and_read_no_queue() -> None:
    deployed = BY_NAME["inbox"]
    made = {
        each["name"].rpartition("/")[2]
        for each in deployed.all("Microsoft.Storage/storageAccounts/queueServices/queues")
    }
    assert Settings.from_environ(deployed.environ).deferred_queue in made
    given = {(each.who, each.role, each.on) for each in deployed.roles() if each.who in ("user", "reader")}
    assert {each for each in given if "Queue" in each[1]} == {
        ("user", "Storage Queue Data Message Sender", Settings.from_environ(deployed.environ).deferred_queue)
    }
    assert {role for who, role, _ in given if who == "reader"} == {"Storage Blob Data Reader"}
    assert {on for _, role, on in given if "Blob" in role} == {"input", "output"}


@pytest.mark.parametrize(("name", "is_served"), [("both", False), ("inbox", True), ("private_network", True)])
def test_the_address_of_the_inbox_is_told_where_it_is_served(name: str, *, is_served: bool) -> None:
    assert ("primaryEndpoints.web" in BY_NAME[name].document["outputs"]["INBOX_ADDRESS"]) is is_served


@pytest.mark.parametrize(("name", "are_there"), [("both", False), ("private_network", True)])
def test_optional_resources_are_there_only_if_they_are_asked_for(name: str, are_there: bool) -> None:
    deployed = BY_NAME[name]
    assert bool(deployed.all("Microsoft.Consumption/budgets")) is are_there
    assert bool(deployed.all("Microsoft.Network/virtualNetworks")) is are_there
    assert bool(deployed.all("Microsoft.Insights/actionGroups")) is are_there
    assert ("COMPLETED_QUEUE" in deployed.settings) is are_there
    assert ("PYTHON_APPLICATIONINSIGHTS_ENABLE_TELEMETRY" in deployed.settings) is are_there


@every_deployment
def test_every_deployment_is_watched(deployed: Deployed) -> None:
    queries = {path.stem.replace("_", "-") for path in (INFRA / "queries" / "alerts").glob("*.kql")}
    rules = {rule["name"] for rule in deployed.all("Microsoft.Insights/scheduledQueryRules")}
    assert rules == {f"dropscribe-{name}" for name in queries}
    metrics = {
        criterion["metricName"]
        for rule in deployed.all("Microsoft.Insights/metricAlerts")
        for criterion in rule["properties"]["criteria"]["allOf"]
    }
    assert metrics == {"DeadLetteredCount", "DroppedEventCount"}


@every_deployment
def test_the_queries_that_are_deployed_are_those_of_the_files(deployed: Deployed) -> None:
    shown = deployed.the("Microsoft.Insights/workbooks")["properties"]["serializedData"]
    for path in (INFRA / "queries").glob("*.kql"):
        assert path.read_text().replace("'", "''") in shown
    rules = {rule["name"]: rule["properties"] for rule in deployed.all("Microsoft.Insights/scheduledQueryRules")}
    for path in (INFRA / "queries" / "alerts").glob("*.kql"):
        asked = rules[f"dropscribe-{path.stem.replace('_', '-')}"]["criteria"]["allOf"][0]["query"]
        assert _without_thresholds(path.read_text()) == _without_thresholds(asked)


def _without_thresholds(query: str) -> str:
    return re.sub(r"(let \w+ = )\d+;", r"\1...;", query)


def test_the_thresholds_of_alerts_are_those_of_the_parameters() -> None:
    def queries(name: str) -> str:
        rules = BY_NAME[name].all("Microsoft.Insights/scheduledQueryRules")
        return "\n".join(rule["properties"]["criteria"]["allOf"][0]["query"] for rule in rules)

    for name, seconds, tokens in (("both", 3600, 1_000_000), ("private_network", 7200, 5_000_000)):
        assert re.findall(r"let (\w+) = (\d+);", queries(name)) == [
            ("oldestSeconds", str(seconds)),
            ("dailyTokens", str(tokens)),
            ("reconciledFiles", "5"),
            ("refusedRuns", "3"),
        ]


@pytest.mark.parametrize(
    ("name", "forgiven"), [("both", ["files"]), ("private_network", ["files"]), ("trigger", []), ("queue", [])]
)
def test_what_a_cold_webhook_refuses_is_no_fault_where_the_queue_brings_it(name: str, forgiven: list[str]) -> None:
    for rule in BY_NAME[name].all("Microsoft.Insights/metricAlerts"):
        (criterion,) = rule["properties"]["criteria"]["allOf"]
        expected = forgiven if criterion["metricName"] == "DeadLetteredCount" else []
        excluded = [{"name": "EventSubscriptionName", "operator": "Exclude", "values": expected}]
        assert criterion["dimensions"] == (excluded if expected else [])
    assert not forgiven or f"name: '{forgiven[0]}'" in (INFRA / "events.bicep").read_text()


def test_every_alert_has_its_action_group_and_a_row_in_the_docs() -> None:
    explained = (ROOT / "docs" / "operate.md").read_text()
    deployed = BY_NAME["private_network"]
    (group,) = deployed.all("Microsoft.Insights/actionGroups")
    for rule in deployed.all("Microsoft.Insights/scheduledQueryRules"):
        assert rule["properties"]["actions"]["actionGroups"] == [group["id"]]
        assert f"`{rule['name']}`" in explained
    for rule in deployed.all("Microsoft.Insights/metricAlerts"):
        assert [action["actionGroupId"] for action in rule["properties"]["actions"]] == [group["id"]]
        assert f"`{rule['name']}`" in explained


@every_deployment
def test_every_kind_of_resource_is_in_the_readmes_table(deployed: Deployed) -> None:
    listed = {row[1] for row in table("Resources")}
    kinds = {each["type"] for each in deployed.document["predictedResources"]}
    of_their_own = {kind for kind in kinds if kind.count("/") == 1}
    assert of_their_own - {"Microsoft.Authorization/roleAssignments"} <= listed


def test_the_page_on_deployment_lists_every_variable_that_can_be_set() -> None:
    read = set(re.findall(r"readEnvironmentVariable\('(\w+)'", (INFRA / "main.bicepparam").read_text()))
    by_azd_itself = {"AZURE_ENV_NAME", "AZURE_LOCATION", "AZURE_PRINCIPAL_ID"}
    kept_from_the_outputs = {"DROPSCRIBE_BUDGET_START"}
    by_the_hook = set(re.findall(r"\bDROPSCRIBE_INBOX_\w+", (ROOT / "scripts" / "publish_inbox.py").read_text()))
    page = (ROOT / "docs" / "deploy.md").read_text().partition("## What can be chosen")[2].partition("\n## ")[0]
    assert (
        set(re.findall(r"^\| `(\w+)` ", page, re.MULTILINE))
        == (read | by_the_hook) - by_azd_itself - kept_from_the_outputs
    )


def test_the_outputs_are_those_of_the_readme() -> None:
    listed = {row[0] for row in table("Outputs")}
    assert set(BY_NAME["private_network"].document["outputs"]) == listed
