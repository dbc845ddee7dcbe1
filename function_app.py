"""The door: opens, hands over, leaves. What happens to a file stands in shared/processor.py."""

import gc

gc.disable()  # while importing: nothing is garbage yet, and looking for some costs a tenth of a cold start

import os

import azure.functions as func
from azurefunctions.extensions.bindings import blob

from shared import bootstrap

dropscribe = bootstrap.load(os.environ)
app = func.FunctionApp()

gc.freeze()  # what was imported stays for good: no file need wait while it is looked through again
gc.enable()


@app.blob_trigger(
    arg_name="client",
    path=f"{dropscribe.settings.input_container}/{{name}}",
    connection="MEDIA_STORAGE",
    source=func.BlobSource(dropscribe.settings.blob_trigger_source),
)
async def answer_blob(client: blob.BlobClient) -> None:
    """A file landed. The host passes a reference to it, never its content."""
    await dropscribe.process(client.container_name, client.blob_name)
