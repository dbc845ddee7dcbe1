"""What `dropscribe check` says of a file is what then happens: for every file of both corpora in `make fuzz`.

Both ways are the command's and the app's own, from the file to the decoders; beside them stand a store in memory, and a
model on loopback that answers at once. What the command had a decoder make of a file is what the app sends, if it wants
the same: so each file is decoded once.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from azure.core.credentials import AzureKeyCredential

from cli.check.checking import Checker, unasked
from cli.check.local_files import LocalFiles
from cli.uploads import Upload
from shared import bootstrap
from shared.adapters.foundry import FoundryModel
from shared.app import App
from shared.errors import FileRejected, StorageUnavailable
from shared.models import Extent, Plan
from shared.processing import Cooldowns, Prepared, Preparer, Processor, ResultPublisher, Services
from tests.corpus.good import GOOD
from tests.corpus.hostile import hostile
from tests.corpus.made import Made
from tests.corpus.manifest import file_name
from tests.integration.loopback import service
from tests.planted import KEY
from tests.unit.fakes import MemoryFiles, MemoryState

AT_ONCE = 2
MAX_SECONDS = 120
"""Of recordings: hours of silence are refused after the first minutes, and not after minutes of a processor."""
SHARE = 1 if "FUZZ_EXAMPLES" in os.environ else 48
"""One file of so many is taken; `make fuzz` takes all."""
CLOSED_PORT = 9
PLACES = ("start", "end", "first_page", "last_page")


@dataclass
class Once:
    """Prepares a file once, and gives the same to all who want the same (implements `Preparer`), until it is left."""

    preparer: Preparer
    held: AsyncExitStack
    wanted: tuple[Any, ...] = ()
    made: Prepared | FileRejected | None = None

    @asynccontextmanager
    async def prepared(self, plan: Plan, extents: Sequence[Extent]) -> AsyncIterator[Prepared]:
        wanted = plan.preparation, plan.media.media, plan.media.source.size, plan.selection.recipe.name, tuple(extents)
        while self.made is None:
            self.wanted = wanted
            try:
                self.made = await self.held.enter_async_context(self.preparer.prepared(plan, extents))
            except FileRejected as error:
                self.made = error
            except StorageUnavailable:  # this machine is busy: the app would come back to the file later
                continue
        assert wanted == self.wanted
        if isinstance(self.made, FileRejected):
            raise self.made
        yield self.made


@dataclass
class Both:
    """The command and the app, with the same settings, and what they know of files."""

    app: App
    folder: Path
    files: MemoryFiles
    services: Services
    disagreed: dict[str, Any] = field(default_factory=dict)

    async def compare(self, made: Made) -> None:
        """Check a file, have it answered, and note where the two differ."""
        path, content = self.folder / file_name(made.name), await asyncio.to_thread(made.content)
        path.write_bytes(content)
        upload = Upload(path, made.name)
        self.files.put(made.name, content)
        async with AsyncExitStack() as held:
            once = Once(self.services.preparer, held)
            files = LocalFiles([upload], {})
            planner, _ = bootstrap.preparing(self.app, files, unasked(self.app))
            told = (await Checker(files, planner, once).check(upload)).fields()
            await Processor(replace(self.services, preparer=once)).process("input", made.name, is_new=True)
        path.unlink()
        document = self.files.outcome(made.name).model_dump(mode="json")
        del self.files.contents[made.name]
        if (said := promised(told)) != (came := kept(document)):
            self.disagreed[made.name] = said, came


def promised(told: dict[str, Any]) -> dict[str, Any]:
    """What the command said that must be so in the document."""
    pieces = told["request"]["pieces"] if told["request"] else []
    return {**_common(told), "pieces": _places(pieces) if len(pieces) > 1 else []}


def kept(document: dict[str, Any]) -> dict[str, Any]:
    """The same of a document."""
    return {**_common(document), "pieces": _places(document["answer"]["pieces"]) if document["answer"] else []}


def _common(told: dict[str, Any]) -> dict[str, Any]:
    names = ("name", "bytes", "media_type", "kind", "seconds", "speech_seconds", "pages")
    is_asked = told["status"] == "ok"  # `check` names the model also of a file that cannot be converted for it
    model = {name: told["model"][name] for name in ("deployment", "api", "sent_as")} if is_asked else None
    same = {name: told[name] for name in ("status", "recipe", "error", "warnings")}
    return {**same, "input": {name: told["input"][name] for name in names}, "model": model}


def _places(pieces: Iterable[dict[str, Any]]) -> list[list[Any]]:
    return [[piece[name] for name in PLACES] for piece in pieces]


@asynccontextmanager
async def both(folder: Path) -> AsyncIterator[Both]:
    """The command and the app side by side."""
    async with service() as answering:
        environ = {
            "AZURE_INFERENCE_ENDPOINT": f"{answering.url}/models",
            "AZURE_INFERENCE_CREDENTIAL": KEY,
            "AZURE_INFERENCE_DEPLOYMENT": "Phi-4-multimodal-instruct",
            "MAX_SECONDS": str(MAX_SECONDS),
            "MEDIA_STORAGE": f"AccountName=none;AccountKey={KEY}",
        }
        app = bootstrap.load(environ)
        files, state = MemoryFiles(), MemoryState()
        model = FoundryModel(app.deployments["default"], AzureKeyCredential(KEY))
        planner, preparer = bootstrap.preparing(app, files, {"default": model})
        services = Services(
            input_container="input",
            files=files,
            claims=state,
            kept=state,
            jobs=state,
            cooldowns=Cooldowns(state, state),
            planner=planner,
            preparer=preparer,
            publisher=ResultPublisher(files=files, claims=state, kept=state, events=None),
            clock=state,
            policy=app.policy,
        )
        yield Both(app, folder, files, services)
        await model.close()


async def disagreements(folder: Path, made: Iterable[Made]) -> dict[str, Any]:
    """Where what is checked differs from what happens, by name."""
    slots = asyncio.Semaphore(AT_ONCE)
    async with both(folder) as compared:

        async def compare(each: Made) -> None:
            async with slots:
                await compared.compare(each)

        async with asyncio.TaskGroup() as group:
            for each in made:
                group.create_task(compare(each))
        return compared.disagreed


async def test_check_agrees_with_what_happens_to_good_files(tmp_path: Path) -> None:
    assert await disagreements(tmp_path, list(GOOD.values())[::SHARE]) == {}


async def test_check_agrees_with_what_happens_to_hostile_files(tmp_path: Path) -> None:
    assert await disagreements(tmp_path, list(hostile(CLOSED_PORT).values())[::SHARE]) == {}
