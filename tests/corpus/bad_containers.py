"""Films and recordings in boxes that lead elsewhere, lie about what they hold, or never end."""

import struct
import uuid
from collections.abc import Iterator

from tests.corpus.ingredients import PICTURE_TRACK, SPOKEN_WORDS, speech, spoken
from tests.corpus.made import NOT_TAKEN, Made, constant, either, refused
from tests.corpus.writers import ebml, iso, riff
from tests.corpus.writers.deflated import deflated_zeros
from tests.corpus.writers.ebml import element, integer, matroska

_MIB = 1 << 20
_MAX_32 = 0xFFFFFFFF
_HEAD = iso.brands(b"qt  ", b"qt  ")


def _mov(*tracks: bytes, more: bytes = b"", timescale: int = 1000) -> bytes:
    """The sound first, then this index."""
    return _HEAD + iso.box(b"mdat", speech()) + iso.movie(*tracks, more=more, timescale=timescale)


_AT = len(_HEAD) + 8
"""Where the sound of `_mov` begins."""


def _size() -> int:
    return len(speech())


def _alias(path: bytes) -> bytes:
    """A reference to a file, as old Macintoshes wrote it: its path stands in it several times."""
    name = path.rpartition(b"/")[2]
    fixed = bytes(10) + bytes([1]) + b"/".ljust(27, b"\0") + bytes(8) + bytes([len(name)]) + name.ljust(63, b"\0")
    levels = struct.pack(">hh", 1, 1)
    record = fixed + bytes(16) + levels + bytes(16)
    tail = b"".join(
        struct.pack(">hH", kind, len(text)) + text + bytes(len(text) % 2)
        for kind, text in ((2, path[1:].replace(b"/", b":")), (18, path), (19, b"/"))
    )
    return iso.full(
        b"alis", bytes(4) + struct.pack(">HH", 8 + len(record) + len(tail), 2) + record + tail + b"\xff\xff\0\0"
    )


def _lying_elsewhere(*references: bytes) -> bytes:
    return _mov(iso.sound_track(0, 4_000, references=references))


def _reference_movie(address: bytes) -> bytes:
    """A film that is nothing but the address of another."""
    kind = iso.full(b"rdrf", b"url " + struct.pack(">I", len(address) + 1) + address + b"\0")
    return _HEAD + iso.box(b"moov", iso.box(b"rmra", iso.box(b"rmda", kind)))


def _packed_index() -> bytes:
    """An index that is a gigabyte when it is not packed (QuickTime, `cmov`)."""
    packed = struct.pack(">I", 1024 * _MIB - 1) + deflated_zeros(1024 * _MIB)
    return _HEAD + iso.box(b"moov", iso.box(b"cmov", iso.box(b"dcom", b"zlib"), iso.box(b"cmvd", packed)))


def _locked() -> bytes:
    """A track of which the description says that it is locked (ISO/IEC 14496-12, 8.12), as shops sell them."""
    kind = iso.box(b"frma", b"mp4a") + iso.full(b"schm", b"itun", bytes(4))
    entry = iso.PCM_ENTRY[4:8].replace(b"sowt", b"drms") + iso.PCM_ENTRY[8:] + iso.box(b"sinf", kind)
    return _mov(iso.sound_track(_AT, _size(), entry=struct.pack(">I", len(entry) + 4) + entry))


def _boxes_in_boxes(depth: int) -> bytes:
    inner = b""
    for _ in range(depth):
        inner = struct.pack(">I", 8 + len(inner)) + b"moov" + inner
    return _HEAD + inner


def _edits(count: int) -> bytes:
    edit = struct.pack(">IiI", 1, 0, 0x10000)
    return iso.box(b"edts", iso.full(b"elst", struct.pack(">I", count), edit * count))


def _without_index(content: bytes) -> bytes:
    return content[: content.index(b"moov") - 4]


