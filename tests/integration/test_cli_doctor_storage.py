"""What `dropscribe doctor` reads from storage alone, where no log of a host is at hand."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import ResourceExistsError

from cli.doctor import announcement as announcing
from cli.doctor.account import MAX_PEEKED, Account
from cli.doctor.announcement import announcement
from cli.doctor.causes import why_unanswered
from cli.doctor.findings import Finding
from cli.doctor.log import Watch
from cli.doctor.samples import Samples, new_samples
from cli.doctor.site import Site
from cli.doctor.traces import remove
from cli.doctor.ways import ways
from cli.redriving import RedriveTarget
from shared.adapters.storage import BlobState, StorageJobQueue
from shared.processing import Claim, Job
from tests.conftest import eventually
from tests.integration.hosting import Hosted, account_of

LATER = datetime.now(UTC) + timedelta(hours=1)


@dataclass
class Case:
    """Samples that wait in an account, of which the test decides what it shows."""

    hosted: Hosted
    account: Account
    samples: Samples
    watch: Watch

    @property
    def state(self) -> BlobState:
        return BlobState(self.hosted.blobs, self.hosted.names["STATE_CONTAINER"])

    async def note(self, **more: Any) -> None:
        """The app's record of the picture."""
        claim = Claim(**{"etag": "e", "kind": "deferred", "until": LATER, "token": "t", **more})
        await self.state.write(self.samples.each[0].name, claim, replacing=None)

    async def send(self, queue: str, *contents: object) -> None:
        """Messages, as Event Grid and the app send them."""
        client = self.hosted.queues.get_queue_client(queue)
        with suppress(ResourceExistsError):
            await client.create_queue()
        for content in contents:
            await client.send_message(base64.b64encode(json.dumps(content).encode()).decode())

    async def tell_of_text(self, *after: int, into: str = "") -> None:
        """Write a document for the text that is dropped, as the app does when it is told of it so many seconds later;
        and put its event into a queue."""
        container = self.hosted.blobs.get_container_client(self.hosted.names["INPUT_CONTAINER"])

        async def dropped() -> str | None:
            return next(iter([name async for name in container.list_blob_names()]), None)

        name = await eventually(dropped)
        begin = asyncio.get_running_loop().time()
        if into:
            await self.send(into, {"subject": f"/blobServices/default/containers/input/blobs/{name}"})
        for seconds in after:
            await asyncio.sleep(begin + seconds - asyncio.get_running_loop().time())
            await self.hosted.blobs.get_blob_client(self.hosted.names["OUTPUT_CONTAINER"], f"{name}.json").upload_blob(
                "{}"
            )

    async def why(self, waiting_before: int = 0) -> Finding:
        [finding] = await why_unanswered(self.account, self.samples, self.watch, waiting_before=waiting_before)
        assert finding.state == "error"
        return finding

    async def announcement(self) -> Finding:
        [finding] = await announcement(self.account, self.samples.each, self.watch)
        return finding


@pytest.fixture
async def case(azurite: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Case]:
    monkeypatch.setattr(announcing, "MAX_SECONDS", 0.1)
    async with account_of(azurite, tmp_path) as hosted:
        names = hosted.names
        target = RedriveTarget(azurite, names["INPUT_CONTAINER"], names["OUTPUT_CONTAINER"], names["DEFERRED_QUEUE"])
        events = names["DEFERRED_QUEUE"].replace("deferred", "events")
        place = Site(target, names["STATE_CONTAINER"], events, events_wait=4, completed_queue=names["COMPLETED_QUEUE"])
        async with Account(place) as account:
            each = new_samples()
            watch = Watch(place, {sample.name for sample in each})
            yield Case(hosted, account, Samples(each, account, watch), watch)


async def test_a_sample_that_left_no_trace_was_not_taken(case: Case) -> None:
    finding = await case.why()
    assert (finding.part, "The app has not taken the sample: is it running?" in finding.sentence) == ("app", True)


async def test_an_event_that_lies_in_its_queue_was_delivered_and_not_taken(case: Case) -> None:
    queue = case.account.site.events_queue
    await case.send(queue, {"subject": f"/blobServices/default/containers/input/blobs/{case.samples.each[0].name}"})
    assert f"The sample's event lies in the queue {queue}, and the app has not taken it" in (await case.why()).sentence


async def test_a_message_more_than_before_is_perhaps_about_the_sample(case: Case) -> None:
    queue = case.hosted.names["DEFERRED_QUEUE"]
    await StorageJobQueue(case.hosted.queues, queue).send(Job(name=case.samples.each[0].name), 600)
    assert f"The app heard of a file, perhaps of this one: its queue {queue} has grown." in (await case.why()).sentence
    assert "The app has not taken the sample" in (await case.why(waiting_before=1)).sentence


