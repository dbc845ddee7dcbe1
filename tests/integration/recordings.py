"""A long recording on its way through the real app and the offline model, and what is wrong with its document."""

import itertools
import json
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.offline_model import MODEL
from local.process import Child
from tests.integration.faulty import Fault, proxy
from tests.integration.loopback import saying
from tests.integration.scene import Scene, scene_over
from tests.integration.workers import Worker
from tests.support.sentences import KnownSentences
from tests.support.speech import Recording, Said

NAME = "a meeting.m4a"
MAX_FOREIGN_WORDS = 3
"""Between two sentences. The model mishears the beginning of one now and then; who makes up something, says more."""
TOLERANCE = 0.5
"""Seconds by which a piece may begin before or behind a pause."""


@dataclass
class LaterKill(Fault):
    """A kill, before which some requests of the stage are let pass."""

    spared: int = 0

    def strikes(self, stage: str, kinds: tuple[str, ...] = ("",)) -> bool:
        if self.spared and stage == self.stage and self.name.startswith(kinds):
            self.spared -= 1
            return False
        return super().strikes(stage, kinds)


@asynccontextmanager
async def offline_model(log: Path) -> AsyncIterator[str]:
    """The address of a model that hears."""
    command = [sys.executable, "-m", "local.offline_model"]
    child = await Child.start("The model", command, log=log, ready=[r"listens at (?P<url>\S+)"])
    try:
        yield child.said["url"]
    finally:
        await child.stop()


@asynccontextmanager
async def listening_scene(azurite: str, model: str, **environ: str) -> AsyncIterator[Scene]:
    """A scene whose app asks a model that hears, through the proxy that can kill and that counts."""
    async with AsyncExitStack() as exits:
        scene = await exits.enter_async_context(scene_over(azurite))
        endpoint = await exits.enter_async_context(proxy(scene.faulty, model))
        scene.environ |= {
            "AZURE_INFERENCE_ENDPOINT": f"{endpoint}/models",
            "AZURE_INFERENCE_DEPLOYMENT": MODEL,
            **environ,
        }
        yield scene


def kill_before_call(scene: Scene, worker: Worker, calls: int) -> None:
    """Let the worker be killed between two pieces: when it is about to ask, after so many calls."""
    scene.faulty.error = LaterKill("SIGKILL before", "model", victim=worker, spared=calls)


@asynccontextmanager
async def repeating(scene: Scene, document: dict[str, Any]) -> AsyncIterator[None]:
    """Another model, which says about each piece what a document has about it, and costs no time."""
    scene.foundry.answers = [saying(piece["text"]) for piece in document["answer"]["pieces"]]
    async with proxy(scene.faulty, scene.foundry.url) as endpoint:
        scene.environ["AZURE_INFERENCE_ENDPOINT"] = f"{endpoint}/models"
        yield


async def forget_document(scene: Scene) -> None:
    """Remove the document, as `dropscribe redrive` does, so that the file is to be answered again."""
    await scene.blobs.get_blob_client(scene.places["output"], f"{NAME}.json").delete_blob()


def paid_calls(scene: Scene) -> int:
    """How many calls the model has answered."""
    return len(scene.requests("model"))


def unsaid_inventions(known: KnownSentences, recording: Recording, document: dict[str, Any]) -> list[str]:
    """Words that a model made up where nobody speaks, of which no warning tells."""
    return [
        f"{unsaid.kind} in {piece['start']:.1f} to {piece['end']:.1f}: {words}"
        for unsaid in recording.unsaid
        for piece in document["answer"]["pieces"]
        if piece["start"] < unsaid.end and piece["end"] > unsaid.start
        if len(words := foreign_between(known, piece["text"])) > MAX_FOREIGN_WORDS
        if not any(_told(piece) in warning for warning in document["warnings"])
    ]


def _told(piece: dict[str, Any]) -> str:
    return f"Seconds {piece['start']:g} to {piece['end']:g}"


def foreign_between(known: KnownSentences, text: str) -> list[str]:
    """The most words between two sentences, or at an edge of the text, that stand in none."""
    edges = [0, *(found.first for found in known.found(text) if found.is_whole), len(text)]
    foreign = known.foreign(text)
    gaps = [[word for at, word in foreign if start <= at < end] for start, end in itertools.pairwise(edges)]
    return max(gaps, key=len, default=[])


@dataclass(frozen=True)
class Begun:
    """A piece, and how many seconds its start is off."""

    start: float
    overlaps: bool
    off: float


def beginnings(known: KnownSentences, recording: Recording, document: dict[str, Any]) -> Iterator[Begun]:
    """How far each piece that has words begins from where it must: in the pause before the first of its sentences.

    One that begins where the piece before has not ended yet may begin in a sentence, too.
    """
    end = 0.0
    for piece in document["answer"]["pieces"]:
        overlaps, end = piece["start"] < end, piece["end"]
        if numbers := known.numbers(piece["text"]):
            yield Begun(piece["start"], overlaps, _off(recording.said, numbers[0], piece["start"], overlaps=overlaps))


def _off(said: Sequence[Said], number: int, start: float, *, overlaps: bool) -> float:
    """The least that it is off, of all places at which the sentence is said."""
    offs = []
    for place, each in enumerate(said):
        if each.number == number:
            before = said[place - 1] if place else Said(-1, 0, 0)
            low, high = (before.start, each.end) if overlaps else (before.end, each.start)
            offs.append(max(0.0, low - start, start - high))
    return min(offs)


def heard_elsewhere(known: KnownSentences, recording: Recording, document: dict[str, Any]) -> list[str]:
    """Sentences in the text of a piece that are said outside of its seconds."""
    found = []
    for piece in document["answer"]["pieces"]:
        inside = {
            each.number
            for each in recording.said
            if each.end > piece["start"] - TOLERANCE and each.start < piece["end"] + TOLERANCE
        }
        found += [f"{number} in {_told(piece)}" for number in known.numbers(piece["text"]) if number not in inside]
    return found


def capabilities(advised_seconds: float) -> str:
    """The setting MODEL_CAPABILITIES that makes pieces as short as this."""
    return json.dumps({MODEL: {"advised_seconds": advised_seconds}})
