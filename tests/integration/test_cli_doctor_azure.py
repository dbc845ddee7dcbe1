"""`dropscribe doctor` on an account that knows us by Entra ID, with an `az` that answers as Azure's does."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.storage.blob.aio import BlobServiceClient

from cli import azure_cli, redriving
from cli.doctor.azure import alerts, expected_alerts, function_state
from cli.doctor.command import doctor
from cli.doctor.site import Site
from cli.redriving import RedriveTarget
from local.storage import ACCOUNT, Azurite
from shared.adapters.storage import clients
from tests.integration.identity import Identity

TARGET = RedriveTarget("https://account.blob.core.windows.net", "input", "output", "later")
PLACE = Site(TARGET, group="group", function="app", subscription="subscription")
RULES, METRICS = "Microsoft.Insights/scheduledQueryRules", "Microsoft.Insights/metricAlerts"


def plant(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Let that be `az`."""
    program = folder / "az"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")


def saying(folder: Path, **answers: object) -> str:
    """A script that answers each command with its JSON."""
    for name, answer in answers.items():
        (folder / name).write_text(json.dumps(answer))
    return f'cat "{folder}/$1"'


def deployed(*left_out: str) -> list[dict[str, Any]]:
    """What `az resource list` shows of the alerts."""
    names = expected_alerts() - set(left_out)
    return [{"name": name, "type": METRICS if "dead" in name or "dropped" in name else RULES} for name in names]


async def test_alerts_that_are_all_there_are_said_to_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(tmp_path, monkeypatch, saying(tmp_path, resource=deployed()))
    [finding] = await alerts(PLACE)
    assert (finding.state, finding.sentence) == ("ok", f"All {len(expected_alerts())} are there.")


async def test_an_alert_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = ["dropscribe-events-dropped", "dropscribe-poisoned-files"]
    plant(tmp_path, monkeypatch, saying(tmp_path, resource=deployed(*missing)))
    [finding] = await alerts(PLACE)
    assert finding.state == "error"
    assert finding.sentence.startswith(f"There is no {', '.join(missing)}. `azd provision`")


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("exit 1", "`az resource list` failed. Sign in: `az login`"),
        ("echo no JSON", "`az resource list` answered no JSON."),
        ("echo '[1]'", "`az resource list` answered something unknown."),
        ("""echo '{"a": 1}'""", "`az resource list` answered something unknown."),
        ("echo 5", "`az resource list` answered something unknown."),
        ("exec sleep 60", "`az` did not answer within 0.5 seconds."),
    ],
)
async def test_an_az_that_does_not_say_is_no_fault_of_the_app(
    script: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "sleep" in script:
        monkeypatch.setattr(azure_cli, "MAX_SECONDS", 0.5)
    plant(tmp_path, monkeypatch, script)
    [finding] = await alerts(PLACE)
    assert (finding.state, finding.sentence) == ("skip", f"Not looked at: {words}")
    assert await function_state(PLACE) == ""


async def test_without_az_or_a_resource_group_alerts_are_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    [finding] = await alerts(PLACE)
    assert (finding.state, "is not installed here" in finding.sentence) == ("skip", True)
    [finding] = await alerts(Site(TARGET))
    assert (finding.state, "set AZURE_RESOURCE_GROUP" in finding.sentence) == ("skip", True)


@pytest.fixture
async def account(
    secure_azurite: Azurite, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[str]:
    """The address of an account with the app's containers, which the command reaches by identity."""
    monkeypatch.delenv("MEDIA_STORAGE", raising=False)
    monkeypatch.setenv("MEDIA_STORAGE__blobServiceUri", secure_azurite.blobs)
    monkeypatch.setenv("MEDIA_STORAGE__queueServiceUri", f"{secure_azurite.queue_endpoint}/{ACCOUNT}")
    monkeypatch.setenv("AZURE_RESOURCE_GROUP", "group")
    monkeypatch.setenv("AZURE_FUNCTION_APP_NAME", "app")
    names = [f"{kind}-doctor" for kind in ("input", "output", "state")]
    for name in names:
        monkeypatch.setenv(f"{name.partition('-')[0].upper()}_CONTAINER", name)
    trusting: dict[str, Any] = {"connection_verify": str(certificate[0])}
    connection = secure_azurite.connection_string.replace("=http;", "=https;")
    async with BlobServiceClient.from_connection_string(connection, **trusting) as blobs:
        for name in names:
            await blobs.create_container(name)
        at_once = dict.fromkeys(("initial_backoff", "increment_base", "random_jitter_range"), 0)
        with mock.patch.dict(clients._OPTIONS, {**trusting, **at_once}):
            yield secure_azurite.blobs
        for name in names:
            await blobs.delete_container(name)


async def test_a_function_app_that_is_stopped_is_named(
    account: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plant(tmp_path, monkeypatch, saying(tmp_path, resource=deployed(), functionapp={"state": "Stopped"}))
    monkeypatch.setattr(redriving, "entra_id", Identity)
    assert await doctor(None, 1, keep=False, as_json=False) == 1
    told = capsys.readouterr().out
    assert "the function app app is stopped. Start it: `az functionapp start -g group -n app`" in told
    assert "There is no dropscribe-events. That is right where events come by the webhook alone" in told
    assert f"ok     alerts        All {len(expected_alerts())} are there." in told
    assert "The samples and their documents are removed." in told


class SignedOut(Identity):
    """Nobody is signed in."""

    async def get_token_info(self, *scopes: str, options: Any = None) -> Any:
        raise ClientAuthenticationError("DefaultAzureCredential failed to retrieve a token.")


async def test_who_is_not_signed_in_is_told_to_sign_in(
    account: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(redriving, "entra_id", SignedOut)
    monkeypatch.delenv("AZURE_RESOURCE_GROUP")
    assert await doctor(None, 1, keep=False, as_json=False) == 1
    assert "error  storage       You are not signed in to Azure here. Run `az login`" in capsys.readouterr().out
