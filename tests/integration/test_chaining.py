"""The example of the documentation, run by the local host over a real storage emulator."""

import base64
import json
import sys
import uuid
from pathlib import Path
from typing import Any

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.blob.aio import BlobServiceClient
from azure.storage.queue.aio import QueueServiceClient

from local.process import Child
from shared import bootstrap
from tests import samples
from tests.conftest import eventually
from tests.integration.loopback import service
from tests.unit.settings.test_settings import GOOD

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "next_step"


async def test_the_next_step_learns_of_a_document_both_ways(azurite: str, tmp_path: Path) -> None:
    input_container = f"input-{uuid.uuid4().hex[:12]}"
    async with (
        service() as foundry,
        BlobServiceClient.from_connection_string(azurite) as blobs,
        QueueServiceClient.from_connection_string(azurite) as queues,
    ):
        environ = {
            **GOOD,
            "AZURE_INFERENCE_ENDPOINT": f"{foundry.url}/models",
            "MEDIA_STORAGE": azurite,
            "INPUT_CONTAINER": input_container,
            "STATE_CONTAINER": input_container.replace("input", "state"),
            "COMPLETED_QUEUE": "documents",
        }
        for name in (input_container, "output"):
            try:
                await blobs.create_container(name)
            except ResourceExistsError:
                pass
        log = tmp_path / "host.log"
        host = await Child.start(
            "The host",
            [sys.executable, "-m", "local.host", str(EXAMPLE)],
            environ={"AzureWebJobsStorage": azurite, "MEDIA_STORAGE": azurite},
            log=log,
            ready=[r"The host is ready at (?P<address>\S+)"],
        )
        name = f"{input_container}/chart.png"
        await blobs.get_blob_client(input_container, name).upload_blob(samples.CHART.read_bytes())
        app = bootstrap.load(environ)
        await app.process(input_container, name)
        await app.close()
        work = await eventually(lambda: _message(queues, "to-be-filed"))
        await eventually(lambda: _said(log, f"ok: {name}.json"))
        await host.stop()
    assert work["document"].endswith(f"/output/{name}.json")


async def _message(queues: QueueServiceClient, queue: str) -> dict[str, Any] | None:
    try:
        async for message in queues.get_queue_client(queue).receive_messages():
            found: dict[str, Any] = json.loads(base64.b64decode(message.content))
            return found
    except ResourceNotFoundError:
        pass  # the queue is made with the first message
    return None


async def _said(log: Path, words: str) -> bool | None:
    return words in log.read_text() or None  # noqa: ASYNC240 - a test may wait for a file
