"""How much of a file is looked at: limits that keep a worker small, and that an operator may raise."""

from typing import Annotated

from pydantic import BaseModel, Field

type _Whole = Annotated[int, Field(gt=0)]


class FileLimits(BaseModel):
    """Beyond these a file ends in an error document, before anything is paid for; each refusal names the setting."""

    max_file_bytes: _Whole = Field(
        512_000_000, description="The largest file, in bytes, that is converted; a larger one that must be is refused."
    )
    max_pixels: _Whole = Field(
        100_000_000, description="Pixels of the largest picture; a decoder holds 4 bytes of each."
    )
    max_pages: _Whole = Field(100, description="Pages of the longest document.")
    max_seconds: Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)] = Field(
        14_400.0, description="Seconds of the longest recording that is listened to, converted or cut."
    )
    max_pieces: _Whole = Field(500, description="How many times at most a model is asked about parts of one file.")
    max_disk_bytes: _Whole = Field(
        1_000_000_000, description="What may lie on an instance's disk for one file while it is converted, in bytes."
    )
