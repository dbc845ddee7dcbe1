"""RIFF: what WAV and AVI are made of, and WAV in its forms."""

import struct

PCM, ADPCM, FLOAT, A_LAW, U_LAW, MP3, EXTENSIBLE = 1, 2, 3, 6, 7, 0x55, 0xFFFE


def chunk(name: bytes, body: bytes, *, claims: int | None = None) -> bytes:
    """A chunk, whose length may be claimed to be another."""
    return name + struct.pack("<I", len(body) if claims is None else claims) + body + bytes(len(body) % 2)


def riff(*chunks: bytes, form: bytes = b"WAVE", mark: bytes = b"RIFF", claims: int | None = None) -> bytes:
    """A file of that form."""
    return chunk(mark, form + b"".join(chunks), claims=claims)


def wave_format(codec: int = PCM, channels: int = 1, rate: int = 16_000, bits: int = 16, more: bytes = b"") -> bytes:
    """The chunk that says how the samples are written. Numbers that are too large for it are cut."""
    align = channels * bits // 8 & 0xFFFF
    fields = struct.pack("<HHIIHH", codec, channels, rate, rate * align & 0xFFFFFFFF, align, bits)
    return chunk(b"fmt ", fields + more)


def wav(samples: bytes, form: bytes | None = None, *before: bytes, claims: int | None = None) -> bytes:
    """A WAV of these samples, with more chunks before them."""
    return riff(form or wave_format(), *before, chunk(b"data", samples, claims=claims))


def extensible(bits: int = 16, codec: int = PCM) -> bytes:
    """A format that says with a GUID what it is."""
    guid = struct.pack("<H", codec) + bytes.fromhex("000000001000800000aa00389b71")
    return wave_format(EXTENSIBLE, bits=bits, more=struct.pack("<HHI", 22, bits, 4) + guid)


def rf64(samples: bytes, *, riff_bytes: int, data_bytes: int, count: int, mark: bytes = b"RF64") -> bytes:
    """A WAV whose lengths stand in a chunk of their own, with 64 bits each (EBU Tech 3306)."""
    lengths = chunk(b"ds64", struct.pack("<QQQI", riff_bytes, data_bytes, count, 0))
    data = chunk(b"data", samples, claims=0xFFFFFFFF)
    return riff(lengths, wave_format(), data, mark=mark, claims=0xFFFFFFFF)


def avi(samples: bytes, *, index: bytes | None = None, scale: int = 1, super_index: bytes = b"") -> bytes:
    """An AVI with one track of 16-bit samples, and an index, which may be another than its own."""
    header = chunk(b"avih", struct.pack("<14I", 100_000, 0, 0, 0x10, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0))
    described = struct.pack("<4s4sIHHIIIIIIII8x", b"auds", bytes(4), 0, 0, 0, 0, scale, 16_000, 0, 8_000, 0, 0, 2)
    form = chunk(b"strf", wave_format()[8:])
    stream = chunk(b"LIST", b"strl" + chunk(b"strh", described) + form + super_index)
    heads = chunk(b"LIST", b"hdrl" + header + stream)
    own = struct.pack("<4sIII", b"00wb", 0x10, 4, len(samples))
    told = chunk(b"idx1", own if index is None else index)
    return riff(heads, chunk(b"LIST", b"movi" + chunk(b"00wb", samples)), told, form=b"AVI ")
