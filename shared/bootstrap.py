"""Where things are built, and the only such place: the environment -> `Dropscribe` -> `Processor`."""

import logging
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from azure.core.credentials import AzureKeyCredential
from azure.storage.blob.aio import BlobServiceClient

from shared.adapters.foundry.client import FoundryModel
from shared.adapters.identity import entra_id
from shared.adapters.storage.blobs import BlobFiles
from shared.adapters.storage.clients import (
    blobs_by_connection_string,
    blobs_by_identity,
    queues_by_connection_string,
    queues_by_identity,
)
from shared.adapters.storage.queues import StorageEventQueue, StorageJobQueue
from shared.adapters.storage.sas import PublicLinks, SignedLinks
from shared.adapters.storage.state import BlobState
from shared.errors import ConfigurationError
from shared.models.capabilities import CapabilityTable
from shared.models.chat import ChatModel
from shared.models.deployments import Deployment, Deployments
from shared.models.endpoint import Endpoint
from shared.observability.log import log_event
from shared.observability.redaction import redact_logs, redacted_faults
from shared.processing.answering import Answerer
from shared.processing.budget import Budget
from shared.processing.clock import ServerClock
from shared.processing.cooldowns import Cooldowns
from shared.processing.jobs import Job, job_of
from shared.processing.patience import Patience
from shared.processing.processor import Processor
from shared.processing.publisher import ResultPublisher
from shared.recipes.catalog import RecipeCatalog
from shared.recovery.rescue import Rescue
from shared.settings.model_settings import ModelSettings, suffix_of
from shared.settings.names import kind_meant
from shared.settings.settings import Settings

if TYPE_CHECKING:
    from azure.storage.queue.aio import QueueServiceClient

RECIPES = Path(__file__).resolve().parent.parent / "recipes"
RETIREMENT_NOTICE = timedelta(days=60)
"""How long before a model may retire the app says so at start."""

log = logging.getLogger("dropscribe")


@dataclass
class Running:
    """What works on files, while the clients are open."""

    processor: Processor
    rescue: Rescue


@dataclass
class Dropscribe:
    """The app: its settings, recipes and models, checked; its clients, made when the first file comes."""

    settings: Settings
    recipes: RecipeCatalog
    deployments: Deployments
    patience: Patience = field(default_factory=Patience)
    _lifetime: AsyncGenerator[Running] | None = field(default=None, repr=False)
    _running: Running | None = field(default=None, repr=False)

    async def process(self, container: str, name: str) -> None:
        """Take a file to its document (see `Processor.process`)."""
        with redacted_faults():
            await (await self._work()).processor.process(container, Job(name=name))

    async def resume(self, message: str) -> None:
        """Take up a file that waited."""
        if read := self._read(message):
            with redacted_faults():
                await (await self._work()).processor.process(*read)

    async def settle_poison(self, message: str) -> None:
        """Settle a message that the host gave up on: one of its own about a blob, or one of ours."""
        if read := self._read(message):
            with redacted_faults():
                await (await self._work()).rescue.settle_poison(*read)

    async def reconcile(self) -> None:
        """Queue files again that nobody works on (see `Rescue.reconcile`)."""
        with redacted_faults():
            await (await self._work()).rescue.reconcile()

    def _read(self, message: str) -> tuple[str, Job] | None:
        read = job_of(message, self.settings.input_container)
        if read is None:  # nobody can ever do anything with it
            log_event("message.unreadable", logging.ERROR, length=len(message))
        return read

    async def close(self) -> None:
        """Close the clients, where the loop lives on; they come back with the next file."""
        lifetime, self._lifetime, self._running = self._lifetime, None, None
        if lifetime:
            await lifetime.aclose()

    async def _work(self) -> Running:
        if self._running is None:
            # Nothing tells a function that its worker stops, but a loop that ends closes the async
            # generators that it has started: so the clients live in one.
            self._lifetime = self._open()
            self._running = await anext(self._lifetime)
        return self._running

    async def _open(self) -> AsyncGenerator[Running]:
        async with AsyncExitStack() as exits:
            yield _build(self, exits)


def load(environ: Mapping[str, str], recipes: Path = RECIPES, *, patience: Patience | None = None) -> Dropscribe:
    """Read and check everything that can be wrong before the first file.

    Raises:
        ConfigurationError: naming all of it at once.
    """
    redact_logs()
    for noisy in ("azure.core", "azure.identity", "azure.storage"):
        logging.getLogger(noisy).setLevel(logging.WARNING)  # they log every request, with its address
    problems: list[str] = []
    settings = _try(problems, Settings.from_environ, environ)
    book = _try(problems, RecipeCatalog.load, recipes)
    deployments = _deployments(settings) if settings else None
    if book and deployments:
        problems.extend([*_unknown_models(book, deployments), *_misspelt_models(book, deployments)])
    if settings is None or book is None or deployments is None or problems:
        raise ConfigurationError(problems)
    for notice in (*settings.notices, *deployments.retiring((datetime.now(UTC) + RETIREMENT_NOTICE).date())):
        log.warning(notice)
    patience = patience or Patience(complete=settings.arrival_seconds)
    return Dropscribe(settings, book, deployments, patience)


