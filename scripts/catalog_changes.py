"""Which changes of the table of models are taken over, and which a person decides."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from catalog_entries import FIELDS

MAX_FACTOR = 10
"""A price that grew or fell more than so much is rather a slip of the source than a price."""

type Models = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Decided:
    """The table to write.

    Attributes:
        models: what is known of each.
        doubts: by their names, why some stay as they were, or are left out.
    """

    models: Models
    doubts: Mapping[str, str]


def decide(known: Models, told: Models, refused: Mapping[str, str], accepted: Iterable[str], today: date) -> Decided:
    """What to write, where the table so far has `known` and the source has `told`.

    Args:
        known: the table so far.
        told: what the source says now.
        refused: the models of which the source says what cannot be, and in which field.
        accepted: the models of which a person takes over all that the source tells.
        today: a model may be gone once it is retired.
    """
    models: dict[str, Mapping[str, Any]] = {}
    doubts: dict[str, str] = {}
    for name in sorted({*known, *told, *refused}, key=str.lower):
        before, after = known.get(name), told.get(name)
        if name in refused:
            kept, doubts[name] = before, f"the source says what cannot be in {refused[name]}"
        elif before is None or name in accepted:
            kept = after
        elif after is None:
            is_retired = before.get("retires", "9") <= today.isoformat()
            kept = None if is_retired else before
            doubts |= {} if is_retired else {name: "the source does not have it any more"}
        else:
            kept = {**after, **(stays := _doubted(before, after))}
            doubts |= {name: _changes(before, after, stays)} if stays else {}
        if kept is not None:
            models[name] = {field: kept[field] for field in FIELDS if field in kept}
    return Decided(models, doubts)


def _doubted(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that stay as they were: what the source says no more, and prices of which one is doubted."""
    stays = {field: value for field, value in before.items() if field not in after}
    if "prices" in before and "prices" in after and _is_doubted(_flat(before["prices"]), _flat(after["prices"])):
        stays["prices"] = before["prices"]
    return stays


def _is_doubted(before: Mapping[str, float], after: Mapping[str, float]) -> bool:
    return any(
        name not in after or not rate / MAX_FACTOR <= after[name] <= rate * MAX_FACTOR for name, rate in before.items()
    )


def _flat(prices: Mapping[str, Any], above: str = "") -> dict[str, float]:
    """Each rate under its whole name, such as `flex.input`."""
    flat: dict[str, float] = {}
    for name, value in prices.items():
        flat |= _flat(value, f"{above}{name}.") if isinstance(value, Mapping) else {f"{above}{name}": value}
    return flat


def differences(known: Models, models: Models) -> Iterator[str]:
    """A line of Markdown for each model that is new, gone or changed."""
    for name in sorted({*known, *models}, key=str.lower):
        before, after = known.get(name), models.get(name)
        if before is None or after is None:
            yield f"- `{name}` is {'new' if before is None else 'gone'}"
        elif before != after:
            fields = [field for field in (*after, *before) if before.get(field) != after.get(field)]
            yield f"- `{name}`: {_changes(before, after, fields)}"


def doubted(doubts: Mapping[str, str], known: Models) -> Iterator[str]:
    """A line of Markdown for each model on which a person decides."""
    for name, why in doubts.items():
        yield f"- `{name}` {'stays as it was' if name in known else 'is left out'}: {why}"


def _changes(before: Mapping[str, Any], after: Mapping[str, Any], fields: Iterable[str]) -> str:
    told = (f"{field} {_told(before.get(field))} -> {_told(after.get(field))}" for field in dict.fromkeys(fields))
    return "; ".join(told)


def _told(value: object) -> str:
    return "nothing" if value is None else json.dumps(value)
