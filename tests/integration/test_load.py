"""60 files through workers that are killed, over a real storage emulator; `make load` has thousands."""

from pathlib import Path

import pytest

from bench.load import told
from bench.under_load.invariants import INVARIANTS
from bench.under_load.plan import Load
from bench.under_load.run import measured

pytestmark = pytest.mark.usefixtures("forked_hosts")


async def test_every_invariant_holds_under_load_kills_and_an_outage(tmp_path: Path) -> None:
    figures, seen = await measured("ours", Load(files=60, seed=7, per_second=20, workers=2, kill_every=6), tmp_path)
    assert figures.broken == dict.fromkeys(INVARIANTS, 0), told("ours", figures, seen)
    assert (figures.lost, figures.doubled, figures.good_errored) == (0, 0, 0)
    assert figures.kills >= 1  # as many as this machine has time for: quota and outage alone leave time for one
