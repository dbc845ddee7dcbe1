"""What each model can take (`models.toml`), so that what it cannot is refused before it is paid for."""

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, PositiveFloat, PositiveInt, ValidationError

from shared.errors import FileRejected
from shared.media import Carriage, Kind, Media, SendPolicy

TABLE = Path(__file__).parent / "models.toml"
MEBIBYTE = 1024 * 1024

type AudioForm = Literal["input_audio", "audio_url"]


class Capability(BaseModel):
    """What a family of models takes. The fields are those of `models.toml`, where they are described."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kinds: list[Kind]
    image_formats: list[str]
    audio_formats: list[str]
    most_bytes: PositiveInt
    audio_as: AudioForm
    urls: bool
    json_schema: bool
    sampling: bool
    most_seconds: PositiveFloat | None = None
    advised_seconds: PositiveFloat | None = None
    token_parameter: Literal["max_tokens", "max_completion_tokens"] | None = None
    retires: date | None = None

    def carriage(self, policy: SendPolicy, size: int) -> Carriage:
        """How a file of `size` bytes is to travel: inline up to the limit, by URL beyond it where the model can.

        Raises:
            FileRejected: it is too large, or the recipe wants a way that the model does not know.
        """
        if policy == "url" and not self.urls:
            raise FileRejected(
                "recipe_mismatch",
                "The recipe sends files by URL, which this model does not fetch.",
                "Set `send: auto` in the recipe, or name another model in it.",
            )
        if policy == "url" or (policy == "auto" and self.urls and size > self.most_bytes):
            return "url"
        if size > self.most_bytes:
            raise FileRejected(
                "too_large",
                f"The file has {size / MEBIBYTE:.1f} MiB; the most is {self.most_bytes / MEBIBYTE:g} MiB.",
                "Make it smaller (a picture) or cut it into pieces (a recording), and drop it again.",
            )
        return "inline"


class CapabilityTable:
    """All families that we know."""

    def __init__(self, families: Mapping[str, Mapping[str, Any]]) -> None:
        default = families["default"]
        self._families = {name.lower(): Capability.model_validate({**default, **own}) for name, own in families.items()}
        self._names = {name.lower(): name for name in families if name != "default"}

    @classmethod
    def load(cls, overrides: Mapping[str, Mapping[str, Any]] | None = None) -> "CapabilityTable":
        """Read `models.toml`, with what a person overrides laid over it.

        Raises:
            ValueError: an override names something that is not in the table; the message says what.
        """
        families = tomllib.loads(TABLE.read_text(encoding="utf-8"))
        spelt = {name.lower(): name for name in families}
        for name, own in (overrides or {}).items():
            known = spelt.get(name.lower(), name)
            families[known] = {**families.get(known, {}), **own}
        try:
            return cls(families)
        except ValidationError as fault:
            first = fault.errors()[0]
            raise ValueError(f"`{'.'.join(map(str, first['loc']))}`: {first['msg']}") from fault

    def of(self, model: str) -> Capability:
        """The capability of a model, by the longest family name with which its own begins."""
        fitting = [name for name in self._names if model.lower().startswith(name)]
        return self._families[max(fitting, key=len, default="default")]

    def require(self, model: str, media: Media) -> None:
        """Make sure that a model takes a file of this kind, format and length.

        Raises:
            FileRejected: it does not; the message says which model could.
        """
        capability = self.of(model)
        if not _takes(capability, media):
            able = [self._names[name] for name in self._names if _takes(self._families[name], media)]
            raise FileRejected(
                "recipe_mismatch",
                f"The model {model} takes no {media.format.upper()} {_noun(media.kind)}.",
                f"These models do: {', '.join(able)}. Name one in the recipe or the settings.",
            )
        longest = capability.most_seconds
        if longest is not None and media.seconds is not None and media.seconds > longest:
            raise FileRejected(
                "too_long",
                f"The recording plays {media.seconds:g} seconds; the model {model} takes {longest:g} at most.",
                "Cut it into pieces and drop them.",
            )


def _takes(capability: Capability, media: Media) -> bool:
    formats = capability.image_formats if media.kind == "image" else capability.audio_formats
    return media.kind in capability.kinds and media.format in formats


def _noun(kind: Kind) -> str:
    return "images" if kind == "image" else "recordings"
