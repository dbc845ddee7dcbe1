"""A file that is dropped again while another worker, or the reconciler, still has to do with its older version."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from shared.errors import StorageUnavailable
from shared.media import InputFile, ListedFile, Page
from shared.processing.claims import VersionedClaim
from shared.processing.jobs import Job
from shared.processing.kept import KeptAnswers
from shared.processing.processor import Processor
from tests.unit.fakes import MemoryFiles, MemorySource, MemoryState, SpeakingModel, said
from tests.unit.memory_app import CHART, HELLO, claim, memory_app


@dataclass
class Overwritten(MemoryFiles):
    """`between` happens once, after a file was loaded. Its content was loaded with it, as that of a small file is."""

    between: Callable[[], None] | None = None

    async def load(self, name: str) -> InputFile:
        file = replace(await self.look(name), head=self.contents[name])
        meanwhile, self.between = self.between, None
        if meanwhile:
            meanwhile()
        return file

    def open(self, file: InputFile) -> MemorySource:
        return MemorySource(file.head)


def dropped_again_and_claimed(files: MemoryFiles, state: MemoryState, content: bytes) -> VersionedClaim:
    files.put("a.png", content)
    state.records["a.png"] = VersionedClaim("theirs", claim(files._etag("a.png"), state, 15, asked=1))
    return state.records["a.png"]


@pytest.mark.parametrize("is_answered", [True, False])
async def test_a_worker_with_an_older_version_leaves_the_claim_on_the_newer_one_alone(is_answered: bool) -> None:
    files, state, model = Overwritten(), MemoryState(), SpeakingModel([said("x")])
    files.put("a.png", CHART)
    here = memory_app(files, model, state=state)
    if is_answered:
        await here.take("a.png")
    files.between = lambda: void(dropped_again_and_claimed(files, state, HELLO))
    await Processor(here.services).take_up("input", Job(name="a.png"), is_first_try=True)
    assert len(model.requests) == is_answered
    record = state.records["a.png"].claim
    assert (record.etag, record.kind, record.asked) == (files._etag("a.png"), "claimed", 1)


def void(_: object) -> None:
    """Nothing comes of it."""


@dataclass
class LateListing(MemoryFiles):
    """Files are dropped again after they were listed."""

    between: Callable[[], None] = lambda: None

    async def list_inputs(self, marker: str = "") -> Page[ListedFile]:
        page = await super().list_inputs(marker)
        self.between()
        return page


async def test_the_reconciler_leaves_the_claim_on_a_version_that_is_newer_than_its_listing_alone() -> None:
    files, state = LateListing(), MemoryState()
    files.put("a.png", CHART)
    files.between = lambda: void(dropped_again_and_claimed(files, state, HELLO))
    await memory_app(files, state=state).reconcile()
    assert (state.records["a.png"].version, state.sent) == ("theirs", [])


@pytest.mark.parametrize(("content", "own"), [(b"words", {}), (CHART, {"crashes": 2}), (CHART, {"chance": "c"})])
async def test_kept_answers_of_which_only_an_expired_claim_tells_are_deleted(
    content: bytes, own: dict[str, object]
) -> None:
    files, state = MemoryFiles(), MemoryState()
    files.put("a.png", content)
    state.answers["a.png"] = KeptAnswers(etag="another", key={})
    expired = claim(files._etag("a.png"), state, -60, **own)
    state.records["a.png"] = VersionedClaim("0", expired)
    here = memory_app(files, SpeakingModel([said("x")]), state=state)
    await (here.settle_poison("a.png", chance="c") if "chance" in own else here.take("a.png"))
    assert files.outcome("a.png").status == "error"
    assert (state.records, state.answers) == ({}, {})


async def test_a_page_that_cannot_be_read_keeps_no_file_before_it_from_being_found(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")

    class Broken(MemoryFiles):
        async def list_inputs(self, marker: str = "") -> Page[ListedFile]:
            if marker >= "019":
                raise StorageUnavailable("500")
            return await super().list_inputs(marker)

    files, state = Broken(page_size=10), MemoryState()
    for number in range(30):
        files.put(f"{number:03}.png", b"x")
    with pytest.raises(StorageUnavailable):
        await memory_app(files, state=state).reconcile()
    assert (len(state.sent), state.scan and state.scan.inputs) == (20, "019.png")
    assert "files.waiting" not in caplog.text
