"""Where things are built, and the only such place: the environment -> `App`."""

import logging
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from azure.core.credentials import AzureKeyCredential
from azure.core.credentials_async import AsyncTokenCredential
from azure.storage.blob.aio import BlobServiceClient

from shared.adapters.foundry import FoundryModel
from shared.adapters.identity import entra_id
from shared.adapters.storage import (
    BlobDeadLetters,
    BlobFiles,
    BlobState,
    PublicLinks,
    SignedLinks,
    StorageEventQueue,
    StorageJobQueue,
    blobs_by_connection_string,
    blobs_by_identity,
    queues_by_connection_string,
    queues_by_identity,
)
from shared.app import App, Running
from shared.errors import ConfigurationError
from shared.media import InputContent
from shared.models import (
    CapabilityTable,
    Deployment,
    Deployments,
    Endpoint,
    Model,
    PriceTable,
)
from shared.observability import redact_logs
from shared.processing import (
    Budget,
    Cooldowns,
    EventReceiver,
    MediaPreparer,
    Processor,
    RecipePlanner,
    RecipeSidecars,
    ResultPublisher,
    RetryPolicy,
    ServerClock,
    Services,
    billionths,
)
from shared.recipes import RecipeCatalog
from shared.recovery import DeadLetters, PoisonHandler, Reconciler
from shared.settings import ModelSettings, Settings, contradictions, without_effect

if TYPE_CHECKING:
    from azure.storage.queue.aio import QueueServiceClient

RECIPES = Path(__file__).resolve().parent.parent / "recipes"
RETIREMENT_NOTICE = timedelta(days=60)
"""How long before a model may retire the app says so at start."""

log = logging.getLogger("dropscribe")


type Credential = AzureKeyCredential | AsyncTokenCredential | None


async def _open(app: App) -> AsyncGenerator[Running]:
    async with AsyncExitStack() as exits:
        yield _build(app, exits)


def load(environ: Mapping[str, str], recipes: Path = RECIPES, *, policy: RetryPolicy | None = None) -> App:
    """Read and check everything that can be wrong before the first file.

    Raises:
        ConfigurationError: naming all of it at once.
    """
    redact_logs()
    for noisy in ("azure.core", "azure.identity", "azure.storage"):
        logging.getLogger(noisy).setLevel(logging.WARNING)  # they log every request, with its address
    problems: list[str] = []
    settings = _try(problems, Settings.from_environ, environ)
    catalog = _try(problems, RecipeCatalog.load, recipes)
    deployments = _deployments(settings) if settings else None
    if settings and deployments:
        problems.extend(contradictions(settings, catalog, deployments))
    if settings is None or catalog is None or deployments is None or problems:
        raise ConfigurationError(problems)
    retiring = deployments.retiring(datetime.now(UTC).date(), RETIREMENT_NOTICE)
    for notice in (*settings.notices, *without_effect(settings, deployments), *retiring):
        log.warning(notice)
    return App(settings, catalog, deployments, _open, policy or RetryPolicy(complete=settings.arrival_seconds))


def _try[T, U](problems: list[str], make: Callable[[T], U], source: T) -> U | None:
    try:
        return make(source)
    except ConfigurationError as error:
        problems.extend(error.problems)
        return None


def _deployments(settings: Settings) -> Deployments:
    table = CapabilityTable.load(settings.capabilities)
    prices = PriceTable.load(settings.prices)
    return Deployments((_deployment(*each, table, prices) for each in settings.models.items()), table)


def _deployment(alias: str, settings: ModelSettings, table: CapabilityTable, prices: PriceTable) -> Deployment:
    endpoint, _ = Endpoint.parse(settings.endpoint)
    model = settings.model_name or settings.name
    name = settings.name or model
    return Deployment(alias, name, model, endpoint, table.of(model), bool(settings.name), prices)


