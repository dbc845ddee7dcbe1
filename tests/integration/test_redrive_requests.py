"""`dropscribe redrive`, of which the n-th request fails, for each n until there is none."""

import itertools
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from aiohttp import web

from cli.redriving import Redrive, RedriveFilter, RedriveTarget, StorageNotUsableError
from local.storage import connection_string
from shared.errors import FileRejected
from shared.results.build import Facts, rejected
from tests import samples
from tests.history.account import Account, account_of
from tests.integration.faulty import Fault, Faulty, proxy

FEWEST = 5
"""A listing, a document, its file, a message, the document again."""


@pytest.fixture
async def account(azurite: str) -> AsyncIterator[Account]:
    async with account_of(azurite) as account:
        yield account


async def reject(account: Account, name: str) -> None:
    """A file, and its error document."""
    await account.container("input").upload_blob(name, samples.CHART.read_bytes())
    file = await account.files.look(name)
    error = FileRejected("gave_up", "No.", "Again.", retryable=True)
    await account.files.write_result(rejected(Facts(file, file.modified), error, file.modified), replacing=None)


def striking(number: int, times: int) -> Faulty:
    """Lets that request fail, and as many after it."""
    count = itertools.count(1)

    def stage(_: web.Request) -> str:
        return "struck" if next(count) >= number else ""

    return Faulty(stage, Fault("status 403 AuthorizationPermissionMismatch", "struck", times=times))


async def redrive(account: Account, name: str, storage: str) -> None:
    target = RedriveTarget(storage, *(account.named(kind) for kind in ("input", "output", "later")))
    with suppress(StorageNotUsableError):
        async with Redrive(target) as redrive:
            await redrive.send_again(await redrive.find(RedriveFilter(prefix=name)), lambda: None)


@pytest.mark.parametrize("times", [1, 1000], ids=["once", "from then on"])
async def test_whichever_request_of_redrive_fails_the_file_is_answered_once(
    account: Account, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.redriving.SECONDS_AHEAD", 0)
    ends = dict(part.partition("=")[::2] for part in account.connection.strip(";").split(";"))
    for number in itertools.count(1):
        name, faulty = f"{number:02}.png", striking(number, times)
        await reject(account, name)
        upstreams = [ends[end].rpartition("/")[0] for end in ("BlobEndpoint", "QueueEndpoint")]
        async with proxy(faulty, upstreams[0]) as blob, proxy(faulty, upstreams[1]) as queue:
            await redrive(account, name, connection_string(blob, queue))
        assert f"{name}.json" in await account.documents() or {"name": name} in await account.sent()
        await redrive(account, name, account.connection)
        await account.app().process(account.named("input"), name)
        found = await account.files.read_result(name)
        assert found
        assert (found.status, len(account.model.arrived), await account.left()) == ("ok", number, [])
        if not faulty.error.fired:
            break
    assert number > FEWEST
