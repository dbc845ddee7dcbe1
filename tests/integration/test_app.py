"""function_app.py, loaded by the official worker library in a process of its own."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.integration.forked import Done, python_m
from tests.planted import KEY
from tests.unit.settings.test_settings import GOOD

ROOT = Path(__file__).parents[2]
AZURITE = (
    "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=a2V5;"
    "BlobEndpoint=http://127.0.0.1:10000/devstoreaccount1;"
)


async def load(**changed: str) -> Done:
    environ = {"PATH": "/usr/bin:/bin", **GOOD, "MEDIA_STORAGE": AZURITE, **changed}
    return await python_m("tests.integration.loading", str(ROOT), folder=ROOT, environ=environ)


async def functions(**changed: str) -> Any:
    done = await load(**changed)
    assert done.code == 0, done.err
    return {name: trigger for name, trigger, *_ in json.loads(done.out.splitlines()[-1])}


async def test_the_door_is_a_blob_trigger_by_event_grid_on_the_input_container() -> None:
    trigger = (await functions())["answer_blob"]
    assert {key: trigger[key] for key in ("type", "direction", "source", "path", "connection")} == {
        "type": "blobTrigger",
        "direction": "IN",
        "source": "EventGrid",
        "path": "input/{name}",
        "connection": "MEDIA_STORAGE",
    }


async def test_the_host_is_asked_for_a_reference_and_not_for_the_content() -> None:
    trigger = (await functions())["answer_blob"]
    assert trigger["properties"] == {"SupportsDeferredBinding": True}


async def test_settings_choose_the_container_and_the_source() -> None:
    trigger = (await functions(INPUT_CONTAINER="inbox", BLOB_TRIGGER_SOURCE="LogsAndContainerScan"))["answer_blob"]
    assert (trigger["path"], trigger["source"]) == ("inbox/{name}", "LogsAndContainerScan")


async def test_the_other_triggers_are_our_queue_the_two_poison_queues_and_a_timer() -> None:
    triggers = await functions(DEFERRED_QUEUE="later")
    queues = {name: trigger["queueName"] for name, trigger in triggers.items() if trigger["type"] == "queueTrigger"}
    assert queues == {
        "answer_deferred": "later",
        "settle_poison": "webjobs-blobtrigger-poison",
        "settle_deferred_poison": "later-poison",
    }
    assert {trigger["connection"] for name, trigger in triggers.items() if name in queues} == {"MEDIA_STORAGE"}
    assert triggers["reconcile"]["schedule"] == "0 */15 * * * *"
    assert len(triggers) == 5


async def test_where_events_come_into_a_queue_too_there_are_triggers_for_it_and_for_its_poison() -> None:
    triggers = await functions(DROPSCRIBE_EVENTS_QUEUE="events")
    queues = {name: triggers[name]["queueName"] for name in ("answer_event", "settle_event_poison")}
    assert queues == {"answer_event": "events", "settle_event_poison": "events-poison"}
    assert {triggers[name]["connection"] for name in queues} == {"MEDIA_STORAGE"}
    assert len(triggers) == 7


async def test_an_app_with_wrong_settings_refuses_to_start_and_names_them_all() -> None:
    done = await load(AZURE_INFERENCE_ENDPOINT="", INPUT_CONTAINER="Not A Container")
    assert done.code == 1
    assert "Dropscribe cannot start" in done.err
    assert "AZURE_INFERENCE_ENDPOINT is missing" in done.err
    assert "INPUT_CONTAINER must be a container's name" in done.err


@pytest.mark.parametrize("secret", [KEY, "a2V5"])
async def test_an_app_that_refuses_to_start_tells_no_secret(secret: str) -> None:
    done = await load(INPUT_CONTAINER="Not A Container")
    assert secret not in done.err + done.out
