"""Telling the next step of a workflow that a document is there (CloudEvents 1.0), without what stands in it."""

import hashlib
from typing import Any, Protocol
from urllib.parse import quote

from shared.media.names import MAX_BLOB_NAME
from shared.results.result import MAX_COUNT, Result, TokenUsage, document_name

ANSWERED, FAILED = "dropscribe.answered", "dropscribe.failed"

MAX_WORD = 256
"""Characters of an etag, or of a name other than the file's; what is longer is none of ours. A message of a queue holds
48 KiB (64 in base64), of which three times a name of 1,024 characters may take 37."""


class EventPublisher(Protocol):
    """Sends such events."""

    async def publish(self, outcome: Result) -> None:
        """Tell that this document is there; at least once, perhaps more often.

        Raises:
            StorageUnavailable: it could not be told now.
        """
        ...


def cloud_event(outcome: Result, *, output: str) -> dict[str, Any]:
    """The event for a document in the container at the address `output`; less than 48 KiB as JSON.

    Its `id` is the same each time for one document, so a receiver knows it when it comes twice. A document that is
    written anew, as after `dropscribe redrive`, has another.
    """
    file, completed = outcome.input, outcome.model_dump(mode="json", include={"timing"})["timing"]["completed"]
    identity = f"{file.container}\n{file.name}\n{file.etag}\n{completed}"
    return {
        "specversion": "1.0",
        "id": hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest(),
        "source": output,
        "type": ANSWERED if outcome.status == "ok" else FAILED,
        "subject": file.name[:MAX_BLOB_NAME],
        "time": completed,
        "datacontenttype": "application/json",
        "data": {
            "input": {
                "container": file.container[:MAX_WORD],
                "name": file.name[:MAX_BLOB_NAME],
                "etag": file.etag[:MAX_WORD],
            },
            "document": f"{output}/{quote(document_name(file.name), safe='/~')}",
            "status": outcome.status,
            "recipe": outcome.recipe.name[:MAX_WORD] if outcome.recipe else None,
            "kind": file.kind,
            "usage": _counts(outcome.usage) if outcome.usage else None,
            "error": outcome.error.code if outcome.error else None,
        },
    }


def _counts(usage: TokenUsage) -> dict[str, int | None]:
    """The three counts that every service knows; what else it told stands in the document."""
    counts = {name: getattr(usage, name) for name in ("prompt_tokens", "completion_tokens", "total_tokens")}
    return {name: count if count is not None and 0 <= count <= MAX_COUNT else None for name, count in counts.items()}
