"""What one attempt does with the record of its file."""

from random import Random

import pytest

from shared.errors import StorageUnavailable
from shared.processing.claim_handle import ClaimHandle
from shared.processing.claims import Claim, Progress, VersionedClaim, claim_of
from tests.unit.fakes import MemoryFiles, MemoryState


async def test_a_call_that_was_never_made_takes_back_the_count_of_no_other() -> None:
    state = MemoryState()
    handle = ClaimHandle("file", state, state, Random(1), 900)
    await handle.look("1")
    handle.know(crashes=1)
    await handle.acquire()
    await handle.begin_call()
    await handle.release(0)
    await handle.acquire()
    handle.uncount()
    assert handle.progress.asked == 1


async def test_a_new_version_that_must_wait_is_noted_over_the_record_of_an_older_one() -> None:
    state = MemoryState()
    older = claim_of(
        Progress(attempt=7, asked=2, has_kept=True), etag="0", kind="deferred", until=state.now(), token=""
    )
    await state.write("file", older, replacing=None)
    files = MemoryFiles()
    files.put("file", b"content")
    etag = (await files.look("file")).etag
    handle = ClaimHandle("file", state, state, Random(1), 900)
    handle.expect_none(etag)
    handle.know(attempt=1)
    await handle.defer(60, files)
    assert handle.record == await state.read("file")
    assert handle.record
    noted = handle.record.claim
    assert (noted.etag, noted.attempt, noted.asked, noted.has_kept) == (etag, 1, 0, True)


async def test_a_call_after_one_in_vain_is_counted_in_the_record_before_it_is_made() -> None:
    state = MemoryState()
    handle = ClaimHandle("file", state, state, Random(1), 900)
    handle.expect_none("1")
    counts = []
    for _ in range(3):
        await handle.acquire()
        counts.append(state.records["file"].claim.asked)
    handle.uncount()
    await handle.acquire()  # after an answer: the record has room for one call that may be in vain
    assert (counts, state.writes) == ([1, 2, 3], 3)


async def test_a_new_event_for_a_version_that_waits_takes_nothing_from_what_is_known_of_it() -> None:
    state = MemoryState()
    waits = claim_of(Progress(attempt=7, asked=2), etag="1", kind="deferred", until=state.now(), token="")
    await state.write("file", waits, replacing=None)
    handle = ClaimHandle("file", state, state, Random(1), 900)
    handle.expect_none("1")
    handle.know(attempt=1)
    await handle.defer(60, MemoryFiles())
    assert handle.record
    assert (handle.record.claim.attempt, handle.record.claim.asked) == (7, 2)


async def test_a_call_that_is_made_after_other_work_is_counted_once_where_a_worker_broke_down_before() -> None:
    state = MemoryState()
    handle = ClaimHandle("file", state, state, Random(1), 900)
    await handle.look("1")
    handle.know(crashes=1)
    await handle.acquire()  # for the conversion
    handle.uncount()
    await handle.acquire()  # for the call
    await handle.begin_call()
    assert handle.progress.asked == 1


class LosesAResponse(MemoryState):
    """Writes one record and says that it did not."""

    lost = 2

    async def write(self, name: str, claim: Claim, *, replacing: VersionedClaim | None) -> VersionedClaim:
        written = await super().write(name, claim, replacing=replacing)
        if self.writes == self.lost:
            raise StorageUnavailable("no response")
        return written


@pytest.mark.parametrize("is_told_to_stop", [True, False])
async def test_a_first_claim_of_which_only_the_response_was_lost_is_released(is_told_to_stop: bool) -> None:
    state = LosesAResponse()
    state.lost = 1
    handle = ClaimHandle("file", state, state, Random(1), 900)
    handle.expect_none("1")
    with pytest.raises(StorageUnavailable):
        await handle.acquire()
    await (handle.release(60) if is_told_to_stop else handle.defer(60, MemoryFiles()))
    claim = state.records["file"].claim
    assert (claim.kind, claim.asked) == ("deferred", 0)


async def test_a_call_after_one_in_vain_is_made_though_storage_does_not_take_its_count() -> None:
    state = LosesAResponse()
    handle = ClaimHandle("file", state, state, Random(1), 900)
    handle.expect_none("1")
    await handle.acquire()
    await handle.acquire()
    assert (handle.progress.asked, handle.is_ours) == (2, True)


async def with_a_lost_response(state: LosesAResponse) -> ClaimHandle:
    """Its claim was confirmed, and it does not know."""
    handle = ClaimHandle("file", state, state, Random(1), 900)
    handle.expect_none("1")
    await handle.acquire()
    with pytest.raises(StorageUnavailable):
        await handle.confirm()
    return handle


async def test_what_a_deleted_file_left_behind_is_the_record_as_it_was_written_last() -> None:
    state = LosesAResponse()
    handle = await with_a_lost_response(state)
    assert await handle.left_behind() == state.records["file"]


async def test_a_record_of_which_only_the_response_was_lost_is_known_again() -> None:
    state = LosesAResponse()
    handle = await with_a_lost_response(state)
    await handle.confirm()
    assert handle.record == await state.read("file")
    assert handle.is_ours
