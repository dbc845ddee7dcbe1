"""What the value of a setting must be. Each raises ValueError with words that follow the setting's name."""

import base64
import re
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Json, SecretStr

from shared.models import CapabilityTable, Endpoint, Prices

_ADDRESS = re.compile(
    r"https?://(?:[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63}){0,20}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?"
    r"(?:[/?#][\w.~:/?#\[\]@!$&'()*+,;=%-]{0,2048})?",  # RFC 3986
    re.IGNORECASE | re.ASCII,
)
_CONTAINER = re.compile(r"(?=.{3,63}$)[a-z0-9]+(?:-[a-z0-9]+)*")
_QUEUE = re.compile(r"(?=.{3,63}$)(?!.{0,56}-poison$)[a-z0-9]+(?:-[a-z0-9]+)*")
_KEY = re.compile(r"[!-~]+")
_SCOPE = re.compile(r"(?:https|api)://[^\s/]{1,253}(?:/[^\s/]{1,253}){0,8}/\.default")
_DEPLOYMENT = re.compile(r"[A-Za-z0-9_.:/@+-]{0,128}")  # of servers also: `gemma3:4b`, `Qwen/Qwen2.5-VL-7B-Instruct`
_MODEL = re.compile(r"[\w !-~]{0,128}")


def _matching(expression: re.Pattern[str], rule: str) -> BeforeValidator:
    def check(value: str) -> str:
        if not expression.fullmatch(value):
            raise ValueError(f"must be {rule}")
        return value

    return BeforeValidator(check)


def origin(address: str) -> tuple[str, str | None, int | None]:
    """The scheme, host and port of an address: another of these is another server."""
    try:
        url = urlsplit(address)
        return url.scheme, url.hostname, url.port or {"https": 443, "http": 80}.get(url.scheme)
    except ValueError:
        return address, None, None


def _address(value: str) -> str:
    try:
        has_port = _ADDRESS.fullmatch(value) and urlsplit(value).port != 0
    except ValueError:  # above 65535, or no IPv6 address
        has_port = False
    if not has_port:
        raise ValueError(
            "must be an https:// address with the name of a host, maybe a port from 1 to 65535, and no user name,"
            " password or blank (letters such as é are written %C3%A9 or xn--...)"
        )
    return value


def _endpoint(value: str) -> str:
    Endpoint.parse(value)
    return value


def _https(value: str) -> str:
    if not value.startswith("https://") or "?" in value or "#" in value:
        raise ValueError("must be an https:// address without a query")
    return value.rstrip("/")


def _connection_string(value: str) -> str:
    parts = dict(part.partition("=")[::2] for part in value.split(";") if part)
    if not ("AccountKey" in parts and parts.keys() & {"AccountName", "BlobEndpoint"}):
        raise ValueError("must be a connection string of a storage account: `AccountName=...;AccountKey=...;...`")
    try:
        base64.b64decode(parts["AccountKey"], validate=True)
    except ValueError as error:
        raise ValueError("must have a whole AccountKey, as the portal shows it") from error
    return value


def _capabilities(value: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    CapabilityTable.load(value)
    return value


def _named(value: dict[str, Prices]) -> dict[str, Prices]:
    if "" in value:
        raise ValueError("must name a deployment or a model for each price")
    if len({name.lower() for name in value}) < len(value):
        raise ValueError("must name each deployment or model once: capital letters make no difference")
    return value


def _whole(value: Prices) -> Prices:
    """A price as an operator says it: nothing of the catalog is added to it, since that may be of another contract."""
    for place, prices in (("", value), (" in `long`", value.long), (" in `flex`", value.flex)):
        if prices and prices.hour is None and None in (prices.input, prices.output):
            raise ValueError(f"must have `input` and `output`, or `hour`{place}: an entry is the whole price")
    return value


type EndpointAddress = Annotated[str, AfterValidator(_address), AfterValidator(_endpoint)]
type HttpsAddress = Annotated[str, AfterValidator(_address), AfterValidator(_https)]
type ConnectionString = Annotated[SecretStr, BeforeValidator(_connection_string)]
type Capabilities = Annotated[Json[dict[str, dict[str, Any]]], AfterValidator(_capabilities)]
type PriceList = Annotated[Json[dict[str, Annotated[Prices, AfterValidator(_whole)]]], AfterValidator(_named)]
type Key = Annotated[SecretStr, _matching(_KEY, "one word, as the portal shows it")]
type Scope = Annotated[str, _matching(_SCOPE, "like https://cognitiveservices.azure.com/.default")]
type DeploymentName = Annotated[
    str, _matching(_DEPLOYMENT, "the name of a deployment or model: letters, digits, `_`, `-`, `.`, `:`, `/`, `@`, `+`")
]
type ModelName = Annotated[str, _matching(_MODEL, "a model's name of at most 128 characters")]
type ContainerName = Annotated[
    str, _matching(_CONTAINER, "a container's name: 3 to 63 small letters, digits and single hyphens")
]
type QueueName = Annotated[
    str, _matching(_QUEUE, "a queue's name: 3 to 63 small letters, digits and single hyphens, not ending in -poison")
]
