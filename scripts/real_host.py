"""Put the end-to-end tests to the real Functions host: Core Tools (`func`) with the staged package, over Azurite.

Runs in `.venv` (`python scripts/dev.py e2e`). What follows on the command line goes to pytest.
"""

import asyncio
import os
import shutil
import socket
import sys
from contextlib import AsyncExitStack
from pathlib import Path

from azure.storage.blob.aio import BlobServiceClient

from local.isolation import offline_settings
from local.process import Child, NotStartedError
from local.storage import Azurite

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / ".local" / "package"
LOGS = ROOT / ".local" / "e2e"
HOW_TO_GET_ONE = "Core Tools (func) were not found: `npm install --global azure-functions-core-tools@4`."


async def main(*arguments: str) -> int:
    """Start storage, model and host, run the tests, and stop all."""
    func = shutil.which("func")
    if func is None:
        print(HOW_TO_GET_ONE, file=sys.stderr)
        return 1
    async with AsyncExitStack() as exits:
        azurite = await Azurite.start(log=LOGS / "azurite.log", location=None)
        exits.push_async_callback(azurite.stop)
        model = await Child.start(
            "The offline model",
            [sys.executable, "-m", "local.offline_model"],
            log=LOGS / "model.log",
            ready=[r"listens at (?P<address>\S+)"],
            folder=ROOT,
        )
        exits.push_async_callback(model.stop)
        await _create_containers(azurite.connection_string)
        host = await Child.start(
            "The Functions host",
            [func, "start", "--port", str(_free_port())],
            environ=_settings(azurite.connection_string, model.said["address"]),
            log=LOGS / "host.log",
            ready=[r"answer_blob: blobTrigger"],
            folder=PACKAGE,
        )
        exits.push_async_callback(host.stop)
        return await _pytest(azurite.connection_string, *arguments)


def _settings(storage: str, model: str) -> dict[str, str]:
    """What would stand in local.settings.json; the host polls, for Event Grid there is none here."""
    return {
        "FUNCTIONS_WORKER_RUNTIME": "python",
        "AzureWebJobsStorage": storage,
        "MEDIA_STORAGE": storage,
        "BLOB_TRIGGER_SOURCE": "LogsAndContainerScan",
        "ARRIVAL_SECONDS": "0",
        **offline_settings(model),
    }


async def _create_containers(storage: str) -> None:
    async with BlobServiceClient.from_connection_string(storage) as service:
        for name in ("input", "output"):
            await service.create_container(name)


async def _pytest(storage: str, *arguments: str) -> int:
    tests = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pytest", "tests/e2e", *arguments),
        cwd=ROOT,
        env={**os.environ, "E2E_STORAGE": storage},
    )
    return await tests.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


if __name__ == "__main__":
    try:
        sys.exit(asyncio.run(main(*sys.argv[1:])))
    except NotStartedError as error:
        sys.exit(str(error))
