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


def talk(**usages: dict[str, Any]) -> Conversation:
    """A recording that models answered, one after the other."""
    models = [SpeakingModel([], deployed(name.replace("_", "-").replace("1-5", "1.5"))) for name in usages]
    exchanges = [
        Exchange(each.deployment.name, "…", replace(said("Hello."), usage=usage, model=each.deployment.name))
        for each, usage in zip(models, usages.values(), strict=True)
    ]
    media = MediaPart(MP3, MemorySource(b""))
    turns = ("…",) * len(models)
    return Conversation(next(iter(CATALOG)), Prompt(None, turns), models[0], models[-1], media, exchanges)


def document(name: str, **usages: dict[str, Any]) -> Result:
    facts = Facts(replace(FILE, name=name), SINCE, selection=CATALOG.choose("translate/es/a.mp3", {}), media=MP3)
    return answered(facts, talk(**usages), SINCE)


TOKENS = {"prompt_tokens": 1_000, "completion_tokens": 100, "total_tokens": 1_100}
SECONDS = {"type": "duration", "seconds": 90}
HEARD = {**TOKENS, "prompt_tokens_details": {"audio_tokens": 900}}


@pytest.fixture
async def account(azurite: str) -> tuple[str, str]:
    """Its connection string, and an output container with six documents, one of them old, and a file beside them."""
    output = f"output-{uuid.uuid4().hex[:8]}"
    async with BlobServiceClient.from_connection_string(azurite) as service:
        container = await service.create_container(output)
        files = BlobFiles(service, input_container="input", output_container=output)
        for outcome in (
            document("1.mp3", gpt_audio_1_5=HEARD),
            document("2.mp3", whisper=SECONDS),
            document("3.mp3", somebodys=TOKENS),
            document("5.mp3", whisper=SECONDS, gpt_6_luna=TOKENS),
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
        "whisper": (2, 0, 180.0, 0.018),
        "gpt-6-luna": (1, 1_100, 0, 0.00015),  # 100 + 50 millionths
        "somebodys": (1, 1_100, 60.0, None),
        "(unknown)": (2, 0, 0, 0.0),
    }
    assert told["total"] == {
        **{"documents": 6, "errors": 1, "tokens": 3_300, "seconds": 300.0, "cost": 0.0482, "cost_unknown": 2}
    }


async def test_usage_in_a_pipe_is_lines_with_tabs_and_a_note_on_what_is_unknown(account: tuple[str, str]) -> None:
    storage, output = account
    done = await dropscribe("usage", "--by", "recipe", MEDIA_STORAGE=storage, OUTPUT_CONTAINER=output)
    assert [line.split("\t") for line in done.out.splitlines()] == [
        ["recipe", "documents", "errors", "tokens", "seconds", "dollars", "unknown"],
        ["translate", "4", "0", "3300", "300.0", "0.048200", "1"],
        ["(unknown)", "2", "1", "0", "0.0", "0.000000", "1"],
        ["total", "6", "1", "3300", "300.0", "0.048200", "2"],
    ]
    assert "Of 2 documents the cost is not known" in done.err


async def test_a_listing_of_several_pages_is_read_whole(
    account: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "PAGE_BLOBS", 2)
    usage = Usage("day")
    async with BlobServiceClient.from_connection_string(account[0]) as service:
        async for labels in list_labels(service.get_container_client(account[1])):
            usage.add(labels)
    assert (usage.all.documents, usage.all.dollars) == (6, Decimal("0.0482"))
    assert list(usage.rows) == [datetime.now(UTC).date().isoformat()]


async def test_storage_that_does_not_list_is_told_with_a_next_step(azurite: str) -> None:
    async with BlobServiceClient.from_connection_string(azurite) as service:
        with pytest.raises(CommandFailedError, match="storage answered ContainerNotFound. See that"):
            await anext(list_labels(service.get_container_client("nothing-here")))
