"""What is never decoded: text, and what is written as text, above all playlists, which name addresses to be opened."""

import pytest

from tests.support.made_media import refusal, tag

PLAYLIST = b"#EXTM3U\n#EXTINF:5,\nhttp://127.0.0.1:1/ssrf.ts\n"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (PLAYLIST, "M3U playlist (application/vnd.apple.mpegurl)"),
        (b"\xef\xbb\xbf\r\n" + PLAYLIST, "M3U playlist"),
        (PLAYLIST + b"\xff\xfb\x90\x40", "M3U playlist"),
        (PLAYLIST.decode().encode("utf-16"), "M3U playlist"),
        (b"[playlist]\nFile1=http://127.0.0.1:1/a.mp3\n", "PLS playlist"),
        (b"[Playlist]\nFile1=file:///etc/passwd\n", "PLS playlist"),
        (b"ffconcat version 1.0\nfile '/etc/passwd'\n", "playlist of ffmpeg"),
        (b"<smil><body><audio src='http://127.0.0.1:1/a'/></body></smil>", "SMIL"),
        (b'<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"/>', "DASH"),
        (b"<ASX version='3.0'><entry/></ASX>", "ASX playlist"),
        (SVG, "SVG (image/svg+xml)"),
        (b'<?xml version="1.0"?><!-- drawn -->\n' + SVG, "SVG"),
        (b'<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "a.dtd">' + SVG, "SVG"),
        (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + SVG, "SVG"),
        (b'<svg:svg xmlns:svg="http://www.w3.org/2000/svg"/>', "SVG"),
        (b"<!doctype html><script>alert(1)</script>", "HTML (text/html)"),
        (b"\n <HTML><body>%PDF-1.4</body></HTML>", "HTML"),
        (b"<?xml version='1.0'?><!DOCTYPE html><html/>", "HTML"),
        (b"<?xml version='1.0'?><letter/>", "XML"),
        (b"<p>no more than this</p>", "text/plain"),
        (b"WEBVTT\n\n00:00.000 --> 00:01.000\nhi\n", "WEBVTT"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "PostScript"),
        (b"\xc5\xd0\xd3\xc6" + bytes(60), "EPS"),
        ("Grüße".encode("utf-16"), "text/plain"),
        (b"fLa is a note, and %PDF- is none.", "text/plain"),
    ],
)
async def test_what_is_written_as_text_is_refused_by_its_own_name(content: bytes, named: str) -> None:
    error = await refusal(content)
    assert error.code == "unsupported_media"
    assert named in error.message


@pytest.mark.parametrize("content", [PLAYLIST, b"ffconcat version 1.0\nfile '/etc/passwd'\n", SVG])
async def test_a_playlist_behind_a_tag_is_no_recording(content: bytes) -> None:
    error = await refusal(tag(300) + content)
    assert error.code == "unsupported_media"
    assert "behind an ID3 tag" in error.message
