"""The command line fetches the files beside a document, and believes none that is not the document's."""

import json
import uuid

from azure.storage.blob import BlobProperties
from azure.storage.blob.aio import BlobServiceClient

from cli.redriving import RedriveFilter
from cli.storage import StorageClient
from shared.results.sidecars import Sidecar


async def test_only_files_that_the_document_lists_as_they_are_are_fetched(azurite: str) -> None:
    output = f"output-{uuid.uuid4().hex[:12]}"
    files = [
        {"name": "talk.mp3.srt", "sha256": Sidecar("srt", b"mine").sha256},
        {"name": "talk.mp3.vtt", "sha256": Sidecar("vtt", b"mine").sha256},
        {"name": "talk.mp3.md", "sha256": Sidecar("md", b"mine").sha256},
        {"name": "other.mp3.txt", "sha256": Sidecar("txt", b"mine").sha256},
    ]
    document = {"status": "ok", "input": {"name": "talk.mp3", "etag": "1"}, "files": files}
    async with BlobServiceClient.from_connection_string(azurite) as blobs:
        container = await blobs.create_container(output)
        await container.upload_blob("talk.mp3.json", json.dumps(document))
        for name, content in (("talk.mp3.srt", b"mine"), ("talk.mp3.vtt", b"of another"), ("other.mp3.txt", b"mine")):
            await container.upload_blob(name, content)
        async with StorageClient(azurite, "input", output) as client:
            found = await client.document("talk.mp3")
        await container.delete_container()
    assert found
    assert (found.beside, list(found.digests)) == ({"srt": b"mine"}, ["srt", "vtt", "md"])


def test_redrive_takes_no_file_beside_a_document_for_one() -> None:
    beside, document = BlobProperties(name="a.srt"), BlobProperties(name="a.json")
    beside.metadata, document.metadata = {"sha256": "0"}, {"status": "error"}
    assert [RedriveFilter().includes(each) for each in (beside, document)] == [False, True]