async def test_a_sample_that_is_held_needs_more_time(case: Case) -> None:
    await case.note(kind="claimed")
    assert "Give it more time with --wait." in (await case.why()).sentence


async def test_a_sample_that_a_model_turned_away_is_said_to_be(case: Case) -> None:
    await case.note(since=LATER)
    assert (await case.why()).sentence.startswith("A model turned it away, until ")


async def test_a_model_that_is_left_alone_is_named(case: Case) -> None:
    await case.note()
    assert (await case.why()).sentence.startswith("It was put off, until ")
    await case.state.write_cooldown("speech", LATER)
    assert (await case.why()).sentence.startswith("The app leaves a model alone (speech until ")


async def test_a_pause_that_is_over_explains_nothing(case: Case) -> None:
    await case.note()
    await case.state.write_cooldown("speech", datetime.now(UTC) - timedelta(seconds=1))
    assert (await case.why()).sentence.startswith("It was put off, until ")


async def test_an_announcement_that_is_not_seen_is_no_fault_where_others_lie_before_it(case: Case) -> None:
    queue = case.hosted.names["COMPLETED_QUEUE"]
    await case.send(queue, *range(MAX_PEEKED))
    finding = await case.announcement()
    assert (finding.state, f"It does not lie in {queue}." in finding.sentence) == ("skip", True)
    await case.hosted.queues.get_queue_client(queue).send_message("one more")
    finding = await case.announcement()
    assert (finding.state, f"More than {MAX_PEEKED} messages lie in {queue}" in finding.sentence) == ("skip", True)


async def test_an_announcement_that_its_record_still_waits_for_was_not_sent(case: Case) -> None:
    await case.note()
    finding = await case.announcement()
    assert (finding.state, "It was not sent to completed-" in finding.sentence) == ("error", True)


@pytest.mark.parametrize(
    ("after", "silent", "words"),
    [
        ((0, 4), [], ""),
        ((0,), ["queue"], "No event of a file came by the queue events-"),
        ((4,), ["webhook"], "The webhook told nothing of a file in 4 s."),
    ],
    ids=["both", "webhook", "queue"],
)
async def test_a_way_by_which_no_event_comes_is_named(
    case: Case, monkeypatch: pytest.MonkeyPatch, after: tuple[int, ...], silent: list[str], words: str
) -> None:
    monkeypatch.setattr(Site, "start_seconds", 2)
    await case.send(case.account.site.events_queue)
    told = asyncio.create_task(case.tell_of_text(*after))
    findings = await ways(case.account, case.samples)
    await told
    assert [each.state for each in findings] == ["error" if way in silent else "ok" for way in ("webhook", "queue")]
    assert any(each.sentence.startswith(words) for each in findings)


async def test_an_event_that_the_app_does_not_take_from_its_queue_is_named(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Site, "start_seconds", 1)
    queue = case.account.site.events_queue
    await case.send(queue)
    told = asyncio.create_task(case.tell_of_text(0, into=queue))
    _, finding = await ways(case.account, case.samples)
    await told
    assert f"The file's event lies in {queue}, and the app does not take it" in finding.sentence


async def test_a_document_that_comes_while_the_samples_are_removed_is_removed_too(case: Case) -> None:
    assert (await case.samples.drop()).state == "ok"
    await case.note(kind="claimed")
    removing = asyncio.create_task(remove(case.account, case.samples))
    name = case.samples.each[0].name

    async def is_gone() -> bool | None:
        blob = case.hosted.blobs.get_blob_client(case.hosted.names["INPUT_CONTAINER"], name)
        return None if await blob.exists() else True

    await eventually(is_gone)
    await case.hosted.blobs.get_blob_client(case.hosted.names["OUTPUT_CONTAINER"], f"{name}.json").upload_blob("{}")
    record = await case.state.read(name)
    assert record
    await case.state.delete(name, record)
    [finding] = await removing
    assert (finding.state, await case.hosted.left()) == ("ok", [])


async def test_documents_that_may_still_come_are_named_when_the_samples_are_removed(case: Case) -> None:
    assert (await case.samples.drop()).state == "ok"
    await case.note(kind="claimed")
    [finding] = await remove(case.account, case.samples, seconds=0)
    output = case.hosted.names["OUTPUT_CONTAINER"]
    assert finding.state == "skip"
    assert finding.sentence.endswith(f"If a document comes, remove it: {output}/{case.samples.each[0].name}.json")
    assert await case.hosted.left() == []
