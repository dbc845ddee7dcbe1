"""How long a cold start spends on importing: our app, and the least that an app of its shape needs."""

import os
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 9
BASE = "azure.functions, azurefunctions.extensions.bindings.blob, azure.storage.blob.aio, azure.identity.aio, aiohttp"
"""What an app needs that has a blob trigger by reference, asynchronous clients and Entra ID, and does nothing."""
TIMED = "import time; started = time.perf_counter(); import {}; print((time.perf_counter() - started) * 1000)"
SETTINGS = {
    "AZURE_INFERENCE_ENDPOINT": "https://place.example/models",
    "AZURE_INFERENCE_DEPLOYMENT": "phi",
    "MEDIA_STORAGE__blobServiceUri": "https://place.example",
    "MEDIA_STORAGE__queueServiceUri": "https://place.example",
}


def import_ms() -> dict[str, float]:
    """Milliseconds for each, the median of several processes by turns, after one that warms the disk.

    For the app that includes reading and checking its settings and recipes. `first_file` is what is imported no
    sooner than when the first file comes.
    """
    first_file = "azure.ai.inference.aio, opentelemetry.trace, prompty, filetype"
    later = f"function_app; started = time.perf_counter(); import {first_file}"
    codes = {"app": "function_app", "base": BASE, "first_file": later}
    took: dict[str, list[float]] = {name: [] for name in codes}
    for _ in range(ROUNDS + 1):
        for name, code in codes.items():
            took[name].append(_time(code))
    return {name: round(statistics.median(each[1:]), 1) for name, each in took.items()}


def _time(code: str) -> float:
    done = subprocess.run(
        [sys.executable, "-c", TIMED.format(code)],
        cwd=ROOT,
        env={**os.environ, **SETTINGS},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


if __name__ == "__main__":
    print(import_ms())
