"""The app's settings, read from the environment once and checked all together."""

import re
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

from shared.errors import ConfigurationError
from shared.models.endpoint import Endpoint
from shared.settings import values

_MODEL = "AZURE_INFERENCE_"
_HAS_ALIAS = re.compile(rf"{_MODEL}(?:DEPLOYMENT|ENDPOINT|CREDENTIAL|SCOPE|MODEL)_(?P<alias>\w+)")


class ModelSettings(BaseModel):
    """One deployed model."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    endpoint: Annotated[str, AfterValidator(values.endpoint)] = Field(
        alias="AZURE_INFERENCE_ENDPOINT",
        description="Where models are served: a resource's address, or one ending in `/models`, `/openai/v1` or"
        " `/openai/deployments/DEPLOYMENT`.",
    )
    credential: Annotated[SecretStr, AfterValidator(values.key)] | None = Field(
        None,
        alias="AZURE_INFERENCE_CREDENTIAL",
        description="The key of that endpoint. Without one: Entra ID, by managed identity in Azure and by your own"
        " login elsewhere.",
    )
    scope: Annotated[str, AfterValidator(values.scope)] | None = Field(
        None,
        alias="AZURE_INFERENCE_SCOPE",
        description="What an Entra ID token is asked for, if not what the form of the endpoint usually takes.",
    )
    deployment: Annotated[str, AfterValidator(values.deployment_name)] = Field(
        "",
        alias="AZURE_INFERENCE_DEPLOYMENT",
        description="The model's deployment, such as `Phi-4-multimodal-instruct`. Required unless the endpoint"
        " names it, or serves one model alone.",
    )
    model_name: str = Field(
        "",
        alias="AZURE_INFERENCE_MODEL",
        description="The model's own name, where the deployment's does not begin with it (see"
        " `shared/models/models.toml`).",
    )

    @property
    def name(self) -> str:
        """The deployment: the one set, else the one in the endpoint's address."""
        return self.deployment or Endpoint.parse(self.endpoint)[1] or ""


class Settings(ModelSettings):
    """Everything that can be set. The README's table is generated from these fields."""

    capabilities: Annotated[
        dict[str, dict[str, Any]], BeforeValidator(values.json_object), AfterValidator(values.capabilities)
    ] = Field(
        {},
        alias="MODEL_CAPABILITIES",
        description='Overrides of `shared/models/models.toml`, as JSON: `{"gpt-5.4": {"most_bytes": 10000000}}`.',
    )
    media_storage: Annotated[SecretStr, AfterValidator(values.connection_string)] | None = Field(
        None,
        alias="MEDIA_STORAGE",
        description="The connection string of the storage account in which files land. Required unless the next"
        " is set.",
    )
    blob_service: Annotated[str, AfterValidator(values.https)] | None = Field(
        None,
        alias="MEDIA_STORAGE__blobServiceUri",
        description="The address of that account's blob service, to be reached with Entra ID.",
    )
    storage_client_id: str | None = Field(
        None,
        alias="MEDIA_STORAGE__clientId",
        description="The user-assigned identity for it; the host needs `MEDIA_STORAGE__credential` too.",
    )
    queue_service: Annotated[str, AfterValidator(values.https)] | None = Field(
        None,
        alias="MEDIA_STORAGE__queueServiceUri",
        description="The address of that account's queue service; required with the one of its blob service.",
    )
    public_base_url: Annotated[str, AfterValidator(values.https)] | None = Field(
        None,
        alias="MEDIA_PUBLIC_BASE_URL",
        description="The address of the input container, if anyone may read it; then files sent by URL need no"
        " signature.",
    )
    input_container: Annotated[str, AfterValidator(values.container_name)] = Field(
        "input", alias="INPUT_CONTAINER", description="The container into which people drop files."
    )
    output_container: Annotated[str, AfterValidator(values.container_name)] = Field(
        "output", alias="OUTPUT_CONTAINER", description="The container into which the documents are written."
    )
    state_container: Annotated[str, AfterValidator(values.container_name)] = Field(
        "state", alias="STATE_CONTAINER", description="The container in which the app notes who works on what."
    )
    deferred_queue: Annotated[str, AfterValidator(values.container_name), Field(max_length=56)] = Field(
        "dropscribe-deferred", alias="DEFERRED_QUEUE", description="The queue of files that wait."
    )
    completed_queue: Annotated[str, AfterValidator(values.container_name)] | None = Field(
        None,
        alias="COMPLETED_QUEUE",
        description="A queue that is told of each document (CloudEvents 1.0); nobody is told where this is not set.",
    )
    daily_tokens: Annotated[int, Field(gt=0)] | None = Field(
        None,
        alias="DAILY_TOKENS",
        description="How many tokens all files together may cost on a day (UTC); then they wait for the next.",
    )
    arrival_seconds: Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)] = Field(
        60.0,
        alias="ARRIVAL_SECONDS",
        description="How long a file may be empty, or its copy pending, before that is taken for its last state.",
    )
    blob_trigger_source: Literal["EventGrid", "LogsAndContainerScan"] = Field(
        "EventGrid",
        alias="BLOB_TRIGGER_SOURCE",
        description="How the host learns of files; `LogsAndContainerScan` is for `func start` on Azurite.",
    )
    others: dict[str, ModelSettings] = Field({}, exclude=True)

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the settings; one that is empty counts as missing.

        Raises:
            ConfigurationError: naming every setting that is missing or wrong.
        """
        given = {name: value.strip() for name, value in environ.items() if value.strip()}
        problems = [*_missing(given), *_nameless(given)]
        others = {}
        for suffix in sorted({found["alias"] for found in map(_HAS_ALIAS.fullmatch, given) if found}):
            own = _under_alias(given, suffix)
            has_own_endpoint = f"{_MODEL}ENDPOINT_{suffix}" in given
            problems.extend(_nameless(own, f"_{suffix}", may_serve_one=has_own_endpoint))
            others[alias_of(suffix)] = _validated(ModelSettings, own, problems, f"_{suffix}")
        settings = _validated(cls, given, problems)
        if problems or settings is None:
            raise ConfigurationError(problems)
        return settings.model_copy(update={"others": others})

    @property
    def models(self) -> dict[str, ModelSettings]:
        """All deployed models by their alias; `default` is the one without an alias in its settings' names."""
        return {"default": self, **self.others}


