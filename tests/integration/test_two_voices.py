"""Who says what, and when, arrives in the document and in each file beside it, from both APIs of speech models."""

import io
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests import samples
from tests.integration.loopback import service
from tests.integration.test_path import World, world_over
from tests.support.speech_forms import TWO_VOICES, Recorded
from tests.support.speech_services import SpeechServices

SPEAKERS = {"MAI-Transcribe-2": {"A": "1", "B": "2"}, "gpt-4o-transcribe-diarize": {"A": "A", "B": "B"}}
"""What each service calls the two voices."""

FORMS = ("txt", "srt", "vtt", "md")


@dataclass
class Told:
    """The document of the recording, the files beside it, and what the service calls the voices."""

    document: dict[str, Any]
    files: dict[str, str]
    a: str
    b: str


def recording(seconds: float) -> bytes:
    """Somebody speaks for so long, as the known segments have it; which words does not matter here."""
    made = io.BytesIO()
    with wave.open(str(samples.TRAIN)) as said, wave.open(made, "wb") as file:
        file.setparams(said.getparams())
        frames = said.readframes(said.getnframes()) * 4
        file.writeframes(frames[: round(seconds * said.getframerate()) * said.getsampwidth()])
    return made.getvalue()


@pytest.fixture(scope="module", params=SPEAKERS)
async def told(request: pytest.FixtureRequest, azurite: str, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """The recording on its way through the app; its recipe writes all files."""
    services = SpeechServices()
    folder: Path = tmp_path_factory.mktemp("voices")
    async with service(services), world_over(services, azurite, folder) as world:
        world.recipe("transcribe", "  speakers: true", f"  speakers: true\n  writes: [{', '.join(FORMS)}]")
        return await _told(world, request.param, services.recorded)


async def _told(world: World, model: str, recorded: Recorded) -> Told:
    names = SPEAKERS[model]
    at = {"AZURE_INFERENCE_ENDPOINT": f"{world.foundry.url}/openai/v1", "AZURE_INFERENCE_DEPLOYMENT": model}
    document = await world.process("talk.wav", recording(recorded.seconds), **at)
    files = {form: await world.beside("talk.wav", form) for form in FORMS}
    return Told(document, files, names["A"], names["B"])


def test_the_document_has_who_says_what_and_when(told: Told) -> None:
    speakers = {"A": told.a, "B": told.b}
    expected = [
        {"start": each.start, "end": each.end, "speaker": speakers[each.speaker], "text": each.text, "words": []}
        for each in TWO_VOICES
    ]
    assert (told.document["answer"]["segments"], told.document["warnings"]) == (expected, [])
    assert told.document["model"]["name"] is None  # neither service says who heard


def test_the_text_has_a_line_for_each_change_of_speakers(told: Told) -> None:
    assert told.files["txt"].splitlines() == [
        f"[0:00:00] Speaker {told.a}: Good morning, everyone.",
        f"[0:00:02] Speaker {told.b}: Good morning.",
        f"[0:00:04] Speaker {told.a}: Shall we begin?",
    ]


def test_the_subtitles_have_times_to_the_millisecond_and_speakers(told: Told) -> None:
    assert told.files["srt"].split("\n\n") == [
        f"1\n00:00:00,000 --> 00:00:02,000\nSpeaker {told.a}: Good morning, everyone.",
        f"2\n00:00:02,500 --> 00:00:04,000\nSpeaker {told.b}: Good morning.",
        f"3\n00:00:04,000 --> 00:00:07,000\nSpeaker {told.a}: Shall we begin?\n",
    ]
    assert told.files["vtt"].split("\n\n") == [
        "WEBVTT",
        f"00:00:00.000 --> 00:00:02.000\n<v Speaker {told.a}>Good morning, everyone.",
        f"00:00:02.500 --> 00:00:04.000\n<v Speaker {told.b}>Good morning.",
        f"00:00:04.000 --> 00:00:07.000\n<v Speaker {told.a}>Shall we begin?\n",
    ]


def test_the_markdown_has_a_paragraph_for_each_change_of_speakers(told: Told) -> None:
    assert told.files["md"].split("\n\n") == [
        "# talk.wav",
        f"**Speaker {told.a}** (0:00:00): Good morning, everyone.",
        f"**Speaker {told.b}** (0:00:02): Good morning.",
        f"**Speaker {told.a}** (0:00:04): Shall we begin?\n",
    ]
