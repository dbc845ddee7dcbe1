"""Storage, model and host together; the model is a stand-in where nothing need be understood."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError
from azure.storage.blob.aio import BlobServiceClient

from local.process import Child, NotStartedError
from local.stack import Stack, running
from local.storage import ACCOUNT, KEY, Azurite, kept_key
from tests import samples
from tests.conftest import eventually
from tests.integration.command import model_at
from tests.integration.loopback import Service, service

pytestmark = pytest.mark.usefixtures("forked_hosts")


@pytest.fixture
async def model(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Service]:
    async with service() as started:
        for name, value in model_at(started.url).items():
            monkeypatch.setenv(name, value)
        yield started


async def answered(stack: Stack, name: str) -> bool:
    """Drop a picture under this name and wait for its document."""
    async with BlobServiceClient.from_connection_string(stack.storage, use_env_settings=False) as storage:
        await storage.get_blob_client("input", name).upload_blob(samples.CHART.read_bytes())

        async def look() -> bool | None:
            return await storage.get_blob_client("output", f"{name}.json").exists() or None

        return await eventually(look)


ELSEWHERE = {
    "MEDIA_STORAGE": "DefaultEndpointsProtocol=https;AccountName=production;AccountKey=a2V5;EndpointSuffix=a.example",
    "MEDIA_STORAGE__blobServiceUri": "https://127.0.0.1:9/production",
    "MEDIA_STORAGE__queueServiceUri": "https://127.0.0.1:9/production",
    "MEDIA_STORAGE__clientId": "id",
    "MEDIA_PUBLIC_BASE_URL": "https://127.0.0.1:9/input",
    "AZURITE_ACCOUNTS": "another:a2V5",
    "AZURITE_DB": "mysql://127.0.0.1:9/none",
    "http_proxy": "http://127.0.0.1:9",
    "HTTPS_PROXY": "http://127.0.0.1:9",
}


@dataclass
class Started:
    """A stack that was started in a shell which leads elsewhere.

    Attributes:
        storage: the folder of its storage.
        model: the service that answers.
        lines: what its host has told.
    """

    stack: Stack
    storage: Path
    model: Service
    lines: list[str]


@pytest.fixture(scope="module")
async def started(forked_hosts: None, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Started]:
    folder, lines = tmp_path_factory.mktemp("stack"), list[str]()
    (folder / "netrc").write_text("default login somebody password something\n")
    async with service() as model, AsyncExitStack() as exits:
        with pytest.MonkeyPatch.context() as shell:
            for name, value in {**ELSEWHERE, "NETRC": str(folder / "netrc"), **model_at(model.url)}.items():
                shell.setenv(name, value)
            starting = running(folder / "logs", storage=folder / "storage", heard=lines.append)
            stack = await exits.enter_async_context(starting)
        yield Started(stack, folder / "storage", model, lines)


async def test_files_are_answered_in_its_own_storage_whatever_the_shell_leads_to(started: Started) -> None:
    asked = len(started.model.arrived)
    assert await answered(started.stack, "chart.png")
    assert len(started.model.arrived) == asked + 1
    assert key_of(started.stack.storage) == kept_key(started.storage) != KEY


async def test_each_line_of_the_host_is_told_to_its_listener(started: Started) -> None:
    await answered(started.stack, "told.png")

    async def told() -> bool | None:
        return any('"blob.answered"' in line and "told.png" in line for line in started.lines) or None

    assert await eventually(told)


def key_of(connection_string: str) -> str:
    return connection_string.split("AccountKey=")[1].partition(";")[0]


async def test_storage_with_a_key_of_its_own_refuses_the_public_key(started: Started) -> None:
    """Any web page can send requests to this machine, and the usual key of emulators is public."""
    known = BlobServiceClient(started.stack.blobs, {"account_name": ACCOUNT, "account_key": KEY})
    async with known, BlobServiceClient.from_connection_string(started.stack.storage) as ours:
        with pytest.raises(HttpResponseError) as caught:
            await known.create_container("theirs")
        names = [each.name async for each in ours.list_containers()]
    assert (caught.value.status_code, "theirs" in names, "input" in names) == (403, False, True)


async def test_storage_in_a_folder_is_there_again_after_a_stop(tmp_path: Path) -> None:
    for turn in (1, 2):
        started = await Azurite.start(log=tmp_path / f"{turn}.log", location=tmp_path / "storage")
        async with BlobServiceClient.from_connection_string(started.connection_string) as storage:
            if turn == 1:
                await (await storage.create_container("kept")).upload_blob("a.png", b"content")
            container = storage.get_container_client("kept")
            assert await (await container.download_blob("a.png")).readall() == b"content"
        await started.stop()


def test_its_processes_are_known_by_their_names(started: Started) -> None:
    assert [child.name for child in (started.stack.host, *started.stack.others)] == ["The host", "Azurite"]


@pytest.mark.parametrize("which", [0, 1, 2])
async def test_the_end_of_any_of_its_processes_is_told(started: Started, tmp_path: Path, which: int) -> None:
    command = [sys.executable, "-c", "print('here', flush=True); input()"]
    host, *others = [
        await Child.start(name, command, log=tmp_path / name, ready=["here"]) for name in ("one", "two", "three")
    ]
    stopped = asyncio.create_task(replace(started.stack, host=host, others=tuple(others)).stopped())
    victim = (host, *others)[which]
    os.kill(victim.pid, signal.SIGKILL if os.name != "nt" else signal.SIGTERM)
    assert await asyncio.wait_for(stopped, 60) == f"{victim.name} has stopped. The last it said:\nhere"
    for child in (host, *others):
        await child.stop()


async def test_all_of_it_is_gone_when_it_is_stopped_at_any_moment_of_its_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each time one process later; the last time it had started."""
    monkeypatch.delenv("AZURE_INFERENCE_ENDPOINT", raising=False)
    pids: list[int] = []
    create = asyncio.create_subprocess_exec
    for number in range(1, 4):
        last = asyncio.Event()

        async def counted(*command: str, last: asyncio.Event = last, number: int = number, **more: Any) -> Any:
            process = await create(*command, **more)
            pids.append(process.pid)
            if len(pids) % 3 == number % 3:
                last.set()
            return process

        monkeypatch.setattr(asyncio, "create_subprocess_exec", counted)
        pids.clear()
        starting = asyncio.create_task(start_and_wait(tmp_path))
        await asyncio.wait_for(last.wait(), 60)
        starting.cancel()
        await asyncio.wait({starting}, timeout=60)
        assert starting.cancelled()
        assert len(pids) >= number
        assert [pid for pid in pids if is_there(pid)] == []


async def start_and_wait(logs: Path) -> None:
    async with running(logs):
        await asyncio.Event().wait()


def is_there(pid: int) -> bool:
    """Whether the process is there; ours are waited for, so none is left as a zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_settings_that_the_app_refuses_are_told_alone_and_first(
    model: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODEL_CAPABILITIES", "{")
    with pytest.raises(NotStartedError) as caught:
        async with running(tmp_path):
            pass
    assert str(caught.value).startswith("Dropscribe cannot start. Put this right")
    assert "MODEL_CAPABILITIES is not JSON" in str(caught.value)
