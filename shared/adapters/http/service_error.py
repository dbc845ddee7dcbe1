"""What a service says of an error, in whichever of the shapes that services use: bounded once, here."""

import json
import re
from dataclasses import dataclass
from typing import Any

from shared.adapters.http.reply import HttpReply, at, known_identifier
from shared.bounds import MAX_TEXT, identifier, writable

_OUT_OF_ROOM = re.compile(r"output limit was reached|try again with (?:a )?higher max_", re.I)

_PLACES = (("error",), ("errors", 0), ("choices", 0, "error"))
"""Where services put an error; some put it around, in place of, a completion."""

_CODES = (("code",), ("type",), *((inner, "code") for inner in ("innererror", "innerError", "inner_error")))
_PARAMETERS = (("param",), ("detail", 0, "loc", -1), ("loc", -1))  # `loc` is FastAPI's
_STATUSES = (("code",), ("status",), ("status_code",))
_WORDS = (("message",), ("detail",), ("details",), ("msg",), ("error_description",))


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
    def of(cls, reply: HttpReply) -> "ServiceError | None":
        """The error that a reply tells of, as one of 200 may, too; None where it tells of none."""
        document = at(reply.document, 0) or reply.document
        error = _error_in(document)
        if reply.is_success:
            return cls(_status(error), *_details(error)) if error else None
        return cls(reply.status, *_details(error or document or reply.content.decode(errors="replace")))

    @property
    def is_out_of_room(self) -> bool:
        """Whether the model spent all tokens before its first word, which OpenAI's services say with a 400."""
        return bool(_OUT_OF_ROOM.search(self.message))


def _error_in(document: Any) -> Any:
    """The part of a document that tells of an error; None where there is none."""
    error, words = _first(document, _PLACES), _first(document, _WORDS)
    if words and (isinstance(error, str) or not (error or at(document, "choices"))):
        return document  # the words stand beside the error's name (RFC 6749, 5.2), or there is nothing else
    return error


def _details(error: Any) -> tuple[tuple[str, ...], str, str]:
    found = [at(error, *path) for path in _CODES]
    codes = [known for code in found if (known := known_identifier(str(code) if isinstance(code, int) else code))]
    place = str(_first(error, _PARAMETERS) or "")[:MAX_TEXT].rpartition(".")[2].partition("[")[0]
    words = _first(error, _WORDS) or "" if isinstance(error, dict) else error
    told = words if isinstance(words, str) else json.dumps(words, ensure_ascii=False)
    return tuple(codes), identifier(place) or "", writable(told[:MAX_TEXT])


def _status(error: Any) -> int:
    """The HTTP status that an error names, as gateways do that pass it on under a 200; 0 where it names none."""
    found = (str(at(error, *path))[:4] for path in _STATUSES)
    return next((int(text) for text in found if re.fullmatch(r"[45][0-9]{2}", text)), 0)


def _first(document: Any, paths: tuple[tuple[str | int, ...], ...]) -> Any:
    """What stands at the first of these paths where something does; None where nothing does."""
    return next(filter(None, (at(document, *path) for path in paths)), None)