def alias_of(suffix: str) -> str:
    """The alias that a setting's name ends in, as recipes write it."""
    return suffix.lower().replace("_", "-")


def suffix_of(alias: str) -> str:
    """What a setting's name ends in for an alias."""
    return re.sub(r"\W", "_", alias).upper()


def _under_alias(given: Mapping[str, str], suffix: str) -> dict[str, str]:
    """The settings of one alias; what it does not set is that of the default, but for another host's secrets."""
    end = f"_{suffix}"
    own = {name.removesuffix(end): value for name, value in given.items() if name.endswith(end)}
    merged = {f"{_MODEL}ENDPOINT": given.get(f"{_MODEL}ENDPOINT", ""), **own}
    if f"{_MODEL}SCOPE" in given and f"{_MODEL}ENDPOINT" not in own:
        merged.setdefault(f"{_MODEL}SCOPE", given[f"{_MODEL}SCOPE"])
    same_host = _host(merged[f"{_MODEL}ENDPOINT"]) == _host(given.get(f"{_MODEL}ENDPOINT"))
    if same_host and f"{_MODEL}CREDENTIAL" in given:
        merged.setdefault(f"{_MODEL}CREDENTIAL", given[f"{_MODEL}CREDENTIAL"])
    return merged


def _host(address: str | None) -> str | None:
    return urlsplit(address or "").hostname


def _missing(given: Mapping[str, str]) -> Iterator[str]:
    """What pydantic cannot see: settings of which one or the other is required, or which must differ."""
    if not {"MEDIA_STORAGE", "MEDIA_STORAGE__blobServiceUri"} & given.keys():
        yield f"MEDIA_STORAGE is missing. {Settings.model_fields['media_storage'].description}"
    if "MEDIA_STORAGE__blobServiceUri" in given and "MEDIA_STORAGE__queueServiceUri" not in given:
        yield f"MEDIA_STORAGE__queueServiceUri is missing. {Settings.model_fields['queue_service'].description}"
    yield from _alike(
        given, ["INPUT_CONTAINER", "OUTPUT_CONTAINER", "STATE_CONTAINER"], "what we write would be answered"
    )
    yield from _alike(given, ["DEFERRED_QUEUE", "COMPLETED_QUEUE"], "announcements would be taken for work")
    for name in ("DEFERRED_QUEUE", "COMPLETED_QUEUE"):
        if given.get(name, "").endswith("-poison"):
            yield f"{name} must not end in -poison: those queues belong to the host."


def _alike(given: Mapping[str, str], names: list[str], why: str) -> Iterator[str]:
    defaults = {field.alias: field.default for field in Settings.model_fields.values()}
    values_given = {name: given.get(name, defaults[name]) for name in names}
    for one, other in combinations(names, 2):
        if values_given[one] == values_given[other]:
            yield f"{one} and {other} must differ, or {why}."


def _nameless(given: Mapping[str, str], suffix: str = "", *, may_serve_one: bool = True) -> Iterator[str]:
    """What is wrong with the name of a deployment: none, or one too many."""
    try:
        endpoint, named = Endpoint.parse(given.get(f"{_MODEL}ENDPOINT", ""))
    except ValueError:
        endpoint, named = None, None  # that is said elsewhere
    name = given.get(f"{_MODEL}DEPLOYMENT")
    serves_one = may_serve_one and endpoint and endpoint.api == "models" and f"{_MODEL}MODEL" in given
    if not (name or named or serves_one):
        description = ModelSettings.model_fields["deployment"].description
        yield f"{_MODEL}DEPLOYMENT{suffix} is missing. {description}"
    if name and named and name != named:
        yield f"{_MODEL}DEPLOYMENT{suffix} says {name}, but the address says {named}. Leave out one of them."


def _validated[T: BaseModel](
    model: type[T], given: Mapping[str, str], problems: list[str], suffix: str = ""
) -> T | None:
    try:
        return model.model_validate(given)
    except ValidationError as fault:  # whose own words would quote the values
        problems.extend(_sentence(model, error, suffix) for error in fault.errors())
        return None


def _sentence(model: type[BaseModel], error: Mapping[str, Any], suffix: str) -> str:
    name = str(error["loc"][0])
    if error["type"] == "missing":
        field = next(field for field in model.model_fields.values() if field.alias == name)
        return f"{name}{suffix} is missing. {field.description}"
    what = error["msg"].removeprefix("Value error, ")
    return f"{name}{suffix} {what[0].lower()}{what[1:]}."


def table() -> str:
    """The settings as a Markdown table, for the README."""
    rows = ["| Setting | Default | What it is |", "|---|---|---|"]
    for field in Settings.model_fields.values():
        if field.alias:
            default = "required" if field.is_required() else f"`{field.default}`" if field.default else "optional"
            rows.append(f"| `{field.alias}` | {default} | {field.description} |")
    return "\n".join(rows)
