"""Files that name other files: what opens them may fetch an address of the network, or read a file of the machine."""

from collections.abc import Iterator

from tests.corpus.made import NOT_TAKEN, Content, Made, constant, refused
from tests.corpus.writers.streams import id3

_OF_THE_MACHINE = "file:///etc/passwd"


def _lists(port: int) -> dict[str, str]:
    """Ending -> a list that names a file at that port, and one of the machine."""
    there = f"http://127.0.0.1:{port}"
    segments = f"#EXTINF:5,\n{there}/part.ts\n#EXTINF:5,\n{_OF_THE_MACHINE}\n#EXT-X-ENDLIST\n"
    key = f'#EXT-X-KEY:METHOD=AES-128,URI="{there}/key"\n'
    both = f"{there}/sound.mp3", _OF_THE_MACHINE
    return {
        "m3u8": f"#EXTM3U\n#EXT-X-TARGETDURATION:5\n{segments}",
        "locked.m3u8": f"#EXTM3U\n#EXT-X-TARGETDURATION:5\n{key}{segments}",
        "of_lists.m3u8": f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{there}/low.m3u8\n",
        "m3u": f"#EXTM3U\n{both[0]}\n{both[1]}\n",
        "pls": f"[playlist]\nFile1={both[0]}\nFile2={both[1]}\nNumberOfEntries=2\nVersion=2\n",
        "ffconcat": f"ffconcat version 1.0\nfile '{both[0]}'\nfile '{both[1]}'\n",
        "smil": f'<smil><body><audio src="{both[0]}"/><ref src="{both[1]}"/></body></smil>',
        "mpd": _xml(
            '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT9S"><Period>'
            '<AdaptationSet mimeType="audio/mp4"><Representation id="1" bandwidth="1">'
            f"<BaseURL>{both[0]}</BaseURL></Representation></AdaptationSet></Period></MPD>"
        ),
        "asx": f'<asx version="3.0"><entry><ref href="{both[0]}"/></entry></asx>',
        "xspf": _xml(f"<playlist><trackList><track><location>{both[0]}</location></track></trackList></playlist>"),
        "wax": f"[Reference]\nRef1={both[0]}\nRef2={both[1]}\n",
        "ram": f"rtsptextRTSP://127.0.0.1:{port}/sound\r\n",
        "sdp": f"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio {port} RTP/AVP 0\n",
        "cue": 'FILE "/etc/passwd" BINARY\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n',
        "ffmeta": f";FFMETADATA1\ntitle=x\n[STREAM]\nurl={both[0]}\n",
        "url": f"[InternetShortcut]\nURL={both[0]}\n",
    }


def _xml(text: str) -> str:
    return f'<?xml version="1.0"?>{text}'


_AS_MEDIA = ("mp3", "m4a", "wav", "mp4", "ogg", "png", "pdf")
"""Endings that a list is given, to be taken for something else."""


def playlists(port: int) -> tuple[Made, ...]:
    """All of them. None is a recording."""
    return tuple(refused(name, content, NOT_TAKEN) for name, content in _named(port))


def _named(port: int) -> Iterator[tuple[str, Content]]:
    lists = {ending: text.encode() for ending, text in _lists(port).items()}
    for ending, text in lists.items():
        yield f"playlist.{ending}", constant(text)
    for ending in _AS_MEDIA:
        yield f"playlist.m3u8.{ending}", constant(lists["m3u8"])
        yield f"playlist.ffconcat.{ending}", constant(lists["ffconcat"])
    yield "playlist_behind_a_tag.mp3", constant(id3(bytes(40)) + lists["m3u8"])
    yield "playlist_behind_a_mark.mp3", constant(b"\xef\xbb\xbf" + lists["m3u8"])
    yield "playlist_behind_blanks.mp3", constant(b"\r\n" * 40 + lists["m3u8"])
    yield "playlist_with_zeros_behind.mp3", constant(lists["m3u8"] + bytes(40_000))
    yield "playlist_behind_many_tags.mp3", constant(id3(b"") * 50 + lists["ffconcat"])
