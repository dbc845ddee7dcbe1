"""The app's settings, read from the environment once and checked all together."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.errors import ConfigurationError
from shared.models import Prices
from shared.recipes import unknown_field
from shared.settings.limits import FileLimits
from shared.settings.model_settings import DEPENDS, ModelSettings, alias_of, name_or_address_problems, under_alias
from shared.settings.names import MODEL, aliases, known_names, notice, unknown_names
from shared.settings.values import Capabilities, ConnectionString, ContainerName, HttpsAddress, PriceList, QueueName

_MUST_DIFFER = (
    ("INPUT_CONTAINER", "OUTPUT_CONTAINER", "what we write would be answered"),
    ("INPUT_CONTAINER", "STATE_CONTAINER", "what we write would be answered"),
    ("OUTPUT_CONTAINER", "STATE_CONTAINER", "what we note would be taken for documents"),
    ("DEFERRED_QUEUE", "COMPLETED_QUEUE", "events would be taken for work"),
    ("DEFERRED_QUEUE", "DROPSCRIBE_EVENTS_QUEUE", "events would be taken for work"),
    ("COMPLETED_QUEUE", "DROPSCRIBE_EVENTS_QUEUE", "events of documents would be taken for those of files"),
)


class Settings(FileLimits, ModelSettings):
    """Everything that can be set. The README's table is generated from these fields."""

    model_config = ConfigDict(alias_generator=str.upper)  # for the fields that name no alias

    capabilities: Capabilities = Field(
        {},
        alias="MODEL_CAPABILITIES",
        description="What models take, where the app's own table is wrong, as JSON:"
        ' `{"gpt-5.4": {"max_bytes": 10000000}}`.',
    )
    prices: PriceList = Field(
        {},
        alias="MODEL_PRICES",
        description="What your deployments or models cost, where the app's own table does not know or your contract"
        ' says otherwise: US dollars for a million tokens, or an hour of sound, as JSON: `{"gpt-6-luna": {"input": 0.1,'
        ' "cached": 0.01, "output": 0.5}, "whisper": {"hour": 0.36}}`; `audio` is for tokens of sound. An entry is the'
        " whole price, so it needs `input` and `output`, or `hour`.",
    )
    media_storage: ConnectionString | None = Field(
        None,
        alias="MEDIA_STORAGE",
        json_schema_extra=DEPENDS,
        description="The connection string of the storage account in which files land. Required unless"
        " `MEDIA_STORAGE__blobServiceUri` is set.",
    )
    blob_service: HttpsAddress | None = Field(
        None,
        alias="MEDIA_STORAGE__blobServiceUri",
        json_schema_extra=DEPENDS,
        description="The address of that account's blob service, to be reached with Entra ID. Required unless"
        " `MEDIA_STORAGE` is set.",
    )
    storage_client_id: str | None = Field(
        None,
        alias="MEDIA_STORAGE__clientId",
        description="The user-assigned identity for it; the host needs `MEDIA_STORAGE__credential` too.",
    )
    queue_service: HttpsAddress | None = Field(
        None,
        alias="MEDIA_STORAGE__queueServiceUri",
        json_schema_extra=DEPENDS,
        description="The address of that account's queue service. Required with `MEDIA_STORAGE__blobServiceUri`.",
    )
    public_base_url: HttpsAddress | None = Field(
        None,
        alias="MEDIA_PUBLIC_BASE_URL",
        description="The address of the input container, if anyone may read it; then files sent by URL need no"
        " signature.",
    )
    input_container: ContainerName = Field("input", description="The container into which people drop files.")
    output_container: ContainerName = Field("output", description="The container into which the documents are written.")
    state_container: ContainerName = Field(
        "state", description="The container in which the app notes who works on what."
    )
    deferred_queue: Annotated[QueueName, Field(max_length=56)] = Field(
        "dropscribe-deferred", description="The queue of files that wait."
    )
    completed_queue: QueueName | None = Field(
        None,
        description="A queue that is told of each document (CloudEvents 1.0); none is told where this is not set.",
    )
    events_queue: Annotated[QueueName, Field(max_length=56)] | None = Field(
        None,
        alias="DROPSCRIBE_EVENTS_QUEUE",
        description="A queue into which Event Grid puts the events of files too, or instead of calling the app.",
    )
    events_wait: Annotated[float, Field(ge=0, le=3_600, allow_inf_nan=False)] = Field(
        60.0,
        alias="DROPSCRIBE_EVENTS_WAIT",
        description="How many seconds a file of which that queue tells is left to the blob trigger first; `0` where"
        " Event Grid does not call the app.",
    )
    daily_tokens: Annotated[int, Field(gt=0)] | None = Field(
        None, description="How many tokens all files together may cost on a day (UTC); then they wait for the next."
    )
    daily_cost: Annotated[Decimal, Field(gt=0, le=1_000_000, allow_inf_nan=False)] | None = Field(
        None,
        description="How many US dollars all files together may cost on a day (UTC); then they wait for the next. The"
        " price of each model must be known, or be said in `MODEL_PRICES`.",
    )
    arrival_seconds: Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)] = Field(
        60.0, description="How long a file may be empty, or its copy pending, before that is taken for its last state."
    )
    blob_trigger_source: Literal["EventGrid", "LogsAndContainerScan"] = Field(
        "EventGrid", description="How the host learns of files; `LogsAndContainerScan` is for `func start` on Azurite."
    )
    others: dict[str, ModelSettings] = Field({}, exclude=True)
    notices: tuple[str, ...] = Field((), exclude=True)

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the settings; one that is empty counts as missing. What is odd and no error stands in `notices`.

        Raises:
            ConfigurationError: naming every setting that is missing, misspelt or wrong.
        """
        known = {field.alias for field in cls.model_fields.values() if field.alias and not field.exclude}
        given = known_names(environ, known)
        unknown = unknown_names(given, known)
        problems = [f"{name} is no setting: did you mean {meant}?" for name, meant in unknown.items() if meant]
        problems += [*_problems(given), *name_or_address_problems(given)]
        others = {}
        for suffix in aliases(given):
            own = under_alias(given, suffix)
            has_own_endpoint = f"{MODEL}ENDPOINT_{suffix}" in given
            problems += name_or_address_problems(own, f"_{suffix}", may_serve_one=has_own_endpoint)
            others[alias_of(suffix)] = _validated(ModelSettings, own, problems, f"_{suffix}")
        settings = _validated(cls, {name: given[name] for name in known & given.keys()}, problems)
        if problems or settings is None:
            raise ConfigurationError(problems)
        told = notice(unknown, known)
        return settings.model_copy(update={"others": others, "notices": (told,) if told else ()})

    @property
    def models(self) -> dict[str, ModelSettings]:
        """All deployed models by their alias; `default` is the one without an alias in its settings' names."""
        return {"default": self, **self.others}


