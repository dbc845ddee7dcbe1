"""Both corpora through the app: each file ends in the one document that the manifest says, and leaves nothing behind.

All of it takes some twenty minutes: `make fuzz` runs that, `make test` one file of `SHARE`.
"""

import asyncio
import contextlib
import itertools
import json
import os
import re
import sys
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from azure.storage.blob.aio import BlobServiceClient

from local.offline_model import MODEL
from local.process import Child
from shared import bootstrap
from shared.app import App
from shared.errors import StorageUnavailable
from shared.results import document_name
from tests.corpus.mutations import mutations
from tests.integration.loopback import service
from tests.planted import KEY

ROOT = Path(__file__).parents[2]
SECONDS = 300
"""For each file, from its drop to its document, on a busy machine; alone nearly all take a second or two."""
MAX_MIB = 600
"""Of the worker: it and the app's tests are this process."""
AT_ONCE = 4
IS_FUZZ = "FUZZ_EXAMPLES" in os.environ
SHARE = 1 if IS_FUZZ else 48
"""One file of so many is taken."""
MUTATIONS = 2_000 if IS_FUZZ else 10


@dataclass
class Lure:
    """Listens where files would make us fetch something, and counts who comes."""

    port: int = 0
    came: list[Any] = field(default_factory=list)

    async def meet(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.came.append(writer.get_extra_info("peername"))
        writer.close()


@asynccontextmanager
async def luring() -> AsyncIterator[Lure]:
    lure = Lure()
    server = await asyncio.start_server(lure.meet, "127.0.0.1", 0)
    lure.port = server.sockets[0].getsockname()[1]
    async with server:
        yield lure


@dataclass
class Written:
    """The corpora in a folder, and what listens at the port that stands in them."""

    folder: Path
    lure: Lure

    def corpus(self, name: str) -> dict[str, dict[str, Any]]:
        manifest: dict[str, dict[str, Any]] = json.loads((self.folder / "manifest.json").read_text())
        return manifest[name]

    def content(self, told: dict[str, Any]) -> bytes:
        return Path(self.folder, told["file"]).read_bytes()


@dataclass
class Desk:
    """The app, and two containers of its own."""

    app: App
    input: str
    output: str
    storage: BlobServiceClient

    async def put_through(self, name: str, content: bytes) -> dict[str, Any] | None:
        """Drop a file, take it to its document, and read that; None where there is none in time."""
        blob = self.storage.get_blob_client(self.input, name)
        await blob.upload_blob(content, overwrite=True)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SECONDS):
                await self._processed(name)
        await blob.delete_blob()
        found = self.storage.get_blob_client(self.output, document_name(name))
        if not await found.exists():
            return None
        document: dict[str, Any] = json.loads(await (await found.download_blob()).readall())
        return document

    async def _processed(self, name: str) -> None:
        while True:
            with contextlib.suppress(StorageUnavailable):  # the machine is too busy; the host tries again too
                return await self.app.process(self.input, name)

    async def documents(self) -> list[str]:
        return [name async for name in self.storage.get_container_client(self.output).list_blob_names()]


@asynccontextmanager
async def desk(azurite: str, model: str, deployment: str) -> AsyncIterator[Desk]:
    names = {kind: f"{kind}-{uuid.uuid4().hex[:12]}" for kind in ("input", "output", "state", "later")}
    environ = {
        "AZURE_INFERENCE_ENDPOINT": f"{model}/models",
        "AZURE_INFERENCE_CREDENTIAL": KEY,
        "AZURE_INFERENCE_DEPLOYMENT": deployment,
        "MEDIA_STORAGE": azurite,
        "ARRIVAL_SECONDS": "0",
        "INPUT_CONTAINER": names["input"],
        "OUTPUT_CONTAINER": names["output"],
        "STATE_CONTAINER": names["state"],
        "DEFERRED_QUEUE": names["later"],
    }
    async with BlobServiceClient.from_connection_string(azurite) as storage:
        for kind in ("input", "output"):
            await storage.create_container(names[kind])
        app = bootstrap.load(environ, bootstrap.RECIPES)
        yield Desk(app, names["input"], names["output"], storage)
        await app.close()


@pytest.fixture(scope="module")
async def written(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Written]:
    """By a process of its own, whose memory is not ours."""
    folder = tmp_path_factory.mktemp("corpora")
    async with luring() as lure:
        command = (sys.executable, "-m", "tests.corpus", str(folder), str(lure.port), str(SHARE))
        process = await asyncio.create_subprocess_exec(*command, cwd=ROOT)
        assert await process.wait() == 0
        yield Written(folder, lure)


