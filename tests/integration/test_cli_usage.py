"""`dropscribe usage` over documents as the app writes them, in a real emulator."""

import json
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from azure.storage.blob.aio import BlobServiceClient

from cli.exits import CommandFailedError
from cli.usage import listing
from cli.usage.listing import list_labels
from cli.usage.totals import Usage
from shared.adapters.storage.blobs import BlobFiles
from shared.errors import FileRejected
from shared.media.media import Media
from shared.models.chat import MediaPart
from shared.models.conversation import Conversation
from shared.models.exchange import Exchange
from shared.recipes.recipe import Prompt
from shared.results.build import Facts, answered, rejected
from shared.results.result import Result
from tests.integration.command import dropscribe
from tests.unit.fakes import MemorySource, SpeakingModel, deployed, said
from tests.unit.results.test_build import CATALOG, FILE

SINCE = datetime(2026, 11, 23, 8, tzinfo=UTC)
MP3 = Media("audio", "audio/mpeg", "mp3", 60.0)


def talk(model: str, usage: dict[str, Any] | None) -> Conversation:
    """A recording that a model answered."""
    asked = SpeakingModel([], deployed(model))
    exchange = Exchange(model, "…", replace(said("Hello."), usage=usage, model=model))
    media = MediaPart(MP3, MemorySource(b""))
    return Conversation(next(iter(CATALOG)), Prompt(None, ("…",)), asked, asked, media, [exchange])


def document(name: str, model: str, usage: dict[str, Any] | None) -> Result:
    facts = Facts(replace(FILE, name=name), SINCE, selection=CATALOG.choose("translate/es/a.mp3", {}), media=MP3)
    return answered(facts, talk(model, usage), SINCE)


TOKENS = {"prompt_tokens": 1_000, "completion_tokens": 100, "total_tokens": 1_100}
HEARD = {**TOKENS, "prompt_tokens_details": {"audio_tokens": 900}}


@pytest.fixture
async def account(azurite: str) -> tuple[str, str]:
    """Its connection string, and an output container with five documents, one of them old, and a file beside them."""
    output = f"output-{uuid.uuid4().hex[:8]}"
    async with BlobServiceClient.from_connection_string(azurite) as service:
        container = await service.create_container(output)
        files = BlobFiles(service, input_container="input", output_container=output)
        for outcome in (
            document("1.mp3", "gpt-audio-1.5", HEARD),
            document("2.mp3", "whisper", {"type": "duration", "seconds": 90}),
            document("3.mp3", "somebodys", TOKENS),
            rejected(Facts(replace(FILE, name="4.txt"), SINCE), FileRejected("empty_file", "No.", "Try."), SINCE),
        ):
            await files.write_result(outcome, replacing=None)
        await container.upload_blob("old.mp3.json", b"{}", metadata={"input_etag": "1", "status": "ok"})
        await container.upload_blob("1.mp3.srt", b"1")
    return azurite, output


async def test_usage_adds_up_what_the_listing_shows_and_says_of_what_it_does_not_know_the_cost(
    account: tuple[str, str],
) -> None:
    storage, output = account
    done = await dropscribe("usage", "--by", "model", "--json", MEDIA_STORAGE=storage, OUTPUT_CONTAINER=output)
    told = json.loads(done.out)
    # 100 x 2.5 + 900 x 32 + 100 x 10 a million; 90 s of an hour at 0.36
    sums = {each["model"]: (each["documents"], each["tokens"], each["seconds"], each["cost"]) for each in told["rows"]}
    assert sums == {
        "gpt-audio-1.5": (1, 1_100, 60.0, 0.03005),
        "whisper": (1, 0, 90.0, 0.009),
        "somebodys": (1, 1_100, 60.0, None),
        "(unknown)": (2, 0, 0, 0.0),
    }
    assert told["total"] == {
        **{"documents": 5, "errors": 1, "tokens": 2_200, "seconds": 210.0, "cost": 0.03905, "cost_unknown": 2}
    }


async def test_usage_in_a_pipe_is_lines_with_tabs_and_a_note_on_what_is_unknown(account: tuple[str, str]) -> None:
    storage, output = account
    done = await dropscribe("usage", "--by", "recipe", MEDIA_STORAGE=storage, OUTPUT_CONTAINER=output)
    assert [line.split("\t")[0] for line in done.out.splitlines()] == ["translate", "(unknown)", "total"]
    assert done.out.splitlines()[0] == "translate\t3\t0\t2,200\t3.5\t0.0390\t1"
    assert "Of 2 documents the cost is not known" in done.err


async def test_a_listing_of_several_pages_is_read_whole(
    account: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "PAGE_BLOBS", 2)
    usage = Usage("day")
    async with BlobServiceClient.from_connection_string(account[0]) as service:
        async for labels in list_labels(service.get_container_client(account[1])):
            usage.add(labels)
    assert (usage.all.documents, usage.all.dollars) == (5, Decimal("0.03905"))
    assert list(usage.rows) == [datetime.now(UTC).date().isoformat()]


async def test_storage_that_does_not_list_is_told_with_a_next_step(azurite: str) -> None:
    async with BlobServiceClient.from_connection_string(azurite) as service:
        with pytest.raises(CommandFailedError, match="storage answered ContainerNotFound. See that"):
            await anext(list_labels(service.get_container_client("nothing-here")))
