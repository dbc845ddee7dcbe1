"""The app's settings, read from the environment once and checked all together."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

from shared.endpoint import Endpoint
from shared.errors import ConfigurationError

_MODEL = "AZURE_INFERENCE_"
_STARTS_AN_ALIAS = re.compile(rf"{_MODEL}(?:DEPLOYMENT|ENDPOINT)_(?P<alias>\w+)")
_CONTAINER = re.compile(r"(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")


def _container_name(value: str) -> str:
    if not _CONTAINER.fullmatch(value):
        raise ValueError("must be a container's name: 3 to 63 small letters, digits and single hyphens")
    return value


def _endpoint(value: str) -> str:
    Endpoint.parse(value)
    return value


def _https(value: str) -> str:
    url = urlsplit(value)
    if url.scheme != "https" or url.query:
        raise ValueError("must be an https:// address without a query")
    return value.rstrip("/")


def _connection_string(value: SecretStr) -> SecretStr:
    parts = dict(part.partition("=")[::2] for part in value.get_secret_value().split(";") if part)
    if not ("AccountKey" in parts and parts.keys() & {"AccountName", "BlobEndpoint"}):
        raise ValueError("must be a connection string of a storage account: `AccountName=...;AccountKey=...;...`")
    return value


def _json_object(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError as fault:
        raise ValueError(f"is not JSON: {fault}") from fault


class ModelSettings(BaseModel):
    """One deployed model."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    endpoint: Annotated[str, AfterValidator(_endpoint)] = Field(
        alias="AZURE_INFERENCE_ENDPOINT",
        description="Where models are served: a resource's address, or one ending in `/models`, `/openai/v1` or"
        " `/openai/deployments/DEPLOYMENT`.",
    )
    credential: SecretStr | None = Field(
        None,
        alias="AZURE_INFERENCE_CREDENTIAL",
        description="The key of that endpoint. Without one: Entra ID, by managed identity in Azure and by your own"
        " login elsewhere.",
    )
    scope: str | None = Field(
        None,
        alias="AZURE_INFERENCE_SCOPE",
        description="What an Entra ID token is asked for, if not what the form of the endpoint usually takes.",
    )
    deployment: str = Field(
        "",
        alias="AZURE_INFERENCE_DEPLOYMENT",
        description="The model's deployment, such as `Phi-4-multimodal-instruct`. Required unless the endpoint"
        " names it, or serves one model alone.",
    )
    model_name: str = Field(
        "",
        alias="AZURE_INFERENCE_MODEL",
        description="The model's own name, where the deployment's does not begin with it (see `shared/models.toml`).",
    )

    @property
    def name(self) -> str:
        """The deployment: the one set, else the one in the endpoint's address."""
        return self.deployment or Endpoint.parse(self.endpoint)[1] or ""


class Settings(ModelSettings):
    """Everything that can be set. The README's table is generated from these fields."""

    capabilities: Annotated[dict[str, dict[str, Any]], BeforeValidator(_json_object)] = Field(
        {},
        alias="MODEL_CAPABILITIES",
        description='Overrides of `shared/models.toml`, as JSON: `{"gpt-5.4": {"most_bytes": 10000000}}`.',
    )
    media_storage: Annotated[SecretStr, AfterValidator(_connection_string)] | None = Field(
        None,
        alias="MEDIA_STORAGE",
        description="The connection string of the storage account in which files land. Required unless the next"
        " is set.",
    )
    blob_service: Annotated[str, AfterValidator(_https)] | None = Field(
        None,
        alias="MEDIA_STORAGE__blobServiceUri",
        description="The address of that account's blob service, to be reached with Entra ID.",
    )
    storage_client_id: str | None = Field(
        None,
        alias="MEDIA_STORAGE__clientId",
        description="The user-assigned identity for it; the host needs `MEDIA_STORAGE__credential` too.",
    )
    public_base_url: Annotated[str, AfterValidator(_https)] | None = Field(
        None,
        alias="MEDIA_PUBLIC_BASE_URL",
        description="The address of the input container, if anyone may read it; then files sent by URL need no"
        " signature.",
    )
    input_container: Annotated[str, AfterValidator(_container_name)] = Field(
        "input", alias="INPUT_CONTAINER", description="The container into which people drop files."
    )
    output_container: Annotated[str, AfterValidator(_container_name)] = Field(
        "output", alias="OUTPUT_CONTAINER", description="The container into which the documents are written."
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
        problems = list(_missing(given))
        others = {}
        for suffix in sorted({found["alias"] for found in map(_STARTS_AN_ALIAS.fullmatch, given) if found}):
            others[alias_of(suffix)] = _validated(ModelSettings, _under_alias(given, suffix), problems, f"_{suffix}")
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
    own = {name.removesuffix(f"_{suffix}"): value for name, value in given.items() if name.endswith(f"_{suffix}")}
    shared = {name: value for name, value in given.items() if name in (f"{_MODEL}ENDPOINT", f"{_MODEL}SCOPE")}
    merged = {**shared, **own}
    same_host = _host(merged.get(f"{_MODEL}ENDPOINT")) == _host(given.get(f"{_MODEL}ENDPOINT"))
    if same_host and f"{_MODEL}CREDENTIAL" in given:
        merged.setdefault(f"{_MODEL}CREDENTIAL", given[f"{_MODEL}CREDENTIAL"])
    return merged


def _host(address: str | None) -> str | None:
    return urlsplit(address or "").hostname


def _missing(given: Mapping[str, str]) -> Iterator[str]:
    """What pydantic cannot see: settings of which one or the other is required, or which must differ."""
    endpoint = given.get(f"{_MODEL}ENDPOINT", "")
    serves_one = "/openai/deployments/" in endpoint or (
        endpoint.rstrip("/").endswith("/models") and f"{_MODEL}MODEL" in given
    )
    if f"{_MODEL}DEPLOYMENT" not in given and not serves_one:
        yield f"{_MODEL}DEPLOYMENT is missing. {ModelSettings.model_fields['deployment'].description}"
    if not {"MEDIA_STORAGE", "MEDIA_STORAGE__blobServiceUri"} & given.keys():
        yield f"MEDIA_STORAGE is missing. {Settings.model_fields['media_storage'].description}"
    if given.get("INPUT_CONTAINER", "input") == given.get("OUTPUT_CONTAINER", "output"):
        yield "INPUT_CONTAINER and OUTPUT_CONTAINER must differ, or documents would be answered."


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