def _films(port: int) -> Iterator[Made]:
    there = b"http://127.0.0.1:%d/sound.mov" % port
    yield either("sound_lies_elsewhere.mov", lambda: _lying_elsewhere(iso.full(b"url ", there + b"\0")))
    yield either("sound_lies_in_a_file.mov", lambda: _lying_elsewhere(iso.full(b"url ", b"file:///etc/passwd\0")))
    yield either("sound_lies_behind_an_alias.mov", lambda: _lying_elsewhere(_alias(b"/etc/passwd")))
    yield either("sound_lies_in_a_name.mov", lambda: _lying_elsewhere(iso.full(b"urn ", b"x\0" + there + b"\0")))
    yield refused("film_lies_elsewhere.mov", lambda: _reference_movie(there), NOT_TAKEN)
    yield refused("packed_index.mov", _packed_index, NOT_TAKEN)
    yield either(
        "a_thousand_tracks.mp4", lambda: _mov(*(iso.sound_track(_AT, _size(), number=n) for n in range(1, 1_001)))
    )
    yield either("locked.m4p", _locked)
    yield refused("boxes_in_boxes.mp4", lambda: _boxes_in_boxes(5_000), NOT_TAKEN)
    yield refused("no_index.m4a", lambda: _without_index(spoken("m4a", "-c:a", "aac")), NOT_TAKEN)
    yield refused("no_tracks.m4a", _mov, NOT_TAKEN)
    yield refused("no_sound.mp4", lambda: spoken("mp4", *PICTURE_TRACK, "-map", "1:v", "-c:v", "mpeg4"), NOT_TAKEN)
    yield refused("no_sound.mkv", lambda: spoken("mkv", *PICTURE_TRACK, "-map", "1:v", "-c:v", "mpeg4"), NOT_TAKEN)
    times = iso.full(b"stts", struct.pack(">3I", 1, _MAX_32, _MAX_32))
    sizes = iso.full(b"stsz", struct.pack(">2I", 1, _MAX_32))
    table = iso.full(b"stts", struct.pack(">I", 0x10000000))
    yield either("four_billion_samples.mov", lambda: _mov(iso.sound_track(_AT, _size(), times=times, sizes=sizes)))
    yield either("table_without_entries.mov", lambda: _mov(iso.sound_track(_AT, _size(), times=table)))
    yield either("a_hundred_thousand_edits.mov", lambda: _mov(iso.sound_track(_AT, _size(), edits=_edits(100_000))))
    yield either("no_timescale.mov", lambda: _mov(iso.sound_track(_AT, _size(), timescale=0), timescale=0))
    yield refused("sound_beyond_the_end.mov", lambda: _mov(iso.sound_track(_MAX_32 - 99, _size())))
    yield either("box_of_2_63.mp4", constant(_HEAD + struct.pack(">I4sQ", 1, b"mdat", 2**63) + bytes(99)))
    yield either("box_of_no_length.mp4", constant(_HEAD + iso.box(b"mdat", bytes(99), claims=0)))
    yield either("box_of_three_bytes.mp4", constant(_HEAD + iso.box(b"moov", bytes(99), claims=3)))


def _webms(port: int) -> Iterator[Made]:
    there = b"http://127.0.0.1:%d/next.mkv" % port
    other = uuid.UUID(int=7).bytes
    linked = element(0x3EB923, other) + element(0x3E83BB, there) + element(0x3CB923, other)
    chapter = element(0xB6, integer(0x73C4, 1), element(0x6E67, other), integer(0x91, 0))
    chapters = element(0x1043A770, element(0x45B9, integer(0x45DD, 1), chapter))
    attached = (
        element(0x466E, b"../../evil.sh"),
        element(0x4660, b"text/x-sh"),
        element(0x465C, b"#!/bin/sh\n"),
        integer(0x46AE, 1),
    )
    attachments = element(0x1941A469, element(0x61A7, *attached))
    tags = element(0x1254C367, element(0x7373, element(0x67C8, element(0x45A3, b"URL"), element(0x4487, there))))
    yield Made("goes_on_elsewhere.mkv", "audio", lambda: matroska(speech(), info=linked), SPOKEN_WORDS, expected="any")
    yield either("chapter_lies_elsewhere.mkv", lambda: matroska(speech(), chapters))
    yield either("with_an_attachment.mkv", lambda: matroska(speech(), attachments, tags))
    yield either("unknown_length.mkv", lambda: matroska(speech(), size=ebml.UNKNOWN))
    yield either("length_of_2_56.mkv", lambda: matroska(speech(), size=b"\x01" + b"\xff" * 6 + b"\xfe"))
    yield either("number_without_end.mkv", constant(bytes.fromhex("1a45dfa3") + bytes(60_000)))
    packing = element(
        0x6D80, element(0x6240, integer(0x5031, 0), integer(0x5033, 0), element(0x5034, integer(0x4254, 0)))
    )
    yield either("packed_sound.mkv", lambda: matroska(deflated_zeros(512 * _MIB), coding=packing))
    locking = element(
        0x6D80, element(0x6240, integer(0x5031, 0), integer(0x5033, 1), element(0x5035, integer(0x47E1, 5)))
    )
    yield either("locked.mkv", lambda: matroska(speech(), coding=locking))
    yield either("elements_in_elements.mkv", lambda: matroska(speech(), _elements_in_elements(2_000)))


