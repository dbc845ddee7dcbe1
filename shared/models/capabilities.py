"""What each model can take, so that what it cannot is refused before it is paid for.

The catalog knows the models (`catalog.json`); our corrections are laid over it (`models.toml`), and over those what a
person says (`MODEL_CAPABILITIES`).
"""

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, PositiveFloat, PositiveInt, ValidationError

from shared.errors import FileRejected
from shared.media import Kind, Media, SendPolicy, Transport
from shared.models.known import PRICES, Catalog, catalog, corrections, spellings
from shared.recipes import unknown_field

_DEFAULT = "default"

_OLD_NAMES = {"most_bytes": "max_bytes", "most_seconds": "max_seconds"}
"""What two fields were called until 2026-11-25: settings that say so hold."""

_ONLY_OF_THE_MODEL_ITSELF = ("retires", PRICES)
"""What the catalog says of a model, and what need not hold for another whose name begins so."""

SUGGESTED = ("gpt-6-luna", "gpt-6.1-sol", "gpt-audio-1.5", "gpt-audio-mini")
"""What is named to people whose model does not take a file: of two hundred models those that are cheap, or good."""

type AudioForm = Literal["input_audio", "audio_url"]
type SpeechApiName = Literal["openai", "llm_speech"]
"""How a speech model is asked: `.../audio/transcriptions`, or `.../transcriptions:transcribe` of LLM Speech."""

AUDIO_AS_IT_IS = {"audio/flac": "flac", "audio/mp4": "m4a", "audio/ogg": "ogg", "audio/webm": "webm"}
"""Recordings that a service takes as they are if it takes their format, beside WAV and MP3. Of films only the sound."""

USUAL_PIECE_SECONDS = 300.0
"""How long the pieces of a recording are where a model is known to answer no length better: some 1,000 tokens of
speech, so that each answer fits into the 4,096 that models give at least."""


