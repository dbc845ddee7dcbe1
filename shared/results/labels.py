"""What a listing shows of the cost of documents: labels, so that nobody has to open these to add it up."""

import math

from shared.results.logged_fields import log_fields
from shared.results.result import Result

NOTHING = "0"
MAX_LABEL = 256


def spending_labels(outcome: Result) -> dict[str, str]:
    """Who was paid, and how much: labels, of which those that are not known are empty.

    `models` are the deployments that were asked, `tokens` those of all calls, `seconds` those of a recording, and
    `cost` is in US dollars. A file that was refused before a model was chosen cost nothing; else a cost that is missing
    is an unknown one.
    """
    told = log_fields(outcome)
    was_free = outcome.status == "error" and outcome.model is None
    models = dict.fromkeys(call["model"] for call in told["calls"]) or filter(None, [told["model"]])
    return {
        "models": ",".join(models)[:MAX_LABEL],
        "tokens": NOTHING if was_free else _written(told["total_tokens"]),
        "seconds": _written(_seconds(outcome)),
        "cost": NOTHING if was_free else _written(told["cost"]),
    }


def _seconds(outcome: Result) -> float | None:
    """Of the recording as the service counted them, else as it plays."""
    counted = (outcome.usage.model_extra or {}).get("seconds") if outcome.usage else None
    is_number = isinstance(counted, int | float) and not isinstance(counted, bool) and math.isfinite(counted)
    return counted if is_number else outcome.input.seconds


def _written(number: float | None) -> str:
    return "" if number is None else f"{number:.6f}".rstrip("0").rstrip(".")
