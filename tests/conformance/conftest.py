"""The same tests for each implementation of our protocols, so that no fake can drift from what it stands for.

With `--live` they run on a real account: put its connection string into CONFORMANCE_STORAGE. They make containers and
queues of their own there, and delete them.
"""

import os
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from tests.conformance.kits import Kit, MemoryKit, azure_kit, simulated_kit

LIVE = pytest.param("live", marks=pytest.mark.live)


@pytest.fixture(params=["fakes", "simulation", "azurite", LIVE])
def opening(request: pytest.FixtureRequest) -> AbstractAsyncContextManager[Kit]:
    return _opening(request)


@pytest.fixture(params=["fakes", "azurite", LIVE])
def opening_with_contents(request: pytest.FixtureRequest) -> AbstractAsyncContextManager[Kit]:
    return _opening(request)


@pytest.fixture
async def kit(opening: AbstractAsyncContextManager[Kit]) -> AsyncIterator[Kit]:
    async with opening as kit:
        yield kit


@pytest.fixture
async def kit_with_contents(opening_with_contents: AbstractAsyncContextManager[Kit]) -> AsyncIterator[Kit]:
    async with opening_with_contents as kit:
        yield kit


def _opening(request: pytest.FixtureRequest) -> AbstractAsyncContextManager[Kit]:
    match request.param:
        case "fakes":
            return _at_hand(MemoryKit())
        case "simulation":
            return _at_hand(simulated_kit())
        case "azurite":
            return azure_kit(request.getfixturevalue("azurite"))
    if connection := os.environ.get("CONFORMANCE_STORAGE"):
        return azure_kit(connection)
    pytest.skip("CONFORMANCE_STORAGE names no account.")


@asynccontextmanager
async def _at_hand(kit: Kit) -> AsyncIterator[Kit]:
    yield kit
