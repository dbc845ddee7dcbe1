"""The one document in which every file ends: its fields (schema 2) and its name.

`docs/result.schema.json` is generated from these classes.
"""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from shared.errors import ErrorCode
from shared.media import MAX_BLOB_NAME, Kind, Transport, digest, is_plain, stored_name
from shared.models import Api
from shared.recipes import FORMS, FileForm

MAX_WHOLE_NAME = 1002
"""UTF-16 units of a name that stands whole in its document's name; fewer than leave room for `.json`, so that none of
those is as long as the name of a document for a longer name, which has exactly 1,024."""

DOCUMENT_ENDING = ".json"
"""The end of the name of each document, and of nothing else that Dropscribe writes into the output container."""

UNUSUAL_NAMES = "unusual-names/"
"""The folder for documents of files whose own names no document can bear."""


MAX_COUNT = 2**53
"""The largest number that every reader of JSON holds exactly (RFC 8259, 6)."""

SCHEMA_VERSION = 2
"""Of the documents that this version of Dropscribe writes."""


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
    speech_seconds: float | None = Field(
        None, description="How long somebody speaks in it; null where Dropscribe did not listen."
    )
    pages: int | None = Field(None, description="How many pages a document has; null for what is no document.")


class RecipeUsed(_Part):
    """The recipe, and the values of its inputs."""

    name: str
    digest: str = Field(description="`sha256:` and the digest of the recipe's file.")
    inputs: dict[str, str]


class ModelUsed(_Part):
    """Who was asked with the file, and how. Calls of another model stand in `usage.calls`."""

    deployment: str
    name: str | None = Field(
        None, description="What the model calls itself; null where it did not answer, or does not say."
    )
    api: Api = Field(description="The form of the endpoint.")
    sent_as: Transport = Field(description="How the file travelled: in the request, or as an address.")
    request_id: str | None = None
    tier: str | None = Field(
        None,
        description="The service's word for the tier that answered, as `flex`; where a speech model was asked with the"
        " file, which has none, that of the chat model after it. Null where it did not say.",
    )


class Turn(_Part):
    """What was asked, and what came back."""

    prompt: str
    text: str


class PieceAnswer(_Part):
    """What came back about one part of the file: seconds of a recording, or pages."""

    start: float | None = Field(None, description="Seconds from the beginning of a recording.")
    end: float | None = None
    first_page: int | None = Field(None, description="1 for the first page of a document.")
    last_page: int | None = None
    text: str


class SpokenWord(_Part):
    """One word, and when it is said, in seconds from the beginning of the recording."""

    text: str
    start: float
    end: float


class SpokenSegment(_Part):
    """Some words that one speaker says, and when, in seconds from the beginning of the recording."""

    start: float
    end: float
    speaker: str | None = Field(description="Null where speakers were not told apart.")
    text: str
    words: list[SpokenWord] = Field([], description="Each word with its times, where the service told them.")


class Answer(_Part):
    """The model's answer. It is inert text: nothing in it was followed or fetched."""

    role: Literal["assistant"] = "assistant"
    text: str = Field(description="The last turn's text.")
    data: Any = Field(None, description="The validated object of a recipe that asks for one.")
    reasoning: str | None = Field(None, description="What the model thought before it answered, where it sent that.")
    finish_reason: str | None
    turns: list[Turn]
    pieces: list[PieceAnswer] = Field(
        [], description="The first turn's answers, part by part, where the file was asked about in several parts."
    )
    segments: list[SpokenSegment] = Field(
        [], description="What was said when, and by whom, where a speech model was asked."
    )
    language: str | None = Field(None, description="Of the recording, as a speech model found it (BCP 47).")


class Cost(_Part):
    """What was paid, by list prices: taxes, discounts and other regions are not in it."""

    amount: float = Field(description="Rounded to a millionth.")
    currency: Literal["USD"] = "USD"
    prices: str = Field(
        description="The day of the table of prices, or `MODEL_PRICES`, which an operator sets; several with commas."
    )


def _cost_of_ours(told: Any) -> Any:
    """A service, and an earlier version of Dropscribe that repeated it, may have a field of that name of its own."""
    return (
        told if isinstance(told, Cost) or (isinstance(told, dict) and told.keys() == Cost.model_fields.keys()) else None
    )


class TokenUsage(BaseModel):
    """Tokens under the service's own names; several calls are summed, and listed under `calls`, each with its cost.

    What one of the calls that count tokens does not tell is not summed. `total_tokens` is the sum of its parts where
    a service tells only those.
    """

    model_config = ConfigDict(extra="allow", frozen=True, defer_build=True)

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    total_tokens: int | None = None
    cost: Annotated[Cost | None, BeforeValidator(_cost_of_ours)] = Field(
        None, description="Null, never zero, where a part of it is not known."
    )


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


class FileBeside(_Part):
    """A file for people, written before the document. It is the document's only if its content has this digest."""

    name: str = Field(description="In the same container: the document's name with another ending.")
    media_type: str
    bytes: int
    sha256: str = Field(description="Of its content, in hexadecimal.")


class Result(_Part):
    """What became of one file."""

    schema_version: Literal[1, 2] = 2  # documents of schema 1 lack the fields that are new in 2
    status: Literal["ok", "error"]
    input: Input
    recipe: RecipeUsed | None
    model: ModelUsed | None
    answer: Answer | None
    usage: TokenUsage | None = Field(description="Null, never zeros, where the service sent none.")
    timing: Timing
    attempts: int
    files: list[FileBeside] = Field([], description="The files beside the document that its recipe writes.")
    warnings: list[str]
    error: Error | None

    @property
    def forms(self) -> tuple[FileForm, ...]:
        """The endings of the files beside it."""
        return tuple(form for form in FORMS if any(each.name.endswith(f".{form}") for each in self.files))

    def to_json(self) -> bytes:
        """The document as it is stored: UTF-8, indented, with the fields in the order of the schema."""
        return self.model_dump_json(indent=2).encode()


def document_name(input_name: str) -> str:
    """The name of the document for an input: `<name>.json`, and another for each name (docs/decisions/names.md).

    A name too long for that keeps its beginning and ends in its digest. One that cannot be addressed or listed, or that
    lies in the folder for such, is replaced by its digest in that folder.
    """
    name = stored_name(input_name)
    if not is_plain(name) or name.startswith(UNUSUAL_NAMES):
        return f"{UNUSUAL_NAMES}{digest(name)}.json"
    if _utf16_units(name) <= MAX_WHOLE_NAME:
        return f"{name}.json"
    ending = f"~{digest(name)}.json"
    return _beginning(name, MAX_BLOB_NAME - len(ending)) + ending


def _utf16_units(text: str) -> int:
    """The length as .NET counts it, in which the service is written; never less than the number of characters."""
    return len(text.encode("utf-16-le")) // 2


def _beginning(text: str, units: int) -> str:
    """Exactly so many UTF-16 units from its start; `~` stands for half a character at the end."""
    kept = text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", "ignore")
    return kept + "~" * (units - _utf16_units(kept))
