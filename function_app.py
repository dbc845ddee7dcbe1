"""The triggers: each parses its input and calls the app. The path of a file is shared/processing/attempt.py."""

import gc

gc.disable()  # while importing: nothing is garbage yet, and looking for some costs a tenth of a cold start

import os

import azure.functions as func
from azurefunctions.extensions.bindings import blob

from shared import bootstrap

dropscribe = bootstrap.load(os.environ)
settings = dropscribe.settings
app = func.FunctionApp()

gc.freeze()  # what was imported stays for good: no file need wait while it is looked through again
gc.enable()

STORAGE = "MEDIA_STORAGE"
HOSTS_POISON_QUEUE = "webjobs-blobtrigger-poison"
EVERY_QUARTER = "0 */15 * * * *"


@app.blob_trigger(
    arg_name="client",
    path=f"{settings.input_container}/{{name}}",
    connection=STORAGE,
    source=func.BlobSource(settings.blob_trigger_source),
)
async def answer_blob(client: blob.BlobClient) -> None:
    """A file landed. The host passes a reference to it, never its content."""
    await dropscribe.process(client.container_name, client.blob_name)


@app.queue_trigger(arg_name="message", queue_name=settings.deferred_queue, connection=STORAGE)
async def answer_deferred(message: func.QueueMessage) -> None:
    """A file has waited long enough."""
    await dropscribe.resume(message.get_body(), is_first_try=message.dequeue_count == 1)


@app.queue_trigger(arg_name="message", queue_name=HOSTS_POISON_QUEUE, connection=STORAGE)
async def settle_poison(message: func.QueueMessage) -> None:
    """The host gave up on a file that had landed."""
    await dropscribe.settle_poison(message.get_body())


@app.queue_trigger(arg_name="message", queue_name=f"{settings.deferred_queue}-poison", connection=STORAGE)
async def settle_deferred_poison(message: func.QueueMessage) -> None:
    """The host gave up on a file that had waited."""
    await dropscribe.settle_poison(message.get_body())


@app.timer_trigger(arg_name="timer", schedule=EVERY_QUARTER)
async def reconcile(timer: func.TimerRequest) -> None:  # noqa: ARG001 - the host insists on it
    """Time to look for files whose event was lost."""
    await dropscribe.reconcile()


if settings.events_queue:

    @app.queue_trigger(arg_name="message", queue_name=settings.events_queue, connection=STORAGE)
    async def answer_event(message: func.QueueMessage) -> None:
        """A file landed, and Event Grid put that into our queue."""
        await dropscribe.receive(message.get_body())

    @app.queue_trigger(arg_name="message", queue_name=f"{settings.events_queue}-poison", connection=STORAGE)
    async def settle_event_poison(message: func.QueueMessage) -> None:
        """The host gave up on a message of that queue."""
        await dropscribe.settle_event_poison(message.get_body())
