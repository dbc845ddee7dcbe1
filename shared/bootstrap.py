"""Where things are built, and the only such place: the environment -> `App`."""

import logging
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
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
    DEFAULT,
    CapabilityTable,
    Deployment,
    Deployments,
    Endpoint,
    Model,
    PriceTable,
    can_be_limited,
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
from shared.settings import ModelSettings, Settings, kind_meant, suffix_of

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
    book = _try(problems, RecipeCatalog.load, recipes)
    deployments = _deployments(settings) if settings else None
    if book and deployments:
        problems.extend([*_unknown_models(book, deployments), *_misspelt_models(book, deployments)])
        problems.extend(_speech_for_later_turns(book, deployments))
    if settings and settings.daily_cost and deployments:
        problems.extend(_unknown_prices(deployments))
    if settings is None or book is None or deployments is None or problems:
        raise ConfigurationError(problems)
    retiring = deployments.retiring(datetime.now(UTC).date(), RETIREMENT_NOTICE)
    for notice in (*settings.notices, *_without_effect(settings, deployments), *retiring):
        log.warning(notice)
    return App(settings, book, deployments, _open, policy or RetryPolicy(complete=settings.arrival_seconds))


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


def _unknown_models(recipes: RecipeCatalog, deployments: Deployments) -> Iterator[str]:
    known = ", ".join(f"`{each.alias}`" for each in deployments)
    for recipe in recipes:
        for keys, name in ((("model", "id"), recipe.model), (("metadata", "then"), recipe.then)):
            if name and name not in deployments:
                yield (
                    f"{recipe.place(*keys)}: there is no model `{name}`, only {known}. Name another with"
                    f" AZURE_INFERENCE_DEPLOYMENT_{suffix_of(name)}."
                )


def _speech_for_later_turns(recipes: RecipeCatalog, deployments: Deployments) -> Iterator[str]:
    for recipe in recipes:
        name = recipe.then
        if name and name in deployments and deployments[name].capability.is_speech:
            yield (
                f"{recipe.place('metadata', 'then')}: `{name}` is a speech model, which only writes down what is said."
                " Name a chat model there."
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


def _without_effect(settings: Settings, deployments: Deployments) -> Iterator[str]:
    """What is said of models that no setting names, and so is perhaps a slip."""
    known = ", ".join(dict.fromkeys(name for each in deployments for name in (each.name, each.model)))
    if names := list(deployments.unpriced_names(settings.prices)):
        yield (
            f"MODEL_PRICES names {', '.join(names)}, but no setting does: that has no effect unless a model calls"
            f" itself so in its answers. The settings name {known}."
        )
    if names := list(deployments.unaffected_names(each for each in settings.capabilities if each.lower() != DEFAULT)):
        yield (
            f"MODEL_CAPABILITIES names {', '.join(names)}, with which the name of no model begins that the settings"
            f" name: {known}."
        )


def _unknown_prices(deployments: Deployments) -> Iterator[str]:
    """A limit that does not see what some of the calls cost would not hold."""
    for each in deployments:
        if not can_be_limited(each):
            rates = '"hour": ...' if each.capability.is_speech else '"input": ..., "output": ...'
            yield (
                f"DAILY_COST cannot hold: what a call of the deployment {each.name} costs is not known. Say it in"
                f' MODEL_PRICES (`{{"{each.name}": {{{rates}}}}}`), or set AZURE_INFERENCE_MODEL'
                f"{'' if each.alias == DEFAULT else f'_{suffix_of(each.alias)}'} to the whole name of its model."
            )


def _build(app: App, exits: AsyncExitStack) -> Running:
    settings, clock, identities = app.settings, ServerClock(), _Identities(exits)
    blobs, queues = _storage(settings, clock, identities, exits)
    links = PublicLinks(settings.public_base_url) if settings.public_base_url else SignedLinks(blobs, clock)
    files = BlobFiles(
        blobs, input_container=settings.input_container, output_container=settings.output_container, links=links
    )
    state = BlobState(blobs, settings.state_container)
    output = f"{blobs.url.partition('?')[0].rstrip('/')}/{settings.output_container}"
    events = StorageEventQueue(queues, settings.completed_queue, output=output) if settings.completed_queue else None
    models = {each.alias: _model(each, settings, identities, exits) for each in app.deployments}
    planner, preparer = preparing(app, files, models)
    tokens, money = settings.daily_tokens, settings.daily_cost
    services = Services(
        input_container=settings.input_container,
        files=files,
        claims=state,
        kept=state,
        jobs=StorageJobQueue(queues, settings.deferred_queue),
        cooldowns=Cooldowns(state, clock),
        planner=planner,
        preparer=preparer,
        publisher=ResultPublisher(
            files=files, claims=state, kept=state, events=events, sidecars=RecipeSidecars(app.recipes)
        ),
        clock=clock,
        budget=Budget(tokens, counts=state, clock=clock) if tokens else None,
        money=Budget(billionths(money), counts=state, clock=clock, name="dollars") if money else None,
        policy=app.policy,
    )
    processor = Processor(services)
    return Running(
        processor,
        EventReceiver(services, processor, settings.events_wait),
        PoisonHandler(services),
        Reconciler(services, state),
        DeadLetters(services, BlobDeadLetters(blobs)),
    )


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
