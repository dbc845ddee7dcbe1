"""The fault matrix: 14 faults by 13 stages, over a real storage emulator. Every file ends in exactly one ok document.

A fault may have several forms, and a stage several requests; each pair of a form and a request is a cell. `CANNOT_BE`
says which cells there are not, and why. `make fuzz` runs all others, `make test` one of them for every third pair of a
fault and a stage: behind a proxy that knows from a request at which stage of the path it is, and there does what
networks, services and machines do. The host is the local host's own listeners, with their five tries and their poison
queues; where a worker is killed, they and the app are a process of their own.
"""

import asyncio
import itertools
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from aiohttp import web

from local.storage import Azurite
from shared.adapters.foundry.client import FoundryModel
from shared.adapters.speech.client import SpeechService
from shared.adapters.storage.blobs import BlobFiles
from shared.adapters.storage.clients import CHUNK_BYTES
from shared.adapters.storage.queues import StorageJobQueue
from shared.adapters.storage.source import BlobSource
from shared.adapters.storage.state import BlobState
from shared.app import App
from shared.processing.keeping import AnswerKeeper
from shared.recipes.catalog import RecipeCatalog
from tests.integration.faulty import Fault
from tests.integration.loopback import Answer, Service, saying
from tests.integration.scene import NAME, PAGES, WORK_SECONDS, Scene, scene_over
from tests.integration.stages import TAKEN_FROM
from tests.integration.triggers import HOST_TRIES, hurried
from tests.planted import ANSWER, PROMPT, WORDS, Watch
from tests.support.made_media import behind_segments, picture, segment

FAULTS = {
    "exception": ["exception"],
    "SIGKILL": ["SIGKILL before", "SIGKILL after"],
    "SIGTERM, and SIGKILL two seconds later": ["SIGTERM"],
    "timeout": ["timeout"],
    "connection reset": ["reset"],
    "response lost after success": ["lost"],
    "429": ["status 429 1", "status 429 30", "status 429 3600", "status 429", "status 429 date"],
    "500 and 503": ["status 500", "status 503"],
    "401": ["status 401"],
    "403": ["status 403"],
    "404": ["status 404"],
    "412": ["status 412", "status 412 ConditionNotMet"],
    "corrupt body": ["corrupt"],
    "clock two hours off": ["clock ahead", "clock behind"],
}
"""Each fault, and its forms (tests/integration/faulty.py). A kill comes before or after a request has its effect."""

STAGES = {
    "event": ["event", "hear"],  # the host takes the message, from its own queue or from ours
    "head": ["load", "find", "look"],  # of the file; of its document; of a file that may have its document already
    "validate": ["validate"],  # what stands behind the first bytes
    "claim": ["recall", "claim"],  # reads the record; writes the claim
    "read": ["read"],  # into the request to the model
    "URL signing": ["sign"],  # by identity: a user delegation key; with an account's key nothing is asked for
    "model": ["model"],
    "piece": ["piece"],  # the call about the second of three pages, the first of which is answered and kept
    "speech model": ["speech"],
    "file beside write": ["beside"],  # the subtitles of a recording, before its document
    "outcome write": ["write"],
    "state delete": ["clear"],
    "job send": ["send", "pass on"],  # of a file that waits; of one whose event came into our queue
}
"""Each stage, and its requests."""

AS_AT_MODEL = [
    *("reset", "status 429 1", "status 429 30", "status 429", "status 429 date", "status 503"),
    *("status 401", "status 403", "status 404", "status 412", "status 412 ConditionNotMet"),
    *("clock ahead", "clock behind"),
]
"""Forms of faults that are no others in the middle of a file, or of a model that is asked otherwise; there, a pause
stands for them (`status 429 3600`)."""

CANNOT_BE = [
    (["corrupt"], ["find", "look"], "the answer to a HEAD has no body"),
    (["corrupt"], ["load", "validate", "read"], "a file's own bytes, changed on the way: only TLS can tell, and does"),
    (["SIGKILL before"], ["event", "hear"], "nothing is taken yet, so nothing can be lost"),
    (
        ["SIGKILL after"],
        ["load", "find", "look", "validate", "recall", "read", "sign"],
        "a request that changes nothing",
    ),
    (
        AS_AT_MODEL,
        ["piece", "speech"],
        "as at `model`: no answer is in hand that could be lost",
    ),
    (["SIGKILL before", "SIGTERM"], ["look"], "a later message's, whose worker is another; it ends as at `load`"),
]
"""Forms of faults, requests, and why the ones cannot befall the others, or not otherwise than in another cell."""


def cells_of(fault: str, stage: str) -> list[tuple[str, str]]:
    """The forms of a fault, each with the requests of a stage that it can befall."""
    pairs = itertools.product(FAULTS[fault], STAGES[stage])
    return [(form, request) for form, request in pairs if not cannot_be(form, request)]


