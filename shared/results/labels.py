"""What a listing shows of the cost of documents: labels, so that nobody has to open these to add it up."""

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from shared.models import total_tokens
from shared.results.logged_fields import amount_of, listed_calls
from shared.results.result import MAX_COUNT, Result

NOTHING = "0"
_PLAIN = "/:@+"
"""What names of deployments have beside letters, digits, `_`, `-` and `.`, and what separates nothing in `models`."""

MAX_LABEL = 2_048
"""Characters; all labels of a document may have 8 KB."""


def spending_labels(outcome: Result) -> dict[str, str]:
    """Who was paid, and how much: labels, of which those that are not known are empty.

    `models` are the deployments that were asked, `tokens` those of all calls, `seconds` those of a recording, and
    `cost` is in US dollars. Where several were asked, `by_model` has the same of each:
    `NAME=TOKENS/SECONDS/COST;NAME=...`, names quoted as in addresses. A file that was refused before a model was chosen
    cost nothing; else a cost that is missing is an unknown one.
    """
    was_free = outcome.status == "error" and outcome.model is None
    calls = listed_calls(outcome.usage.model_dump()) if outcome.usage else []
    asked = outcome.model.deployment if outcome.model else None
    models = dict.fromkeys(call["deployment"] for call in calls) or filter(None, [asked])
    usage = outcome.usage
    return {
        "models": _fitting(",".join(quote(each, safe=_PLAIN) for each in models)),
        "tokens": NOTHING if was_free else _written(usage.total_tokens if usage else None),
        "seconds": _written(_seconds(outcome)),
        "cost": NOTHING if was_free else _written(usage.cost.amount if usage and usage.cost else None),
        "by_model": _fitting(";".join(_of_each(outcome, calls))),
    }


def _fitting(label: str) -> str:
    return label if len(label) <= MAX_LABEL else ""


def _of_each(outcome: Result, calls: Sequence[Mapping[str, Any]]) -> list[str]:
    """The figures of each model; nothing where one alone was asked, of which the document's are."""
    models = list(dict.fromkeys(call["deployment"] for call in calls))
    if len(models) < 2:
        return []
    told = []
    for model in models:
        own = [call for call in calls if call["deployment"] == model]
        tokens = sum(total_tokens(call) or 0 for call in own)
        seconds = [number for call in own if (number := _number(call.get("seconds"))) is not None]
        is_hearing = not seconds and outcome.model and model == outcome.model.deployment
        heard = _seconds(outcome) if is_hearing else math.fsum(seconds)
        figures = (tokens, heard, _sum([amount_of(call.get("cost")) for call in own]))
        told.append(f"{quote(model, safe='')}={'/'.join(map(_written, figures))}")
    return told


def _sum(amounts: Sequence[float | None]) -> float | None:
    """The sum as decimals give it; None where a part is not known."""
    known = [Decimal(str(each)) for each in amounts if each is not None]
    return float(sum(known)) if len(known) == len(amounts) else None


def _seconds(outcome: Result) -> float | None:
    """Of the recording as the service counted them, else as it plays."""
    counted = _number((outcome.usage.model_extra or {}).get("seconds")) if outcome.usage else None
    return outcome.input.seconds if counted is None else counted


def _number(told: object) -> float | None:
    if isinstance(told, bool) or not isinstance(told, int | float) or not math.isfinite(told):
        return None
    return told


def _written(number: float | None) -> str:
    """As a label has it; nothing where it can be no number of anything."""
    return "" if number is None or not 0 <= number <= MAX_COUNT else f"{number:.6f}".rstrip("0").rstrip(".")
