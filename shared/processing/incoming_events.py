"""Events of storage about files that landed, as Event Grid puts them into a queue or among its dead letters.

Everybody who may write there can forge one. So nothing is taken from an event but the name of a file, which is then
looked at as any other; whether it is of our account, or of a version that is still there, need not be believed.
"""

import base64
import binascii
import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from shared.bounds import require_bounded, whole_number
from shared.media import can_exist, stored_name

CREATED = "Microsoft.Storage.BlobCreated"
MAX_EVENTS = 1_000
"""Of one message or dead letter; a message of a queue holds some hundred at most, and Event Grid puts one into it."""

_SUBJECT = re.compile(r"/blobServices/default/containers/(?P<container>[^/]+)/blobs/(?P<name>.+)", re.DOTALL)
_URL = re.compile(r"https?://[^/?#]+/(?P<path>[^?#]+)", re.IGNORECASE)


@dataclass(frozen=True)
class FileEvents:
    """What a message tells.

    Attributes:
        files: the container and the name of each file that landed, once.
        others: how many of the events tell of no file that landed.
    """

    files: tuple[tuple[str, str], ...]
    others: int


def file_events(message: bytes) -> FileEvents | None:
    """The events in a message: one or an array, in Event Grid's schema or CloudEvents 1.0, in base64 or not.

    None where it is neither.
    """
    try:
        content = _json(message)
    except (ValueError, RecursionError):
        return None
    events = content if isinstance(content, list) else [content]
    if not events or not all(isinstance(event, dict) for event in events):
        return None
    found = [_file_of(event) for event in events[:MAX_EVENTS]]
    files = dict.fromkeys(file for file in found if file)
    return FileEvents(tuple(files), found.count(None) + len(events[MAX_EVENTS:]))


def _json(message: bytes) -> Any:
    """The JSON in a message. May raise `ValueError` or `RecursionError`."""
    try:
        text = message.decode("utf-8-sig")
        if not text.lstrip().startswith(("{", "[")):
            text = base64.b64decode("".join(text.split()), validate=True).decode("utf-8-sig")
    except binascii.Error as error:
        raise ValueError("It is neither JSON nor base64.") from error
    require_bounded(text)
    return json.loads(text, parse_int=whole_number)


def _file_of(event: dict[str, Any]) -> tuple[str, str] | None:
    """The container and the name of the file that landed, if the event tells of one.

    The address tells it first: it is percent-encoded, while a subject may have lost characters beyond U+FFFF
    (https://github.com/Azure-Samples/azure-event-grid-viewer/issues/9). From a subject its container is taken, by which
    an address is understood that has the account in its path, as those of emulators have.
    """
    if CREATED not in (event.get("eventType"), event.get("type")):
        return None
    data = event.get("data")
    subject = _SUBJECT.fullmatch(_text(event.get("subject")))
    url = _URL.match(_text(data.get("url") if isinstance(data, dict) else None))
    found = _in_address(url["path"], subject["container"] if subject else None) if url else None
    if found is None and subject:
        found = subject["container"], subject["name"]
    return (found[0], stored_name(found[1])) if found and can_exist(found[1]) else None


def _in_address(path: str, container: str | None) -> tuple[str, str] | None:
    """The container and the name in the path of an address; None where it leads to another container than the given."""
    first, _, rest = unquote(path).partition("/")
    if container in (None, first):
        return first, rest
    second, _, name = rest.partition("/")
    return (second, name) if second == container else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
