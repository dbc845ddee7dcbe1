"""The tier of a chat model in the request: asked for, answered, refused, and without room."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from azure.core.credentials import AzureKeyCredential

from shared.adapters.foundry import client
from shared.adapters.foundry.adaptation import NO_SUCH_TIER
from shared.adapters.foundry.client import FoundryModel
from shared.errors import ModelThrottled, ModelTimeout
from shared.models.chat import ChatRequest, Message, TextPart
from shared.recipes.recipe import ModelOptions, Tier
from tests.integration.loopback import service
from tests.planted import KEY
from tests.support.tiers import WORDINGS, TieredService
from tests.unit.fakes import deployed


def question(tier: Tier = "flex") -> ChatRequest:
    return ChatRequest([Message("user", [TextPart("What?")])], ModelOptions(), tier=tier)


@asynccontextmanager
async def asked_at(running: TieredService, name: str = "gpt-6-luna") -> AsyncIterator[FoundryModel]:
    async with service(running):
        model = FoundryModel(deployed(name, at=f"{running.url}/openai/v1"), AzureKeyCredential(KEY))
        yield model
        await model.close()


async def test_the_tier_is_asked_for_and_the_answer_tells_which_one_it_was() -> None:
    running = TieredService()
    async with asked_at(running) as model:
        answers = [await model.complete(question(tier)) for tier in ("flex", None)]
    assert running.asked == ["flex", None]
    assert [(answer.tier, answer.billed_tier, answer.warnings) for answer in answers] == [
        ("flex", "flex", ()),
        ("default", None, ()),
    ]


@pytest.mark.parametrize("wording", range(len(WORDINGS)))
async def test_a_model_without_the_tier_is_asked_at_the_standard_one_at_once_and_from_then_on(wording: int) -> None:
    running = TieredService(refuses_with=wording)
    async with asked_at(running, "gpt-4o") as model:
        answers = [await model.complete(question()) for _ in range(2)]
    assert running.asked == ["flex", None, None]
    assert [(answer.tier, answer.warnings) for answer in answers] == [("default", (NO_SUCH_TIER,))] * 2


async def test_a_tier_without_room_is_busy_and_not_refused() -> None:
    async with asked_at(TieredService(has_room=False)) as model:
        with pytest.raises(ModelThrottled):
            await model.complete(question())
        assert (await model.complete(question(None))).tier == "default"


async def test_the_cheaper_tier_is_waited_for_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PATIENT_SECONDS", 0.01)
    async with asked_at(TieredService(thinks=True)) as model, asyncio.timeout(60):
        with pytest.raises(ModelTimeout):
            await model.complete(question())
