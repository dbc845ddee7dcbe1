"""What several kinds of tests need."""

import asyncio
import functools
import gc
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from pathlib import Path
from unittest import mock

import pytest
from azure.core.pipeline.transport import AioHttpTransport
from hypothesis import HealthCheck, settings

from local.storage import Azurite
from local.tls import write_certificate
from tests.planted import Watch
from tests.sharing import (
    in_order,
    pytest_xdist_auto_num_workers,
    pytest_xdist_make_scheduler,
    require_one_package,
)

__all__ = ["pytest_xdist_auto_num_workers", "pytest_xdist_make_scheduler"]

APART = ("live", "infra")
INFRA = Path(__file__).parent / "infra"

# How long an example takes says something of the machine, and of what else runs on it.
settings.register_profile(
    "suite", settings(), max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("fuzz", settings.get_profile("suite"), max_examples=1_000)
settings.load_profile("suite")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--live` and `--infra`."""
    parser.addoption("--live", action="store_true", help="only the tests that ask the real model of the settings")
    parser.addoption("--infra", action="store_true", help="only the tests that need the tools of `make infra`")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is collected stays until the end: the garbage collector need not look at it again and again."""
    gc.disable()
    collected = yield
    gc.freeze()
    gc.enable()
    return collected


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Choose between the tests that cost something, or need tools of their own, and all others; and order them."""
    for item in items:
        if _is_infra(item.path):
            item.add_marker("infra")
    chosen = {name for name in APART if config.getoption(f"--{name}")}
    others = {item for item in items if {name for name in APART if item.get_closest_marker(name)} != chosen}
    config.hook.pytest_deselected(items=list(others))
    items[:] = in_order(item for item in items if item not in others)
    require_one_package(items)


@functools.cache
def _is_infra(file: Path) -> bool:
    return INFRA in file.parents


@pytest.fixture(scope="session", autouse=True)
def suite_watch() -> Iterator[Watch]:
    """No planted secret may come to light anywhere in the suite; a test that leaks one on purpose takes it back."""
    with Watch().keeping() as watch:
        yield watch
    assert watch.leaks == []


@pytest.fixture(scope="session")
async def azurite(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The connection string of a real storage emulator, with all in memory."""
    running = await Azurite.start(log=tmp_path_factory.mktemp("azurite") / "azurite.log", location=None)
    yield running.connection_string
    await running.stop()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path]]:
    """A certificate for this machine, and its key; clients of storage who trust it by its file keep connections.

    By themselves they would read the file at each request, and connections of another reading are not used again.
    """
    with mock.patch.object(AioHttpTransport, "_build_ssl_config", _ssl_config):
        yield write_certificate(tmp_path_factory.mktemp("tls"))


def _ssl_config(_transport: AioHttpTransport, cert: None, verify: str | bool) -> ssl.SSLContext | bool:
    assert cert is None, "no test is known to a server by a certificate"
    return _trusting(verify) if isinstance(verify, str) else verify


@functools.cache
def _trusting(file: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=file)


@pytest.fixture(scope="session")
async def secure_azurite(
    certificate: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Azurite]:
    """Another one, which speaks TLS and takes every identity."""
    log = tmp_path_factory.mktemp("azurite") / "azurite.log"
    running = await Azurite.start(log=log, location=None, certificate=certificate)
    yield running
    await running.stop()


async def eventually[T](look: Callable[[], Awaitable[T | None]], seconds: float = 300) -> T:
    """Look again and again until there is something to see: it takes a second or two, unless the machine is busy.

    The longer it takes, the longer it waits between two looks, which cost the processor more than what is waited for.
    """
    deadline, pause = time.monotonic() + seconds, 0.05
    while True:
        seen = await look()
        if seen is not None:
            return seen
        assert time.monotonic() < deadline, f"nothing to see after {seconds} s"
        await asyncio.sleep(pause)
        pause = min(1.5 * pause, 0.5)
