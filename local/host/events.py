"""Events of files as Event Grid writes them: in two schemas, and with what became of them among its dead letters."""

import uuid
from datetime import UTC, datetime
from typing import Any, Literal

from azure.storage.blob import BlobProperties

type Schema = Literal["EventGridSchema", "CloudEventSchemaV1_0"]
SCHEMAS: tuple[Schema, ...] = ("EventGridSchema", "CloudEventSchemaV1_0")

TYPE = "Microsoft.Storage.BlobCreated"
TOPIC = "/subscriptions/local"


def created(container: str, url: str, blob: BlobProperties) -> dict[str, Any]:
    """The event `Microsoft.Storage.BlobCreated`, in the Event Grid schema."""
    return {
        "id": str(uuid.uuid4()),
        "topic": TOPIC,
        "subject": f"/blobServices/default/containers/{container}/blobs/{blob.name}",
        "eventType": TYPE,
        "eventTime": datetime.now(UTC).isoformat(),
        "dataVersion": "",
        "metadataVersion": "1",
        "data": {
            "api": "PutBlob",
            "contentType": blob.content_settings.content_type,
            "contentLength": blob.size,
            "blobType": "BlockBlob",
            "eTag": blob.etag.strip('"'),
            "url": url,
        },
    }


def in_schema(event: dict[str, Any], schema: Schema) -> dict[str, Any]:
    """The same event in a schema."""
    if schema == "EventGridSchema":
        return event
    return {
        "specversion": "1.0",
        "id": event["id"],
        "source": event["topic"],
        "subject": event["subject"],
        "type": event["eventType"],
        "time": event["eventTime"],
        "data": event["data"],
    }


def dead_letter(event: dict[str, Any], status: int) -> list[dict[str, Any]]:
    """What Event Grid leaves behind of an event that its endpoint refused for good with this status."""
    told = {
        "deadLetterReason": "UndeliverableDueToHttpError",
        "deliveryAttempts": 1,
        "lastDeliveryOutcome": "Unauthorized" if status == 401 else "BadRequest",
        "lastHttpStatusCode": status,
        "publishTime": event["eventTime"],
        "lastDeliveryAttemptTime": datetime.now(UTC).isoformat(),
    }
    return [{**event, **told}]
