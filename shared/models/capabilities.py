"""What each model can take (`models.toml`), so that what it cannot is refused before it is paid for."""

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, PositiveInt, ValidationError

from shared.errors import FileRejected
from shared.media.media import Kind, Media, SendPolicy, Transport

TABLE = Path(__file__).parent / "models.toml"
MEBIBYTE = 1024 * 1024

_OLD_NAMES = {"most_bytes": "max_bytes", "most_seconds": "max_seconds"}
"""What two fields were called until 2026-11-25: settings that say so hold."""

type AudioForm = Literal["input_audio", "audio_url"]


class ModelCapabilities(BaseModel):
    """What a family of models takes. The fields are those of `models.toml`, where they are described."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kinds: Annotated[list[Kind], Field(min_length=1)]
    image_formats: list[Literal["png", "jpeg", "webp", "gif"]]
    audio_formats: list[Literal["wav", "mp3"]]
    max_bytes: PositiveInt
    audio_as: AudioForm
    urls: bool
    json_schema: bool
    sampling: bool
    max_seconds: PositiveFloat | None = None
    advised_seconds: PositiveFloat | None = None
    token_parameter: Literal["max_tokens", "max_completion_tokens"] | None = None
    retires: date | None = None

    def takes(self, media: Media) -> bool:
        """Whether it takes files of this kind and format."""
        formats = self.image_formats if media.kind == "image" else self.audio_formats
        return media.kind in self.kinds and media.format in formats

    def is_long_enough_for(self, media: Media) -> bool:
        """Whether it takes a recording of this length."""
        return self.max_seconds is None or media.seconds is None or media.seconds <= self.max_seconds

    def transport(self, policy: SendPolicy, size: int) -> Transport | None:
        """How a file of `size` bytes travels: inline up to the limit, by URL beyond it; None if it cannot."""
        if policy == "url" or (policy == "auto" and self.urls and size > self.max_bytes):
            return "url" if self.urls else None
        return "inline" if size <= self.max_bytes else None


class CapabilityTable:
    """All families that we know."""

    def __init__(self, families: Mapping[str, Mapping[str, Any]]) -> None:
        default = families["default"]
        self._families = {
            name.lower(): ModelCapabilities.model_validate({**default, **own}) for name, own in families.items()
        }
        self._names = {name.lower(): name for name in families if name != "default"}

    @classmethod
    def load(cls, overrides: Mapping[str, Mapping[str, Any]] | None = None) -> "CapabilityTable":
        """Read `models.toml`, with what a person overrides laid over it.

        A name that is not in the table begins as the family to which it belongs, and what is said of a family holds for
        all whose names begin so.

        Raises:
            ValueError: an override names something that is not in the table; the message says what.
        """
        families: dict[str, dict[str, Any]] = tomllib.loads(TABLE.read_text(encoding="utf-8"))
        spelt = {name.lower(): name for name in families}
        given = {spelt.get(name.lower(), name): _renamed(own) for name, own in (overrides or {}).items()}
        if "" in given:
            raise ValueError("a model must have a name")
        names = dict.fromkeys([*families, *given])
        try:
            return cls({name: {**families[_family(name, families)], **_said_of(name, given)} for name in names})
        except ValidationError as error:
            first = error.errors()[0]
            raise ValueError(f"`{'.'.join(map(str, first['loc']))}`: {first['msg']}") from error

    def of(self, model: str) -> ModelCapabilities:
        """The capability of a model, by the longest family name with which its own begins."""
        return self._families[_family(model, self._families).lower()]

    def transport(
        self, model: str, capability: ModelCapabilities, media: Media, policy: SendPolicy, size: int
    ) -> Transport:
        """How a file of `size` bytes is to travel to a model of this capability.

        Raises:
            FileRejected: it cannot; the message says why, and which model could take it.
        """
        found = capability.transport(policy, size)
        if not capability.takes(media):
            raise self._mismatch(f"The model {model} takes no {media.format.upper()} {_noun(media.kind)}.", media)
        if not capability.is_long_enough_for(media):
            problem = (
                f"The recording plays {media.seconds:g} seconds; {model} takes {capability.max_seconds:g} at most."
            )
            raise FileRejected("too_long", problem, f"Cut it into pieces, or {self._name_another(media, policy, size)}")
        if found is None and policy == "url":
            raise self._mismatch(f"The recipe sends files by URL, which the model {model} does not fetch.", media)
        if found is None:
            limit = f"{model} takes {capability.max_bytes / MEBIBYTE:g} MiB at most"
            problem = f"The file has {size / MEBIBYTE:.1f} MiB; {limit}."
            raise FileRejected("too_large", problem, f"Make it smaller, or {self._name_another(media, policy, size)}")
        return found

    def _mismatch(self, problem: str, media: Media) -> FileRejected:
        next_step = self._name_another(media, "auto", 0)
        return FileRejected("recipe_mismatch", problem, next_step[0].upper() + next_step[1:])

    def _name_another(self, media: Media, policy: SendPolicy, size: int) -> str:
        """What to do if another model is to take a file."""
        able = [
            spelt
            for name, spelt in self._names.items()
            if (family := self._families[name]).takes(media)
            and family.is_long_enough_for(media)
            and family.transport(policy, size)
        ]
        if not able:
            return "convert it: no model that Dropscribe knows takes it as it is."
        return f"name a model in the recipe or the settings that takes it: {', '.join(able)}."


def _renamed(said: Mapping[str, Any]) -> dict[str, Any]:
    return {_OLD_NAMES.get(field, field): value for field, value in said.items()}


def _said_of(name: str, given: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What a person says of a model: of its family first, then of itself."""
    said: dict[str, Any] = dict(given.get("default", {})) if name == "default" else {}
    for family in sorted(given, key=len):
        if family != "default" and name.lower().startswith(family.lower()):
            said |= given[family]
    return said


def _family(model: str, families: Iterable[str]) -> str:
    """The longest family with which a name begins; `azure/gpt-6` and `Qwen/...` have that of what stands behind `/`."""
    known = [name for name in families if name != "default"]
    for name in (model.lower(), model.lower().rpartition("/")[2]):
        if fitting := [family for family in known if name.startswith(family.lower())]:
            return max(fitting, key=len)
    return "default"


def _noun(kind: Kind) -> str:
    return "images" if kind == "image" else "recordings"
