"""What looking at a file found out so far."""

from dataclasses import dataclass
from typing import NamedTuple

from shared.media.mp3 import Sound


class Picture(NamedTuple):
    """What the header of a picture tells: its size in pixels, whether services take it as it is, how many it is."""

    width: int
    height: int
    is_plain: bool = False
    pages: int | None = 1


class Heard(NamedTuple):
    """What the header of a recording tells: how long it plays, and whether services take it as it is."""

    seconds: float | None
    is_plain: bool = False


class Obstacle(NamedTuple):
    """Why a file is refused though its type is one that is taken. `what` follows the name of the type."""

    what: str
    next_step: str


BEHIND_TAG = Obstacle("behind an ID3 tag", "Save it anew with another program and drop that copy.")
NO_SOUND = Obstacle("without sound", "Drop a recording or a film that has sound.")
PROTECTED = Obstacle("that is protected against copying", "Drop a copy without that protection.")


@dataclass(frozen=True)
class FileType:
    """What a file was found to be.

    Attributes:
        media_type: for example `audio/flac`.
        name: what people call it, for example `FLAC`.
        obstacle: why it is not taken all the same, if so.
        start: where in the file it begins, behind tags and zeros.
        sound: its frames, if it is an MP3.
        picture: what its header tells, where that had to be read to know what it is.
    """

    media_type: str
    name: str
    obstacle: Obstacle | None = None
    start: int = 0
    sound: Sound | None = None
    picture: Picture | None = None
