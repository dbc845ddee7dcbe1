"""The metadata of a document: what a listing shows of it, so that a reader of many opens none."""

from shared.results import Result, spending_labels

INPUT_ETAG = "input_etag"
"""The metadata key on a document that says which version of the file it answers."""

FILES = "files"
"""The metadata key on a document that says which files it lists beside itself."""


def labels_of(outcome: Result) -> dict[str, str]:
    """What stands in the metadata; only what is known, and what a header can hold."""
    labels = {
        INPUT_ETAG: outcome.input.etag,
        "status": outcome.status,
        "recipe": outcome.recipe.name if outcome.recipe else "",
        "kind": outcome.input.kind or "",
        "code": outcome.error.code if outcome.error else "",
        "warnings": str(len(outcome.warnings)) if outcome.warnings else "",
        FILES: " ".join(outcome.forms),
        **spending_labels(outcome),
    }
    return {name: value for name, value in labels.items() if value and value.isascii() and value.isprintable()}
