"""What one attempt does with the record of its file."""

from random import Random

from shared.processing.claim_handle import ClaimHandle
from tests.unit.fakes import MemoryState


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
