"""Matroska, element by element (RFC 8794, RFC 9559): what MKV and WEBM are made of."""

import struct

UNKNOWN = b"\x01\xff\xff\xff\xff\xff\xff\xff"
"""As length: up to whatever ends it."""


def element(number: int, *parts: bytes, size: bytes | None = None) -> bytes:
    """An element with that number, whose length may be claimed to be another."""
    body = b"".join(parts)
    length = (1 << 56 | len(body)).to_bytes(8) if size is None else size
    return number.to_bytes((number.bit_length() + 7) // 8) + length + body


def integer(number: int, value: int) -> bytes:
    return element(number, value.to_bytes(8))


def matroska(samples: bytes, *more: bytes, info: bytes = b"", coding: bytes = b"", size: bytes | None = None) -> bytes:
    """A file with one track of 16-bit samples of 16 kHz, and more elements before them.

    `info` is put into the segment's description, `coding` into the track; `size` is what the segment claims to have.
    """
    head = element(0x1A45DFA3, element(0x4282, b"matroska"), integer(0x4287, 4), integer(0x4285, 2))
    described = element(0x1549A966, integer(0x2AD7B1, 1_000_000), element(0x4D80, b"corpus"), info)
    sound = element(0xE1, element(0xB5, struct.pack(">d", 16_000)), integer(0x9F, 1), integer(0x6264, 16))
    named = integer(0xD7, 1) + integer(0x73C5, 1) + integer(0x83, 2) + element(0x86, b"A_PCM/INT/LIT")
    tracks = element(0x1654AE6B, element(0xAE, named, sound, coding))
    cluster = element(0x1F43B675, integer(0xE7, 0), element(0xA3, b"\x81\0\0\x80", samples))
    return head + element(0x18538067, described, tracks, *more, cluster, size=size)