def _problems(given: Mapping[str, str]) -> Iterator[str]:
    """What pydantic cannot see: settings of which one or the other is required, or which must differ."""
    if not {"MEDIA_STORAGE", "MEDIA_STORAGE__blobServiceUri"} & given.keys():
        yield f"MEDIA_STORAGE is missing. {Settings.model_fields['media_storage'].description}"
    if "MEDIA_STORAGE__blobServiceUri" in given and "MEDIA_STORAGE__queueServiceUri" not in given:
        yield f"MEDIA_STORAGE__queueServiceUri is missing. {Settings.model_fields['queue_service'].description}"
    defaults = {field.alias: field.default for field in Settings.model_fields.values()}
    for one, other, why in _MUST_DIFFER:
        name = given.get(one, defaults[one])
        if name and name == given.get(other, defaults[other]):
            yield f"{one} and {other} must differ, or {why}."


def _validated[T: BaseModel](
    model: type[T], given: Mapping[str, str], problems: list[str], suffix: str = ""
) -> T | None:
    try:
        return model.model_validate(given)
    except ValidationError as error:  # whose own words would quote the values
        problems.extend(_sentence(model, each, suffix) for each in error.errors())
        return None


def _sentence(model: type[BaseModel], error: Mapping[str, Any], suffix: str) -> str:
    name = str(error["loc"][0])
    if error["type"] == "missing":
        field = next(field for field in model.model_fields.values() if field.alias == name)
        return f"{name}{suffix} is missing. {field.description}"
    if path := ".".join(str(step)[:100] for step in error["loc"][1:]):
        return f"{name}{suffix}: `{path}` {_wrong_inside(error)}"
    ours = error["msg"].removeprefix("Value error, ").replace("Invalid JSON", "is not JSON")
    return f"{name}{suffix}{' ' if ours != error['msg'] else ': '}{ours}."


def _wrong_inside(error: Mapping[str, Any]) -> str:
    """What is wrong in a setting that is JSON, of which the place was named."""
    if error["type"] == "extra_forbidden":
        return unknown_field(str(error["loc"][-1])[:100], Prices.model_fields)
    told = error["msg"].removeprefix("Value error, ")
    return f"{told}." if told != error["msg"] else f"is wrong: {told}."
