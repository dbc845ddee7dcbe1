"""An account in which another version was at work."""

from collections.abc import AsyncIterator

import pytest

from tests.history.account import Account, account_of


@pytest.fixture
async def account(azurite: str) -> AsyncIterator[Account]:
    async with account_of(azurite) as account:
        yield account
