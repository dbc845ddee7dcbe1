"""What a service answered over HTTP: bounded while it is read, and never trusted to be well formed."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from shared.adapters.foundry.event_stream import document_in
from shared.bounds import MAX_JSON_BYTES, Unbounded, identifier
from shared.observability.redaction import redact

MAX_ERROR_BYTES = 64 * 1024
"""How much is read of an answer that is none."""

REQUEST_IDS = ("apim-request-id", "x-ms-request-id", "x-request-id")


class Response(Protocol):
    """What is needed of the SDK's response."""

    @property
    def status_code(self) -> int:
        """The HTTP status."""
        ...

    @property
    def headers(self) -> Any:
        """What stands above the body, by names without regard to case."""
        ...

    def iter_raw(self) -> AsyncIterator[bytes]:
        """The body as it comes, without decompression."""
        ...

    async def close(self) -> None:
        """Let go of the connection."""
        ...


@dataclass(frozen=True)
class HttpReply:
    """An HTTP response. The names of `headers` are in small letters.

    Attributes:
        is_whole: whether `content` is all of it; of more than is needed the rest is left unread.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    is_whole: bool = True

    @classmethod
    async def read(cls, response: Response) -> "HttpReply":
        """Read a response, and no more of it than anybody needs."""
        limit = MAX_JSON_BYTES if _is_success(response.status_code) else MAX_ERROR_BYTES
        content = bytearray()
        async for chunk in response.iter_raw():
            content += chunk[: limit + 1 - len(content)]
            if len(content) > limit:
                await response.close()
                break
        headers = {name.lower(): value for name, value in response.headers.items()}
        return cls(response.status_code, headers, bytes(content[:limit]), is_whole=len(content) <= limit)

    @property
    def is_success(self) -> bool:
        """Whether the service says that it did what it was asked; then the call was billed."""
        return _is_success(self.status)

    @property
    def text(self) -> str:
        """The body as text; what is none is replaced."""
        return self.content.decode(errors="replace")

    @property
    def encoding(self) -> str:
        """How the body is compressed, though nobody asked for that; empty where it is not."""
        encoding = self.headers.get("content-encoding", "").strip().lower()
        return "" if encoding == "identity" else encoding

    def document(self) -> Any:
        """The body as JSON, which some services send as an event stream.

        Raises:
            ValueError: it is none, or not whole; the message says why, in our words.
        """
        if not self.is_whole:
            raise ValueError("it is longer than any answer")
        if self.encoding:
            raise ValueError("it is compressed")
        try:
            return document_in(self.content.decode("utf-8-sig"))
        except Unbounded:
            raise
        except ValueError:
            raise ValueError("it is not JSON") from None

    @property
    def request_id(self) -> str | None:
        """What the service calls the request, under whichever of its names for it; None where that is no id."""
        return next((known_identifier(self.headers[name]) for name in REQUEST_IDS if name in self.headers), None)


def known_identifier(text: object) -> str | None:
    """A code or an id that a service sent; None where it is none, or looks like a secret that it sends back."""
    known = identifier(text)
    return known if known and redact(known) == known else None


def _is_success(status: int) -> bool:
    return 200 <= status < 300
