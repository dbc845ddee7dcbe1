"""The page as it is served: its policy names the storage that it may speak to, and nothing else in the world."""

import re
from pathlib import Path
from urllib.parse import urlsplit

_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d{1,5})?")


def page_for(index: Path, *storage: str, sign_in: str = "") -> str:
    """The page `index`, with the origins of these addresses in its Content-Security-Policy.

    Raises:
        ValueError: one of them is no address of a service.
    """
    origins = " ".join(dict.fromkeys(_origin(address) for address in storage))
    return index.read_text(encoding="utf-8").replace("{storage}", origins).replace("{signIn}", sign_in)


def _origin(address: str) -> str:
    parts = urlsplit(address)
    origin = f"{parts.scheme}://{parts.netloc}"
    if not _ORIGIN.fullmatch(origin):
        raise ValueError(f"{address!r} is no address of a service.")
    return origin
