"""What a recipe says of a transcript: whether it asks for one, and what a speech model is to know and to tell."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from shared.errors import FileRejected

type TranscriptPolicy = Literal["never", "asked", "instead"]
"""Whether a speech model may answer: never; the first turn, which asks for a transcript; or, where recordings go to a
speech model, in place of the recording, so that all turns are asked about the transcript."""

FIND_OUT = "auto"
"""Leaves the language to the service."""

_INPUT = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")


def _is_language(said: str) -> str:
    if not (_INPUT.fullmatch(said) or is_language_tag(said)):
        raise ValueError("write a language such as `de` or `pt-BR`, `auto`, or an input of the recipe: `{language}`")
    return said


type Language = Annotated[str, AfterValidator(_is_language)]
type Phrases = Annotated[
    tuple[Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)], ...],
    Field(max_length=500),
]


def is_language_tag(said: str) -> bool:
    """Whether it can be the name of a language (BCP 47), or leaves that to the service."""
    return said == FIND_OUT or _TAG.fullmatch(said) is not None


def input_of(language: str | None) -> str | None:
    """The input that sets the language, where one does."""
    found = _INPUT.fullmatch(language or "")
    return found[1] if found else None


def spoken_language(language: str | None, inputs: Mapping[str, str]) -> str | None:
    """The language of the recording, as a recipe and its inputs say; None where the service is to find out.

    Raises:
        FileRejected: the input that sets it is no language.
    """
    name = input_of(language)
    said = inputs[name] if name else language
    if said is not None and not is_language_tag(said):
        raise FileRejected(
            "invalid_input",
            f"The value of `{name}` is no language: it must be a tag such as `de` or `pt-BR`, or `{FIND_OUT}`.",
            f"Change the folder or the metadata that sets `{name}`, and drop the file again.",
        )
    return None if said == FIND_OUT else said
