"""What the value of a setting must be. Each raises ValueError with words that follow the setting's name."""

import json
import re
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from shared.models.capabilities import CapabilityTable
from shared.models.endpoint import Endpoint

_CONTAINER = re.compile(r"(?=.{3,63}$)[a-z0-9]+(?:-[a-z0-9]+)*")


def container_name(value: str) -> str:
    """The name of a container (Azure's naming rules)."""
    if not _CONTAINER.fullmatch(value):
        raise ValueError("must be a container's name: 3 to 63 small letters, digits and single hyphens")
    return value


def endpoint(value: str) -> str:
    """The address of an endpoint, of a form that we know."""
    Endpoint.parse(value)
    return value


def https(value: str) -> str:
    """An address, without the slash at its end."""
    url = urlsplit(value)
    if url.scheme != "https" or url.query:
        raise ValueError("must be an https:// address without a query")
    return value.rstrip("/")


def connection_string(value: SecretStr) -> SecretStr:
    """The connection string of a storage account, with its key."""
    parts = dict(part.partition("=")[::2] for part in value.get_secret_value().split(";") if part)
    if not ("AccountKey" in parts and parts.keys() & {"AccountName", "BlobEndpoint"}):
        raise ValueError("must be a connection string of a storage account: `AccountName=...;AccountKey=...;...`")
    return value


def key(value: SecretStr) -> SecretStr:
    """A key, which goes into a header."""
    if not re.fullmatch(r"[!-~]+", value.get_secret_value()):
        raise ValueError("must be one word, as the portal shows it")
    return value


def scope(value: str) -> str:
    """What a token is asked for."""
    if not re.fullmatch(r"(?:https|api)://[^\s/]{1,253}(?:/[^\s/]{1,253}){0,8}/\.default", value):
        raise ValueError("must be like https://cognitiveservices.azure.com/.default")
    return value


def deployment_name(value: str) -> str:
    """The name of a deployment, which goes into an address."""
    if not re.fullmatch(r"[\w.-]{0,128}", value):
        raise ValueError("must be a deployment's name: letters, digits, `_`, `-` and `.`")
    return value


def capabilities(value: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Corrections of `models.toml` that make sense."""
    CapabilityTable.load(value)
    return value


def json_object(value: Any) -> Any:
    """JSON, parsed."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError as error:
        raise ValueError(f"is not JSON: {error}") from error
