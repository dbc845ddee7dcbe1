"""What a file costs in CPU time and requests to storage, and what a look of the reconciler costs.

Storage is Azurite on this machine, or the machine's memory: what a request to Azure takes, nobody knows from here.
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


def measured() -> dict[str, float]:
    """All of it: each figure the median of several processes, by turns."""
    rounds = [{**_child("memory"), **asyncio.run(_on_azurite())} for _ in range(ROUNDS)]
    return {name: float(f"{statistics.median(each[name] for each in rounds):.3g}") for name in rounds[0]}


def _child(what: str, **environ: str) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.storage_work", what]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **environ}, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr}")
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


async def _on_azurite() -> dict[str, float]:
    """In a fresh one, with a model service over TLS beside it."""
    async with AsyncExitStack() as exits:
        folder = Path(exits.enter_context(tempfile.TemporaryDirectory()))
        azurite = await Azurite.start(log=folder / "azurite.log", location=None)
        exits.push_async_callback(azurite.stop)
        certificate, key = write_certificate(folder)
        command = [sys.executable, "-m", "bench.sink", str(certificate), str(key)]
        sink = await Child.start(
            "the sink", command, log=folder / "sink.log", ready=[r"listens at (?P<url>https://\S+)"]
        )
        exits.push_async_callback(sink.stop)
        environ = {
            "AZURE_INFERENCE_ENDPOINT": f"{sink.said['url']}/models",
            "AZURE_INFERENCE_CREDENTIAL": "key",
            "AZURE_INFERENCE_DEPLOYMENT": "sink",
            "MEDIA_STORAGE": azurite.connection_string,
            "SSL_CERT_FILE": str(certificate),
        }
        files = await asyncio.to_thread(_child, "files", **environ)
        return {**files, **await asyncio.to_thread(_child, "look", **environ)}
