"""Which model answers: what the environment says of it, and whether it can be reached at all."""

import socket
import urllib.request
from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

from cli.exits import CommandFailedError
from cli.terminal import one_line
from cli.threads import in_background
from shared.settings import endpoint_forgotten

ENDPOINT, DEPLOYMENT = "AZURE_INFERENCE_ENDPOINT", "AZURE_INFERENCE_DEPLOYMENT"
CONNECT_SECONDS = 5
"""A connection across the world takes less than one."""


class NoModelError(CommandFailedError):
    """No model can answer, for a reason that waiting does not mend; the message has the next step."""


def is_offline(environ: Mapping[str, str]) -> bool:
    """Whether the offline model answers."""
    return not environ.get(ENDPOINT)


def require_endpoint(environ: Mapping[str, str]) -> None:
    """Make sure that the offline model does not answer in place of another whose settings are there.

    Raises:
        NoModelError: it would, because the setting that leads to the other is missing, or misspelt.
    """
    if forgotten := endpoint_forgotten(environ):
        raise NoModelError(one_line(forgotten))


def described(environ: Mapping[str, str]) -> str:
    """The model that answers, for people."""
    if is_offline(environ):
        return f"the offline model on this machine (set {ENDPOINT} to ask another)"
    deployment = environ.get(DEPLOYMENT)
    address = _address(environ[ENDPOINT])
    return one_line(f"{deployment} at {address}" if deployment else address)


async def require_reachable(environ: Mapping[str, str]) -> None:
    """Make sure that a connection to the model's endpoint can be made, before anything is started.

    Where a proxy stands between, or other endpoints may be asked in its place, that is not tried.

    Raises:
        NoModelError: it cannot.
    """
    endpoint = _parsed(environ.get(ENDPOINT, ""))
    if endpoint is None or any(name.startswith(f"{ENDPOINT}_") and value for name, value in environ.items()):
        return
    if endpoint.scheme in urllib.request.getproxies() and not urllib.request.proxy_bypass(endpoint.hostname or ""):
        return
    problem = await in_background(lambda: _problem(endpoint))
    if problem:
        raise NoModelError(one_line(f"No model can be reached at {_address(environ[ENDPOINT])}: {problem}."))


def _problem(endpoint: SplitResult) -> str:
    port = endpoint.port or (80 if endpoint.scheme == "http" else 443)
    try:
        socket.create_connection((endpoint.hostname or "", port), timeout=CONNECT_SECONDS).close()
    except (socket.gaierror, UnicodeError):
        return f"there is no host of that name; correct {ENDPOINT}"
    except TimeoutError:
        return f"no connection within {CONNECT_SECONDS} seconds; check {ENDPOINT}, and the firewalls between"
    except ConnectionRefusedError:
        return f"the connection is refused; check {ENDPOINT}, and that the service runs"
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        return f"{reason}; check {ENDPOINT}, and that the service runs"
    return ""


def _parsed(address: str) -> SplitResult | None:
    """The address; None if the app will say at start what is wrong with it."""
    try:
        parts = urlsplit(address)
        is_whole = parts.hostname and parts.scheme in ("http", "https") and parts.port != 0
    except ValueError:
        return None
    return parts if is_whole else None


def _address(address: str) -> str:
    """The address without what may be secret in it."""
    parts = _parsed(address)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}" if parts else "the endpoint"
