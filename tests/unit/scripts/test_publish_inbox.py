"""Serving the inbox in Azure, with an `az` on PATH that answers as Azure's does, and no time lost."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import after_deployment
import publish_inbox as subject
import pytest
from azure_cli import AzureCli

from tests.support.az import asked, plant_az, say

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-in for az is a script with a shebang")

ADDRESS = "https://stmediademo.z13.web.core.windows.net/"
ENVIRON = {
    "DROPSCRIBE_INBOX": "true",
    "AZURE_SUBSCRIPTION_ID": "5a6b",
    "MEDIA_STORAGE_ACCOUNT": "stmediademo",
    "INPUT_CONTAINER": "input",
    "OUTPUT_CONTAINER": "output",
    "INBOX_ADDRESS": ADDRESS,
}
NAME = "Dropscribe inbox stmediademo"
APP = {"appId": "c1", "id": "o1", "displayName": NAME}
READY = {**APP, "spa": {"redirectUris": [ADDRESS]}, "requiredResourceAccess": [{"resourceAppId": subject.STORAGE}]}
OTHER = {**APP, "displayName": f"{NAME} of another", "appId": "c2"}
REFUSED = ("", "ERROR: You do not have the required permissions needed to perform this operation.", 1)


class Azure:
    """What `az` answers and was asked, what was written, and how long the hook paused."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pauses: list[float] = []
        self.configured: dict[str, str] = {}
        self.answers()

    def answers(self, apps: object = (), **changed: list[tuple[str, str, int]]) -> None:
        said = {
            "tenantId": [("t1", "", 0)],
            "create": [(json.dumps(APP), "", 0)],
            "--display-name": [(json.dumps(apps), "", 0)],
            "--filter": [("[]", "", 0)],
            **changed,
        }
        say(self.folder, said)

    def publish(self, **environ: str) -> int:
        return subject.main({**ENVIRON, **environ}, self.pauses.append)

    def asked(self, *words: str) -> list[list[str]]:
        return [call for call in asked(self.folder) if set(words) <= set(call)]


