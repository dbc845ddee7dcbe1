"""What a file costs in CPU time and requests to storage, and what a look of the reconciler costs.

Storage is Azurite on this machine, or the machine's memory: what a request to Azure takes, cannot be known from here.
"""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

from local.process import Child
from local.storage import Azurite
from local.tls import write_certificate

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 5


type Ranges = dict[str, tuple[float, float, float]]


def measured() -> Ranges:
    """All of it: each figure's lowest, median and highest value in several processes, by turns."""
    return asyncio.run(_measured())


async def _measured() -> Ranges:
    async with AsyncExitStack() as exits:
        environ = await _environment(exits)
        await asyncio.to_thread(_child, "fill", environ)
        rounds: list[dict[str, float]] = []
        for _ in range(ROUNDS):
            told = [await asyncio.to_thread(_child, what, environ) for what in ("files", "look")]
            rounds.append({name: figure for each in told for name, figure in each.items()})
        return {name: _range([each[name] for each in rounds]) for name in rounds[0]}


def _range(values: list[float]) -> tuple[float, float, float]:
    low, middle, high = (float(f"{each:.3g}") for each in (min(values), statistics.median(values), max(values)))
    return low, middle, high


def _child(what: str, environ: dict[str, str]) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.storage_work", what]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **environ}, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr}")
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


async def _environment(exits: AsyncExitStack) -> dict[str, str]:
    """A storage emulator, and a model service over TLS beside it."""
    folder = Path(exits.enter_context(tempfile.TemporaryDirectory()))
    azurite = await Azurite.start(log=folder / "azurite.log", location=None)
    exits.push_async_callback(azurite.stop)
    certificate, key = write_certificate(folder)
    command = [sys.executable, "-m", "bench.sink", str(certificate), str(key)]
    sink = await Child.start("the sink", command, log=folder / "sink.log", ready=[r"listens at (?P<url>https://\S+)"])
    exits.push_async_callback(sink.stop)
    return {
        "AZURE_INFERENCE_ENDPOINT": f"{sink.said['url']}/models",
        "AZURE_INFERENCE_CREDENTIAL": "key",
        "AZURE_INFERENCE_DEPLOYMENT": "sink",
        "MEDIA_STORAGE": azurite.connection_string,
        "SSL_CERT_FILE": str(certificate),
    }
