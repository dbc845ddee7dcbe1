"""What it takes to turn an hour of M4A into pieces: ours, beside ffmpeg's own command line doing the same conversion.

`python -m bench.sound` prints the table and writes `bench/results/sound.json`. Each way runs in a process of its own. A
stall is what the process computes between two turns of the event loop.
"""

import asyncio
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
RESULTS = Path(__file__).parent / "results" / "sound.json"
SPEECH = ROOT / "tests" / "samples" / "train.wav"
MINUTES = (10, 60)
ROUNDS = 3
WAYS = ("ours", "ffmpeg")
MAX_TIME_RATIO, MAX_ABOVE_MB, MAX_GROWTH_MB, MAX_CPU_SHARE, MAX_STALL_MS = 1.2, 60, 5, 0.2, 50
MAX_PIECE_SECONDS = 600
TICK = 0.01

type Figures = dict[str, float]


class FileSource:
    """A file on the disk, read as storage gives it."""

    def __init__(self, path: str) -> None:
        self._path = path
        self.size = Path(path).stat().st_size
        self.sha256: str | None = None

    async def chunks(self) -> AsyncIterator[bytes]:
        """See `MediaSource`."""
        with open(self._path, "rb", buffering=0) as file:
            while piece := file.read(262_144):
                yield piece

    async def url(self) -> str:
        """See `MediaSource`."""
        raise NotImplementedError


async def ours(path: str) -> Figures:
    """Listen, cut, and read all pieces; also what that costs the worker beside the run of ffmpeg."""
    from shared.conversion.cutting import cut
    from shared.conversion.sound import SoundLimits, listen
    from shared.conversion.speech import Span
    from shared.conversion.temporary import nameless_file

    before = _peak_mb(resource.RUSAGE_SELF)
    stalls: list[float] = []
    watching = asyncio.create_task(_watch(stalls))
    with nameless_file() as into:
        sound = await listen(FileSource(path), "m4a", SoundLimits(7200, 2**30), into)
        pieces = cut(sound.seconds, sound.speech, MAX_PIECE_SECONDS)
        for piece in pieces:
            async for _ in sound.part(Span(piece.start, piece.end)).chunks():
                pass
    watching.cancel()
    above = _peak_mb(resource.RUSAGE_SELF) - before
    return {"worker_above_start_mb": above, "stall_ms": max(stalls) * 1000, "pieces": len(pieces), **_spent()}


async def ffmpeg(path: str) -> Figures:
    """The command line that anybody would use."""
    from shared.conversion import ffmpeg as ours
    from shared.conversion.speech import RATE

    encode = ("-ac", "1", "-ar", str(RATE), "-c:a", "libmp3lame", "-b:a", f"{ours.MP3_KILOBITS}k")
    with tempfile.TemporaryDirectory() as folder:
        command = [await ours.path(), "-v", "error", "-i", path, "-vn", *encode, str(Path(folder) / "a.mp3")]
        process = await asyncio.create_subprocess_exec(*command, stdin=subprocess.DEVNULL)
        assert await process.wait() == 0
    return _spent()


def _spent() -> Figures:
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "worker_cpu_s": own.ru_utime + own.ru_stime,
        "ffmpeg_cpu_s": children.ru_utime + children.ru_stime,
        "ffmpeg_mb": _peak_mb(resource.RUSAGE_CHILDREN),
    }


async def _watch(stalls: list[float]) -> None:
    while True:
        began = time.process_time()
        await asyncio.sleep(TICK)
        stalls.append(time.process_time() - began)


def _peak_mb(who: int) -> float:
    return resource.getrusage(who).ru_maxrss / 1024


async def _measure(way: str, path: str) -> Figures:
    from shared.conversion import ffmpeg as program
    from shared.conversion.speech import SpeechFinder

    await program.path()  # what is imported and looked for once
    SpeechFinder()
    began, spent = time.perf_counter(), _spent()
    figures = await (ours if way == "ours" else ffmpeg)(path)
    figures["seconds"] = time.perf_counter() - began
    for name in ("worker_cpu_s", "ffmpeg_cpu_s"):
        figures[name] -= spent[name]
    return {name: round(value, 2) for name, value in figures.items()}


def _made(folder: Path, minutes: int) -> str:
    """A sentence again and again, with pauses, as M4A with its index at the end."""
    from imageio_ffmpeg import get_ffmpeg_exe

    path = str(folder / f"{minutes}.m4a")
    loop = ("-stream_loop", "-1", "-i", str(SPEECH), "-t", str(60 * minutes))
    command = [get_ffmpeg_exe(), "-v", "error", *loop, "-ar", "44100", "-ac", "2", "-c:a", "aac", "-b:a", "128k", path]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return path


def _run(way: str, path: str) -> Figures:
    done = subprocess.run(
        [sys.executable, "-m", "bench.sound", way, path], cwd=ROOT, capture_output=True, text=True, check=True
    )
    figures: Figures = json.loads(done.stdout)
    return figures


def measured() -> dict[str, dict[int, Figures]]:
    """The median of several rounds, in each of which every way has its turn."""
    found: dict[str, dict[int, Figures]] = {way: {} for way in WAYS}
    with tempfile.TemporaryDirectory() as folder:
        for minutes in MINUTES:
            path = _made(Path(folder), minutes)
            rounds: dict[str, list[Figures]] = {way: [] for way in WAYS}
            for way in WAYS * ROUNDS:
                print(f"  {minutes} minutes: {way}", file=sys.stderr, flush=True)
                rounds[way].append(_run(way, path))
            for way, each in rounds.items():
                found[way][minutes] = {name: statistics.median(one[name] for one in each) for name in each[0]}
    return found


def judged(ways: dict[str, dict[int, Figures]]) -> Iterator[tuple[str, float, float]]:
    """Each target: what it is about, what was reached, and the limit."""
    short, long = MINUTES
    own, other = ways["ours"][long], ways["ffmpeg"][long]
    memory = own["worker_above_start_mb"] + own["ffmpeg_mb"] - other["ffmpeg_mb"]
    growth = own["worker_above_start_mb"] - ways["ours"][short]["worker_above_start_mb"]
    yield f"time of {long} minutes, ours / ffmpeg", own["seconds"] / other["seconds"], MAX_TIME_RATIO
    yield f"memory of {long} minutes above ffmpeg's own, MB", memory, MAX_ABOVE_MB
    yield f"memory that {long} minutes take more than {short}, MB", growth, MAX_GROWTH_MB
    yield "CPU of the worker / of ffmpeg", own["worker_cpu_s"] / other["ffmpeg_cpu_s"], MAX_CPU_SHARE
    yield "longest stall, ms", own["stall_ms"], MAX_STALL_MS


def main() -> None:
    """Measure, print, and write the results."""
    ways = measured()
    RESULTS.write_text(json.dumps(ways, indent=2) + "\n")
    console, names = Console(width=130), list(ways["ours"][MINUTES[0]])
    table = Table("minutes", "way", *names)
    for minutes in MINUTES:
        for way in WAYS:
            table.add_row(str(minutes), way, *(f"{ways[way][minutes].get(name, 0):g}" for name in names))
    console.print(table)
    targets = Table("target", "reached", "at most", "")
    for what, reached, limit in judged(ways):
        targets.add_row(what, f"{reached:.2f}", f"{limit:g}", "ok" if reached <= limit else "[bold]MISSED[/]")
    console.print(targets)


if __name__ == "__main__":
    match sys.argv[1:]:
        case [way, path]:
            print(json.dumps(asyncio.run(_measure(way, path))))
        case _:
            main()
