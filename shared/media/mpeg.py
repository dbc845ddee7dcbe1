"""Frames of MPEG audio (ISO/IEC 11172-3, 2.4.1.3 and 2.4.2.3; 13818-3; MPEG 2.5) and of AAC in ADTS (13818-7, 6.2).

Both are streams without a beginning: a decoder looks for a few headers in a row that fit together, and so does this.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

_SYNC = re.compile(rb"\xff(?=[\xe0-\xff][^\xf0-\xff])")
"""What may be a header: eleven ones, and no bit rate of fifteen."""

FRAMES_IN_A_ROW = 3
"""How many frames make a stream. In 64 KB of noise three that fit together are found once in 500 million files."""

TRAILERS = (b"TAG", b"APETAGEX", b"LYRICSBEGIN", b"ID3")
"""What may stand behind the last frame; the end of the file and zeros besides."""

_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
"""Version -> samples a second. 3 stands for MPEG 1, 2 for MPEG 2, 0 for MPEG 2.5."""

_HEADER_BYTES = 4
_AAC_HEADER_BYTES = 7
_AAC_RATES = 13
_AAC_SAMPLES = 1024

_KILOBITS = {
    (3, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (3, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (3, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""Version and layer -> kilobits a second. Layer 3 of MPEG 2 is as layer 2; MPEG 2.5 is as MPEG 2."""


class Frame(NamedTuple):
    """What the header of a frame says.

    Attributes:
        layer: 3 is MP3; 0 is AAC.
        stream: what all frames of one stream have in common.
        length: in bytes, with the header.
        samples: of each channel.
        rate: samples a second.
        bitrate: bits a second; 0 for AAC.
    """

    layer: int
    stream: tuple[int, int]
    length: int
    samples: int
    rate: int
    bitrate: int


def parse_frame(data: bytes, at: int) -> Frame | None:
    """Return the frame whose header stands there; None if there is none."""
    header = data[at : at + 6]
    if len(header) < _HEADER_BYTES or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
        return None
    return _mpeg_frame(header) if header[1] & 0x06 else _aac_frame(header)


def _mpeg_frame(header: bytes) -> Frame | None:
    version, layer = header[1] >> 3 & 3, 4 - (header[1] >> 1 & 3)
    bitrate_index, rate_index, padding = header[2] >> 4, header[2] >> 2 & 3, header[2] >> 1 & 1
    if version == 1 or bitrate_index in (0, 15) or rate_index == 3 or header[3] & 3 == 2:
        return None  # reserved, or of a bit rate that the header does not tell, which hardly a decoder plays
    rate = _RATES[version][rate_index]
    low = version != 3
    bitrate = 1000 * _KILOBITS[2 if low else 3, 2 if low and layer == 3 else layer][bitrate_index - 1]
    samples = 384 if layer == 1 else 576 if low and layer == 3 else 1152
    slot = 4 if layer == 1 else 1
    length = (samples // 8 // slot * bitrate // rate + padding) * slot
    return Frame(layer, (header[1] & 0x1E, header[2] & 0x0C), length, samples, rate, bitrate)


def _aac_frame(header: bytes) -> Frame | None:
    if len(header) < 6 or header[1] & 0x10 == 0 or header[2] >> 2 & 0xF >= _AAC_RATES:
        return None
    length = (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5
    if length < _AAC_HEADER_BYTES:
        return None
    return Frame(0, (header[1] & 0x1E, header[2] & 0xFC), length, _AAC_SAMPLES, 0, 0)


def frames_from(data: bytes, at: int) -> Iterator[tuple[int, Frame]]:
    """Yield place and header of each frame of the stream that begins there; the last may not be whole."""
    first = frame = parse_frame(data, at)
    while first and frame and frame.stream == first.stream:
        yield at, frame
        at += frame.length
        frame = parse_frame(data, at)


def find_stream(data: bytes, *, is_to_end: bool) -> tuple[int, Frame] | None:
    """Return place and header of the first frame of the first stream in the data.

    `is_to_end` says that nothing follows the data: then fewer frames are enough, if they reach to its end.
    """
    for mark in _SYNC.finditer(data):
        row = list(islice(frames_from(data, mark.start()), FRAMES_IN_A_ROW))
        if len(row) == FRAMES_IN_A_ROW or (is_to_end and _is_short_stream(data, row)):
            return row[0]
    return None


def _is_short_stream(data: bytes, row: list[tuple[int, Frame]]) -> bool:
    """One frame is enough only where nothing stands before it, or else a chance pair of bytes would be one."""
    if not row or (len(row) == 1 and row[0][0] > 0):
        return False
    at, last = row[-1]
    return is_end_of_sound(data, at + last.length)


def is_end_of_sound(data: bytes, at: int) -> bool:
    """Whether only zeros, a tag or half a header follow from there, in data that reaches to the end of a file."""
    return len(data) - at < _HEADER_BYTES or data.startswith(TRAILERS, at) or not data[at:].strip(b"\0")
