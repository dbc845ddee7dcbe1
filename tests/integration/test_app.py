"""function_app.py, loaded by the official worker library in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.planted import KEY
from tests.unit.test_settings import GOOD

ROOT = Path(__file__).parents[2]
AZURITE = (
    "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=a2V5;"
    "BlobEndpoint=http://127.0.0.1:10000/devstoreaccount1;"
)
LOAD = """
import asyncio, json, sys
from pathlib import Path
from local.host.worker import AppNotLoadedError, Worker
try:
    functions = asyncio.run(Worker(Path(sys.argv[1]), None).load())
except AppNotLoadedError as fault:
    sys.exit(str(fault))
print(json.dumps([[function.name, *function.bindings] for function in functions]))
"""


def load(**changed: str) -> subprocess.CompletedProcess[str]:
    environ = {"PATH": "/usr/bin:/bin", **GOOD, "MEDIA_STORAGE": AZURITE, **changed}
    return subprocess.run(
        [sys.executable, "-c", LOAD, str(ROOT)],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )


def functions(**changed: str) -> Any:
    done = load(**changed)
    assert done.returncode == 0, done.stderr
    return {name: trigger for name, trigger, *_ in json.loads(done.stdout.splitlines()[-1])}


def test_the_door_is_a_blob_trigger_by_event_grid_on_the_input_container() -> None:
    trigger = functions()["answer_blob"]
    assert {key: trigger[key] for key in ("type", "direction", "source", "path", "connection")} == {
        "type": "blobTrigger",
        "direction": "IN",
        "source": "EventGrid",
        "path": "input/{name}",
        "connection": "MEDIA_STORAGE",
    }


def test_the_host_is_asked_for_a_reference_and_not_for_the_content() -> None:
    trigger = functions()["answer_blob"]
    assert trigger["properties"] == {"SupportsDeferredBinding": True}


def test_settings_choose_the_container_and_the_source() -> None:
    trigger = functions(INPUT_CONTAINER="inbox", BLOB_TRIGGER_SOURCE="LogsAndContainerScan")["answer_blob"]
    assert (trigger["path"], trigger["source"]) == ("inbox/{name}", "LogsAndContainerScan")


def test_the_other_doors_are_our_queue_the_two_poison_queues_and_a_timer() -> None:
    doors = functions(DEFERRED_QUEUE="later")
    queues = {name: door["queueName"] for name, door in doors.items() if door["type"] == "queueTrigger"}
    assert queues == {
        "answer_deferred": "later",
        "settle_poison": "webjobs-blobtrigger-poison",
        "settle_deferred_poison": "later-poison",
    }
    assert {door["connection"] for name, door in doors.items() if name in queues} == {"MEDIA_STORAGE"}
    assert doors["reconcile"]["schedule"] == "0 */15 * * * *"
    assert len(doors) == 5


def test_an_app_with_wrong_settings_refuses_to_start_and_names_them_all() -> None:
    done = load(AZURE_INFERENCE_ENDPOINT="", INPUT_CONTAINER="Not A Container")
    assert done.returncode == 1
    assert "Dropscribe cannot start" in done.stderr
    assert "AZURE_INFERENCE_ENDPOINT is missing" in done.stderr
    assert "INPUT_CONTAINER must be a container's name" in done.stderr


@pytest.mark.parametrize("secret", [KEY, "a2V5"])
def test_an_app_that_refuses_to_start_tells_no_secret(secret: str) -> None:
    done = load(INPUT_CONTAINER="Not A Container")
    assert secret not in done.stderr + done.stdout