def cannot_be(form: str, request: str) -> bool:
    return any(form in forms and request in requests for forms, requests, _ in CANNOT_BE)


GRID = {(fault, stage): cells for fault in FAULTS for stage in STAGES if (cells := cells_of(fault, stage))}
A_SHARE = [
    GRID[fault, stage][(row + column) // 3 % len(GRID[fault, stage])]
    for (row, fault), (column, stage) in itertools.product(enumerate(FAULTS), enumerate(STAGES))
    if (fault, stage) in GRID and (row + column) % 3 == 0
]
"""One cell for every third pair of a fault and a stage: each fault, and each request, is among them."""
CELLS = list(itertools.chain(*GRID.values())) if "FUZZ_EXAMPLES" in os.environ else A_SHARE
LARGE = behind_segments(picture("JPEG"), *[segment(0xE1, 40_000)] * 2) + bytes(CHUNK_BYTES)
KILLS = ("SIGKILL before", "SIGKILL after", "SIGTERM")
TRIED_AGAIN_BY_THE_SDK = ("timeout", "reset", "lost", "status 500", "status 503")
SDK_TRIES = 3
UNDER_A_CLAIM = ("read", "sign", "model", "piece", "speech", "beside", "write", "clear")
OF_OUR_QUEUE = ("hear", "pass on", "look")
"""Stages at which a file is only if its event came into our own queue."""
STEPS: dict[str, tuple[Any, str]] = {
    "event": (App, "_work"),
    "hear": (App, "_work"),
    "load": (BlobFiles, "load"),
    "find": (BlobFiles, "find_result"),
    "look": (BlobFiles, "look"),
    "validate": (RecipeCatalog, "choose"),
    "recall": (BlobState, "read"),
    "claim": (BlobState, "write"),
    "read": (BlobSource, "chunks"),
    "sign": (BlobSource, "url"),
    "model": (FoundryModel, "complete"),
    "piece": (AnswerKeeper, "keep_piece"),
    "speech": (SpeechService, "transcribe"),
    "beside": (BlobFiles, "write_sidecar"),
    "write": (BlobFiles, "write_result"),
    "clear": (BlobState, "delete"),
    "send": (StorageJobQueue, "send"),
    "pass on": (StorageJobQueue, "send"),
}
"""What raises an unexpected exception."""


CALLS = ("model", "piece", "speech")
OF_SPEECH = ("speech", "beside")


def times(error: str, stage: str) -> int:
    """Often enough to outlast those who try again at once: the SDK, or the host, so that it comes to poison."""
    if error == "exception":
        if stage == "look":
            return 1  # the host's next try does not look
        return 2 if stage in UNDER_A_CLAIM else HOST_TRIES  # a third breakdown under a claim would end the file
    if stage in CALLS:  # which the SDK asks once; and each time that it keeps silent may be paid for
        return HOST_TRIES if error.startswith("status ") else 1
    return SDK_TRIES if error in TRIED_AGAIN_BY_THE_SDK else 1


def max_paid(error: Fault) -> int:
    """Once, or once for each page; but an answer is lost with a worker that has it in hand, or on its way to us."""
    lost_in_hand = error.stage in ("beside", "write") and error.name in (*KILLS, "exception")
    lost_in_hand |= error.stage in CALLS and error.name in KILLS
    lost_on_its_way = error.stage in CALLS and error.name in ("timeout", "lost", "corrupt")
    return (PAGES if error.stage == "piece" else 1) + (error.fired if lost_in_hand or lost_on_its_way else 0)


@pytest.fixture
async def scene(
    error: str, stage: str, azurite: str, secure_azurite: Azurite, certificate: tuple[Path, Path]
) -> AsyncIterator[Scene]:
    """A file that travels as the stage asks for, and everything that could hold it up."""
    # Where a silence may be paid for, nothing else may be taken for one, on the busiest machine.
    hurry: dict[str, Any] = {"read_timeout": 2 if stage in CALLS else 0.5} if error == "timeout" else {}
    by_identity = stage == "sign"
    if by_identity:
        hurry["connection_verify"] = str(certificate[0])
    storage, secure = (secure_azurite.connection_string, certificate) if by_identity else (azurite, None)
    with hurried(**hurry):
        async with scene_over(
            storage,
            certificate=secure,
            is_heard=stage in OF_OUR_QUEUE,
            is_in_pieces=stage == "piece",
            is_spoken=stage in OF_SPEECH,
        ) as scene:
            scene.faulty.error = Fault(error, stage, times(error, stage))
            if stage == "send":  # there is something to put off
                scene.foundry.answers.insert(0, Answer(429, "", {"Retry-After": "600"}))
            if stage in ("validate", "read"):  # a small file is loaded whole, and shows at once what it is
                scene.content = LARGE
            if stage == "recall":  # there is something to read
                await scene.leave_a_record()
            yield scene


@contextmanager
def exceptions(error: Fault) -> Iterator[None]:
    """Let the step of a stage raise an unexpected exception."""
    owner, step = STEPS[error.stage]
    original = getattr(owner, step)

    def broken(*arguments: Any, **more: Any) -> Any:
        if error.strikes(error.stage):
            raise RuntimeError("unexpected")
        return original(*arguments, **more)

    with mock.patch.object(owner, step, broken):
        yield


@contextmanager
def jump_of_the_clock(error: Fault) -> Iterator[None]:
    """Let the machine's own clock jump by two hours when the fault strikes: storage's clock is another."""
    hours = {"clock ahead": 2, "clock behind": -2}[error.name]

    class Jumping(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + timedelta(hours=hours if error.fired else 0)

    with mock.patch("shared.processing.clock.datetime", Jumping):
        yield


@asynccontextmanager
async def kills(error: Fault, scene: Scene, log: Path) -> AsyncIterator[None]:
    """Let a worker take the file, and die at its stage; then let the next one go on."""
    error.victim = await scene.worker(log)
    try:
        yield
        async with asyncio.timeout(WORK_SECONDS):
            ended = await error.victim.wait()
    finally:
        await error.victim.stop()
    await scene.let_the_hidden_be_seen()
    had_something_to_finish = error.name != "SIGTERM" or error.stage not in TAKEN_FROM
    assert (ended != 0) == had_something_to_finish


@pytest.mark.parametrize(("error", "stage"), CELLS)
async def test_a_file_ends_in_one_ok_document_whatever_goes_wrong_and_at_whatever_stage(
    error: str, stage: str, scene: Scene, tmp_path: Path, caplog: pytest.LogCaptureFixture, suite_watch: Watch
) -> None:
    struck, log = scene.faulty.error, tmp_path / "worker.log"
    if error in KILLS:
        async with kills(struck, scene, log):
            await scene.drop()
        await scene.settle()
    elif error == "exception":
        await scene.drop()
        with exceptions(struck):
            await scene.settle()
    elif error.startswith("clock"):
        await scene.drop()
        with jump_of_the_clock(struck):
            await scene.settle()
    else:
        await scene.drop()
        await scene.settle()

    assert struck.fired == struck.times
    document = await scene.document()
    assert document
    assert document["status"] == "ok"  # I4
    assert await scene.left() == 0  # I1, of which `settle` holds the other half; I7
    assert [each.status for each in scene.requests("write")].count(201) == 1  # I2
    beside = [f"{NAME}.srt"] if stage in OF_SPEECH else []
    assert sorted(await scene.listed("output")) == [f"{NAME}.json", *beside]
    assert [each["name"] for each in document["files"]] == beside
    assert len(scene.foundry.arrived) - (stage == "send") <= max_paid(struck)  # I3
    told = [caplog.text, *scene.messages, log.read_text() if error in KILLS else ""]
    assert not [each for each in (*scene.secrets(), *WORDS) if any(each in text for text in told)]  # I5
    assert not [secret for secret in scene.secrets() if secret in str(document)]
    assert stage in OF_SPEECH or all(PROMPT in each.body.decode() for each in scene.foundry.arrived)
    assert document["answer"]["text"].count(ANSWER) == (PAGES if stage == "piece" else 1)
    assert suite_watch.leaks_of_this_test == []
    assert scene.written_elsewhere() == []  # I6
    assert await scene.listed("input") == {NAME: scene.etag}


@dataclass
class Overwriting(Service):
    """While the model looks at the second page, the file is dropped anew."""

    scene: Scene | None = None

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if len(self.arrived) == 1 and self.scene:
            await self.scene.drop()
        return await super().handle(request)


async def test_a_file_that_is_overwritten_between_its_pages_gets_the_document_of_its_newest_version(
    azurite: str,
) -> None:
    model = Overwriting(answers=[saying(ANSWER)])
    with hurried():
        async with scene_over(azurite, model, is_in_pieces=True) as scene:
            await scene.drop()
            model.scene = scene
            await scene.settle()
            document = await scene.document()
            assert document
            assert (document["status"], document["input"]["etag"]) == ("ok", scene.etag)
            assert len(model.arrived) <= 2 * PAGES
            assert [each for each in await scene.listed("state") if not each.startswith("pauses/")] == []


def test_the_grid_is_whole() -> None:
    assert (len(FAULTS), len(STAGES)) == (14, 13)
    assert set(itertools.product(FAULTS, STAGES)) - GRID.keys() == {
        ("corrupt body", "head"),
        ("corrupt body", "validate"),
        ("corrupt body", "read"),
        *itertools.product(
            ("connection reset", "401", "403", "404", "412", "clock two hours off"), ("piece", "speech model")
        ),
    }
    assert len(A_SHARE) >= len(GRID) // 3
    assert [fault for fault, forms in FAULTS.items() if {form for form, _ in A_SHARE}.isdisjoint(forms)] == []
    assert {request for _, request in A_SHARE} == set(itertools.chain(*STAGES.values()))
