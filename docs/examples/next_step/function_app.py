"""What the next step of a workflow can look like: two ways to learn of a document, of which one is enough."""

import json
import logging

import azure.functions as func
from azurefunctions.extensions.bindings import blob

app = func.FunctionApp()


@app.queue_trigger(arg_name="message", queue_name="documents", connection="MEDIA_STORAGE")
@app.queue_output(arg_name="work", queue_name="to-be-filed", connection="MEDIA_STORAGE")
def on_event(message: func.QueueMessage, work: func.Out[str]) -> None:
    """The queue of `COMPLETED_QUEUE`: a CloudEvent for each document. The same `id` may come twice."""
    event = json.loads(message.get_body())
    if event["type"] == "dropscribe.answered":
        work.set(json.dumps({"id": event["id"], "document": event["data"]["document"]}))


@app.blob_trigger(
    arg_name="client", path="output/{name}", connection="MEDIA_STORAGE", source=func.BlobSource.EVENT_GRID
)
def on_document(client: blob.BlobClient) -> None:
    """The output container itself: each document has metadata, so that most need not be opened."""
    if not client.blob_name.endswith(".json"):  # a file beside a document that follows
        return
    labels = client.get_blob_properties().metadata
    if labels["status"] == "ok" and labels["recipe"] == "receipt":
        document = json.loads(client.download_blob().readall())
        logging.info("a receipt of %s", document["answer"]["data"]["merchant"])
    else:
        logging.info("%s: %s", labels["status"], client.blob_name)
