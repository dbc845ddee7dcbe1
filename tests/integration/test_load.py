"""Hundreds of files through workers that are killed, over a real storage emulator; `make load` has thousands."""

from pathlib import Path

from bench.load import Load, measured


async def test_no_file_is_lost_doubled_or_blamed_under_load_kills_and_an_outage(tmp_path: Path) -> None:
    figures = await measured("ours", Load(files=300, seed=7, per_second=20, outage=4), tmp_path)
    assert (figures.lost, figures.doubled, figures.good_errored) == (0, 0, 0), figures
    assert figures.kills >= 3
    assert figures.extra_paid <= 4 * figures.kills  # a killed worker may have had several answers in hand
