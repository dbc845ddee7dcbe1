"""Why no connection to a model could be made, in words for people."""

import aiohttp
import pytest
from aiohttp.client_reqrep import ConnectionKey

from shared.adapters.http.transport import why_unreachable

PLACE = ConnectionKey("place.example", 443, True, True, None, None, None)
FAILED = OSError(1, "it failed")


@pytest.mark.parametrize(
    ("cause", "why"),
    [
        (aiohttp.ClientConnectorDNSError(PLACE, FAILED), "nothing is known by that name"),
        (aiohttp.ClientConnectorCertificateError(PLACE, Exception("self-signed")), "its certificate is not trusted"),
        (aiohttp.ClientConnectorSSLError(PLACE, FAILED), "there is no TLS"),
        (aiohttp.ConnectionTimeoutError(), "nothing answered for 10 seconds"),
        (aiohttp.ClientConnectorError(PLACE, FAILED), "nothing listens"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_cause_has_its_words(cause: aiohttp.ClientConnectorError, why: str) -> None:
    assert why_unreachable(cause) == why