def _elements_in_elements(depth: int) -> bytes:
    inner = b""
    for _ in range(depth):
        inner = element(0x67C8, inner)  # a tag may stand in a tag
    return element(0x1254C367, element(0x7373, inner))


def _avis() -> Iterator[Made]:
    lying = struct.pack("<4sIII", b"00wb", 0x10, 0xFFFFFFF0, _MAX_32) * 500
    entry = struct.pack("<QII", 0, _MAX_32, 1)  # leads to the file's start
    many = struct.pack("<HBBI4s12x", 4, 0, 0, 1_000, b"00wb") + entry * 1_000
    yield either("index_lies.avi", lambda: riff.avi(speech(), index=lying))
    yield either("index_of_4_gb.avi", lambda: riff.avi(speech(), index=b"")[:-4] + b"\xff" * 4)
    yield either("index_in_a_circle.avi", lambda: riff.avi(speech(), super_index=riff.chunk(b"indx", many)))
    yield either("no_scale.avi", lambda: riff.avi(speech(), scale=0))
    yield refused("no_streams.avi", lambda: riff.riff(riff.chunk(b"LIST", b"hdrl"), form=b"AVI "), NOT_TAKEN)


_ENCRYPTION = uuid.UUID("2211b3fb-bd23-11d2-b4b7-00a0c955fc6e")
_EXTENDED_ENCRYPTION = uuid.UUID("298ae614-2622-4c17-b935-dae07ee9289c")
_COMMANDS = uuid.UUID("1efb1a30-0b62-11d0-a39b-00a0c90348f6")


def _asf_object(kind: uuid.UUID, body: bytes) -> bytes:
    return kind.bytes_le + struct.pack("<Q", 24 + len(body)) + body


def _wma(*objects: bytes, claims: int | None = None) -> bytes:
    """A recording with more objects in its header, whose length may be claimed to be another."""
    own = spoken("wma", "-c:a", "wmav2", "-b:a", "64k")
    size, count = struct.unpack("<QI", own[16:28])
    more = b"".join(objects)
    told = struct.pack("<QI", size + len(more) if claims is None else claims, count + len(objects))
    return own[:16] + told + own[28:30] + more + own[30:]


def _wide(text: str) -> bytes:
    return (text + "\0").encode("utf-16-le")


def _wmas(port: int) -> Iterator[Made]:
    there = f"http://127.0.0.1:{port}/licence"
    parts = (b"\0" * 8, b"DRM\0", b"key\0", there.encode() + b"\0")
    locked = _asf_object(_ENCRYPTION, b"".join(struct.pack("<I", len(part)) + part for part in parts))
    told = f'<WRMHEADER version="2.0.0.0"><DATA><LAINFO>{there}</LAINFO></DATA></WRMHEADER>'
    header = _asf_object(_EXTENDED_ENCRYPTION, struct.pack("<I", len(_wide(told))) + _wide(told))
    kind, address = "URL", there
    command = (
        struct.pack("<H", len(kind)) + _wide(kind)[:-2] + struct.pack("<IHH", 0, 0, len(address)) + _wide(address)[:-2]
    )
    commands = _asf_object(_COMMANDS, bytes(16) + struct.pack("<HH", 1, 1) + command)
    yield either("locked.wma", lambda: _wma(locked))
    yield either("locked_anew.wma", lambda: _wma(locked, header))
    yield either("opens_a_page.wma", lambda: _wma(commands))
    yield either("header_of_2_63.wma", lambda: _wma(claims=2**63))
    yield either("object_of_no_length.wma", lambda: _wma(_COMMANDS.bytes_le + bytes(8)))


def bad_containers(port: int) -> tuple[Made, ...]:
    """All of them; what they would fetch lies at that port of this machine."""
    return (*_films(port), *_webms(port), *_avis(), *_wmas(port))
