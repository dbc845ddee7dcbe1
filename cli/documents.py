"""Documents as the command line reads them: checked once, where they come in, whichever version wrote them."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from shared.recipes import FORMS, FileForm
from shared.results import sidecar_name
from shared.transcripts import Segment, spoken_in_turn


class _View(BaseModel):
    """What we show of a document; what else stands there is left alone."""

    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)


class InputView(_View):
    """The file that was answered."""

    name: str
    etag: str
    kind: str | None = None
    sha256: str | None = None


class RecipeView(_View):
    """The recipe by which it was answered."""

    name: str
    digest: str = ""
    inputs: dict[str, str] = {}


class ModelView(_View):
    """The model that answered."""

    deployment: str


class SegmentView(_View):
    """What one speaker says, and when, in seconds."""

    start: float
    end: float
    speaker: str | None = None
    text: str


class AnswerView(_View):
    """The answer."""

    text: str
    data: Any = None
    turns: list[Any] = []
    segments: list[SegmentView] = []


class UsageView(_View):
    """What it cost."""

    seconds: float | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    total_tokens: int | None = None

    @property
    def tokens(self) -> str:
        """All tokens; and those of question and answer where both are known, by the names of chat or speech models."""
        asked = self.input_tokens if self.prompt_tokens is None else self.prompt_tokens
        answered = self.output_tokens if self.completion_tokens is None else self.completion_tokens
        parts = "" if asked is None or answered is None else f" ({asked} in, {answered} out)"
        return f"{self.total_tokens} tokens{parts}"


class TimingView(_View):
    """How long the model took."""

    model_seconds: float = 0


class ErrorView(_View):
    """Why there is no answer."""

    message: str
    next_step: str = ""


class FileView(_View):
    """A file beside the document."""

    name: str
    sha256: str


class DocumentView(_View):
    """A document."""

    status: Literal["ok", "error"]
    input: InputView
    recipe: RecipeView | None = None
    model: ModelView | None = None
    answer: AnswerView | None = None
    usage: UsageView | None = None
    timing: TimingView = TimingView()
    files: list[FileView] = []
    warnings: list[str] = []
    error: ErrorView | None = None


@dataclass(frozen=True)
class Document:
    """A document: its bytes as they are stored, and what we read in them. `name` is that of its file in storage.

    Attributes:
        beside: the content of the files beside it, where they were fetched; a file that is not the document's is not.
    """

    name: str
    content: bytes
    view: DocumentView
    beside: Mapping[FileForm, bytes] = field(default_factory=dict, compare=False)

    @classmethod
    def parse(cls, name: str, content: bytes) -> "Document | None":
        """The document; None if this is none."""
        try:
            return cls(name, content, DocumentView.model_validate_json(content))
        except ValidationError:
            return None

    @property
    def is_ok(self) -> bool:
        """Whether it holds an answer."""
        return self.view.status == "ok"

    @property
    def text(self) -> str:
        """The answer's text; empty where there is none."""
        return self.view.answer.text if self.view.answer else ""

    @property
    def text_with_times(self) -> str:
        """The answer's text; of a transcript with its times, a line for each part of it."""
        answer = self.view.answer
        if answer is None or answer.data is not None or len(answer.turns) > 1 or not answer.segments:
            return self.text
        said = [Segment(each.start, each.end, each.text, each.speaker) for each in answer.segments]
        return "\n".join(each.line for each in spoken_in_turn(said))

    @cached_property
    def lines(self) -> bytes:
        """As it is stored, with a newline at its end."""
        return self.content if self.content.endswith(b"\n") else self.content + b"\n"

    @property
    def digests(self) -> dict[FileForm, str]:
        """The files that it lists beside itself: what it says of the content of each. Other names are not believed."""
        listed = {each.name: each.sha256 for each in self.view.files}
        names = {form: sidecar_name(self.name, form) for form in FORMS}
        return {form: listed[name] for form, name in names.items() if name in listed}

    @property
    def fields(self) -> Any:
        """The whole document, parsed."""
        return json.loads(self.content)


def digest_of(path: Path) -> str:
    """What a document calls `input.sha256`, for the content of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
