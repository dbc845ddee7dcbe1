"""Connections to a model: each carries one answer and is closed, is kept open while a model thinks, and may fail."""

import socket
from typing import Any

import aiohttp
from azure.core.pipeline.transport import AioHttpTransport

from shared.adapters.proxy import HAS_PROXY

CONNECT_SECONDS = 10
READ_SECONDS = 300
"""A long recording may take the model minutes, during which nothing is heard from it."""

KEEPALIVE_SECONDS = 60
"""Azure's load balancers forget a connection that is silent for 240 seconds (Microsoft's page on Load Balancer's TCP
reset and idle timeout); a long recording can take a model longer."""

_KEEPALIVE = {"TCP_KEEPIDLE": KEEPALIVE_SECONDS, "TCP_KEEPINTVL": KEEPALIVE_SECONDS, "TCP_KEEPCNT": 4}

_CAUSES = (
    (aiohttp.ClientConnectorDNSError, "nothing is known by that name"),
    (aiohttp.ClientConnectorCertificateError, "its certificate is not trusted"),
    (aiohttp.ClientConnectorSSLError, "there is no TLS"),
    (aiohttp.ConnectionTimeoutError, f"nothing answered for {CONNECT_SECONDS} seconds"),
    (aiohttp.ClientConnectorError, "nothing listens"),  # the others are of its kind
)


class OneAnswerTransport(AioHttpTransport):  # type: ignore[misc] # azure-core shows it lazily, so its type is not seen
    """Makes a new connection for each call: what comes late on one that is kept would be taken for the next answer."""

    session: aiohttp.ClientSession | None

    def __init__(self, **own: Any) -> None:
        super().__init__(connection_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS, **own)

    async def open(self) -> None:
        """Make the session, once."""
        if self.session is None and not self._has_been_opened:
            connector = aiohttp.TCPConnector(force_close=True, socket_factory=_socket)
            self.session = aiohttp.ClientSession(
                connector=connector, trust_env=HAS_PROXY, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False
            )
        await super().open()


def _socket(address: tuple[Any, ...]) -> socket.socket:
    family, kind, protocol, *_ = address
    made = socket.socket(family, kind, protocol)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEPALIVE.items():
        if number := getattr(socket, name, None):  # not every system has each
            made.setsockopt(socket.IPPROTO_TCP, number, value)
    return made


def why_unreachable(cause: BaseException | None) -> str | None:
    """Why no connection could be made, in words that can stand in a sentence; None where one was made."""
    return next((why for kind, why in _CAUSES if isinstance(cause, kind)), None)
