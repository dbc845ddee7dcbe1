"""Why a document does not come, as the host's log tells it, in sentences for people."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cli.terminal import one_line

MAX_WAIT = 7 * 86_400
"""Seconds; no file waits longer at once."""

_STATUS = re.compile(r"answered (\d{3})\b")
_REQUEST = re.compile(r",? ?request [^),\s]{1,200}")
_EMPTY_BRACKETS = re.compile(r" \(\)")

_REFUSED_BY_ACCESS = (
    "check AZURE_INFERENCE_CREDENTIAL, which must be a key of AZURE_INFERENCE_ENDPOINT; without a key, your role there"
)
_NOT_FOUND = "check AZURE_INFERENCE_DEPLOYMENT and AZURE_INFERENCE_ENDPOINT"
_NO_MONEY = "check the account at the service: there is no credit left, or no quota"
_STEPS = {
    301: "correct AZURE_INFERENCE_ENDPOINT",
    308: "correct AZURE_INFERENCE_ENDPOINT",
    401: _REFUSED_BY_ACCESS,
    402: _NO_MONEY,
    403: _REFUSED_BY_ACCESS,
    404: _NOT_FOUND,
    405: _NOT_FOUND,
    410: _NOT_FOUND,
    429: _NO_MONEY,
}
_NO_STATUS = "check AZURE_INFERENCE_CREDENTIAL, or sign in with `az login`"
_OTHER_STATUS = (
    "check AZURE_INFERENCE_CREDENTIAL and AZURE_INFERENCE_DEPLOYMENT, and that this model takes what the recipe asks of"
    " it (MODEL_CAPABILITIES corrects what we know of it)"
)
_UNREACHABLE = "check AZURE_INFERENCE_ENDPOINT, and that the service runs and can be reached from here"


@dataclass(frozen=True)
class Cause:
    """A reason to wait.

    Attributes:
        name: the file that waits for it, by its name in storage.
        sentence: what is wrong, and what to do where that is known.
        is_ours: whether waiting is in vain until a person has put something right.
        seconds: until the next try.
        is_wait: whether only the wait is told, and not what went wrong.
    """

    name: str
    sentence: str
    is_ours: bool
    seconds: float
    is_wait: bool = False

    @property
    def key(self) -> str:
        """A text that is the same for all files with the same reason to wait."""
        return _plain(self.sentence)


def cause_of(event: Mapping[str, Any]) -> Cause | None:
    """The cause that an event of the host's log tells; None if it tells none."""
    name, why = str(event.get("name", "")), _plain(one_line(str(event.get("why", ""))))
    try:
        seconds = min(max(0.0, float(event.get("seconds", 0))), MAX_WAIT)
    except (TypeError, ValueError, OverflowError):
        seconds = 0
    if event.get("event") == "model.unavailable":
        step = _step(str(event.get("error")), why)
        said = f"{one_line(str(event.get('model')))}: {why}"
        return Cause(name, f"{said}; {step}." if step else f"{said}.", bool(step), seconds)
    if event.get("event") == "blob.deferred":
        return Cause(name, f"Waiting: {why}.", is_ours=False, seconds=seconds, is_wait=True)
    return None


def standing_cause(events: Iterable[Mapping[str, Any]]) -> Cause | None:
    """The last of these causes that nothing comes of waiting for, if no file has been answered since."""
    standing = None
    for event in events:
        if event.get("event") == "blob.answered":
            standing = None
        elif (cause := cause_of(event)) and cause.is_ours:
            standing = cause
    return standing


def _step(error: str, why: str) -> str:
    """What to do about it; empty where waiting is all that can be done."""
    if error == "ModelUnreachable":
        return _UNREACHABLE
    if error != "ModelMisconfigured":
        return ""
    status = _STATUS.search(why)
    return _STEPS.get(int(status[1]), _OTHER_STATUS) if status else _NO_STATUS


def _plain(why: str) -> str:
    """Without what is different each time, and the full stop."""
    return _EMPTY_BRACKETS.sub("", _REQUEST.sub("", why)).strip().rstrip(".")
