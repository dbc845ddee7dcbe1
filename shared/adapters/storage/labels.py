"""The metadata of a document: what a listing shows of it, so that a reader of many opens none."""

from shared.results import MAX_COUNT, Result

INPUT_ETAG = "input_etag"
"""Which version of the file the document answers."""


def labels_of(outcome: Result) -> dict[str, str]:
    """What stands in the metadata; only what is known, and what a header can hold."""
    labels = {
        INPUT_ETAG: outcome.input.etag,
        "status": outcome.status,
        "recipe": outcome.recipe.name if outcome.recipe else "",
        "kind": outcome.input.kind or "",
        "code": outcome.error.code if outcome.error else "",
        "model": outcome.model.deployment if outcome.model else "",
        "tokens": _tokens(outcome),
        "warnings": str(len(outcome.warnings)) if outcome.warnings else "",
    }
    return {name: value for name, value in labels.items() if value and value.isascii() and value.isprintable()}


def _tokens(outcome: Result) -> str:
    """The tokens that were used, where a service told a number that can be one."""
    total = outcome.usage.total_tokens if outcome.usage else None
    return str(total) if total is not None and 0 <= total <= MAX_COUNT else ""
