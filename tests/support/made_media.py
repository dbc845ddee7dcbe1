"""Media made byte by byte, so that a test can say which byte is odd, and how `sniff` fares with them."""

import io
import itertools
import struct
import zlib
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import settings
from PIL import Image

from shared.errors import FileRejected
from shared.media.media import Media
from shared.media.sniffing import sniff

KILOBITS = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
"""Of MPEG 1, layer 3, by the number that stands in a frame's header."""

unhurried = settings(deadline=None)
"""For tests of many examples: how long one takes depends on what else the machine does."""

PAGES = [Image.new("RGB", (20, 10), colour) for colour in ("red", "green")]
"""Two pictures, to follow a black one of the same size."""


@dataclass
class Stored:
    """A file in a store that notes what is read of it."""

    content: bytes
    fetched: list[tuple[int, int]] = field(default_factory=list)

    async def fetch(self, start: int, length: int) -> bytes:
        assert 0 <= start < len(self.content)
        self.fetched.append((start, length))
        return self.content[start : start + length]

    async def sniffed(self) -> Media:
        return await sniff(self.fetch, len(self.content))


async def sniffed(content: bytes) -> Media:
    return await Stored(content).sniffed()


async def seconds_of(content: bytes) -> float | None:
    return (await sniffed(content)).seconds


async def refusal(content: bytes) -> FileRejected:
    with pytest.raises(FileRejected) as caught:
        await sniffed(content)
    assert caught.value.next_step
    return caught.value


async def format_or_code(content: bytes) -> str:
    """The format of a file, or the code of its refusal."""
    try:
        return (await sniffed(content)).format
    except FileRejected as error:
        return error.code


def tag(body: bytes | int, *, claims: int | None = None) -> bytes:
    """An ID3v2.3 tag with that body, or with so many zeros."""
    body = bytes(body) if isinstance(body, int) else body
    size = len(body) if claims is None else claims
    return b"ID3\x03\0\0" + bytes(size >> shift & 127 for shift in (21, 14, 7, 0)) + body


def frame(kilobits: int = 32, inside: bytes = b"") -> bytes:
    """A frame of silence: MPEG 1, layer 3, 48 kHz, mono. It plays 24 ms."""
    header = bytes([0xFF, 0xFB, KILOBITS.index(kilobits) << 4 | 0x04, 0xC0])
    return (header + inside).ljust(3 * kilobits, b"\0")


def mp3(seconds: float, kilobits: int = 32) -> bytes:
    """Frames of one bit rate, and nothing else."""
    return frame(kilobits) * round(seconds / 0.024)


def padded_mp3(seconds: float) -> bytes:
    """128 kbit/s at 44.1 kHz: no whole number of bytes a frame, so some are longer by one."""
    ends = [number * 144 * 128_000 // 44_100 for number in range(round(seconds * 44_100 / 1152) + 1)]
    lengths = (end - start for start, end in itertools.pairwise(ends))
    return b"".join(bytes([0xFF, 0xFB, 0x90 | (length - 417) << 1, 0xC0]).ljust(length, b"\0") for length in lengths)


def xing(frames: int, length: int, mark: bytes = b"Info") -> bytes:
    """The first frame of an MP3 whose encoder says that so many frames and bytes follow."""
    return frame(64, bytes(17) + mark + struct.pack(">III", 3, frames, length))


def vbri(frames: int, length: int) -> bytes:
    return frame(64, bytes(32) + b"VBRI" + struct.pack(">HHHII", 1, 0, 0, length, frames))


def chunk(name: bytes, body: bytes, *, claims: int | None = None) -> bytes:
    """A chunk of a RIFF file."""
    return name + struct.pack("<I", len(body) if claims is None else claims) + body + bytes(len(body) % 2)


def wave_format(codec: int = 1, channels: int = 1, rate: int = 16_000, bits: int = 16, more: bytes = b"") -> bytes:
    align = channels * -(-bits // 8)
    return chunk(b"fmt ", struct.pack("<HHIIHH", codec, channels, rate, rate * align, align, bits) + more)


def riff(*chunks: bytes, form: bytes = b"WAVE") -> bytes:
    body = form + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def wav(sound: int, *, claims: int | None = None, before: bytes = b"", behind: bytes = b"") -> bytes:
    """A WAV of 32,000 bytes a second with so many bytes of sound. `claims` is what its header says that there are."""
    return riff(wave_format(), before, chunk(b"data", bytes(sound), claims=claims), behind)


def png_chunk(name: bytes, body: bytes, *, crc: int | None = None) -> bytes:
    checksum = zlib.crc32(name + body) if crc is None else crc
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", checksum)


def png(*before: bytes, size: tuple[int, int] = (1, 1), pixels: bytes = b"") -> bytes:
    """A PNG with more chunks before its pixels, which are right only for its own size, 1 by 1."""
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", *size, 8, 0, 0, 0, 0))
    picture = png_chunk(b"IDAT", pixels or zlib.compress(b"\0\0"))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(before) + picture + png_chunk(b"IEND", b"")


def picture(
    form: str, mode: str = "RGB", size: tuple[int, int] = (20, 10), base: Image.Image | None = None, **options: Any
) -> bytes:
    """A picture, written by Pillow: black, or as `base` is."""
    out = io.BytesIO()
    (base or Image.new(mode, size)).save(out, form, **options)
    return out.getvalue()


def behind_segments(jpeg: bytes, *segments: bytes) -> bytes:
    """A JPEG with more segments before all that it has."""
    return jpeg[:2] + b"".join(segments) + jpeg[2:]


def segment(code: int, length: int) -> bytes:
    """A segment of a JPEG with so many bytes in it."""
    return bytes([0xFF, code]) + struct.pack(">H", length + 2) + bytes(length)


def pages(count: int) -> bytes:
    """A TIFF of small pages, about each of which a model that takes one picture at once is asked by itself."""
    made = io.BytesIO()
    first, *others = (Image.new("L", (8, 8), 50 * number) for number in range(1, count + 1))
    first.save(made, "TIFF", save_all=True, append_images=others)
    return made.getvalue()
