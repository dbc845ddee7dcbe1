"""FLAC, OGG and ID3, frame by frame and page by page: hours of nothing in a few kilobytes."""

import functools
import struct
from collections.abc import Sequence

_FLAC_BLOCK = 65_535
_OPUS_RATE = 48_000
_OPUS_SILENCE = b"\x19"
"""Two frames of 60 ms with nothing in them (RFC 6716, 3.1 and 3.2.1): 120 ms."""
_OPUS_PACKET = 5_760
"""Samples of such a packet."""
_OGG_SEGMENTS = 255
"""Of a page, at most (RFC 3533, 6)."""


def flac_header(samples: int, rate: int = 8_000, *more: bytes, last: bool = True) -> bytes:
    """The start of a FLAC that claims so many samples of 16 bits and one channel, with more blocks of metadata."""
    numbers = rate << 44 | 0 << 41 | 15 << 36 | samples & (1 << 36) - 1
    info = struct.pack(">HH6x", _FLAC_BLOCK, _FLAC_BLOCK) + numbers.to_bytes(8) + bytes(16)
    return b"fLaC" + bytes([0x80 if last else 0]) + len(info).to_bytes(3) + info + b"".join(more)


def flac_block(kind: int, body: bytes, *, last: bool = True, claims: int | None = None) -> bytes:
    """A block of metadata of that kind, whose length may be claimed to be another."""
    return bytes([last << 7 | kind]) + (len(body) if claims is None else claims).to_bytes(3) + body


def silent_flac(seconds: int) -> bytes:
    """So much silence at 8 kHz: 16 bytes for each 8 s."""
    blocks = -(-seconds * 8_000 // _FLAC_BLOCK)
    return flac_header(blocks * _FLAC_BLOCK) + b"".join(_silent_block(number) for number in range(blocks))


def _silent_block(number: int) -> bytes:
    """65 535 samples that are all 0 (RFC 9639, 9.1 and 9.2.3)."""
    head = b"\xff\xf8\x74\x08" + chr(number).encode("utf-8", "surrogatepass") + struct.pack(">H", _FLAC_BLOCK - 1)
    framed = head + bytes([_crc(head, 0x07, 8)]) + b"\0\0\0"
    return framed + _crc(framed, 0x8005, 16).to_bytes(2)


def silent_opus(seconds: int) -> bytes:
    """So much silence in an OGG: a byte for each 120 ms, and its length."""
    packets = seconds * _OPUS_RATE // _OPUS_PACKET
    pages = [opus_page(0, [b"OpusHead\1\1\0\0" + struct.pack("<IhB", _OPUS_RATE, 0, 0)], 0, flags=2)]
    pages.append(opus_page(1, [b"OpusTags" + struct.pack("<II", 0, 0)], 0))
    for first in range(0, packets, _OGG_SEGMENTS):
        count = min(_OGG_SEGMENTS, packets - first)
        granule = (first + count) * _OPUS_PACKET
        is_last = first + count == packets
        pages.append(opus_page(len(pages), [_OPUS_SILENCE] * count, granule, flags=4 * is_last))
    return b"".join(pages)


def opus_page(number: int, packets: Sequence[bytes], granule: int, *, flags: int = 0, serial: int = 1) -> bytes:
    """A page with packets of at most 254 bytes each. Flags: 2 for the first, 4 for the last page."""
    lengths = bytes(map(len, packets))
    place = struct.pack("<BBqII", 0, flags, granule, serial, number)
    head, rest = b"OggS" + place, bytes([len(lengths)]) + lengths + b"".join(packets)
    return head + _crc(head + bytes(4) + rest, 0x04C11DB7, 32).to_bytes(4, "little") + rest


@functools.cache
def _table(polynomial: int, bits: int) -> tuple[int, ...]:
    entries = []
    for value in range(256):
        rest = value << bits - 8
        for _ in range(8):
            rest = (rest << 1 ^ polynomial if rest >> bits - 1 else rest << 1) & (1 << bits) - 1
        entries.append(rest)
    return tuple(entries)


def _crc(content: bytes, polynomial: int, bits: int) -> int:
    """A checksum with the highest bit first, from 0 on."""
    table, rest, mask = _table(polynomial, bits), 0, (1 << bits) - 1
    for byte in content:
        rest = rest << 8 & mask ^ table[rest >> bits - 8 ^ byte]
    return rest


def id3(body: bytes, *, claims: int | None = None, version: int = 3, flags: int = 0) -> bytes:
    """An ID3v2 tag with that body, whose length may be claimed to be another."""
    size = len(body) if claims is None else claims
    return b"ID3" + bytes([version, 0, flags]) + bytes(size >> shift & 127 for shift in (21, 14, 7, 0)) + body


def id3_frame(name: bytes, body: bytes, *, claims: int | None = None, flags: int = 0) -> bytes:
    """A frame of a tag of version 3."""
    return name + struct.pack(">IH", len(body) if claims is None else claims, flags) + body
