"""What a file is by bytes at fixed places at its start. What stands not here, `filetype` names, and it is refused."""

import re

from shared.media.found import FileType
from shared.media.texts import any_text, known_text

_STARTS: tuple[tuple[bytes, str, str], ...] = (
    (b"\x89PNG", "image/png", "PNG"),
    (b"\xff\xd8\xff", "image/jpeg", "JPEG"),
    (b"GIF87a", "image/gif", "GIF"),
    (b"GIF89a", "image/gif", "GIF"),
    (b"II*\0", "image/tiff", "TIFF"),
    (b"MM\0*", "image/tiff", "TIFF"),
    (b"II+\0\x08\0\0\0", "image/tiff", "BigTIFF"),
    (b"MM\0+\0\x08\0\0", "image/tiff", "BigTIFF"),
    (b"8BPS\0\1", "image/vnd.adobe.photoshop", "PSD"),
    (b"8BPS\0\2", "image/x-psb", "PSB"),
    (b"\xff\x4f\xff\x51", "image/j2c", "JPEG 2000"),
    (b"%PDF-", "application/pdf", "PDF"),
    (b"fLaC", "audio/flac", "FLAC"),
    (b"OggS\0", "audio/ogg", "OGG"),
    (b"\x1aE\xdf\xa3", "video/x-matroska", "Matroska"),
    (b".snd\0\0", "audio/basic", "AU"),
    (b"caff\0\1", "audio/x-caf", "CAF"),
    (b"#!AMR\n", "audio/amr", "AMR"),
    (b"#!AMR-WB\n", "audio/amr-wb", "AMR-WB"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\0\xaa\0\x62\xce\x6c", "audio/x-ms-wma", "WMA"),
    (b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\0\0", "audio/x-w64", "W64"),
    (b"\0\0\1\xba", "video/mpeg", "MPEG"),
    (b"\0\0\1\xb3", "video/mpv", "MPEG video without sound"),
)
"""First bytes -> media type and name."""

_FORMS: tuple[tuple[bytes, bytes, str, str], ...] = (
    (b"RIFF", b"WAVE", "audio/wav", "WAV"),
    (b"RIFX", b"WAVE", "audio/x-rifx", "RIFX"),
    (b"RF64", b"WAVE", "audio/x-rf64", "RF64"),
    (b"BW64", b"WAVE", "audio/x-rf64", "BW64"),
    (b"RIFF", b"WEBP", "image/webp", "WEBP"),
    (b"RIFF", b"AVI ", "video/x-msvideo", "AVI"),
    (b"FORM", b"AIFF", "audio/aiff", "AIFF"),
    (b"FORM", b"AIFC", "audio/aiff", "AIFF-C"),
)
"""First bytes and, behind a length, four more -> media type and name."""

_ISO_STARTS = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot", b"styp")
"""Kinds of the first box; QuickTime's files may begin with any."""

_JP2 = b"\0\0\0\x0cjP  \r\n\x87\n"
_JP2_BRANDS = {b"jpm ": ("image/jpm", "JPM"), b"mjp2": ("video/mj2", "Motion JPEG 2000")}

_PDF = re.compile(rb"%PDF-\d")
_MAX_BEFORE_PDF = 1024
"""So much junk readers pass over (ISO 32000-1, annex H, note 13)."""

_BMP_HEADER_BYTES = (12, 16, 40, 52, 56, 64, 108, 124)
_MAX_ICONS = 256

_PACKETS, _MIN_PACKETS = 5, 3
"""How many packets of a transport stream are looked at, and how many there must be."""


def known_start(head: bytes) -> FileType | None:
    """Return what the bytes begin as; None if that is nothing that is known for certain."""
    for start, media_type, name in _STARTS:
        if head.startswith(start):
            return FileType(media_type, name)
    for start, form, media_type, name in _FORMS:
        if head.startswith(start) and head[8:12] == form:
            return FileType(media_type, name)
    return _iso(head) or _weak(head) or known_text(head) or _pdf_behind_junk(head)


def _iso(head: bytes) -> FileType | None:
    if head.startswith(_JP2):
        return FileType(*_JP2_BRANDS.get(head[20:24], ("image/jp2", "JPEG 2000")))
    is_iso = head[4:8] in _ISO_STARTS and any_text(head) is None
    return FileType("video/mp4", "MP4") if is_iso else None


def _weak(head: bytes) -> FileType | None:
    """Return what begins with so few bytes that more have to fit."""
    if head.startswith(b"BM") and int.from_bytes(head[14:18], "little") in _BMP_HEADER_BYTES:
        return FileType("image/bmp", "BMP")
    if head.startswith(b"\0\0\1\0") and 0 < int.from_bytes(head[4:6], "little") <= _MAX_ICONS and head[9:10] == b"\0":
        return FileType("image/x-icon", "ICO")
    for first, distance in ((0, 188), (4, 192), (0, 204)):
        marks = head[first::distance][:_PACKETS]
        if len(marks) >= _MIN_PACKETS and not marks.strip(b"G"):
            return FileType("video/mp2t", "MPEG transport stream")
    return None


def _pdf_behind_junk(head: bytes) -> FileType | None:
    found = None if head.startswith(b"ID3") else _PDF.search(head, 0, _MAX_BEFORE_PDF + 6)
    return FileType("application/pdf", "PDF") if found else None