class ModelCapabilities(BaseModel):
    """What a model takes. The fields are those of `models.toml`, where they are described."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kinds: list[Kind]
    image_formats: list[Literal["png", "jpeg", "webp", "gif"]]
    audio_formats: list[Literal["wav", "mp3", "flac", "m4a", "ogg", "webm"]]
    max_bytes: PositiveInt
    audio_as: AudioForm
    urls: bool
    json_schema: bool
    sampling: bool
    max_seconds: PositiveFloat | None = None
    advised_seconds: PositiveFloat | None = None
    token_parameter: Literal["max_tokens", "max_completion_tokens"] | None = None
    max_output_tokens: PositiveInt | None = None
    retires: date | None = None
    max_images: PositiveInt = 1
    max_side: PositiveInt = 4096
    speech: SpeechApiName | None = None
    speakers_seconds: PositiveFloat | None = None

    def takes(self, media: Media) -> bool:
        """Whether it takes files of this kind, as they are or converted."""
        return media.kind in self.kinds and bool(self._formats(media.kind))

    def takes_as_it_is(self, media: Media) -> bool:
        """Whether it takes such a file without conversion."""
        is_plain = media.is_plain or AUDIO_AS_IT_IS.get(media.media_type) == media.format
        return media.kind in self.kinds and media.format in self._formats(media.kind) and is_plain

    def _formats(self, kind: Kind) -> Sequence[str]:
        return self.image_formats if kind == "image" else self.audio_formats

    @property
    def is_speech(self) -> bool:
        """Whether it only writes down what is said: a speech model, which takes no prompt."""
        return self.speech is not None

    def piece_seconds(self, *, speakers: bool = False) -> float:
        """How long the pieces of a recording are that it answers best; perhaps shorter to tell `speakers` apart."""
        seconds = min(self.advised_seconds or USUAL_PIECE_SECONDS, self.max_seconds or math.inf)
        return min(seconds, self.speakers_seconds or math.inf) if speakers else seconds

    def is_long_enough_for(self, media: Media) -> bool:
        """Whether it takes a recording of this length."""
        return self.max_seconds is None or media.seconds is None or media.seconds <= self.max_seconds

    def can_take(self, media: Media, *, is_cut: bool) -> bool:
        """Whether it takes such a file, cut into pieces where that may be."""
        return self.takes(media) and (is_cut or self.is_long_enough_for(media))

    def transport(self, policy: SendPolicy, size: int) -> Transport | None:
        """How a file of `size` bytes travels: inline up to the limit, by URL beyond it; None if it cannot."""
        if policy == "url" or (policy == "auto" and self.urls and size > self.max_bytes):
            return "url" if self.urls else None
        return "inline" if size <= self.max_bytes else None


class CapabilityTable:
    """All models that we know, with what a person says of some of them."""

    def __init__(
        self,
        table: Mapping[str, Mapping[str, Any]],
        overrides: Mapping[str, Mapping[str, Any]],
        models: Catalog | None = None,
    ) -> None:
        self._models = models or Catalog("", {})
        known = {name.lower(): _without(own, [PRICES]) for name, own in table.items()}
        said = {name.lower(): _renamed(own) for name, own in overrides.items()}
        self._default = {**known.pop(_DEFAULT), **said.pop(_DEFAULT, {})}
        self._layers = [(family, each[family]) for each in (known, said) for family in sorted(each, key=len)]
        self._own_names = [name for name in overrides if name.lower() != _DEFAULT]

    @classmethod
    def load(cls, overrides: Mapping[str, Mapping[str, Any]] | None = None) -> "CapabilityTable":
        """Read what is known, with what a person overrides laid over it: for all models whose names begin so.

        Raises:
            ValueError: an override names something that is not in the table; the message says what.
        """
        if "" in (overrides or {}):
            raise ValueError("a model must have a name")
        loaded = cls(corrections(), overrides or {}, catalog())
        for name in (_DEFAULT, *(overrides or {}), *corrections()):
            try:
                loaded.of("" if name.lower() == _DEFAULT else name)
            except ValidationError as error:
                raise ValueError(_problem(name, error.errors()[0])) from error
        return loaded

    def of(self, model: str) -> ModelCapabilities:
        """The capability of a model: what the catalog says of it, and over it the families with which its name begins.

        The longest has the last word. Of a model that the catalog does not have, the longest one with whose name it
        begins stands for it, but for the day on which that one retires.
        """
        names = spellings(model)
        exact, nearest = self._models.exact(model), self._models.nearest(model)
        told = _without(exact, [PRICES]) if exact else _without(nearest or {}, _ONLY_OF_THE_MODEL_ITSELF)
        said = {**self._default, **told}
        for family, own in self._layers:
            if any(name.startswith(family) for name in names):
                said |= own
        return ModelCapabilities.model_validate(said)

    def transport(
        self,
        model: str,
        capability: ModelCapabilities,
        media: Media,
        policy: SendPolicy,
        size: int,
        *,
        is_cut: bool = False,
    ) -> Transport | None:
        """How a file of `size` bytes is to travel to a model of this capability; None if only what is made of it can.

        `is_cut` is whether a recording that is too long may be asked about in pieces.

        Raises:
            FileRejected: it cannot travel; the message says why, and which model could take it.
        """
        if not capability.takes(media):
            raise self._mismatch(f"The model {model} takes no {_noun(media.kind)}.", media)
        if not is_cut and not capability.is_long_enough_for(media):
            problem = (
                f"The recording plays {media.seconds:g} seconds; {model} takes {capability.max_seconds:g} at most."
            )
            step = f"Write `pieces: join` into the recipe, or {self._name_another(media)}"
            raise FileRejected("too_long", problem, step)
        if policy == "url" and not capability.urls:
            raise self._mismatch(f"The recipe sends files by URL, which the model {model} does not fetch.", media)
        return capability.transport(policy, size)

    def _can_be_asked(self, name: str, media: Media) -> bool:
        """Whether it is a chat model that takes such a file whole."""
        capability = self.of(name)
        return not capability.is_speech and capability.can_take(media, is_cut=False)

    def _mismatch(self, problem: str, media: Media) -> FileRejected:
        next_step = self._name_another(media)
        return FileRejected("recipe_mismatch", problem, next_step[0].upper() + next_step[1:])

    def _name_another(self, media: Media) -> str:
        """What to do if another model is to take a file."""
        able = [each for each in (*SUGGESTED, *self._own_names) if self.of(each).can_take(media, is_cut=False)]
        if not able:
            return "cut it: no model that Dropscribe knows takes it whole."
        return f"name a model in the recipe or the settings that takes it: {', '.join(able)}."


def _problem(name: str, error: Mapping[str, Any]) -> str:
    field = str(error["loc"][0])[:100]
    place = f"`{'.'.join([name[:100], *(str(step)[:100] for step in error['loc'])])}`"
    if error["type"] == "extra_forbidden":
        return f"{place} {unknown_field(field, ModelCapabilities.model_fields)}".removesuffix(".")
    return f"{place}: {error['msg']}"


def _without(entry: Mapping[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    return {field: value for field, value in entry.items() if field not in fields}


def _renamed(said: Mapping[str, Any]) -> dict[str, Any]:
    return {_OLD_NAMES.get(field, field): value for field, value in said.items()}


def _noun(kind: Kind) -> str:
    return "images" if kind == "image" else "recordings"
