"""What a hostile reply costs a worker: its memory with sixteen at once, and the event loop's time with one.

`python -m bench.replies` prints the table and writes `bench/results/replies.json`. Each case runs in a process of its
own, through the path of a file over storage in memory; the service is another process. A stall is what the process
computes between two turns of the event loop: on a machine that others use too, the time that passes says nothing.
"""

import asyncio
import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.hostile_replies import CASES

ROOT = Path(__file__).resolve().parent.parent
RESULTS = Path(__file__).parent / "results" / "replies.json"
AT_ONCE = 16
MAX_MB, MAX_STALL_MS, MAX_CALLS = 300, 50, 3
TICK = 0.001


async def serve() -> None:
    """Be the service: the path of a request names the case. Says its port, and counts calls in its answers' stead."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lines = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
        await reader.readexactly(int(lines.get("content-length", 0)))
        try:
            for piece in list(CASES.values())[int(head.split("/case")[1].split("/")[0])]():
                writer.write(piece)
                await writer.drain()
        except ConnectionError:
            pass  # the client has had enough
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def take(case: int, port: int, at_once: int) -> dict[str, float]:
    """Take files to their documents, or as far as they come, and say what that cost."""
    from azure.core.credentials import AzureKeyCredential

    from shared.adapters.foundry import FoundryModel
    from shared.models import CapabilityTable, Endpoint
    from shared.models.deployments import DEFAULT, Deployment
    from tests.unit.fakes import MemoryFiles, MemoryState
    from tests.unit.memory_app import CHART, memory_app

    endpoint, _ = Endpoint.parse(f"http://127.0.0.1:{port}/case{case}/v1")
    deployment = Deployment(DEFAULT, "stub", "stub", endpoint, CapabilityTable.load().of("stub"))
    model: Any = FoundryModel(deployment, AzureKeyCredential("key"))
    files, state = MemoryFiles(), MemoryState()
    names = [f"receipts/{number}.png" for number in range(at_once)]
    files.put("receipts/first.png", CHART)
    here = memory_app(files, model, state=state, here=0)
    await here.take("receipts/first.png")  # what is imported and made once
    for name in names:
        files.put(name, CHART)
    before = _peak_mb()
    stalls: list[float] = []
    watching = asyncio.create_task(_watch(stalls))
    await asyncio.gather(*(here.take(name) for name in names))
    watching.cancel()
    await model.close()
    return {"peak_mb": _peak_mb(), "above_start_mb": _peak_mb() - before, "stall_ms": max(stalls) * 1000}


async def _watch(stalls: list[float]) -> None:
    """Note how much is computed between two turns of a task."""
    while True:
        began = time.process_time()
        await asyncio.sleep(TICK)
        stalls.append(time.process_time() - began)


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _run(number: int, port: str, at_once: int) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.replies", str(number), port, str(at_once)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return {name: round(value, 1) for name, value in json.loads(done.stdout.splitlines()[-1]).items()}


def main() -> None:
    """Measure, print, and write the results."""
    service = subprocess.Popen([sys.executable, "-m", "bench.replies", "serve"], cwd=ROOT, stdout=subprocess.PIPE)
    assert service.stdout
    port = service.stdout.readline().decode().strip()
    figures: dict[str, dict[str, float]] = {}
    try:
        for number, case in enumerate(CASES):
            many, one = (_run(number, port, at_once) for at_once in (AT_ONCE, 1))
            figures[case] = {**many, "stall_ms": one["stall_ms"]}
    finally:
        service.kill()
    RESULTS.write_text(json.dumps(figures, indent=2) + "\n")
    table = Table("reply", "worker's peak with 16, MB", "above its start, MB", "longest stall with one, ms")
    for case, own in figures.items():
        table.add_row(case, *(f"{own[name]:g}" for name in ("peak_mb", "above_start_mb", "stall_ms")))
    Console(width=110).print(table)
    missed = [case for case, own in figures.items() if own["peak_mb"] > MAX_MB or own["stall_ms"] > MAX_STALL_MS]
    sys.exit(f"Over {MAX_MB} MB or {MAX_STALL_MS} ms: {', '.join(missed)}" if missed else 0)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["serve"]:
            asyncio.run(serve())
        case [number, port, at_once]:
            print(json.dumps(asyncio.run(take(int(number), int(port), int(at_once)))))
        case _:
            main()
