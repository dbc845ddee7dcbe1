"""The article's way as a function: the SDK's own classes, no memory of what was done, and whatever fails is raised."""

import base64
import json
import os
from typing import Any

import azure.functions as func
from azure.ai.inference.aio import ChatCompletionsClient
from azure.ai.inference.models import ImageContentItem, ImageUrl, TextContentItem, UserMessage
from azure.core.credentials import AzureKeyCredential
from azure.storage.blob.aio import BlobServiceClient
from azurefunctions.extensions.bindings import blob

app = func.FunctionApp()
MODEL = os.environ["AZURE_INFERENCE_DEPLOYMENT"]
INPUT = os.environ["INPUT_CONTAINER"]
OUTPUT = os.environ["OUTPUT_CONTAINER"]


@app.blob_trigger(
    arg_name="client", path=f"{INPUT}/{{name}}", connection="MEDIA_STORAGE", source=func.BlobSource.EVENT_GRID
)
async def answer_blob(client: blob.BlobClient) -> None:
    """A file landed."""
    name = client.blob_name
    async with BlobServiceClient.from_connection_string(os.environ["MEDIA_STORAGE"]) as storage:
        content = await (await storage.get_blob_client(INPUT, name).download_blob()).readall()
        data = base64.b64encode(content).decode()
        parts = [TextContentItem(text="Describe."), ImageContentItem(ImageUrl(url=f"data:image/png;base64,{data}"))]
        key = AzureKeyCredential(os.environ["AZURE_INFERENCE_CREDENTIAL"])
        async with ChatCompletionsClient(os.environ["AZURE_INFERENCE_ENDPOINT"], key, retry_total=0) as model:
            answered: Any = await model.complete(model=MODEL, messages=[UserMessage(parts)])
        document = json.dumps({"text": answered.choices[0].message.content})
        await storage.get_blob_client(OUTPUT, f"{name}.json").upload_blob(document, overwrite=True)
