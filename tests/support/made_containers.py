"""Beginnings of recordings and films, made byte by byte: enough to know them, too little to decode."""

import struct

from tests.support.made_media import chunk, riff, wave_format

# --- ISO media files


def box(kind: bytes, content: bytes = b"", *, claims: int | None = None) -> bytes:
    return struct.pack(">I", 8 + len(content) if claims is None else claims) + kind + content


def large_box(kind: bytes, content: bytes) -> bytes:
    """A box that writes its length in eight bytes."""
    return struct.pack(">I4sQ", 1, kind, 16 + len(content)) + content


def ftyp(major: bytes, *compatible: bytes) -> bytes:
    return box(b"ftyp", major + bytes(4) + b"".join(compatible))


def handler(kind: bytes) -> bytes:
    return box(b"hdlr", bytes(8) + kind + bytes(13))


def heif(
    major: bytes,
    *compatible: bytes,
    codec: bytes = b"hvcC",
    sizes: tuple[tuple[int, int], ...] = ((512, 512), (40, 30)),
) -> bytes:
    """A picture in boxes, with a size for each of its items. Its pixels are missing."""
    sides = b"".join(box(b"ispe", struct.pack(">III", 0, *size)) for size in sizes)
    properties = box(b"iprp", box(b"ipco", box(codec, bytes(20)) + sides if codec else sides))
    meta = box(b"meta", bytes(4) + handler(b"pict") + box(b"pitm", bytes(6)) + properties)
    return ftyp(major, *compatible) + meta + box(b"mdat", bytes(50))


def track(kind: bytes, codec: bytes = b"mp4a") -> bytes:
    samples = box(b"stsd", struct.pack(">II", 0, 1) + box(codec, bytes(28)))
    return box(b"trak", box(b"tkhd", bytes(84)) + box(b"mdia", handler(kind) + box(b"minf", box(b"stbl", samples))))


def moov(*tracks: bytes) -> bytes:
    return box(b"moov", box(b"mvhd", bytes(100)) + b"".join(tracks))


def film(major: bytes, *tracks: bytes, compatible: tuple[bytes, ...] = ()) -> bytes:
    """A film or recording whose index stands at its end, as recorders write it."""
    return ftyp(major, *compatible) + box(b"mdat", bytes(50)) + moov(*tracks)


SOUND, PICTURES = track(b"soun"), track(b"vide", b"avc1")

# --- Matroska