def _try[T, U](problems: list[str], make: Callable[[T], U], source: T) -> U | None:
    try:
        return make(source)
    except ConfigurationError as error:
        problems.extend(error.problems)
        return None


def _deployments(settings: Settings) -> Deployments:
    table = CapabilityTable.load(settings.capabilities)
    return Deployments((_deployment(*each, table) for each in settings.models.items()), table)


def _deployment(alias: str, settings: ModelSettings, table: CapabilityTable) -> Deployment:
    endpoint, _ = Endpoint.parse(settings.endpoint)
    model = settings.model_name or settings.name
    name = settings.name or model
    return Deployment(alias, name, model, endpoint, table.of(model), is_named=bool(settings.name))


def _unknown_models(recipes: RecipeCatalog, deployments: Deployments) -> Iterator[str]:
    known = ", ".join(f"`{each.alias}`" for each in deployments)
    for recipe in recipes:
        for part, name in (("model", recipe.model), ("then", recipe.then)):
            if name and name not in deployments:
                yield (
                    f"{recipe.place(part)}: there is no model `{name}`, only {known}. Name another with"
                    f" AZURE_INFERENCE_DEPLOYMENT_{suffix_of(name)}."
                )


def _misspelt_models(recipes: RecipeCatalog, deployments: Deployments) -> Iterator[str]:
    """Models that no recipe names, and that would have all files of a kind if their alias had no slip in it."""
    named = {name for recipe in recipes for name in (recipe.model, recipe.then)}
    for each in deployments:
        if not named & {each.alias, each.name} and (meant := kind_meant(each.alias)):
            yield (
                f"No recipe names the model `{each.alias}`: did you mean _{meant} at the end of its settings' names, in"
                f" place of _{suffix_of(each.alias)}?"
            )


def _build(app: Dropscribe, exits: AsyncExitStack) -> Running:
    settings, clock = app.settings, ServerClock()
    blobs, queues = _storage(settings, clock, exits)
    links = PublicLinks(settings.public_base_url) if settings.public_base_url else SignedLinks(blobs, clock)
    files = BlobFiles(
        blobs, input_container=settings.input_container, output_container=settings.output_container, links=links
    )
    records = BlobState(blobs, settings.state_container)
    deferrals = StorageJobQueue(queues, settings.deferred_queue)
    output = f"{blobs.url.partition('?')[0].rstrip('/')}/{settings.output_container}"
    told = StorageEventQueue(queues, settings.completed_queue, output=output) if settings.completed_queue else None
    shared_parts: dict[str, Any] = {
        "input_container": settings.input_container,
        "files": files,
        "claims": records,
        "deferrals": deferrals,
        "conclusion": ResultPublisher(files=files, claims=records, announcements=told),
        "clock": clock,
        "patience": app.patience,
    }
    models = {each.alias: _model(each, settings, exits) for each in app.deployments}
    answerer = Answerer(files=files, recipes=app.recipes, deployments=app.deployments, models=models)
    pauses = Cooldowns(records, clock)
    limit = settings.daily_tokens
    budget = Budget(limit, counts=records, clock=clock) if limit else None
    processor = Processor(pauses=pauses, answering=answerer, budget=budget, **shared_parts)
    return Running(processor, Rescue(**shared_parts))


def _storage(
    settings: Settings, clock: ServerClock, exits: AsyncExitStack
) -> tuple[BlobServiceClient, "QueueServiceClient"]:
    if settings.blob_service and settings.queue_service:
        credential = entra_id(settings.storage_client_id)
        exits.push_async_callback(credential.close)
        blobs = blobs_by_identity(settings.blob_service, credential, clock.observe)
        queues = queues_by_identity(settings.queue_service, credential)
    else:
        assert settings.media_storage
        connection_string = settings.media_storage.get_secret_value()
        blobs = blobs_by_connection_string(connection_string, clock.observe)
        queues = queues_by_connection_string(connection_string)
    exits.push_async_callback(blobs.close)
    exits.push_async_callback(queues.close)
    return blobs, queues


def _model(deployment: Deployment, settings: Settings, exits: AsyncExitStack) -> ChatModel:
    from shared.adapters.telemetry import ObservedModel  # noqa: PLC0415 - the first file needs it, no start does

    own = settings.models[deployment.alias]
    if own.credential:
        model = FoundryModel(deployment, AzureKeyCredential(own.credential.get_secret_value()))
    else:
        credential = entra_id()
        exits.push_async_callback(credential.close)
        model = FoundryModel(deployment, credential, scope=own.scope)
    exits.push_async_callback(model.close)
    return ObservedModel(model)
