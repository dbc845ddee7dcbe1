"""Telling the next step of a workflow that a document is there (CloudEvents 1.0), without what stands in it."""

import hashlib
from typing import Any, Protocol

from shared.results.result import Result, document_name

ANSWERED, FAILED = "dropscribe.answered", "dropscribe.failed"


class EventPublisher(Protocol):
    """Whoever is told. May raise `StorageUnavailable`."""

    async def announce(self, outcome: Result) -> None:
        """Tell that this document is there; at least once, perhaps more often."""
        ...


def cloud_event(outcome: Result, *, output: str) -> dict[str, Any]:
    """The event for a document in the container at the address `output`.

    Its `id` is the same each time for one document, so that whoever gets it twice can tell; a document that is written
    anew, as after `dropscribe redrive`, is another.
    """
    file, completed = outcome.input, outcome.model_dump(mode="json")["timing"]["completed"]
    told = f"{output}/{document_name(file.name)}"
    return {
        "specversion": "1.0",
        "id": hashlib.sha256(f"{file.container}\n{file.name}\n{file.etag}\n{completed}".encode()).hexdigest(),
        "source": output,
        "type": ANSWERED if outcome.status == "ok" else FAILED,
        "subject": file.name,
        "time": completed,
        "datacontenttype": "application/json",
        "data": {
            "input": {"container": file.container, "name": file.name, "etag": file.etag},
            "document": told,
            "status": outcome.status,
            "recipe": outcome.recipe.name if outcome.recipe else None,
            "kind": file.kind,
            "usage": outcome.usage.model_dump(mode="json") if outcome.usage else None,
            "error": outcome.error.code if outcome.error else None,
        },
    }