def element(id_: int, content: bytes, *, is_endless: bool = False) -> bytes:
    """An element of EBML, with a length of eight bytes; of unknown length if it is endless."""
    length = b"\xff" if is_endless else b"\x01" + len(content).to_bytes(7)
    return id_.to_bytes((id_.bit_length() + 7) // 8) + length + content


def matroska(doc_type: bytes, *tracks: int, before: bytes = b"", is_endless: bool = True) -> bytes:
    """A file with tracks of these types: 1 for pictures, 2 for sound."""
    entries = b"".join(element(0xAE, element(0xD7, b"\1") + element(0x83, bytes([kind]))) for kind in tracks)
    content = before + element(0x1549A966, bytes(20)) + element(0x1654AE6B, entries) + element(0x1F43B675, bytes(40))
    return element(0x1A45DFA3, element(0x4282, doc_type)) + element(0x18538067, content, is_endless=is_endless)


# --- OGG


def ogg(*packets: bytes) -> bytes:
    """The first pages of the streams that begin with these packets, and one more page."""
    firsts = b"".join(_page(2, packet) for packet in packets)
    return firsts + _page(0, bytes(40))


def _page(flags: int, packet: bytes) -> bytes:
    return b"OggS\0" + bytes([flags]) + bytes(20) + bytes([1, len(packet)]) + packet


OPUS, VORBIS = b"OpusHead" + bytes(11), b"\x01vorbis" + bytes(23)
THEORA, SKELETON = b"\x80theora" + bytes(35), b"fishead\0" + bytes(56)

# --- AVI, ASF


def avi(*streams: bytes) -> bytes:
    """A file with streams of these types: `vids`, `auds`."""
    lists = b"".join(chunk(b"LIST", b"strl" + chunk(b"strh", stream + bytes(52))) for stream in streams)
    return riff(chunk(b"LIST", b"hdrl" + chunk(b"avih", bytes(56)) + lists), form=b"AVI ")


_ASF_HEADER = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_ASF_STREAM = bytes.fromhex("9107dcb7b7a9cf118ee600c00c205365")
ASF_SOUND = bytes.fromhex("409e69f84d5bcf11a8fd00805f5c442b")
ASF_PICTURES = bytes.fromhex("c0ef19bc4d5bcf11a8fd00805f5c442b")
ASF_ENCRYPTION = bytes.fromhex("fbb3112223bdd211b4b700a0c955fc6e") + struct.pack("<Q", 40) + bytes(16)


def asf(*streams: bytes, more: bytes = b"") -> bytes:
    objects = more + b"".join(_ASF_STREAM + struct.pack("<Q", 78) + stream + bytes(38) for stream in streams)
    header = struct.pack("<QIBB", 30 + len(objects), len(streams) + bool(more), 1, 2)
    return _ASF_HEADER + header + objects + bytes(50)


# --- uncompressed sound


def aiff(
    *, frames: int = 16_000, there: int | None = None, channels: int = 1, rate: int = 16_000, codec: bytes = b""
) -> bytes:
    """An AIFF of 16 bit; AIFF-C if a codec is named. `there` are the frames that are there."""
    sound = bytes(2 * channels * (frames if there is None else there))
    exponent = rate.bit_length() - 1
    number = struct.pack(">HQ", 16383 + exponent, rate << (63 - exponent))
    common = struct.pack(">HIH", channels, frames, 16) + number + codec + (b"\0\0" if codec else b"")
    content = _big_chunk(b"COMM", common) + _big_chunk(b"SSND", bytes(8) + sound)
    return b"FORM" + struct.pack(">I", len(content) + 4) + (b"AIFC" if codec else b"AIFF") + content


def _big_chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack(">I", len(body)) + body + bytes(len(body) % 2)


def rf64(sound: int, *, claims: int | None = None, behind: bytes = b"", mark: bytes = b"RF64") -> bytes:
    """A WAV whose sizes stand in a chunk of their own."""
    sizes = chunk(b"ds64", struct.pack("<QQQI", 0, sound if claims is None else claims, 0, 0))
    content = sizes + wave_format() + chunk(b"data", bytes(sound), claims=0xFFFFFFFF) + behind
    return mark + b"\xff\xff\xff\xffWAVE" + content


W64 = bytes.fromhex("726966662e91cf11a5d628db04c10000") + bytes(8) + bytes.fromhex("77617665f3acd3118cd100c04f8edb8a")
FLAC = b"fLaC\x80\0\0\x22\x10\0\x10\0" + bytes(6) + b"\x03\xe8\0\xf0" + bytes(20)
AU = b".snd" + struct.pack(">IIIII", 24, 0xFFFFFFFF, 3, 16_000, 1) + bytes(100)
CAF = b"caff\0\1\0\0desc" + struct.pack(">Qd4sIIIII", 32, 16_000, b"lpcm", 0, 2, 1, 1, 16) + bytes(50)
AAC = bytes.fromhex("fff15080020000").ljust(16, b"\0") * 10
"""Frames of 16 bytes: ADTS, AAC-LC, 44.1 kHz, mono."""
MP2 = b"\xff\xfd\x84\xc0".ljust(384, b"\0") * 4
MP1 = b"\xff\xff\x44\xc0".ljust(128, b"\0") * 4
MPEG = b"\0\0\1\xba" + bytes(10) + b"\0\0\1\xc0" + bytes(60)


def transport_stream(packet_bytes: int = 188, *, before: int = 0) -> bytes:
    return (bytes(before) + b"G\x40\0\x10".ljust(packet_bytes - before, b"\xff")) * 5
