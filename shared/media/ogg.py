"""What an OGG file holds, by the packets with which its streams begin (RFC 3533, 6)."""

from shared.media.found import NO_SOUND, FileType
from shared.media.parts import BrokenHeader, FileParts

_HEADER_BYTES = 27
_BEGINS_STREAM = 0x02
MAX_STREAMS = 20
"""How many streams are looked at: a film has three, and one of its chapters."""

_SOUND = {b"OpusHead": "opus", b"\x01vorbis": "ogg", b"\x7fFLAC": "ogg", b"Speex   ": "ogg"}
_FILM = (b"\x80theora", b"\x01video\0", b"BBCD\0", b"OVP80\1")


async def look_into_ogg(file: FileParts, start: int) -> FileType:
    """Return whether it is a film or a recording, and whether that is OPUS.

    Raises:
        BrokenHeader: it begins no stream of a kind that is known.
    """
    packets = await _first_packets(file, start)
    sound = {form for packet in packets for mark, form in _SOUND.items() if packet.startswith(mark)}
    if any(packet.startswith(_FILM) for packet in packets):
        return FileType("video/ogg", "OGG", None if sound else NO_SOUND)
    if not sound:
        raise BrokenHeader("it holds no sound of a kind that is known")
    return FileType("audio/opus", "OPUS") if sound == {"opus"} else FileType("audio/ogg", "OGG")


async def _first_packets(file: FileParts, at: int) -> list[bytes]:
    """Return how the first packet of each stream begins. All stand at the very start."""
    packets = list[bytes]()
    while len(packets) < MAX_STREAMS:
        header = await file.read(at, _HEADER_BYTES)
        if len(header) < _HEADER_BYTES or not header.startswith(b"OggS\0") or not header[5] & _BEGINS_STREAM:
            break
        segments = await file.read(at + _HEADER_BYTES, header[26])
        at += _HEADER_BYTES + len(segments)
        packets.append(await file.read(at, 8))
        at += sum(segments)
    return packets
