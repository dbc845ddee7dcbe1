"""Boxes of the ISO base media format (ISO/IEC 14496-12): what MP4, M4A, MOV, HEIC and AVIF are made of."""

import struct
from collections.abc import Sequence

_UNITY = struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
RATE = 16_000


def box(kind: bytes, *parts: bytes, claims: int | None = None) -> bytes:
    """A box with these parts, whose length may be claimed to be another."""
    body = b"".join(parts)
    return struct.pack(">I", 8 + len(body) if claims is None else claims) + kind + body


def full(kind: bytes, *parts: bytes, version: int = 0, flags: int = 0) -> bytes:
    """A box with a version and flags."""
    return box(kind, struct.pack(">I", version << 24 | flags), *parts)


def brands(major: bytes, *compatible: bytes) -> bytes:
    """The box that says what the file is."""
    return box(b"ftyp", major, bytes(4), *compatible)


def handler(kind: bytes) -> bytes:
    return full(b"hdlr", bytes(4), kind, bytes(13))


def movie(*tracks: bytes, timescale: int = 1000, more: bytes = b"") -> bytes:
    """The index of a recording or film."""
    times = struct.pack(">4I", 0, 0, timescale, 0)
    head = full(b"mvhd", times, struct.pack(">IH10x", 0x10000, 0x100), _UNITY, bytes(24), struct.pack(">I", 9999))
    return box(b"moov", head, *tracks, more)


SELF = full(b"url ", flags=1)
"""Where the samples are: in the same file."""
PCM_ENTRY = box(b"sowt", struct.pack(">6xH8x4HI", 1, 1, 16, 0, 0, RATE << 16))
"""16-bit samples of one channel, little end first (QuickTime)."""


def sound_track(
    offset: int,
    size: int,
    *,
    number: int = 1,
    entry: bytes = PCM_ENTRY,
    references: Sequence[bytes] = (SELF,),
    timescale: int = RATE,
    times: bytes = b"",
    sizes: bytes = b"",
    edits: bytes = b"",
) -> bytes:
    """A track of 16-bit samples that lie at that place of the file. All that can lie may be given in its place."""
    count = size // 2
    header = full(b"tkhd", struct.pack(">5I", 0, 0, number, 0, 1000), bytes(16), _UNITY, bytes(8), flags=7)
    table = box(
        b"stbl",
        full(b"stsd", struct.pack(">I", 1), entry),
        times or full(b"stts", struct.pack(">3I", 1, count, 1)),
        full(b"stsc", struct.pack(">4I", 1, 1, count, 1)),
        sizes or full(b"stsz", struct.pack(">2I", 2, count)),
        full(b"stco", struct.pack(">2I", 1, offset)),
    )
    where = box(b"dinf", full(b"dref", struct.pack(">I", len(references)), *references))
    media = full(b"mdhd", struct.pack(">4IHH", 0, 0, timescale, count, 0x55C4, 0))
    inner = box(b"minf", full(b"smhd", bytes(4)), where, table)
    return box(b"trak", header, edits, box(b"mdia", media, handler(b"soun"), inner))
