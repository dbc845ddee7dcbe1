"""Workers that are at one file at once: whatever happens between two writes, what lies beside fits its document."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from shared.models.chat import ChatAnswer
from shared.recipes.recipe import FileForm
from shared.results.sidecars import Sidecar
from shared.results.store import StoredSidecar
from shared.transcripts.segments import Segment
from tests.unit.fakes import MemoryFiles, MemoryState, SpeakingModel, said
from tests.unit.memory_app import HELLO, claim, memory_app

NAME = "subtitles/talk.mp3"


def spoken(text: str) -> ChatAnswer:
    return replace(said(text), segments=(Segment(0, 2, text),))


@dataclass
class Stalling(MemoryFiles):
    """Lets something else happen once, just before a file is looked at, written or deleted."""

    before: dict[str, Callable[[], Awaitable[object]]] = field(default_factory=dict)

    async def find_sidecar(self, name: str, form: FileForm) -> StoredSidecar | None:
        await self.let("look")
        return await super().find_sidecar(name, form)

    async def write_sidecar(self, name: str, sidecar: Sidecar, *, replacing: StoredSidecar | None) -> None:
        await self.let(sidecar.form)
        await super().write_sidecar(name, sidecar, replacing=replacing)

    async def delete_sidecar(self, name: str, form: FileForm, stored: StoredSidecar) -> None:
        await self.let("delete")
        await super().delete_sidecar(name, form, stored)

    async def let(self, what: str) -> None:
        if meanwhile := self.before.pop(what, None):
            await meanwhile()

    @property
    def misfits(self) -> set[object]:
        listed = {
            form: each.sha256 for form, each in zip(self.outcome(NAME).forms, self.outcome(NAME).files, strict=True)
        }
        lying = {form: stored.sha256 for (_, form), (stored, _) in self.beside.items()}
        return set(listed.items()) ^ set(lying.items())


@dataclass
class Scene:
    files: Stalling = field(default_factory=Stalling)
    state: MemoryState = field(default_factory=MemoryState)

    async def answer(self, text: str, *, is_plain: bool = False) -> None:
        """Let a worker take up the file, whose model answers so."""
        model = SpeakingModel([said(text) if is_plain else spoken(text)])
        await memory_app(self.files, model, state=self.state).take(NAME)

    async def overwrite(self, text: str, *, is_plain: bool = False) -> None:
        self.files.put(NAME, HELLO)
        await self.answer(text, is_plain=is_plain)

    async def take_over(self, text: str) -> None:
        """Let the claim of the worker that is stuck end, and another worker answer the file."""
        self.state.time += timedelta(hours=2)
        await self.answer(text)


@pytest.fixture
def scene() -> Scene:
    made = Scene()
    made.files.put(NAME, HELLO)
    return made


@pytest.mark.parametrize("stuck", ["srt", "vtt"])
async def test_a_late_worker_with_an_older_version_writes_nothing_over_the_newer(scene: Scene, stuck: str) -> None:
    scene.files.before = {stuck: lambda: scene.overwrite("The newer.")}
    await scene.answer("The older.")
    assert (scene.files.misfits, scene.files.outcome(NAME).forms) == (set(), ("srt", "vtt"))
    assert b"The newer." in scene.files.beside[NAME, "srt"][1]


@pytest.mark.parametrize("stuck", ["srt", "vtt"])
async def test_a_late_worker_whose_claim_ended_writes_nothing_over_its_successors_files(
    scene: Scene, stuck: str
) -> None:
    scene.files.before = {stuck: lambda: scene.take_over("The successor's.")}
    await scene.answer("The late one's.")
    assert scene.files.misfits == set()


async def test_a_late_worker_deletes_nothing_that_a_newer_version_wrote(scene: Scene) -> None:
    await scene.answer("The first.")
    scene.files.before = {"delete": lambda: scene.overwrite("The third.")}
    await scene.overwrite("The second, without times.", is_plain=True)
    assert (scene.files.misfits, scene.files.outcome(NAME).forms) == (set(), ("srt", "vtt"))


async def test_a_late_worker_deletes_nothing_that_a_newer_version_wrote_before_its_look(scene: Scene) -> None:
    await scene.answer("The first.")

    def stall_at_the_next_look() -> None:
        scene.files.before = {"look": lambda: scene.overwrite("The third.")}

    scene.files.before_writing = stall_at_the_next_look
    await scene.overwrite("The second, without times.", is_plain=True)
    assert (scene.files.misfits, scene.files.outcome(NAME).forms) == (set(), ("srt", "vtt"))


async def test_a_newer_version_with_fewer_files_leaves_none_of_the_older(scene: Scene) -> None:
    await scene.answer("The first.")
    assert len(scene.files.beside) == 2
    await scene.overwrite("The second, without times.", is_plain=True)
    assert (scene.files.beside, scene.state.records) == ({}, {})


async def test_a_document_that_another_wrote_gets_its_own_files_back(scene: Scene) -> None:
    await scene.answer("The document's.")
    file = await scene.files.look(NAME)
    for form in ("srt", "txt"):
        await MemoryFiles.write_sidecar(
            scene.files, NAME, Sidecar(form, b"of another"), replacing=await scene.files.find_sidecar(NAME, form)
        )
    left = claim(file.etag, scene.state, minutes=-60, has_files=True)
    await scene.state.write(NAME, left, replacing=None)
    await scene.answer("No more.")
    assert (scene.files.misfits, scene.state.records) == (set(), {})


async def test_files_of_a_worker_that_died_are_deleted_with_the_file_that_was_never_answered(scene: Scene) -> None:
    etag = (await scene.files.look(NAME)).etag
    await scene.files.write_sidecar(NAME, Sidecar("srt", b"half a set"), replacing=None)
    await scene.state.write(NAME, claim(etag, scene.state, minutes=-60, has_files=True), replacing=None)
    del scene.files.contents[NAME]
    await scene.answer("Never asked.")
    assert (scene.files.beside, scene.state.records) == ({}, {})


async def test_files_that_no_record_tells_of_are_written_over(scene: Scene) -> None:
    await scene.files.write_sidecar(NAME, Sidecar("srt", b"from nobody knows where"), replacing=None)
    await scene.answer("The answer.")
    assert scene.files.misfits == set()
