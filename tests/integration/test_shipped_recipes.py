"""Each recipe that we ship ends well with a stand-in for each model that people deploy, as strict as the real one."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import aiohttp
import pytest
from azure.core.credentials import AzureKeyCredential

from shared.adapters.foundry.client import FoundryModel
from shared.adapters.speech.client import SpeechService
from shared.models.turn import Model
from shared.recipes.recipe import FORMS_WITH_TIMES, Recipe
from shared.results.result import Result
from tests.integration.loopback import service
from tests.planted import KEY
from tests.support.model_services import ModelServices
from tests.unit.fakes import MemoryFiles, deployed
from tests.unit.memory_app import CATALOG, CHART, HELLO, memory_app
from tests.unit.recipes.test_recipes import SHIPPED

V1, MODELS, LOCAL = "/openai/v1", "/models", "/v1"
AT = {
    "gpt-6-luna": V1,
    "gpt-5.4": V1,
    "gpt-audio-1.5": V1,
    "Phi-4-multimodal-instruct": MODELS,
    "MAI-Transcribe-2": V1,
    "whisper": "/openai/deployments/whisper",
    "gemma3:4b": LOCAL,
    "Systran/faster-whisper-small": LOCAL,
}
"""Where each model is asked."""

PICTURES = [["gpt-6-luna"], ["gpt-5.4"], ["Phi-4-multimodal-instruct"], ["gemma3:4b"]]
RECORDINGS = [
    ["Phi-4-multimodal-instruct"],
    ["gpt-audio-1.5"],
    ["gpt-6-luna", "gpt-audio-1.5"],
    ["gpt-6-luna", "MAI-Transcribe-2"],
    ["gpt-5.4", "whisper"],
    ["gemma3:4b", "Systran/faster-whisper-small"],
]
"""The default deployment, and the one for recordings where that is another."""

ALONE = [["MAI-Transcribe-2"], ["whisper"], ["Systran/faster-whisper-small"]]
"""For recipes that ask for a transcript and nothing else."""

REFUSED_ONCE = {"Phi-4-multimodal-instruct": ["Invalid value: 'input_audio'"]}
"""What no table of ours tells of a model; it is learnt from the refusal."""


def wanted() -> list[tuple[Recipe, list[str]]]:
    recordings = {recipe.name: RECORDINGS for recipe in CATALOG if "audio" in recipe.accepts}
    recordings |= dict.fromkeys(("transcribe", "subtitles"), RECORDINGS + ALONE)
    shipped = [recipe for recipe in CATALOG if recipe.name in SHIPPED]  # what one of your own needs, we cannot know
    return [(recipe, models) for recipe in shipped for models in recordings.get(recipe.name, PICTURES)]


@asynccontextmanager
async def clients(services: ModelServices, names: Sequence[str]) -> AsyncIterator[list[Model]]:
    """The adapters for these deployments; the second is for recordings."""
    async with AsyncExitStack() as exits:
        models: list[Model] = []
        for name, alias in zip(names, ("default", "audio"), strict=False):
            deployment = deployed(name, alias=alias, at=services.url + AT[name])
            key = None if AT[name] == LOCAL else AzureKeyCredential(KEY)
            adapter = SpeechService if deployment.capability.is_speech else FoundryModel
            client = adapter(deployment, key)
            exits.push_async_callback(client.close)
            models.append(client)
        yield models


async def answered(services: ModelServices, recipe: Recipe, names: Sequence[str]) -> tuple[Result, MemoryFiles]:
    files = MemoryFiles()
    name, content = ("a.mp3", HELLO) if "audio" in recipe.accepts else ("a.png", CHART)
    files.put(name, content, recipe=recipe.name)
    async with clients(services, names) as models:
        await memory_app(files, *models).take(name)
    return files.outcome(name), files


@pytest.mark.parametrize(
    ("recipe", "names"), [pytest.param(*each, id=f"{each[0].name}-{'+'.join(each[1])}") for each in wanted()]
)
async def test_a_shipped_recipe_ends_well_and_is_asked_so_that_nothing_is_refused(
    recipe: Recipe, names: list[str]
) -> None:
    services = ModelServices()
    async with service(services):
        document, files = await answered(services, recipe, names)
    assert (document.status, document.error) == ("ok", None)
    assert document.answer
    assert (document.answer.text != "", document.answer.data is not None) == (True, recipe.schema is not None)
    has_times = deployed(names[-1]).capability.is_speech
    assert bool(document.answer.segments) == has_times
    expected = REFUSED_ONCE.get(names[0], []) if document.input.kind == "audio" else []
    assert [told.partition(".")[0] for told in services.refused] == expected
    assert {form for _, form in files.beside} == {
        form for form in recipe.writes if has_times or form not in FORMS_WITH_TIMES
    }


def saying(*parts: str) -> list[dict[str, Any]]:
    carried = {"image_url": {"url": "data:image/png;base64,eA=="}, "input_audio": {"data": "eA==", "format": "mp3"}}
    return [{"role": "user", "content": [{"type": part, part: carried[part]} for part in parts]}]


SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}, "required": [], "additionalProperties": False}
LOOSE = {"type": "json_schema", "json_schema": {"name": "a", "strict": True, "schema": SCHEMA}}


@pytest.mark.parametrize(
    ("model", "asked"),
    [
        ("gpt-6-luna", {"temperature": 0}),
        ("gpt-5.4", {"max_tokens": 9}),
        ("gpt-5.4", {"messages": saying("input_audio")}),
        ("gpt-6-luna", {"response_format": LOOSE}),
        ("gpt-audio-1.5", {}),
        ("gpt-audio-1.5", {"messages": saying("input_audio", "image_url")}),
        ("gpt-audio-1.5", {"messages": saying("input_audio"), "response_format": LOOSE}),
        ("Phi-4-multimodal-instruct", {"response_format": LOOSE}),
        ("Phi-4-multimodal-instruct", {"max_tokens": 5_000}),
        ("Phi-4-multimodal-instruct", {"messages": saying("image_url", "image_url")}),
        ("Phi-4-multimodal-instruct", {"messages": saying("input_audio")}),
        ("gemma3:4b", {"messages": saying("input_audio")}),
        ("gpt-4", {}),
    ],
)
async def test_the_stand_ins_refuse_what_the_real_models_refuse(model: str, asked: dict[str, Any]) -> None:
    body = {"model": model, "messages": [{"role": "user", "content": "Hello?"}], **asked}
    async with service(ModelServices()) as services, aiohttp.ClientSession() as session:
        url = f"{services.url}{V1}/chat/completions"
        async with session.post(url, json=body, headers={"api-key": KEY}) as response:
            assert response.status in (400, 404, 422)
