"""One hour of known sentences through the app, over a worker that is killed half-way, and what became of each.

`make hour` prints the figures and writes `bench/results/hour.json`. It needs `flite`, and takes some ten minutes on a
machine with nothing else to do. The model that runs on this machine mishears some sentences, so those are also
known by what it hears when they are alone: only cutting, joining and going on are judged.
"""

import asyncio
import base64
import itertools
import json
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import aiohttp

from local.storage import Azurite
from tests.integration.recordings import (
    NAME,
    TOLERANCE,
    beginnings,
    heard_elsewhere,
    kill_before_call,
    listening_scene,
    offline_model,
    paid_calls,
    unsaid_inventions,
)
from tests.integration.scene import Scene
from tests.integration.workers import Worker
from tests.support.sentences import NUMBERS, SENTENCES, KnownSentences, difference
from tests.support.speech import SOUNDS, Recording, Said, has_flite, orders, spoken

RESULTS = Path(__file__).resolve().parent / "results" / "hour.json"
SECONDS = 3600
UNSAID_SECONDS = 60
WITHOUT_PAUSE = 150
"""Sentences, some six minutes: longer than a piece, so that a cut cannot lie in a pause."""
CALLS_BEFORE_THE_KILL = 6
PAUSES = (0.45, 1.2)
LOOK_EVERY = 0.2
SEED = 15


@dataclass(frozen=True)
class Figures:
    """What became of the recording.

    Attributes:
        misheard: sentences that the model did not write down, though it was given the whole of them.
        lost_in_joining: that stand in the answer about a piece, and not in the joined text.
        lost_in_cutting: that no piece has whole.
        parts: words of a sentence that stand in the text without the rest of it: misheard ones, or a bad seam.
        elsewhere: sentences in the answer about a piece that are not said in its seconds.
        unsaid_inventions: stretches in which the model made up words of which no warning tells.
        extra_calls: calls that the document does not list: paid for, and of no use.
        start_error_s: by how much the start of a piece misses the pause before its first sentence, at most.
        worker_above_start_mb: the most memory that a worker had, above what it had when it began to listen.
    """

    recording_s: float
    sentences: int
    found: int
    misheard: int
    lost_in_joining: int
    lost_in_cutting: int
    doubled: int
    out_of_order: int
    never_said: int
    parts: int
    elsewhere: int
    unsaid_inventions: int
    pieces: int
    pieces_that_overlap: int
    calls_before_the_kill: int
    calls: int
    extra_calls: int
    warnings: int
    start_error_s: float
    whole_s: float
    worker_above_start_mb: float

    def missed(self) -> dict[str, float]:
        """The figures that should be another."""
        zeros = ("lost_in_joining", "lost_in_cutting", "doubled", "out_of_order", "elsewhere", "unsaid_inventions")
        wrong = {name: getattr(self, name) for name in (*zeros, "extra_calls") if getattr(self, name)}
        return wrong | ({"start_error_s": self.start_error_s} if self.start_error_s > TOLERANCE else {})


def meeting() -> Recording:
    """Sentences with pauses; a minute of silence, noise and music among them; then some without a pause."""
    recording, order, chance = Recording(), iter(orders(NUMBERS, SEED)), random.Random(SEED)  # noqa: S311 - pauses

    def say_until(seconds: float) -> None:
        while recording.seconds < seconds:
            number = next(order)
            recording.say(number, spoken(number), chance.uniform(*PAUSES))

    for part, kind in enumerate(SOUNDS, start=1):
        say_until(part * SECONDS / 5)
        recording.add(kind, UNSAID_SECONDS)
    say_until(SECONDS * 4 / 5)
    for number in itertools.islice(order, WITHOUT_PAUSE):
        recording.say(number, spoken(number), 0.05)
    recording.say(number := next(order), spoken(number), chance.uniform(*PAUSES))
    say_until(SECONDS)
    return recording


async def heard_alone(model: str) -> dict[int, str]:
    """What the model writes down of each sentence when it hears nothing else."""
    heard: dict[int, str] = {}
    async with aiohttp.ClientSession() as session:
        for number in NUMBERS:
            recording = Recording()
            recording.say(number, spoken(number), 0.5)
            data = base64.b64encode(await asyncio.to_thread(recording.encoded, "mp3", "-b:a", "32k")).decode()
            sound = {"type": "input_audio", "input_audio": {"data": data, "format": "mp3"}}
            content = [{"type": "text", "text": "Please transcribe."}, sound]
            body = {"messages": [{"role": "user", "content": content}]}
            async with session.post(f"{model}/v1/chat/completions", json=body) as response:
                heard[number] = (await response.json())["choices"][0]["message"]["content"]
    return heard


@dataclass
class Memory:
    """The most that a worker took above its start, in MB (Linux, proc(5))."""

    above: float = 0

    async def watch(self, worker: Worker) -> None:
        """Look until the worker is gone."""
        start = _peak_mb(worker.pid)
        while start is not None and (peak := _peak_mb(worker.pid)) is not None:
            self.above = max(self.above, peak - start)
            await asyncio.sleep(LOOK_EVERY)


def _peak_mb(pid: int) -> float | None:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return None
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")), None)


