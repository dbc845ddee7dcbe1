"""The metadata that an uploader attached to a file, as it was meant."""

import re
from collections.abc import Mapping
from urllib.parse import unquote

_ENCODED = re.compile(r"(?:[ -$&-~]|%[0-9A-Fa-f]{2})*", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def read_metadata(metadata: Mapping[str, str] | None) -> dict[str, str]:
    """The metadata with values that are wholly percent-encoded decoded, once.

    A header holds ASCII only, so browsers and SDKs send `résumé` as `r%C3%A9sum%C3%A9`.
    """
    return {name: _decoded(value) for name, value in (metadata or {}).items()}


def _decoded(value: str) -> str:
    """The value as it is where it is no UTF-8 in percent-encoding, or would hold control characters."""
    if "%" not in value or not _ENCODED.fullmatch(value):
        return value
    try:
        decoded = unquote(value, errors="strict")
    except UnicodeDecodeError:
        return value
    return value if _CONTROL.search(decoded) else decoded
