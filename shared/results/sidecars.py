"""Files for people beside the document: what stands in them, made of the document alone. Pure."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from shared.observability import redact
from shared.recipes import FORMS_WITH_TIMES, FileForm, Recipe, fill_in_markdown
from shared.results.markdown import usual_markdown
from shared.results.result import FileBeside, Result, document_name
from shared.transcripts import Segment, Spoken, Word, in_lines, on_one_line, spoken_in_turn, srt, vtt

MEDIA_TYPES: Mapping[FileForm, str] = {
    "txt": "text/plain",
    "srt": "application/x-subrip",
    "vtt": "text/vtt",
    "md": "text/markdown",
}


@dataclass(frozen=True)
class Sidecar:
    """A file beside a document."""

    form: FileForm
    content: bytes

    @cached_property
    def sha256(self) -> str:
        """The digest of its content in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


def sidecar_name(input_name: str, form: FileForm) -> str:
    """The name of a file beside the document for an input: the document's, with another ending.

    No two of them are the same, nor one and a document, because no two documents are.
    """
    return f"{document_name(input_name).removesuffix('.json')}.{form}"


def with_sidecars(result: Result, recipe: Recipe) -> tuple[Result, tuple[Sidecar, ...]]:
    """The document, which lists the files that the recipe writes beside it, and those files.

    What cannot be written is told in a warning: no answer is lost for a file.
    """
    if result.answer is None or not recipe.writes:
        return result, ()
    content = _Content(result, recipe)
    made, warnings = [], list(_without_times(content, recipe.writes))
    for form in recipe.writes:
        if form in FORMS_WITH_TIMES and not content.transcript:
            continue
        try:
            made.append(Sidecar(form, content.written(form).encode(errors="replace")))
        except Exception as error:  # whatever a template or a text is that nobody foresaw
            warnings.append(f"The file for `{form}` could not be written: {redact(str(error)[:300])}")
    listed = [_listed(result, each) for each in made]
    return result.model_copy(update={"files": listed, "warnings": [*result.warnings, *warnings]}), tuple(made)


def _without_times(content: "_Content", forms: Sequence[FileForm]) -> list[str]:
    missing = [f"`{form}`" for form in forms if form in FORMS_WITH_TIMES]
    if content.transcript or not missing:
        return []
    return [
        f"The recipe writes {' and '.join(missing)}, but the model that answered does not tell when something was"
        " said, so there are no subtitles. In AZURE_INFERENCE_DEPLOYMENT_AUDIO name a speech model that tells times."
    ]


def _listed(result: Result, sidecar: Sidecar) -> FileBeside:
    return FileBeside(
        name=sidecar_name(result.input.name, sidecar.form),
        media_type=MEDIA_TYPES[sidecar.form],
        bytes=len(sidecar.content),
        sha256=sidecar.sha256,
    )


class _Content:
    """What a document has for its files."""

    def __init__(self, result: Result, recipe: Recipe) -> None:
        assert result.answer
        self._answer, self._recipe, self._seconds = result.answer, recipe, result.input.seconds
        self._inputs = result.recipe.inputs if result.recipe else {}
        self._file = on_one_line(result.input.name.rstrip("/").rpartition("/")[2]) or "file"
        self._segments = [
            Segment(
                each.start,
                each.end,
                each.text,
                each.speaker,
                tuple(Word(word.text, word.start, word.end) for word in each.words),
            )
            for each in result.answer.segments
        ]
        self.transcript: Sequence[Spoken] = spoken_in_turn(self._segments)

    def written(self, form: FileForm) -> str:
        match form:
            case "srt":
                return srt(self._segments, self._seconds)
            case "vtt":
                return vtt(self._segments, self._seconds)
            case "txt":
                return self._text()
            case "md":
                return self._markdown()

    @property
    def _is_transcript(self) -> bool:
        """Whether the answer is what was said, and nothing else."""
        return bool(self.transcript) and len(self._answer.turns) < 2 and self._answer.data is None

    def _text(self) -> str:
        lines = "\n".join(each.line for each in self.transcript)
        text = "" if self._is_transcript else in_lines(self._answer.text)
        return "\n\n".join(filter(None, [text, lines])) + "\n"

    def _markdown(self) -> str:
        text, data = in_lines(self._answer.text), _harmless(self._answer.data)
        if self._recipe.markdown is None:
            own = None if self._is_transcript else data if isinstance(data, dict) else text
            return usual_markdown(self._file, own, self.transcript)
        said = [{"time": each.time, "speaker": each.speaker, "text": each.text} for each in self.transcript]
        values = {
            "data": data,
            "file": self._file,
            "inputs": _harmless(self._inputs),
            "language": on_one_line(self._answer.language or ""),
            "recipe": self._recipe.name,
            "text": text,
            "transcript": said,
        }
        return fill_in_markdown(self._recipe.markdown, values)


def _harmless(value: Any) -> Any:
    if isinstance(value, str):
        return in_lines(value)
    if isinstance(value, Mapping):
        return {on_one_line(str(name)): _harmless(each) for name, each in value.items()}
    return [_harmless(each) for each in value] if isinstance(value, list | tuple) else value
