"""What `bench.storage_costs` measures, each in a process of its own: `python -m bench.storage_work WHAT`.

Prints a line of JSON. Addresses are in the environment, as for the app itself.
"""

import asyncio
import gc
import io
import json
import logging
import os
import random
import resource
import sys
import time
from collections.abc import Coroutine, Iterable
from functools import partial
from typing import Any

from azure.storage.blob.aio import BlobServiceClient
from PIL import Image

LISTED, OVERDUE, FILES = 5_000, 200, 100
TICK = 0.001
PICTURE_BYTES = 300_000


async def fill() -> dict[str, float]:
    """The containers, with files and documents with the metadata of real ones; none answers a file as it is."""
    labels = {"input_etag": "0x8DC", "status": "ok", "recipe": "receipt", "kind": "image", "written_by": "0" * 32}
    async with BlobServiceClient.from_connection_string(os.environ["MEDIA_STORAGE"]) as service:
        for container in ("input", "output", "state", "many", "many-documents", "many-records"):
            await service.create_container(container)

        async def put(number: int) -> None:
            name = f"receipts/2026/11/{number:09}-scan.jpg"
            await service.get_blob_client("many", name).upload_blob(b"1")
            await service.get_blob_client("many-documents", f"{name}.json").upload_blob(b"1", metadata=labels)

        await _all(put(number) for number in range(LISTED))
    return {}


async def files() -> dict[str, float]:
    """Pictures through the whole app, from the event to the document, sixteen at once."""
    from shared.bootstrap import load

    mine = os.getpid()
    content = _picture() + random.Random(1).randbytes(PICTURE_BYTES)  # noqa: S311 - the same bytes each time
    async with BlobServiceClient.from_connection_string(os.environ["MEDIA_STORAGE"]) as service:
        for number in range(2 * FILES):
            await service.get_blob_client("input", f"{mine}/{number}.png").upload_blob(content)
    app = load(os.environ)
    requests = RequestCounter()
    await _all(app.process("input", f"{mine}/{number}.png") for number in range(FILES))
    counted = requests.count / FILES
    requests.stop()
    gc.collect()
    started = time.process_time()
    await _all(app.process("input", f"{mine}/{number}.png") for number in range(FILES, 2 * FILES))
    cpu = (time.process_time() - started) / FILES
    await app.close()
    return {"file_cpu_s": cpu, "file_requests": counted, "worker_mb": _peak_mb()}


async def look() -> dict[str, float]:
    """The listings of a look, and what it does for each overdue file."""
    from shared.adapters.storage import (
        BlobFiles,
        BlobState,
        StorageJobQueue,
        blobs_by_connection_string,
        queues_by_connection_string,
    )
    from shared.processing import ResultPublisher, RetryPolicy, ServerClock, Services
    from shared.recovery import Reconciler

    where = os.environ["MEDIA_STORAGE"]
    blobs, queues = blobs_by_connection_string(where), queues_by_connection_string(where)
    store = BlobFiles(blobs, input_container="many", output_container="many-documents")
    records, clock = BlobState(blobs, "many-records"), ServerClock()
    unused: Any = None  # whatever asks a model
    services = Services(
        input_container="many",
        files=store,
        claims=records,
        kept=records,
        jobs=StorageJobQueue(queues, "deferred"),
        cooldowns=unused,
        planner=unused,
        preparer=unused,
        publisher=ResultPublisher(files=store, claims=records, kept=records, events=None),
        clock=clock,
        policy=RetryPolicy(overdue=0, lost=0),
    )
    reconciler = partial(Reconciler, services, records)
    await reconciler(1).reconcile()
    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    assert await reconciler(0).reconcile() == 0
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    gc.collect()
    gc.freeze()  # a collection of all that was imported takes as long whatever is done: it is no part of a listing
    stall = await _max_stall(reconciler(0).reconcile())
    gc.unfreeze()
    started = time.perf_counter()
    assert await reconciler(OVERDUE).reconcile() in (OVERDUE - 1, OVERDUE)  # one may be in hand since the first
    overdue = time.perf_counter() - started - wall
    await blobs.close()
    await queues.close()
    return {
        "blob_cpu_ms": cpu * 1000 / (2 * LISTED),
        "blob_azurite_ms": wall * 1000 / (2 * LISTED),
        "overdue_azurite_ms": overdue * 1000 / OVERDUE,
        "listing_stall_ms": stall * 1000,
    }


async def _max_stall(work: Coroutine[Any, Any, object]) -> float:
    """The most seconds that the process computes between two turns of the event loop, while this is under way.

    On a machine that others use too, the time that passes says nothing.
    """
    stall, task = 0.0, asyncio.create_task(work)
    while not task.done():
        before = time.process_time()
        await asyncio.sleep(TICK)
        stall = max(stall, time.process_time() - before)
    await task
    return stall


async def _all(works: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Sixteen at once, as the host does it."""
    room = asyncio.Semaphore(16)

    async def one(work: Coroutine[Any, Any, None]) -> None:
        async with room:
            await work

    await asyncio.gather(*(one(work) for work in works))


class RequestCounter(logging.Handler):
    """Counts what the SDK would log of each request."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0
        self._logger = logging.getLogger("azure.core.pipeline.policies.http_logging_policy")
        self._logger.setLevel(logging.INFO)
        self._logger.addHandler(self)
        self._logger.propagate = False

    def emit(self, record: logging.LogRecord) -> None:
        """See `logging.Handler.emit`."""
        self.count += record.getMessage().startswith("Request URL")

    def stop(self) -> None:
        """Count no more, and cost nothing."""
        self._logger.setLevel(logging.WARNING)


def _picture() -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(picture, "PNG")
    return picture.getvalue()


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    logging.getLogger("dropscribe").setLevel(logging.CRITICAL)
    print(json.dumps(asyncio.run({"fill": fill, "files": files, "look": look}[sys.argv[1]]())))
