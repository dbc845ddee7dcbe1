"""ID3v2 tags: what stands before the sound of a recording (ID3v2.4 structure, 3.1). They belong to no one format."""

from shared.media.parts import HEAD_BYTES, FileParts

MAX_TAGS = 5
"""How many tags in a row are passed over: taggers that overlook each other leave two or three. Each may cost a piece,
and of `MAX_PIECES` enough must be left to look at the sound behind them."""

_HEADER_BYTES = 10
_HAS_FOOTER = 0x10


def tag_bytes(start: bytes) -> int:
    """Return the length of the tag with which these bytes begin, its header with it; 0 if they begin with none."""
    if len(start) < _HEADER_BYTES or not start.startswith((b"ID3\x02", b"ID3\x03", b"ID3\x04")):
        return 0
    if any(byte & 0x80 for byte in start[6:10]):
        return 0
    body = start[6] << 21 | start[7] << 14 | start[8] << 7 | start[9]
    return _HEADER_BYTES + body + (_HEADER_BYTES if start[5] & _HAS_FOOTER else 0)


async def end_of_tags(file: FileParts) -> int:
    """Return where the last of the tags ends with which the file begins; 0 if there is none.

    Zeros may stand before a tag. A tag that claims more bytes than the file has ends at its header.
    """
    at = 0
    for _ in range(MAX_TAGS):
        start = await file.read_on(at, at_least=_HEADER_BYTES, at_most=HEAD_BYTES)
        tag = start.lstrip(b"\0")
        length = tag_bytes(tag)
        if not length:
            return at
        at += len(start) - len(tag)
        at += length if at + length < file.size else _HEADER_BYTES
    return at
