"""What a service says of an error, in whichever of the shapes that services use: bounded once, here."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.adapters.foundry.reply import HttpReply, known_identifier
from shared.bounds import MAX_TEXT, identifier, writable

_OUT_OF_ROOM = re.compile(r"output limit was reached|try again with (?:a )?higher max_", re.I)

_WORDS = ("message", "detail", "details", "msg", "error_description")
"""Under which names services put their words."""


@dataclass(frozen=True)
class ServiceError:
    """What went wrong, by the service.

    Attributes:
        status: the HTTP status, or the one that the document names where the reply says 200; 0 where none does.
        codes: identifiers, the outer before the inner.
        parameter: the part of the request that it is about, without what stands around it; empty where none is named.
        message: the service's own words, `MAX_TEXT` characters at most. They may quote what it was sent.
    """

    status: int
    codes: tuple[str, ...] = ()
    parameter: str = ""
    message: str = ""

    @classmethod
    def read(cls, reply: HttpReply) -> "ServiceError":
        """Read the error of a reply that is no success."""
        try:
            document = reply.document()
        except ValueError:
            return cls(reply.status, message=_bounded(reply.text))
        return cls(reply.status, *_details(_error_in(document) or document))

    @classmethod
    def inside(cls, document: Any) -> "ServiceError | None":
        """The error that stands in a document of a reply of 200; None where it holds none."""
        error = _error_in(document)
        return cls(_status(error), *_details(error)) if error else None

    @property
    def is_out_of_room(self) -> bool:
        """Whether the model spent all tokens before its first word, which OpenAI's services say with a 400."""
        return bool(_OUT_OF_ROOM.search(self.message))

    @property
    def names(self) -> set[str]:
        """The codes in small letters."""
        return {code.lower() for code in self.codes}


def _error_in(document: Any) -> Any:
    """The part of a document that tells of an error, wherever services put it; None where there is none."""
    if isinstance(document, list):
        document = document[0] if document else None
    if not isinstance(document, Mapping):
        return None
    error, errors, choices = (document.get(name) for name in ("error", "errors", "choices"))
    if isinstance(error, str) and _told(document):
        return document  # the words stand beside it (RFC 6749, 5.2)
    if error:
        return error
    if isinstance(errors, list) and errors:
        return errors[0]
    choice = choices[0] if isinstance(choices, list) and choices else None
    if isinstance(choice, Mapping) and choice.get("error"):
        return choice["error"]
    return document if not choices and _told(document) else None


def _told(error: Mapping[str, Any]) -> Any:
    """What is said of an error; empty where nothing is."""
    return next((error[name] for name in _WORDS if error.get(name)), "")


def _details(error: Any) -> tuple[tuple[str, ...], str, str]:
    if not isinstance(error, Mapping):
        return (), _location(error), _bounded(_words(error))
    inner = error.get("innererror") or error.get("inner_error")
    found = [error.get("code"), error.get("type"), inner.get("code") if isinstance(inner, Mapping) else None]
    codes = [known for code in found if (known := known_identifier(str(code) if isinstance(code, int) else code))]
    told = _told(error)
    parameter = str(error.get("param") or "").rpartition(".")[2] or _location(told) or _location(error)
    return tuple(codes), identifier(parameter) or "", _bounded(_words(told))


def _words(told: Any) -> str:
    return told if isinstance(told, str) else json.dumps(told, ensure_ascii=False, default=str)


def _location(told: Any) -> str:
    """The last part of `loc`, by which FastAPI says what it could not validate."""
    first = told[0] if isinstance(told, Sequence) and not isinstance(told, str) and told else told
    place = first.get("loc") if isinstance(first, Mapping) else None
    return str(place[-1]) if isinstance(place, Sequence) and place else ""


def _status(error: Any) -> int:
    """The HTTP status that an error names, as gateways do that pass it on under a 200."""
    found = [error.get(name) for name in ("code", "status", "status_code")] if isinstance(error, Mapping) else []
    return next(_statuses(found), 0)


def _statuses(found: Sequence[Any]) -> Iterator[int]:
    for each in found:
        text = str(each)[:4]
        if text.isascii() and text.isdigit() and 400 <= int(text) < 600:
            yield int(text)


def _bounded(text: str) -> str:
    return writable(text[:MAX_TEXT])