async def put_through(scene: Scene, memory: Memory, logs: Path) -> tuple[dict[str, Any], int]:
    """Drop the recording, kill its worker half-way, let another one go on; the document, and the calls until then."""
    first = await scene.worker(logs / "first.log")
    watching = [asyncio.create_task(memory.watch(first))]
    kill_before_call(scene, first, CALLS_BEFORE_THE_KILL)
    await scene.drop(NAME)
    await _until_killed(scene, first)
    calls = paid_calls(scene)
    print(f"  killed after {calls} calls", file=sys.stderr, flush=True)
    await scene.let_the_hidden_be_seen()
    second = await scene.worker(logs / "second.log")
    watching.append(asyncio.create_task(memory.watch(second)))
    while (document := await scene.document(NAME)) is None:
        await _pass_on(scene)
    await second.stop()
    await asyncio.gather(*watching)
    return document, calls


async def _until_killed(scene: Scene, worker: Worker) -> None:
    ended = asyncio.create_task(worker.wait())
    while not ended.done():
        assert await scene.document(NAME) is None, "The recording was answered before it came to the kill."
        await _pass_on(scene)


async def _pass_on(scene: Scene) -> None:
    """What waits, because an invocation has its time, is due at once."""
    if await scene.count("later"):
        print(f"  goes on after {paid_calls(scene)} calls", file=sys.stderr, flush=True)
        await scene.let_a_day_pass()
    await asyncio.sleep(LOOK_EVERY)


def judged(
    recording: Recording, known: KnownSentences, document: dict[str, Any], **others: float
) -> tuple[Figures, list[str]]:
    """The figures, and what is wrong in words."""
    text, pieces = document["answer"]["text"], document["answer"]["pieces"]
    differs = difference(recording.numbers, known.numbers(text))
    missing = [_why_missing(recording.said[place], known, pieces) for place in differs.missing]
    begun = list(beginnings(known, recording, document))
    invented = unsaid_inventions(known, recording, document)
    elsewhere = heard_elsewhere(known, recording, document)
    calls = int(others["calls"])
    figures = Figures(
        recording_s=round(recording.seconds, 1),
        sentences=len(recording.said),
        found=len(recording.said) - len(differs.missing) - len(differs.out_of_order),
        misheard=missing.count("misheard"),
        lost_in_joining=missing.count("joining"),
        lost_in_cutting=missing.count("cutting"),
        doubled=len(differs.doubled),
        out_of_order=len(differs.out_of_order),
        never_said=len(differs.never_said),
        parts=sum(not each.is_whole for each in known.found(text)),
        elsewhere=len(elsewhere),
        unsaid_inventions=len(invented),
        pieces=len(pieces),
        pieces_that_overlap=sum(each.overlaps for each in begun),
        calls_before_the_kill=int(others["calls_before_the_kill"]),
        calls=calls,
        extra_calls=calls - len(document["usage"]["calls"]),
        warnings=len(document["warnings"]),
        start_error_s=round(max(each.off for each in begun), 2),
        whole_s=round(others["whole_s"]),
        worker_above_start_mb=round(others["worker_above_start_mb"], 1),
    )
    return figures, [*invented, *elsewhere, *map(str, differs.doubled), *document["warnings"]]


def _why_missing(said: Said, known: KnownSentences, pieces: Sequence[dict[str, Any]]) -> str:
    whole = [each for each in pieces if each["start"] <= said.start and each["end"] >= said.end]
    if any(said.number in known.numbers(each["text"]) for each in whole):
        return "joining"
    return "misheard" if whole else "cutting"


async def measured(folder: Path) -> tuple[Figures, list[str], dict[str, Any]]:
    """One hour, from its drop to its document."""
    recording = await asyncio.to_thread(meeting)
    content = await asyncio.to_thread(recording.encoded, "m4a", "-b:a", "48k")
    print(f"  {len(recording.said)} sentences, {len(content) / 1e6:.1f} MB", file=sys.stderr, flush=True)
    async with AsyncExitStack() as exits:
        azurite = await Azurite.start(log=folder / "azurite.log", location=None)
        exits.push_async_callback(azurite.stop)
        model = await exits.enter_async_context(offline_model(folder / "model.log"))
        known = KnownSentences(await heard_alone(model))
        scene = await exits.enter_async_context(listening_scene(azurite.connection_string, model))
        scene.content, memory, began = content, Memory(), time.perf_counter()
        document, calls = await put_through(scene, memory, folder)
        figures, wrong = judged(
            recording,
            known,
            document,
            calls=paid_calls(scene),
            calls_before_the_kill=calls,
            whole_s=time.perf_counter() - began,
            worker_above_start_mb=memory.above,
        )
        return figures, wrong, document


def main() -> int:
    """Measure, print and write the results; 1 where a figure is not what it should be."""
    if not has_flite():
        print("This needs flite, which speaks the sentences: on Debian and Ubuntu, apt-get install flite.")
        return 1
    assert len(set(SENTENCES)) == len(SENTENCES)
    with tempfile.TemporaryDirectory() as folder:
        figures, wrong, _ = asyncio.run(measured(Path(folder)))
    RESULTS.write_text(json.dumps(asdict(figures), indent=2) + "\n")
    for name, value in asdict(figures).items():
        print(f"{name:24}{value:10g}")
    print(*wrong, sep="\n")
    missed = figures.missed()
    print(f"MISSED: {missed}" if missed else "All is as it should be.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
