"""azd's `postdeploy` hook, with an `az` on PATH that answers as Azure's does, and no time lost."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

import connect_events as subject
import pytest
from azure_cli import told

from tests.support.az import asked, plant_az, say
from tests.support.programs import plant_script

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-in for az is a script with a shebang")

ENVIRON = {
    "AZURE_SUBSCRIPTION_ID": "5a6b",
    "AZURE_RESOURCE_GROUP": "rg-demo",
    "AZURE_FUNCTION_APP_NAME": "func-demo",
    "MEDIA_STORAGE_ACCOUNT": "stmediademo",
    "EVENT_TOPIC_NAME": "evgt-demo",
    "INPUT_CONTAINER": "inbox",
}
SECRET = "Planted0System0Key=="

OK = ("", "", 0)
NO_FUNCTION = ("", 'ERROR: Not Found({"error":{"code":"NotFound","message":"Function answer_blob was not found."}})', 1)
NO_HANDSHAKE = (
    "",
    'ERROR: {"code": "Url validation", "message": "Webhook validation handshake failed for https://func-demo.example/'
    f"runtime/webhooks/blobs?functionName=Host.Functions.answer_blob&code={SECRET}. "
    'Http POST request failed with response code Unknown."}',
    1,
)
GOOD = {
    "account": [OK],
    "/functions/answer_blob": [OK],
    "listKeys": [("string", "", 0)],
    "deployment": [OK],
}
ROOT = Path(__file__).parents[3]
DOCTOR = "doctor --storage https://stmediademo.blob.core.windows.net"


@dataclass
class Azure:
    """What `az` answers, what it was asked, and how long the hook paused."""

    folder: Path
    pauses: list[float]

    def answers(self, **changed: list[tuple[str, str, int]]) -> None:
        said = {
            **GOOD,
            **{{"function": "/functions/answer_blob"}.get(name, name): each for name, each in changed.items()},
        }
        say(self.folder, said)

    @property
    def asked(self) -> list[list[str]]:
        return asked(self.folder)

    def connect(self, **environ: str) -> int:
        return subject.main({**ENVIRON, **environ}, self.pauses.append, self.folder / "python")


@pytest.fixture
def azure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Azure:
    plant_az(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    azure = Azure(tmp_path, [])
    azure.answers()
    return azure


def test_the_events_are_connected_once_function_and_key_are_there(
    azure: Azure, capsys: pytest.CaptureFixture[str]
) -> None:
    assert azure.connect() == 0
    *_, deployed = azure.asked
    assert deployed[:3] == ["deployment", "group", "create"]
    assert deployed[deployed.index("--template-file") + 1].endswith("infra/events.bicep")
    assert {
        *("functionAppName=func-demo", "systemTopicName=evgt-demo"),
        *("storageAccountName=stmediademo", "inputContainer=inbox"),
    } <= set(deployed)
    assert azure.pauses == []
    assert "in the container inbox of stmediademo are answered" in capsys.readouterr().out


def test_every_question_is_about_the_subscription_that_azd_deployed_into(azure: Azure) -> None:
    azure.connect()
    assert all(asked[asked.index("--subscription") + 1] == "5a6b" for asked in azure.asked)


def test_the_key_is_never_fetched_nor_told(azure: Azure) -> None:
    azure.connect()
    (asked,) = [asked for asked in azure.asked if any("listKeys" in word for word in asked)]
    assert asked[asked.index("--query") + 1] == "type( systemKeys.blobs_extension )"


def test_the_function_and_the_key_are_waited_for_with_growing_pauses(
    azure: Azure, capsys: pytest.CaptureFixture[str]
) -> None:
    azure.answers(function=[NO_FUNCTION] * 3 + [OK], listKeys=[("null", "", 0), ("string", "", 0)])
    assert azure.connect() == 0
    assert azure.pauses == [5, 5, 10, 5]
    said = capsys.readouterr().out
    assert "Waiting for the function answer_blob of func-demo ... not yet; again in 10 s" in said
    assert "Waiting for the key blobs_extension ... it is there" in said


def test_a_handshake_that_fails_is_tried_again(azure: Azure) -> None:
    azure.answers(deployment=[NO_HANDSHAKE, NO_HANDSHAKE, OK])
    assert azure.connect() == 0
    assert azure.pauses == [10, 20]


@pytest.mark.parametrize(
    ("changed", "pauses", "next_step"),
    [
        ({"function": [NO_FUNCTION]}, subject.PAUSES, "run `azd deploy`"),
        ({"listKeys": [("null", "", 0)]}, subject.PAUSES, "a role for its own storage that is still missing"),
        ({"deployment": [NO_HANDSHAKE]}, subject.PAUSES_OF_DEPLOYMENT, "its access restrictions"),
    ],
)
def test_a_step_that_never_succeeds_is_given_up_with_a_next_step(
    azure: Azure,
    capsys: pytest.CaptureFixture[str],
    changed: dict[str, list[tuple[str, str, int]]],
    pauses: tuple[float, ...],
    next_step: str,
) -> None:
    azure.answers(**changed)
    assert azure.connect() == 1
    assert azure.pauses == [*pauses]
    told = capsys.readouterr()
    assert next_step in told.err
    assert "`azd hooks run postdeploy`" in told.err
    assert SECRET not in told.out + told.err


@pytest.mark.parametrize(
    ("asked", "error", "next_step"),
    [
        ("account", "ERROR: Please run 'az login' to setup account.", "run `az login`"),
        (
            "account",
            "ERROR: The subscription of '5a6b' doesn't exist in cloud 'AzureCloud'.",
            "does not see the subscription 5a6b",
        ),
        (
            "listKeys",
            'ERROR: Forbidden({"error":{"code":"AuthorizationFailed","message":"The client ..."}})',
            "the role Contributor",
        ),
        (
            "function",
            'ERROR: Not Found({"error":{"code":"ResourceGroupNotFound","message":"..."}})',
            "run `azd provision`",
        ),
        ("deployment", "ERROR: events.bicep(1,1) : Error BCP057: The name does not exist", "run `az bicep install`"),
    ],
)
def test_an_error_that_waiting_cannot_mend_is_told_at_once(
    azure: Azure, capsys: pytest.CaptureFixture[str], asked: str, error: str, next_step: str
) -> None:
    azure.answers(**{asked: [("", error, 1)]})
    assert azure.connect() == 1
    assert azure.pauses == []
    told = capsys.readouterr().err
    assert next_step in told
    assert error in told


def test_an_unknown_error_is_told_in_the_words_of_az(azure: Azure, capsys: pytest.CaptureFixture[str]) -> None:
    azure.answers(account=[("", "ERROR: The moon is in the wrong place.", 1)])
    assert azure.connect() == 1
    assert "The moon is in the wrong place." in capsys.readouterr().err


def test_a_machine_without_az_is_told_where_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert subject.main(ENVIRON) == 1
    assert "install it (https://aka.ms/installazurecli)" in capsys.readouterr().err


def test_missing_values_of_azd_are_named(azure: Azure, capsys: pytest.CaptureFixture[str]) -> None:
    assert azure.connect(EVENT_TOPIC_NAME="", INPUT_CONTAINER="") == 1
    assert "lacks EVENT_TOPIC_NAME, INPUT_CONTAINER: run `azd provision`" in capsys.readouterr().err


def test_what_azure_said_last_stands_before_what_it_may_mean(azure: Azure, capsys: pytest.CaptureFixture[str]) -> None:
    no_role = ("", "ERROR: The identity has no access to the dead letter destination.", 1)
    azure.answers(deployment=[NO_HANDSHAKE, no_role])
    assert azure.connect() == 1
    told = capsys.readouterr().err
    assert told.startswith("Azure said last: ERROR: The identity has no access to the dead letter destination.\n")
    assert "the topic's role there is new: wait" in told
    assert "the validation handshake" in told


def test_where_events_go_to_a_queue_alone_there_is_nothing_to_connect(
    azure: Azure, capsys: pytest.CaptureFixture[str]
) -> None:
    assert azure.connect(DROPSCRIBE_EVENT_DELIVERY="queue") == 0
    assert "Events are delivered to a queue: nothing has to be connected." in capsys.readouterr().out
    assert not (azure.folder / "calls").exists()


@pytest.mark.parametrize("delivery", ["both", "trigger", ""])
def test_every_other_way_of_delivery_is_connected(azure: Azure, delivery: str) -> None:
    assert azure.connect(DROPSCRIBE_EVENT_DELIVERY=delivery) == 0
    assert azure.asked[-1][:3] == ["deployment", "group", "create"]


@pytest.mark.parametrize("delivery", ["both", "queue"])
@pytest.mark.parametrize("code", [0, 1])
def test_at_last_a_sample_is_dropped_and_what_comes_of_it_is_the_end(
    azure: Azure, capfd: pytest.CaptureFixture[str], delivery: str, code: int
) -> None:
    plant_script(azure.folder, "python", f'echo "ran $@"; exit {code}')
    assert azure.connect(DROPSCRIBE_EVENT_DELIVERY=delivery) == code
    assert f"Dropping a sample: dropscribe {DOCTOR}\nran -m cli {DOCTOR}\n" in capfd.readouterr().out


def test_without_an_environment_of_the_project_it_is_said_what_to_run(
    azure: Azure, capsys: pytest.CaptureFixture[str]
) -> None:
    assert azure.connect() == 0
    assert f"run `python3 scripts/dev.py setup` (Windows: `py`), then: dropscribe {DOCTOR}" in capsys.readouterr().out


def test_no_sample_is_dropped_into_a_private_network(azure: Azure, capsys: pytest.CaptureFixture[str]) -> None:
    plant_script(azure.folder, "python", "exit 1")
    assert azure.connect(DROPSCRIBE_PRIVATE_NETWORK="true") == 0
    assert f"run from within the private network: dropscribe {DOCTOR}" in capsys.readouterr().out


def test_no_sample_is_dropped_where_the_events_are_not_connected(azure: Azure) -> None:
    plant_script(azure.folder, "python", "touch dropped")
    azure.answers(deployment=[NO_HANDSHAKE])
    assert azure.connect() == 1
    assert not (ROOT / "dropped").exists()


def test_app_hook_and_template_name_one_function() -> None:
    """Event Grid's events to an address with another name are answered with 202, and lost."""
    assert f"\nasync def {subject.FUNCTION}(" in (ROOT / "function_app.py").read_text()
    named = re.search(r"param functionName string = '(\w+)'", (ROOT / "infra" / "events.bicep").read_text())
    assert named
    assert named[1] == subject.FUNCTION


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("https://x.example/?a=b&code=abc== ", "abc"),
        ("Bearer eyJ0", "eyJ0"),
        ("\x1b[31m", "\x1b"),
        ("begin" + "x" * 5000, "begin"),
    ],
)
def test_messages_of_az_are_told_bounded_and_without_secrets(text: str, secret: str) -> None:
    assert secret not in told(text)