@pytest.fixture(scope="module")
async def reader_and_listener(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The address of the offline model, which reads and hears."""
    command, log = [sys.executable, "-m", "local.offline_model"], tmp_path_factory.mktemp("model") / "model.log"
    child = await Child.start("The model", command, log=log, ready=[r"listens at (?P<url>\S+)"])
    yield child.said["url"]
    await child.stop()


def children() -> set[int]:
    """The processes that this one has started and that have not ended."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            state, parent = path.read_text(errors="replace").rpartition(")")[2].split()[:2]
            if int(parent) == os.getpid() and state != "Z":
                found.add(int(path.parent.name))
    return found


def reset_peak() -> None:
    """Forget how large this process has been (Linux, proc(5))."""
    Path("/proc/self/clear_refs").write_text("5")


def peak_mib() -> int:
    """How large this process has been since then."""
    told = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert told
    return int(told[1]) // 1024


def fault(told: dict[str, Any], document: dict[str, Any] | None) -> str | None:
    """What is wrong with a document; None if it is as the manifest says."""
    if document is None:
        return "no document in time"
    status, code = document["status"], (document["error"] or {}).get("code")
    if told["expected"] not in ("any", status):
        return f"{status} {code}, not {told['expected']}"
    if status == "error" and told["codes"] and code not in told["codes"]:
        return f"{code}, not one of {told['codes']}"
    return None


def misread(told: dict[str, Any], document: dict[str, Any]) -> str | None:
    """Which words are missing in an answer, or should be."""
    text = document["answer"]["text"].casefold()
    missing = [word for word in told["words"] if word.casefold() not in text]
    unwanted = [word for word in told["absent"] if word.casefold() in text]
    return f"missing {missing}, unwanted {unwanted} in {text!r}" if missing or unwanted else None


async def faults(at: Desk, written: Written, corpus: dict[str, dict[str, Any]]) -> dict[str, str]:
    """What is wrong with the documents of a corpus, by name."""
    found: dict[str, str] = {}
    for names in itertools.batched(corpus, AT_ONCE, strict=False):
        contents = [written.content(corpus[name]) for name in names]
        answers = await asyncio.gather(*map(at.put_through, names, contents))
        found |= {
            name: wrong
            for name, document in zip(names, answers, strict=True)
            if (wrong := fault(corpus[name], document))
        }
    assert set(await at.documents()) <= {document_name(name) for name in corpus}
    return found


@pytest.fixture
def nothing_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterable[None]:
    """Nothing may lie in the folder for temporary files, and no process may run on."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = children()
    yield
    assert list(tmp_path.iterdir()) == []
    assert children() <= before


@pytest.mark.usefixtures("nothing_stays")
async def test_every_hostile_file_ends_in_its_one_document_and_nothing_is_fetched(
    azurite: str, written: Written
) -> None:
    async with service() as model, desk(azurite, model.url, "my-deployment") as at:
        reset_peak()
        wrong = await faults(at, written, written.corpus("hostile"))
        assert written.lure.came == []
        assert peak_mib() < MAX_MIB
        assert wrong == {}


@pytest.mark.skipif(not IS_FUZZ, reason="make fuzz; tests/e2e reads a file of each decoder")
@pytest.mark.usefixtures("nothing_stays")
async def test_the_words_of_every_good_file_come_out(azurite: str, written: Written, reader_and_listener: str) -> None:
    wrong: dict[str, str] = {}
    async with desk(azurite, reader_and_listener, MODEL) as at:
        for name, told in written.corpus("good").items():
            path = f"read-text/{name}" if told["kind"] == "image" else name
            document = await at.put_through(path, written.content(told))
            problem = fault(told, document) or (document and misread(told, document))
            wrong |= {name: problem} if problem else {}
    assert wrong == {}


@pytest.mark.usefixtures("nothing_stays")
async def test_every_mutation_ends_in_one_document(azurite: str) -> None:
    async with AsyncExitStack() as exits:
        model = await exits.enter_async_context(service())
        at = await exits.enter_async_context(desk(azurite, model.url, "my-deployment"))
        reset_peak()
        for made in mutations(MUTATIONS):
            document = await at.put_through(made.name, await asyncio.to_thread(made.content))
            assert document, f"{made.name} has no document: tests.corpus.mutations.mutation makes it anew"
        assert len(await at.documents()) == MUTATIONS
        assert peak_mib() < MAX_MIB
