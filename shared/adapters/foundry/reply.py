"""What a service answered, whatever it is: read as far as it can be read, and never trusted to be well formed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Reply:
    """An HTTP response, read to its end. The names of `headers` are in small letters."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def text(self) -> str:
        """The body as text; what is none is replaced."""
        return self.content.decode(errors="replace")

    def document(self) -> Any:
        """The body as JSON.

        Raises:
            ValueError: it is none, or nested too deeply.
        """
        try:
            return json.loads(self.content)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error

    @property
    def request_id(self) -> str | None:
        """What the service calls the request, under whichever of its names for it."""
        names = ("apim-request-id", "x-ms-request-id", "x-request-id")
        return next((self.headers[name] for name in names if name in self.headers), None)


def writable(text: str) -> str:
    """The text without lone surrogates, which JSON can carry and UTF-8 cannot."""
    return text.encode(errors="replace").decode()
