"""What it takes to send large files inline: ours, the article's way, the `openai` SDK's, and the floor.

`make bench` prints the table and writes `bench/results/inline.json`.
"""

import asyncio
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from azure.storage.blob.aio import BlobServiceClient
from rich.console import Console
from rich.table import Table

from bench.imports import import_ms
from local.process import Child
from local.storage import Azurite
from local.tls import write_certificate

ROOT = Path(__file__).resolve().parent.parent
RESULTS = Path(__file__).parent / "results" / "inline.json"
FILES = {"large": 20 * 1024 * 1024, "small": 300_000}  # bytes
PIECE = 1024 * 1024
AT_ONCE = (1, 8, 16)
ROUNDS = 5
WAYS = ("ours", "download", "article", "openai", "floor")
FIGURES = ("peak_mb", "cpu_s", "stall_ms")
MAX_PEAK_MB = {1: 8.0, 8: 5.0 * 8, 16: 5.0 * 16}
MAX_STALL_MS, MAX_IMPORT_RATIO, MAX_CPU_RATIO = 50, 1.25, 1.5

type Measured = dict[str, dict[int, dict[str, float]]]


async def measured(folder: Path) -> Measured:
    """The median of several rounds, in each of which every way has its turn."""
    async with AsyncExitStack() as exits:
        environ = await environment(folder, exits, FILES)
        rounds: dict[tuple[str, int], list[dict[str, float]]] = {}
        for turn in range(ROUNDS):
            for way, at_once in ((way, count) for count in AT_ONCE for way in WAYS):
                print(f"  round {turn + 1} of {ROUNDS}: {way}, {at_once} at once", file=sys.stderr, flush=True)
                rounds.setdefault((way, at_once), []).append(await asyncio.to_thread(run, way, at_once, environ))
    return {way: {count: median(rounds[way, count]) for count in AT_ONCE} for way in WAYS}


def median(rounds: list[dict[str, float]]) -> dict[str, float]:
    """The median of each figure."""
    return {name: round(statistics.median(each[name] for each in rounds), 3) for name in FIGURES}


async def environment(folder: Path, exits: AsyncExitStack, files: Mapping[str, int]) -> dict[str, str]:
    """Storage with files of these sizes in it, and a model service over TLS."""
    azurite = await Azurite.start(log=folder / "azurite.log", location=folder / "azurite")
    exits.push_async_callback(azurite.stop)
    certificate, key = write_certificate(folder)
    command = [sys.executable, "-m", "bench.sink", str(certificate), str(key)]
    sink = await Child.start("the sink", command, log=folder / "sink.log", ready=[r"listens at (?P<url>https://\S+)"])
    exits.push_async_callback(sink.stop)
    async with BlobServiceClient.from_connection_string(azurite.connection_string) as service:
        await service.create_container("input")
        for name, size in files.items():
            with open(folder / name, "wb") as file:
                dice = random.Random(size)  # noqa: S311 - the same bytes each time
                file.writelines(dice.randbytes(min(PIECE, size - start)) for start in range(0, size, PIECE))
            with open(folder / name, "rb") as file:
                await service.get_blob_client("input", name).upload_blob(file)
    return {
        **os.environ,
        "BENCH_SINK": sink.said["url"],
        "BENCH_STORAGE": azurite.connection_string,
        "BENCH_FILES": str(folder),
        "SSL_CERT_FILE": str(certificate),
    }


def run(way: str, at_once: int, environ: dict[str, str], module: str = "bench.variants") -> dict[str, float]:
    """The figures of one way, in a process of its own."""
    command = [sys.executable, "-m", module, way, str(at_once)]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr}")
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def judged(ways: Measured, imports: dict[str, float]) -> Iterator[tuple[str, float, float]]:
    """Each target: what it is about, what was reached, and the limit."""
    for count in AT_ONCE:
        own = ways["ours"][count]
        max_cpu = MAX_CPU_RATIO * ways["floor"][count]["cpu_s"] + ways["download"][count]["cpu_s"]
        yield f"peak memory, {count} at once, MB", own["peak_mb"], MAX_PEAK_MB[count]
        yield f"CPU, {count} at once, s (1.5 x floor + download)", own["cpu_s"], round(max_cpu, 3)
        yield f"longest stall, {count} at once, ms", own["stall_ms"], MAX_STALL_MS
    yield "import, app / base", round(imports["app"] / imports["base"], 2), MAX_IMPORT_RATIO


def show(ways: Measured, imports: dict[str, float]) -> None:
    """Print it all."""
    console = Console(width=110)
    table = Table("20 MiB files at once", "way", "peak above start, MB", "CPU, s", "longest stall, ms")
    for count in AT_ONCE:
        for way in WAYS:
            table.add_row(str(count), way, *(f"{ways[way][count][name]:g}" for name in FIGURES))
        table.add_section()
    console.print(table)
    console.print(f"import: app {imports['app']:g} ms, base {imports['base']:g} ms")
    targets = Table("target", "reached", "at most", "")
    for what, reached, limit in judged(ways, imports):
        targets.add_row(what, f"{reached:g}", f"{limit:g}", "ok" if reached <= limit else "[bold]MISSED[/]")
    console.print(targets)


def main() -> None:
    """Measure, print, and write the results."""
    imports = import_ms()
    with tempfile.TemporaryDirectory() as folder:
        ways = asyncio.run(measured(Path(folder)))
    results: dict[str, Any] = {**ways, "import_ms": imports}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    show(ways, imports)
    print(f"Written: {RESULTS.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
