"""What the value of a setting must be. Each raises ValueError with words that follow the setting's name."""

import base64
import ipaddress
import json
import re
from typing import Any
from urllib.parse import SplitResult, urlsplit

from pydantic import SecretStr

from shared.models.capabilities import CapabilityTable
from shared.models.endpoint import Endpoint

_CONTAINER = re.compile(r"(?=.{3,63}$)[a-z0-9]+(?:-[a-z0-9]+)*")
_HOST = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63}){0,20}", re.IGNORECASE | re.ASCII)
_IN_ADDRESSES = re.compile(r"[\w.~:/?#\[\]@!$&'()*+,;=%-]{1,2048}", re.ASCII)  # RFC 3986


def container_name(value: str) -> str:
    """The name of a container (Azure's naming rules)."""
    if not _CONTAINER.fullmatch(value):
        raise ValueError("must be a container's name: 3 to 63 small letters, digits and single hyphens")
    return value


def endpoint(value: str) -> str:
    """The address of an endpoint, of a form that we know."""
    _require_address(value)
    Endpoint.parse(value)
    return value


def https(value: str) -> str:
    """An address, without the slash at its end."""
    url = _require_address(value)
    if url.scheme != "https" or url.query or url.fragment:
        raise ValueError("must be an https:// address without a query")
    return value.rstrip("/")


def _require_address(value: str) -> SplitResult:
    """The parts of an address that has a host and nothing secret in it."""
    if not _IN_ADDRESSES.fullmatch(value):
        raise ValueError("must be an https:// address without blanks (letters such as é are written %C3%A9 or xn--...)")
    try:
        url = urlsplit(value)
        port = url.port
    except ValueError as error:
        raise ValueError("must be an https:// address, with a port from 1 to 65535 if it has one") from error
    if url.scheme not in ("https", "http"):
        raise ValueError("must be an https:// address")
    if "@" in url.netloc:
        raise ValueError("must have no user name or password in it")
    if not _is_host(url.hostname or ""):
        raise ValueError("must name a host, such as https://RESOURCE.services.ai.azure.com")
    if port == 0:
        raise ValueError("must have a port from 1 to 65535, if it has one")
    return url


def _is_host(host: str) -> bool:
    if _HOST.fullmatch(host):
        return True
    try:
        return bool(ipaddress.IPv6Address(host))
    except ValueError:
        return False


def origin(address: str) -> tuple[str, str | None, int | None]:
    """The scheme, host and port of an address: whoever has another of them is somebody else."""
    try:
        url = urlsplit(address)
        return url.scheme, url.hostname, url.port or {"https": 443, "http": 80}.get(url.scheme)
    except ValueError:
        return address, None, None


def connection_string(value: SecretStr) -> SecretStr:
    """The connection string of a storage account, with its key."""
    parts = dict(part.partition("=")[::2] for part in value.get_secret_value().split(";") if part)
    if not ("AccountKey" in parts and parts.keys() & {"AccountName", "BlobEndpoint"}):
        raise ValueError("must be a connection string of a storage account: `AccountName=...;AccountKey=...;...`")
    try:
        base64.b64decode(parts["AccountKey"], validate=True)
    except ValueError as error:
        raise ValueError("must have a whole AccountKey, as the portal shows it") from error
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
    """The name of a deployment, or of a model as its server has it: `gemma3:4b`, `Qwen/Qwen2.5-VL-7B-Instruct`."""
    if not re.fullmatch(r"[A-Za-z0-9_.:/@+-]{0,128}", value):
        raise ValueError(
            "must be the name of a deployment or model: letters, digits, `_`, `-`, `.`, `:`, `/`, `@`, `+`"
        )
    return value


def model_name(value: str) -> str:
    """The name of a model."""
    if not value.isprintable() or len(value) > 128:
        raise ValueError("must be a model's name of at most 128 characters")
    return value


def capabilities(value: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Corrections of `models.toml` that make sense."""
    CapabilityTable.load(value)
    return value


def json_object(value: Any) -> Any:
    """JSON, parsed."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except RecursionError as error:
        raise ValueError("is not JSON that anybody can read: it is nested too deeply") from error
    except ValueError as error:
        raise ValueError(f"is not JSON: {error}") from error
