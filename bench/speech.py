"""What it takes to send a large recording to a speech model: ours, two SDKs' ways, and the least that can be.

`make bench` prints the table and writes `bench/results/speech.json`.
"""

import asyncio
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.inline import FIGURES, environment, median, run
from bench.speech_ways import WAYS

ROOT = Path(__file__).resolve().parent.parent
RESULTS = Path(__file__).parent / "results" / "speech.json"
FILES = {"large": 300_000_000, "small": 300_000}  # bytes
ROUNDS = 3
MAX_PEAK_MB, MAX_CPU_RATIO, MAX_STALL_MS = 4.0, 1.3, 50

type Measured = dict[str, dict[str, float]]


async def measured(folder: Path) -> Measured:
    """The median of several rounds, in each of which every way has its turn."""
    async with AsyncExitStack() as exits:
        environ = await environment(folder, exits, FILES)
        rounds: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
        for turn in range(ROUNDS):
            for way, figures in rounds.items():
                print(f"  round {turn + 1} of {ROUNDS}: {way}", file=sys.stderr, flush=True)
                figures.append(await asyncio.to_thread(run, way, 1, environ, "bench.speech_ways"))
    return {way: median(figures) for way, figures in rounds.items()}


def judged(ways: Measured) -> Iterator[tuple[str, float, float]]:
    """Each target: what it is about, what was reached, and the limit."""
    bare, download = ways["bare"]["cpu_s"], ways["download"]["cpu_s"]
    for way, what, beside in (("disk", "bare", bare), ("ours", "(bare + download)", bare + download)):
        yield f"peak memory, {way}, MB", ways[way]["peak_mb"], MAX_PEAK_MB
        yield f"CPU, {way}, s ({MAX_CPU_RATIO} x {what})", ways[way]["cpu_s"], MAX_CPU_RATIO * beside
        yield f"longest stall, {way}, ms", ways[way]["stall_ms"], MAX_STALL_MS


def show(ways: Measured) -> None:
    """Print it all."""
    console = Console(width=110)
    table = Table("one recording of 300 MB", "peak above start, MB", "CPU, s", "longest stall, ms")
    for way, figures in ways.items():
        table.add_row(way, *(f"{figures[name]:g}" for name in FIGURES))
    console.print(table)
    targets = Table("target", "reached", "at most", "")
    for what, reached, limit in judged(ways):
        targets.add_row(what, f"{reached:g}", f"{limit:.3g}", "ok" if reached <= limit else "[bold]MISSED[/]")
    console.print(targets)


def main() -> None:
    """Measure, print, and write the results."""
    with tempfile.TemporaryDirectory() as folder:
        ways = asyncio.run(measured(Path(folder)))
    RESULTS.write_text(json.dumps(ways, indent=2) + "\n")
    show(ways)
    print(f"Written: {RESULTS.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
