"""The one document in which every file ends: its fields (schema 1) and its name.

`docs/result.schema.json` is generated from these classes.
"""

import hashlib
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from shared.errors import ErrorCode
from shared.media.media import Kind, Transport
from shared.models.endpoint import Api

MAX_BLOB_NAME = 1024
"""Characters; Azure's limit (Naming and Referencing Containers, Blobs, and Metadata)."""


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


type Timestamp = Annotated[datetime, PlainSerializer(_written, return_type=str)]


class _Part(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_serialization_defaults_required=True,
        defer_build=True,  # until the first document: a cold start need not wait for it
    )


class Input(_Part):
    """The file. What follows `bytes` is null where it was refused before that was known."""

    container: str
    name: str
    etag: str = Field(description="Of the very content that was answered, without quotes.")
    bytes: int
    media_type: str | None = Field(None, description="What its first bytes say, not its name.")
    kind: Kind | None = None
    sha256: str | None = Field(
        None, description="Of the content, in hexadecimal; null where it did not pass through Dropscribe."
    )
    seconds: float | None = Field(None, description="How long a recording plays; null where that is not certain.")


class RecipeUsed(_Part):
    """The recipe, and the values of its inputs."""

    name: str
    digest: str = Field(description="`sha256:` and the digest of the recipe's file.")
    inputs: dict[str, str]


class ModelUsed(_Part):
    """Who was asked with the file, and how. Calls of another model stand in `usage.calls`."""

    deployment: str
    name: str | None = Field(None, description="What the model calls itself; null where it did not answer.")
    api: Api = Field(description="The form of the endpoint.")
    sent_as: Transport = Field(description="How the file travelled: in the request, or as an address.")
    request_id: str | None = None


class Turn(_Part):
    """What was asked, and what came back."""

    prompt: str
    text: str


class Answer(_Part):
    """The model's answer. It is inert text: nothing in it was followed or fetched."""

    role: Literal["assistant"] = "assistant"
    text: str = Field(description="The last turn's text.")
    data: Any = Field(None, description="The validated object of a recipe that asks for one.")
    reasoning: str | None = Field(None, description="What the model thought before it answered, where it sent that.")
    finish_reason: str | None
    turns: list[Turn]


class TokenUsage(BaseModel):
    """Tokens under the service's own names; several calls are summed, and listed under `calls`."""

    model_config = ConfigDict(extra="allow", frozen=True, defer_build=True)

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    total_tokens: int | None = None


class Timing(_Part):
    """When the file was taken up, and when its document was made."""

    received: Timestamp
    completed: Timestamp
    model_seconds: float


class Error(_Part):
    """Why there is no answer."""

    code: ErrorCode
    message: str
    retryable: bool = Field(description="Whether dropping the same file again can help.")
    next_step: str


class Result(_Part):
    """What became of one file."""

    schema_version: Literal[1] = 1
    status: Literal["ok", "error"]
    input: Input
    recipe: RecipeUsed | None
    model: ModelUsed | None
    answer: Answer | None
    usage: TokenUsage | None = Field(description="Null, never zeros, where the service sent none.")
    timing: Timing
    attempts: int
    warnings: list[str]
    error: Error | None

    def to_json(self) -> bytes:
        """The document as it is stored: UTF-8, indented, with the fields in the order of the schema."""
        return self.model_dump_json(indent=2).encode()


def document_name(input_name: str) -> str:
    """The name of the document for an input: `<name>.json`.

    A name too long for that keeps its beginning, and ends in a digest that keeps it apart from others.
    """
    name = f"{input_name}.json"
    if len(name) <= MAX_BLOB_NAME:
        return name
    ending = f"~{hashlib.sha256(input_name.encode()).hexdigest()[:16]}.json"
    return input_name[: MAX_BLOB_NAME - len(ending)] + ending


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)
