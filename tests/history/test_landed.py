"""What the version before this one left in storage is read and finished by this one (README.md beside this file)."""

from datetime import UTC, datetime, timedelta

import pytest

from cli.redriving import Redrive, RedriveFilter, RedriveTarget
from shared.processing.budget import Budget
from shared.processing.claims import progress_of
from shared.processing.jobs import Job, job_of
from shared.processing.retry import RetryPolicy
from tests.history.account import SAMPLES, Account, sample_of
from tests.unit.fakes import MemoryState

ALL = sorted(path.stem for path in SAMPLES.glob("*.json"))
UNFINISHED = [name for name in ALL if name not in ("answered", "untold_answer", "untold_refusal")]
TWO_DAYS = timedelta(days=2)
NOW = timedelta(0)
NAME = "chart.png"


async def etag_of(account: Account) -> str:
    return (await account.files.look(NAME)).etag


def test_there_is_a_sample_of_each_form() -> None:
    kinds = {name.partition("/")[0] for sample in ALL for name in sample_of(sample)["state"] if "/" in name}
    records = [content for sample in ALL for content in sample_of(sample)["state"].values()]
    marks = ('"kind":"claimed"', '"kind":"deferred"', '"crashes":1', '"losses":1', '"token":""')
    messages = [message for sample in ALL for message in sample_of(sample)["messages"]]
    in_messages = ('"timeouts":1', '"poisoned":1', '"since"', '"attempt":1', '"etag"')
    assert kinds == {"pauses", "tokens"}
    assert [mark for mark in marks if not any(mark in each for each in records)] == []
    assert [mark for mark in in_messages if not any(mark in each for each in messages)] == []


@pytest.mark.parametrize("sample", UNFINISHED)
async def test_a_file_that_waited_or_whose_worker_died_ends_in_one_document(account: Account, sample: str) -> None:
    await account.restore(sample_of(sample), TWO_DAYS)
    await account.go_on(account.app(), [NAME])
    found = await account.files.read_result(NAME)
    assert found
    assert (found.status, found.input.etag) == ("ok", await etag_of(account))
    assert (len(account.model.arrived), await account.left(), await account.sent()) == (1, [], [])


@pytest.mark.parametrize(("sample", "name"), [("untold_answer", NAME), ("untold_refusal", "words.png")])
async def test_a_document_without_its_event_gets_the_event_and_is_not_paid_for_again(
    account: Account, sample: str, name: str
) -> None:
    await account.restore(sample_of(sample), TWO_DAYS)
    before = await account.documents()
    await account.go_on(account.app(COMPLETED_QUEUE=account.named("done")), [name])
    assert [event["subject"] for event in await account.sent("done")] == [name]
    assert (await account.documents(), account.model.arrived, await account.left()) == (before, [], [])


@pytest.mark.parametrize("sample", ["at_work", "acquired_again"])
async def test_a_claim_holds_until_it_ends(account: Account, sample: str) -> None:
    await account.restore(sample_of(sample), NOW)
    await account.go_on(account.app(), [NAME])
    assert (await account.documents(), account.model.arrived, len(await account.sent())) == ({}, [], 1)


@pytest.mark.parametrize(("sample", "crashes"), [("at_work", 1), ("acquired_again", 2), ("failing", 0)])
async def test_workers_that_died_are_counted(account: Account, sample: str, crashes: int) -> None:
    await account.restore(sample_of(sample), TWO_DAYS)
    assert progress_of(await account.state.read(NAME), await etag_of(account)).crashes == crashes


@pytest.mark.parametrize("sample", ["throttled", "refusing"])
async def test_a_cooldown_is_respected_until_it_is_over(account: Account, sample: str) -> None:
    await account.restore(sample_of(sample), NOW)
    await account.go_on(account.app(), [NAME])
    assert (await account.documents(), account.model.arrived, len(await account.sent())) == ({}, [], 1)


async def test_the_tokens_of_a_day_go_on_being_counted(account: Account) -> None:
    await account.restore(sample_of("tokens_spent"), NOW)
    recorded = MemoryState(time=datetime(2026, 11, 25, 23, tzinfo=UTC))
    assert await account.state.read_spent("2026-11-25") == 84
    assert await Budget(50, spending=account.state, clock=recorded).seconds_until_available() == 3600
    assert await account.state.add_spent("2026-11-25", 16) == 100


async def test_documents_are_read_and_their_files_are_not_answered_again(account: Account) -> None:
    sample = sample_of("answered")
    await account.restore(sample, TWO_DAYS)
    before, app = await account.documents(), account.app()
    for name in sample["files"]:
        found, read = await account.files.find_result(name), await account.files.read_result(name)
        assert found
        assert read
        assert (found.input_etag, read.input.name) == ((await account.files.look(name)).etag, name)
        await app.process(account.named("input"), name)
    await app.reconcile()
    assert await account.sent() == []
    assert (await account.documents(), account.model.arrived, await account.left()) == (before, [], [])


async def test_an_error_document_can_be_tried_again(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.redriving.SECONDS_AHEAD", 0)
    await account.restore(sample_of("answered"), TWO_DAYS)
    target = RedriveTarget(account.connection, *(account.named(kind) for kind in ("input", "output", "later")))
    async with Redrive(target) as redrive:
        found = await redrive.find(RedriveFilter("unsupported_media"))
        assert await redrive.send_again(found, lambda: None) == 1
    assert await account.sent() == [{"name": "words.png"}]
    assert "words.png.json" not in await account.documents()


@pytest.mark.parametrize("sample", [name for name in UNFINISHED if sample_of(name)["messages"]])
def test_a_message_tells_of_its_file(sample: str) -> None:
    for message in sample_of(sample)["messages"]:
        container, job = job_of(message.encode(), "input") or ("", Job(name="none"))
        assert (container, job) == ("input", Job(name=NAME))


async def test_a_message_that_says_poisoned_ends_no_file_by_itself(account: Account) -> None:
    await account.restore(sample_of("poisoned"), NOW)
    for message in account.messages:
        await account.app().settle_poison(message)
    assert (await account.documents(), len(await account.sent())) == ({}, 1)


@pytest.mark.parametrize("sample", ["reconciled", "failing"])
async def test_the_reconciler_leaves_what_waits_in_a_message_alone_for_a_day(account: Account, sample: str) -> None:
    await account.restore(sample_of(sample), NOW)
    await account.app(RetryPolicy(overdue=0)).reconcile()
    assert await account.sent() == []


async def test_the_reconciler_finds_what_has_waited_in_a_message_for_longer(account: Account) -> None:
    await account.restore(sample_of("reconciled"), TWO_DAYS)
    await account.app(RetryPolicy(overdue=0)).reconcile()
    assert len(await account.sent()) == 1