@pytest.fixture
def azure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Azure:
    plant_az(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    azure = Azure(tmp_path)

    def write(folder: Path, configuration: dict[str, str]) -> None:
        azure.configured = configuration
        (folder / "assets").mkdir(parents=True)
        for name in ("index.html", "config.json", "assets/page.js", "assets/page.css", "icon.svg"):
            (folder / name).touch()

    monkeypatch.setattr(subject, "write_page", write)
    return azure


def test_nothing_is_done_where_the_inbox_is_switched_off(azure: Azure) -> None:
    assert [azure.publish(DROPSCRIBE_INBOX=each) for each in ("", "false", "no")] == [0, 0, 0]
    assert azure.asked() == []


def test_an_app_is_registered_without_a_secret_for_this_page_and_for_storage_alone(
    azure: Azure, capsys: pytest.CaptureFixture[str]
) -> None:
    assert azure.publish() == 0
    (created,) = azure.asked("ad", "app", "create")
    assert created[created.index("--display-name") + 1] == NAME
    assert created[created.index("--sign-in-audience") + 1] == "AzureADMyOrg"
    (patched,) = azure.asked("rest", "patch")
    assert patched[patched.index("--url") + 1].endswith("/applications/o1")
    assert len(azure.asked("ad", "sp", "create", "c1")) == 1
    assert not azure.asked("credential")
    assert (azure.configured["client-id"], azure.configured["tenant-id"]) == ("c1", "t1")
    assert f"The inbox is at {ADDRESS}" in capsys.readouterr().out


def test_what_is_registered_sends_people_back_to_the_page_and_keeps_where_else_they_may_go(
    azure: Azure, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[dict[str, Any]] = []
    whole = AzureCli.__call__

    def call(az: AzureCli, *arguments: str, seconds: float | None = None) -> str:
        sent.extend(json.loads(Path(each[1:]).read_text()) for each in arguments if each.startswith("@"))
        return whole(az, *arguments, seconds=seconds)

    monkeypatch.setattr(AzureCli, "__call__", call)
    azure.answers([{**APP, "spa": {"redirectUris": ["https://inbox.example.com/"]}}])
    assert azure.publish() == 0
    (body,) = sent
    assert body["spa"]["redirectUris"] == ["https://inbox.example.com/", ADDRESS]
    (permission,) = body["requiredResourceAccess"]
    assert permission["resourceAppId"] == subject.STORAGE
    assert [each["type"] for each in permission["resourceAccess"]] == ["Scope"]


def test_a_second_deployment_registers_nothing(azure: Azure) -> None:
    azure.answers([OTHER, READY], **{"--filter": [('[{"appId": "c1"}]', "", 0)]})
    assert azure.publish() == 0
    assert azure.asked("create") == azure.asked("rest") == []
    assert azure.configured["client-id"] == "c1"


def test_a_new_app_that_entra_does_not_know_everywhere_yet_is_waited_for_and_made_once(azure: Azure) -> None:
    unknown = ("", "ERROR: Request_ResourceNotFound: Resource 'o1' does not exist.", 1)
    azure.answers(patch=[unknown, ("", "", 0)], create=[(json.dumps(APP), "", 0), unknown, ("", "", 0)])
    assert azure.publish() == 0
    assert azure.pauses == [10, 10]
    assert len(azure.asked("app", "create")) == 1
    assert len(azure.asked("rest", "patch")) == len(azure.asked("sp", "create")) == 2


def test_an_app_that_is_given_is_taken_and_left_as_it_is(azure: Azure) -> None:
    assert azure.publish(DROPSCRIBE_INBOX_CLIENT_ID=" given ") == 0
    assert azure.asked("ad") == azure.asked("rest") == []
    assert azure.configured["client-id"] == "given"


def test_the_page_is_uploaded_last_and_scripts_by_a_type_that_browsers_run(azure: Azure) -> None:
    assert azure.publish() == 0
    uploads = azure.asked("upload-batch", "$web")
    sent = [(each[each.index("--pattern") + 1], each[each.index("--content-type") + 1]) for each in uploads]
    assert sent[-1] == ("*.html", "text/html")
    assert ("*.js", "text/javascript") in sent
    assert len(azure.asked("--static-website", "true")) == 1


def test_scripts_that_were_uploaded_a_month_ago_are_removed_after_the_upload(azure: Azure) -> None:
    assert azure.publish() == 0
    (removed,) = azure.asked("delete-batch", "$web", "assets/*")
    until = datetime.fromisoformat(removed[removed.index("--if-unmodified-since") + 1])
    assert timedelta(days=29) < datetime.now(UTC) - until < timedelta(days=31)
    assert azure.asked("storage", "$web")[-1] == removed


def test_a_role_that_is_not_heeded_yet_is_waited_for(azure: Azure) -> None:
    azure.answers([READY], **{"upload-batch": [REFUSED, REFUSED, ("", "", 0)]})
    assert azure.publish() == 0
    assert azure.pauses == [10, 20]


@pytest.mark.parametrize(
    ("changed", "next_step"),
    [
        ({"upload-batch": [REFUSED]}, "Storage Blob Data Contributor on the container $web"),
        ({"apps": [READY, READY]}, "DROPSCRIBE_INBOX_CLIENT_ID ID`"),
        ({"create": [("", "ERROR: Insufficient privileges to complete the operation.", 1)]}, "ask somebody who may"),
        ({"--display-name": [("not JSON", "", 0)]}, "is no JSON"),
    ],
)
def test_what_cannot_be_done_is_told_with_a_next_step(
    azure: Azure, capsys: pytest.CaptureFixture[str], changed: dict[str, Any], next_step: str
) -> None:
    azure.answers(**changed)
    assert azure.publish() == 1
    said = capsys.readouterr().err
    assert next_step in said
    assert "The app itself works. Then run `azd hooks run postdeploy`." in said


def test_missing_values_of_azd_are_named(azure: Azure, capsys: pytest.CaptureFixture[str]) -> None:
    assert azure.publish(INBOX_ADDRESS="") == 1
    assert "lacks INBOX_ADDRESS: run `azd provision`" in capsys.readouterr().err


def test_a_file_without_a_media_type_is_not_left_out_in_silence(
    azure: Azure, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def write(folder: Path, _: dict[str, str]) -> None:
        folder.mkdir()
        (folder / "page.wasm").touch()

    monkeypatch.setattr(subject, "write_page", write)
    assert azure.publish() == 1
    assert "knows no media type for .wasm" in capsys.readouterr().err


@pytest.mark.parametrize(("events", "inbox"), [(0, 0), (1, 0), (0, 1)])
def test_the_inbox_is_served_whatever_becomes_of_the_sample(
    monkeypatch: pytest.MonkeyPatch, events: int, inbox: int
) -> None:
    done: list[str] = []

    def step(name: str, code: int) -> int:
        done.append(name)
        return code

    monkeypatch.setattr("connect_events.main", lambda: step("events", events))
    monkeypatch.setattr("publish_inbox.main", lambda: step("inbox", inbox))
    assert after_deployment.main() == max(events, inbox)
    assert done == ["events", "inbox"]
