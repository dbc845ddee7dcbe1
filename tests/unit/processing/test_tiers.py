"""A cheaper tier while a file may wait, then the standard one: what is asked, what waits, what is paid."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from shared.adapters.foundry.adaptation import NO_SUCH_TIER
from shared.errors import AnswerUnusable, ModelThrottled, ModelTimeout, ModelUnavailable
from shared.models.chat import ChatAnswer, ChatRequest
from shared.models.conversation import AT_FULL_PRICE, NOT_ANSWERED_AT
from shared.models.estimates import dollars_of
from shared.models.known import Catalog
from shared.models.prices import PriceTable
from shared.recipes.catalog import RecipeCatalog
from shared.recipes.recipe import DAY_HOURS, ModelOptions
from shared.results.result import Result
from tests.unit.fakes import START, HearingModel, MemoryFiles, MemoryState, SpeakingModel, deployed
from tests.unit.memory_app import CHART, HELLO, MemoryApp, memory_app

RATES = {"input": 2, "output": 10, "flex": {"input": 1, "output": 5}}
LUNA = deployed("luna", prices=PriceTable({}, Catalog("2026-11-26", {"luna": {"prices": RATES}})))
TURNS = "user:\nWhat is it?\n"
RECIPE = """\
---
name: {name}
metadata:
  accepts: [image]
  route: {name}/**
{tier}template: {{format: {{kind: jinja2}}, parser: {{kind: prompty}}}}
---
{turns}"""


def catalog(folder: Path, turns: str = TURNS) -> RecipeCatalog:
    """Two recipes: `patient`, which waits six hours for the tier `flex`, and `hasty`, which does not."""
    folder.mkdir(exist_ok=True)
    tiers = {"patient": "  tier: flex\n  flexHours: 6\n", "hasty": ""}
    for name, tier in tiers.items():
        (folder / f"{name}.prompty").write_text(RECIPE.format(name=name, tier=tier, turns=turns))
    for name, kind in (("describe", "image"), ("transcribe", "audio")):
        text = RECIPE.format(name=name, tier="", turns=TURNS).replace("[image]", f"[{kind}]")
        (folder / f"{name}.prompty").write_text(text)
    return RecipeCatalog.load(folder)


def answered(tier: str | None, text: str = "A chart.") -> ChatAnswer:
    return ChatAnswer(text, "luna", "stop", {"prompt_tokens": 1000, "completion_tokens": 100}, "1", 0.5, tier=tier)


class WithoutRoom(SpeakingModel):
    """Has no room in the cheaper tier."""

    async def complete(self, request: ChatRequest) -> ChatAnswer:
        if request.tier is None:
            self.answers = [answered("default")]
        return await super().complete(request)


def scene(
    folder: Path, *answers: ChatAnswer | Exception, model: type[SpeakingModel] = SpeakingModel, turns: str = TURNS
) -> tuple[MemoryApp, MemoryFiles, SpeakingModel]:
    files, asked = MemoryFiles(), model(list(answers), LUNA)
    for name in ("patient", "hasty"):
        files.put(f"{name}/a.png", CHART)
    return memory_app(files, asked, recipes=catalog(folder, turns=turns), state=MemoryState(time=START)), files, asked


async def until_answered(it: MemoryApp, files: MemoryFiles) -> None:
    """Let the file wait and be taken up again, twenty times at most."""
    for _ in range(20):
        if not files.outcomes:
            await it.take_again()


def tiers(model: SpeakingModel) -> list[str | None]:
    return [request.tier for request in model.requests]


def cost_of(result: Result) -> float | None:
    return result.usage.cost.amount if result.usage and result.usage.cost else None


async def test_a_recipe_that_can_wait_asks_the_cheaper_tier_and_its_document_tells_so_and_costs_half(
    tmp_path: Path,
) -> None:
    it, files, model = scene(tmp_path, answered("flex"), answered("default"))
    for name in ("patient/a.png", "hasty/a.png"):
        await it.take(name)
    documents = [files.outcome(name) for name in ("patient/a.png", "hasty/a.png")]
    assert tiers(model) == ["flex", None]
    assert [each.model and each.model.tier for each in documents] == ["flex", "default"]
    assert [cost_of(each) for each in documents] == [0.0015, 0.003]
    assert [each.warnings for each in documents] == [[], []]


async def test_a_file_is_billed_at_the_full_price_unless_the_service_says_that_the_cheaper_tier_answered(
    tmp_path: Path,
) -> None:
    it, files, _ = scene(tmp_path, answered(None))
    await it.take("patient/a.png")
    assert cost_of(files.outcome("patient/a.png")) == 0.003


@pytest.mark.parametrize(
    ("answer", "warnings"),
    [
        (answered("flex"), []),
        (answered("default"), [NOT_ANSWERED_AT.format(asked="flex", answered="answered at `default`")]),
        (answered(None), [NOT_ANSWERED_AT.format(asked="flex", answered="did not say that it answered at it")]),
        (replace(answered("default"), warnings=(NO_SUCH_TIER,)), [NO_SUCH_TIER]),
    ],
)
async def test_a_call_of_the_cheaper_tier_that_costs_the_full_price_is_told_once(
    answer: ChatAnswer, warnings: list[str], tmp_path: Path
) -> None:
    it, files, _ = scene(tmp_path, answer)
    await it.take("patient/a.png")
    document = files.outcome("patient/a.png")
    assert (document.warnings, cost_of(document)) == (warnings, 0.003 if warnings else 0.0015)


@pytest.mark.parametrize(("first", "other"), [("patient", "hasty"), ("hasty", "patient")])
async def test_a_tier_that_has_no_room_keeps_no_file_of_the_other_waiting(
    first: str, other: str, tmp_path: Path
) -> None:
    it, files, model = scene(tmp_path, ModelThrottled("no room", retry_after=3600), answered(None))
    for name in (f"{first}/a.png", f"{other}/a.png", f"{first}/a.png"):
        await it.take(name)
    assert list(files.outcomes) == [f"{other}/a.png"]
    assert len(model.requests) == 2


@pytest.mark.parametrize("retry_after", [None, 20, 86_400])
async def test_after_the_hours_of_its_recipe_a_file_is_asked_about_at_the_standard_tier(
    retry_after: float | None, tmp_path: Path
) -> None:
    it, files, model = scene(tmp_path, ModelThrottled("no room", retry_after=retry_after), model=WithoutRoom)
    it.state.time = START + timedelta(hours=6, seconds=-60)
    await it.take("patient/a.png")
    await until_answered(it, files)
    assert (tiers(model)[0], tiers(model)[-1], tiers(model).count(None)) == ("flex", None, 1)
    assert it.state.time < START + timedelta(hours=6, seconds=40)
    assert files.outcome("patient/a.png").warnings == [AT_FULL_PRICE.format(hours=6)]


async def test_a_file_whose_hours_end_while_the_cheaper_tier_is_left_alone_is_asked_about_at_the_standard_one(
    tmp_path: Path,
) -> None:
    it, files, model = scene(tmp_path, ModelThrottled("no room", retry_after=3600), model=WithoutRoom)
    it.state.time = START + timedelta(hours=6, seconds=-60)
    await it.take("patient/a.png")
    it.state.time += timedelta(seconds=51)
    files.put("patient/b.png", CHART)
    await it.take("patient/b.png")
    assert tiers(model) == ["flex", None]


async def test_a_speech_model_has_no_tier_and_is_left_alone_as_long_as_it_asks_for(tmp_path: Path) -> None:
    catalog(tmp_path)
    heard = RECIPE.format(name="heard", tier="  tier: flex\n  flexHours: 6\n  transcript: asked\n", turns=TURNS)
    (tmp_path / "heard.prompty").write_text(heard.replace("[image]", "[audio]"))
    files, speech = MemoryFiles(), HearingModel([ModelThrottled("busy", retry_after=600)])
    files.put("heard/hello.mp3", HELLO)
    state = MemoryState(time=START + timedelta(hours=6, seconds=-60))
    models = SpeakingModel([answered(None)], LUNA), speech
    await memory_app(files, *models, recipes=RecipeCatalog.load(tmp_path), state=state).take("heard/hello.mp3")
    assert [wait >= 600 for _, wait in state.sent] == [True]


@pytest.mark.parametrize("error", [ModelTimeout("silence"), AnswerUnusable("it broke")])
async def test_a_call_of_the_cheaper_tier_that_may_have_been_billed_in_vain_is_not_risked_twice(
    error: Exception, tmp_path: Path
) -> None:
    it, files, model = scene(tmp_path, error, answered("default"))
    await it.take("patient/a.png")
    await until_answered(it, files)
    assert tiers(model) == ["flex", None]


async def test_a_cheaper_tier_that_is_down_is_held_against_no_file_though_the_standard_one_answers(
    tmp_path: Path,
) -> None:
    down = ModelUnavailable("503", status=503)
    it, files, model = scene(tmp_path, answered("default"))
    for number in range(5):
        model.answers[:] = [answered("default")]
        files.put(f"hasty/{number}.png", CHART)
        await it.take(f"hasty/{number}.png")
        model.answers[:] = [down]
        await (it.take_again() if number else it.take("patient/a.png"))
    assert "patient/a.png" not in files.outcomes


async def test_answers_of_one_tier_are_gone_on_with_at_the_other(tmp_path: Path) -> None:
    it, files, model = scene(
        tmp_path, answered("flex"), ModelThrottled("no room", retry_after=86_400), answered("default"), turns=TURNS * 2
    )
    await it.take("patient/a.png")
    await it.take_again()
    assert tiers(model) == ["flex", "flex", None]
    usage = files.outcome("patient/a.png").usage
    assert usage
    assert [(each["tier"], each["cost"]["amount"]) for each in usage.model_dump()["calls"]] == [
        ("flex", 0.0015),
        ("default", 0.003),
    ]


@pytest.mark.parametrize(
    ("rates", "tier", "dollars"),
    [(RATES, "flex", "0.0015"), (RATES, None, "0.003"), ({"input": 2, "output": 10}, "flex", "0.003")],
)
def test_a_limit_counts_the_price_of_the_tier_and_the_full_one_where_that_is_unknown(
    rates: dict[str, object], tier: str | None, dollars: str
) -> None:
    model = deployed("luna", prices=PriceTable({}, Catalog("2026-11-26", {"luna": {"prices": rates}})))
    answer = answered(tier)
    spent = dollars_of(answer.usage, ChatRequest([], ModelOptions()), model, answer.billed_tier)
    assert spent == Decimal(dollars)


def test_a_recipe_that_names_no_hours_waits_for_a_day(tmp_path: Path) -> None:
    folder = tmp_path / "recipes"
    catalog(folder)
    path = folder / "patient.prompty"
    path.write_text(path.read_text().replace("  flexHours: 6\n", ""))
    recipe = next(each for each in RecipeCatalog.load(folder) if each.name == "patient")
    assert (recipe.tier, recipe.flex_hours) == ("flex", DAY_HOURS)
