"""What each of our stores of state does (`StateStore`), and each `JobQueue` and `EventPublisher`."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.errors import Conflict
from shared.media.media import Media
from shared.models.chat import ChatAnswer
from shared.models.exchange import Exchange, Extent
from shared.processing.claims import Claim, Progress, VersionedClaim, claim_of
from shared.processing.jobs import Job
from shared.processing.kept import KeptAnswers
from shared.recovery.progress import MAX_MARKER, Counts, ScanProgress
from tests.conformance.kits import Kit
from tests.conformance.test_files import result_for

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
NAME = "a file"
CROWD = 24
CLAIM = Claim(etag="1", kind="claimed", until=NOW, token="ours")
USAGE = {"total_tokens": 10, "prompt_tokens_details": {"audio_tokens": 5}}
ANSWER = ChatAnswer("Hola.\n\x00", "phi", "stop", USAGE, "r-1", 0.5, None, "They want Spanish.", ("Warned.",))
PIECE = Exchange("phi", "Translate.", ANSWER, extent=Extent(0.5, 10, overlaps=True), is_set_aside=True)
KEPT = KeptAnswers(
    etag="1",
    key={"recipe": "sha256:1", "inputs": {"language": "es"}},
    exchanges=(Exchange("phi", "Translate.", ANSWER, (replace(ANSWER, text=""),), parts=(PIECE,)),),
    empty=(replace(ANSWER, text=" "),),
    sha256="0" * 64,
    about_pieces=(PIECE,),
    extents=(Extent(first_page=1, last_page=2), Extent(first_page=3, last_page=3)),
    media=Media("audio", "audio/mp4", "m4a", 12.5, is_plain=False, speech_seconds=3),
    sent_as="inline",
)


async def the_one_that_won(kit: Kit, replacing: VersionedClaim | None) -> VersionedClaim:
    """Let many write a record at once; all but one are told that they lost."""
    claims = [replace(CLAIM, token=str(number)) for number in range(CROWD)]
    tries = [kit.state.write(NAME, claim, replacing=replacing) for claim in claims]
    ended = await asyncio.gather(*tries, return_exceptions=True)
    (winner,) = [each for each in ended if not isinstance(each, BaseException)]
    assert all(isinstance(each, Conflict) for each in ended if each is not winner)
    return winner


async def test_one_of_many_workers_that_claim_a_file_at_once_has_it(kit: Kit) -> None:
    assert await kit.state.read(NAME) is None
    winner = await the_one_that_won(kit, None)
    assert await kit.state.read(NAME) == winner


async def test_one_of_many_workers_that_acquire_a_record_at_once_has_it(kit: Kit) -> None:
    seen = await kit.state.write(NAME, replace(CLAIM, kind="deferred", token="before"), replacing=None)
    winner = await the_one_that_won(kit, seen)
    assert await kit.state.read(NAME) == winner


async def test_a_record_is_read_with_all_that_was_written(kit: Kit) -> None:
    known = Progress(
        attempt=3, crashes=1, asked=2, since=NOW, failed_at=NOW, chance="token", has_kept=True, has_files=True
    )
    claim = claim_of(known, etag="1", kind="deferred", until=NOW, token="ours", is_asking=False)
    await kit.state.write(NAME, claim, replacing=None)
    found = await kit.state.read(NAME)
    assert found
    assert found.claim == claim


async def test_a_record_that_another_worker_has_acquired_is_neither_removed_nor_written(kit: Kit) -> None:
    ours = await kit.state.write(NAME, CLAIM, replacing=None)
    theirs = await kit.state.write(NAME, replace(CLAIM, crashes=1, token="theirs"), replacing=ours)
    await kit.state.delete(NAME, ours)
    with pytest.raises(Conflict):
        await kit.state.write(NAME, replace(CLAIM, token="again"), replacing=ours)
    assert await kit.state.read(NAME) == theirs


async def test_a_writer_that_saw_a_record_before_it_was_deleted_cannot_write_it(kit: Kit) -> None:
    seen = await kit.state.write(NAME, CLAIM, replacing=None)
    for _ in range(2):
        await kit.state.delete(NAME, seen)
        assert await kit.state.read(NAME) is None
    with pytest.raises(Conflict):
        await kit.state.write(NAME, replace(CLAIM, token="again"), replacing=seen)


async def test_a_record_that_was_deleted_and_written_anew_is_another(kit: Kit) -> None:
    seen = await kit.state.write(NAME, CLAIM, replacing=None)
    await kit.state.delete(NAME, seen)
    anew = await kit.state.write(NAME, CLAIM, replacing=None)
    await kit.state.delete(NAME, seen)
    with pytest.raises(Conflict):
        await kit.state.write(NAME, replace(CLAIM, token="late"), replacing=seen)
    assert await kit.state.read(NAME) == anew


async def test_records_of_two_files_are_two(kit: Kit) -> None:
    for name in ("a", "A"):
        await kit.state.write(name, replace(CLAIM, token=name), replacing=None)
    found = await kit.state.read("a")
    assert found
    assert found.claim.token == "a"


async def test_a_cooldown_is_read_as_it_was_written(kit: Kit) -> None:
    assert await kit.state.read_cooldown("default") is None
    for until in (NOW, NOW + timedelta(hours=1)):
        await kit.state.write_cooldown("default", until)
        assert await kit.state.read_cooldown("default") == until
    assert await kit.state.read_cooldown("other") is None


async def test_a_cooldown_is_only_ever_made_longer(kit: Kit) -> None:
    moments = [NOW + timedelta(minutes=number) for number in range(5)]
    await asyncio.gather(*(kit.state.write_cooldown("default", until) for until in moments))
    await kit.state.write_cooldown("default", NOW)
    assert await kit.state.read_cooldown("default") == moments[-1]


async def test_answers_are_kept_as_they_came_until_they_are_forgotten(kit: Kit) -> None:
    assert await kit.state.read_kept(NAME) is None
    for kept in (KEPT, replace(KEPT, etag="2")):
        await kit.state.keep(NAME, kept)
        assert await kit.state.read_kept(NAME) == kept
    for _ in range(2):
        await kit.state.forget(NAME)
        assert await kit.state.read_kept(NAME) is None


async def test_no_tokens_are_lost_or_counted_twice_when_many_count_at_once(kit: Kit) -> None:
    day = "2026-11-24"
    assert await kit.state.read_spent(day) == 0
    ended = await asyncio.gather(*(kit.state.add_spent(day, 7) for _ in range(CROWD)), return_exceptions=True)
    counted = [each for each in ended if isinstance(each, int)]
    assert len(counted) + sum(isinstance(each, Conflict) for each in ended) == CROWD
    assert await kit.state.read_spent(day) == 7 * len(counted) > 0
    assert await kit.state.read_spent("2026-11-25") == 0


async def test_how_far_the_reconciler_came_is_read_as_it_was_written_last(kit: Kit) -> None:
    assert await kit.state.read_scan() is None
    for counted in (Counts(1, 60), Counts(2, 90)):
        progress = ScanProgress(began=NOW, inputs="2!1!é" * 900, documents="\n" * MAX_MARKER, counted=counted)
        await kit.state.write_scan(progress)
        assert await kit.state.read_scan() == progress


async def test_jobs_are_taken_from_the_queue_as_they_were_sent(kit: Kit) -> None:
    jobs = [Job(name="a b.png"), Job(name="é😀.png", chance="token")]
    for job in jobs:
        await kit.jobs.send(job, 0)
    assert await kit.jobs_sent() == jobs


async def test_a_document_is_told_of_each_time(kit: Kit) -> None:
    await kit.upload(NAME)
    result = result_for(await kit.files.look(NAME))
    for _ in range(2):
        await kit.events.publish(result)
    assert await kit.told_of() == [NAME, NAME]
