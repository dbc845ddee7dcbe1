"""An app with a function for each thing that the local host does. What it did stands in a container."""

import asyncio
import logging
import os
import uuid

import azure.functions as func
from azure.core.exceptions import ResourceExistsError
from azure.storage.blob.aio import BlobServiceClient
from azurefunctions.extensions.bindings import blob

app = func.FunctionApp()


async def saw(what: str) -> None:
    """Leave a trace for the tests."""
    async with BlobServiceClient.from_connection_string(os.environ["AzureWebJobsStorage"]) as service:
        try:
            await service.create_container("seen")
        except ResourceExistsError:
            pass
        await service.get_blob_client("seen", f"{what}/{uuid.uuid4()}").upload_blob(b"")


@app.blob_trigger(
    arg_name="client",
    path="%WATCHED%/{name}",
    connection="AzureWebJobsStorage",
    source=func.BlobSource.EVENT_GRID,
)
async def on_blob(client: blob.BlobClient, context: func.Context) -> None:
    """Fail where the name says so."""
    await saw(f"blob/{client.container_name}/{client.blob_name}")
    if client.blob_name.startswith("fails"):
        raise ValueError(f"cannot take {client.blob_name}")
    if client.blob_name.startswith("hangs"):
        await asyncio.sleep(3600)
    logging.info("took %s in %s", client.blob_name, context.invocation_id)


@app.queue_trigger(arg_name="message", queue_name="questions", connection="AzureWebJobsStorage")
@app.queue_output(arg_name="out", queue_name="answers", connection="AzureWebJobsStorage")
def on_message(message: func.QueueMessage, out: func.Out[str]) -> None:
    """Answer, or fail."""
    text = message.get_body().decode()
    if text == "fail":
        raise ValueError("asked to fail")
    out.set(f"{text} (try {message.dequeue_count})")


@app.timer_trigger(arg_name="timer", schedule="* * * * * *")
async def on_time(timer: func.TimerRequest) -> None:
    """Every second."""
    await saw(f"timer/{timer.past_due}")


@app.timer_trigger(arg_name="timer", schedule="* * * * * *")
async def never(timer: func.TimerRequest) -> None:
    """Every second, unless it is disabled."""
    await saw("never")
