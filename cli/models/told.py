"""What is known of a deployed model, for people and in JSON."""

from typing import Any

from shared.models import Deployment, Prices


def fields(deployment: Deployment) -> dict[str, Any]:
    """As JSON has it (docs/cli.md); null stands for what is not known."""
    takes, found = deployment.capability, deployment.prices()
    return {
        "alias": deployment.alias,
        "deployment": deployment.name,
        "model": deployment.model,
        "host": deployment.endpoint.host,
        "kinds": list(takes.kinds),
        "json_schema": takes.json_schema,
        "max_output_tokens": takes.max_output_tokens,
        "max_seconds": takes.max_seconds,
        "retires": takes.retires.isoformat() if takes.retires else None,
        "prices": _prices(found[0]) if found else None,
        "prices_of": found[1] if found else None,
    }


def _prices(prices: Prices) -> dict[str, float]:
    told = {name: getattr(prices, name) for name in ("input", "cached", "audio", "output", "hour")}
    return {name: float(rate) for name, rate in told.items() if rate is not None}


def row(deployment: Deployment) -> list[str]:
    """As a row of a table has it."""
    told = fields(deployment)
    takes = [*(f"{kind}s" if kind == "image" else kind for kind in told["kinds"])] or ["words only"]
    return [
        told["alias"],
        told["deployment"],
        ", ".join([*takes, *(["JSON Schema"] if told["json_schema"] else [])]),
        _count(told["max_output_tokens"]),
        price(told["prices"]),
        told["retires"] or "unknown",
    ]


def price(prices: dict[str, float] | None) -> str:
    """What it costs, in US dollars for a million tokens, or for an hour of sound."""
    if not prices:
        return "unknown"
    names = {"input": "in", "audio": "sound", "output": "out", "hour": "an hour"}
    return ", ".join(f"{prices[name]:g} {word}" for name, word in names.items() if name in prices)


def _count(tokens: int | None) -> str:
    return "unknown" if tokens is None else f"{tokens:,}"
