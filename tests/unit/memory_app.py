"""A processor over a store and a state in memory, and what happens around it."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

from shared.bootstrap import RECIPES
from shared.models.turn import Model
from shared.processing.beside import RecipeSidecars
from shared.processing.budget import Budget, billionths
from shared.processing.claims import Claim
from shared.processing.cooldowns import Cooldowns
from shared.processing.jobs import Job
from shared.processing.planning import RecipePlanner
from shared.processing.preparing import Preparer
from shared.processing.processor import Processor
from shared.processing.publisher import ResultPublisher
from shared.processing.retry import RetryPolicy
from shared.processing.services import Services
from shared.recipes.catalog import RecipeCatalog
from shared.recovery.poison import PoisonHandler
from shared.recovery.reconciler import Reconciler
from shared.results.result import Result
from tests import samples
from tests.unit.fakes import AsItLies, MemoryFiles, MemoryState, SpeakingModel, all_of, said

CHART = samples.CHART.read_bytes()
HELLO = samples.HELLO.read_bytes()
CATALOG = RecipeCatalog.load(RECIPES)


@dataclass
class MemoryApp:
    """All that there is, and who works in it."""

    services: Services
    state: MemoryState

    async def take(self, name: str, container: str = "input") -> None:
        """Take up a file, as for an event or a message."""
        await Processor(self.services).process(container, name, is_new=True)

    async def take_again(self) -> None:
        """Let the wait of the last message pass, and take up its file."""
        job, seconds = self.state.sent[-1]
        self.state.time += timedelta(seconds=seconds)
        await self.take(job.name)

    async def settle_poison(self, name: str, container: str = "input", *, chance: str = "") -> None:
        await PoisonHandler(self.services).settle(container, Job(name=name, chance=chance))

    async def reconcile(self, **how: Any) -> int:
        return await Reconciler(self.services, self.state, **how).reconcile()


def memory_app(
    files: MemoryFiles,
    *models: Model,
    recipes: RecipeCatalog = CATALOG,
    state: MemoryState | None = None,
    daily_tokens: int | None = None,
    daily_cost: str | None = None,
    preparer: Preparer | None = None,
    **own: Any,
) -> MemoryApp:
    """A place with these models, of which the first is the default."""
    state = state or MemoryState()
    dollars = billionths(Decimal(daily_cost)) if daily_cost else 0
    planner = RecipePlanner(
        files=files,
        recipes=recipes,
        deployments=all_of(*(each.deployment for each in models)),
        models={each.deployment.alias: each for each in models},
        max_pixels=100_000_000,
    )
    services = Services(
        input_container="input",
        files=files,
        claims=state,
        jobs=state,
        kept=state,
        cooldowns=Cooldowns(state, state),
        planner=planner,
        preparer=preparer or AsItLies(),
        publisher=ResultPublisher(
            files=files, claims=state, kept=state, events=state, sidecars=RecipeSidecars(recipes)
        ),
        clock=state,
        budget=Budget(daily_tokens, spending=state, clock=state) if daily_tokens else None,
        money=Budget(dollars, spending=state, clock=state, name="dollars") if dollars else None,
        policy=RetryPolicy(**own),
        random=Random(1),
    )
    return MemoryApp(services, state)


async def result_of(name: str, *contents: bytes) -> Result:
    """The document of a file that had these contents, one after the other."""
    elsewhere = MemoryFiles()
    for content in contents:
        elsewhere.put(name, content)
    await memory_app(elsewhere, SpeakingModel([said("another answer")])).take(name)
    return elsewhere.outcome(name)


def claim(etag: str, state: MemoryState, minutes: float = 0, **own: Any) -> Claim:
    """A record, by default a claim that ends in so many minutes, or ended so long ago."""
    until = state.time + timedelta(minutes=minutes)
    return Claim(**{"etag": etag, "kind": "claimed", "until": until, "token": "0" * 32, **own})