def _build(app: App, exits: AsyncExitStack) -> Running:
    settings, clock, identities = app.settings, ServerClock(), _Identities(exits)
    blobs, queues = _storage(settings, clock, identities, exits)
    files, state = _files(settings, blobs, clock), BlobState(blobs, settings.state_container)
    models = {each.alias: _model(each, settings, identities, exits) for each in app.deployments}
    planner, preparer = preparing(app, files, models)
    events, sidecars = _events(settings, blobs, queues), RecipeSidecars(app.recipes)
    services = Services(
        input_container=settings.input_container,
        files=files,
        claims=state,
        kept=state,
        jobs=StorageJobQueue(queues, settings.deferred_queue),
        cooldowns=Cooldowns(state, clock),
        planner=planner,
        preparer=preparer,
        publisher=ResultPublisher(files=files, claims=state, kept=state, events=events, sidecars=sidecars),
        clock=clock,
        policy=app.policy,
        budget=_budget("tokens", settings.daily_tokens, state, clock),
        money=_budget("dollars", billionths(settings.daily_cost or Decimal(0)), state, clock),
    )
    processor = Processor(services)
    return Running(
        processor,
        EventReceiver(services, processor, settings.events_wait),
        PoisonHandler(services),
        Reconciler(services, state),
        DeadLetters(services, BlobDeadLetters(blobs)),
    )


def _files(settings: Settings, blobs: BlobServiceClient, clock: ServerClock) -> BlobFiles:
    links = PublicLinks(settings.public_base_url) if settings.public_base_url else SignedLinks(blobs, clock)
    return BlobFiles(
        blobs, input_container=settings.input_container, output_container=settings.output_container, links=links
    )


def _events(settings: Settings, blobs: BlobServiceClient, queues: "QueueServiceClient") -> StorageEventQueue | None:
    output = f"{blobs.url.partition('?')[0].rstrip('/')}/{settings.output_container}"
    return StorageEventQueue(queues, settings.completed_queue, output=output) if settings.completed_queue else None


def _budget(name: str, limit: int | None, state: BlobState, clock: ServerClock) -> Budget | None:
    return Budget(limit, spending=state, clock=clock, name=name) if limit else None


def preparing(app: App, files: InputContent, models: Mapping[str, Model]) -> tuple[RecipePlanner, MediaPreparer]:
    """What decides on a file and converts it. Of the `models`, by alias, no one is asked."""
    planner = RecipePlanner(
        files=files,
        recipes=app.recipes,
        deployments=app.deployments,
        models=models,
        max_pixels=app.settings.max_pixels,
    )
    return planner, MediaPreparer(app.settings)


class _Identities:
    """One credential for each identity, which keeps the tokens of all who ask by it."""

    def __init__(self, exits: AsyncExitStack) -> None:
        self._exits = exits
        self._known: dict[str | None, AsyncTokenCredential] = {}

    def get(self, client_id: str | None = None) -> AsyncTokenCredential:
        if client_id not in self._known:
            self._known[client_id] = entra_id(client_id)
            self._exits.push_async_callback(self._known[client_id].close)
        return self._known[client_id]


def _storage(
    settings: Settings, clock: ServerClock, identities: _Identities, exits: AsyncExitStack
) -> tuple[BlobServiceClient, "QueueServiceClient"]:
    if settings.blob_service and settings.queue_service:
        credential = identities.get(settings.storage_client_id)
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


def _model(deployment: Deployment, settings: Settings, identities: _Identities, exits: AsyncExitStack) -> Model:
    # The first file needs them, no start does.
    from shared.adapters.speech import SpeechService  # noqa: PLC0415
    from shared.adapters.telemetry import ObservedModel, ObservedSpeechModel  # noqa: PLC0415

    own = settings.models[deployment.alias]
    credential: Credential = None
    if own.credential:
        credential = AzureKeyCredential(own.credential.get_secret_value())
    elif own.signs_in:
        credential = identities.get()
    if deployment.capability.is_speech:
        client = SpeechService(deployment, credential, scope=own.scope)
        exits.push_async_callback(client.close)
        return ObservedSpeechModel(client)
    model = FoundryModel(deployment, credential, scope=own.scope)
    exits.push_async_callback(model.close)
    return ObservedModel(model)
