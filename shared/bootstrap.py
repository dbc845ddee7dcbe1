"""Where things are built, and the only such place: the environment -> `Dropscribe` -> `Processor`."""

import logging
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from azure.core.credentials import AzureKeyCredential

from shared.adapters.credentials import entra_id
from shared.adapters.inference import FoundryModel
from shared.adapters.links import PublicLinks
from shared.adapters.storage import BlobFiles, by_connection_string, by_identity
from shared.chat import ChatModel
from shared.deployment import Deployment, Deployments
from shared.endpoint import Endpoint
from shared.errors import ConfigurationError
from shared.models import CapabilityTable
from shared.processor import Processor
from shared.recipes import RecipeBook
from shared.settings import ModelSettings, Settings, suffix_of

RECIPES = Path(__file__).resolve().parent.parent / "recipes"
RETIREMENT_NOTICE = timedelta(days=60)
"""How long before a model may retire the app says so at start."""

log = logging.getLogger("dropscribe")


@dataclass
class Dropscribe:
    """The app: its settings, recipes and models, checked; its clients, made when the first file comes."""

    settings: Settings
    recipes: RecipeBook
    deployments: Deployments
    _lifetime: AsyncGenerator[Processor] | None = field(default=None, repr=False)
    _processor: Processor | None = field(default=None, repr=False)

    async def process(self, container: str, name: str) -> None:
        """Take a file to its document (see `Processor.process`)."""
        if self._processor is None:
            # Nothing tells a function that its worker stops, but a loop that ends closes the async
            # generators that it has started: so the clients live in one.
            self._lifetime = self._running()
            self._processor = await anext(self._lifetime)
        await self._processor.process(container, name)

    async def close(self) -> None:
        """Close the clients, where the loop lives on; they come back with the next file."""
        lifetime, self._lifetime, self._processor = self._lifetime, None, None
        if lifetime:
            await lifetime.aclose()

    async def _running(self) -> AsyncGenerator[Processor]:
        async with AsyncExitStack() as exits:
            yield Processor(
                input_container=self.settings.input_container,
                files=_files(self.settings, exits),
                recipes=self.recipes,
                deployments=self.deployments,
                models={each.alias: _model(each, self.settings, exits) for each in self.deployments},
            )


def load(environ: Mapping[str, str], recipes: Path = RECIPES) -> Dropscribe:
    """Read and check everything that can be wrong before the first file.

    Raises:
        ConfigurationError: naming all of it at once.
    """
    for noisy in ("azure.core", "azure.identity", "azure.storage"):
        logging.getLogger(noisy).setLevel(logging.WARNING)  # they log every request, with its address
    problems: list[str] = []
    settings = _try(problems, Settings.from_environ, environ)
    book = _try(problems, RecipeBook.load, recipes)
    deployments = _deployments(settings) if settings else None
    if book and deployments:
        problems.extend(_unknown_models(book, deployments))
    if settings is None or book is None or deployments is None or problems:
        raise ConfigurationError(problems)
    for notice in deployments.retiring((datetime.now(UTC) + RETIREMENT_NOTICE).date()):
        log.warning(notice)
    return Dropscribe(settings, book, deployments)


def _try[T, U](problems: list[str], make: Callable[[T], U], source: T) -> U | None:
    try:
        return make(source)
    except ConfigurationError as fault:
        problems.extend(fault.problems)
        return None


def _deployments(settings: Settings) -> Deployments:
    table = CapabilityTable.load(settings.capabilities)
    return Deployments((_deployment(*each, table) for each in settings.models.items()), table)


def _deployment(alias: str, settings: ModelSettings, table: CapabilityTable) -> Deployment:
    endpoint, _ = Endpoint.parse(settings.endpoint)
    model = settings.model_name or settings.name
    name = settings.name or model
    return Deployment(alias, name, model, endpoint, table.of(model), is_named=bool(settings.name))


def _unknown_models(recipes: RecipeBook, deployments: Deployments) -> Iterator[str]:
    known = ", ".join(f"`{each.alias}`" for each in deployments)
    for recipe in recipes:
        for name in (recipe.model, recipe.then):
            if name and name not in deployments:
                yield (
                    f"The recipe {recipe.name} asks for the model `{name}`; there is only {known}. Name another with"
                    f" AZURE_INFERENCE_DEPLOYMENT_{suffix_of(name)}."
                )


def _files(settings: Settings, exits: AsyncExitStack) -> BlobFiles:
    if settings.blob_service:
        credential = entra_id(settings.storage_client_id)
        exits.push_async_callback(credential.close)
        service = by_identity(settings.blob_service, credential)
    else:
        assert settings.media_storage
        service = by_connection_string(settings.media_storage.get_secret_value())
    files = BlobFiles(
        service,
        input_container=settings.input_container,
        output_container=settings.output_container,
        links=PublicLinks(settings.public_base_url) if settings.public_base_url else None,
    )
    exits.push_async_callback(files.close)
    return files


def _model(deployment: Deployment, settings: Settings, exits: AsyncExitStack) -> ChatModel:
    own = settings.models[deployment.alias]
    if own.credential:
        model = FoundryModel(deployment, AzureKeyCredential(own.credential.get_secret_value()))
    else:
        credential = entra_id()
        exits.push_async_callback(credential.close)
        model = FoundryModel(deployment, credential, scope=own.scope)
    exits.push_async_callback(model.close)
    return model
