"""What is no picture, page or recording, under names that say it is; and files that are two things at once."""

import gzip
import io
import random
import zipfile
from collections.abc import Iterator

from tests.corpus.good_sounds import mp3
from tests.corpus.ingredients import SIGN_WORDS, SPOKEN_WORDS, saved, sign, speech
from tests.corpus.made import EMPTY, NOT_TAKEN, Made, constant, either, refused
from tests.corpus.writers.pdf import Page, pdf
from tests.corpus.writers.riff import wav

_AS = ("jpg", "png", "gif", "webp", "heic", "tiff", "pdf", "wav", "mp3", "m4a", "ogg", "flac")
"""Endings under which an empty file, and one of one byte, are dropped."""

_HTML = b"<!doctype html><script>alert(1)</script>"


def _zip(name: str, content: str, *, is_locked: bool = False) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), content)  # which has a date of its own: 1980
    made = bytearray(out.getvalue())
    made[6] |= is_locked
    return bytes(made)


def _svg(port: int) -> dict[str, bytes]:
    there = f"http://127.0.0.1:{port}"
    space = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    images = f'<image href="{there}/a.png"/><image xlink:href="file:///etc/passwd"/><use href="{there}/b.svg#x"/>'
    style = f"<style>@import url({there}/c.css); @font-face {{ font-family: x; src: url({there}/d.woff) }}</style>"
    entities = (
        f'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd"><!ENTITY % b SYSTEM "{there}/e.dtd"> %b;'
        '<!ENTITY l "lol"><!ENTITY m "&l;&l;&l;&l;&l;&l;&l;&l;"><!ENTITY n "&m;&m;&m;&m;&m;&m;&m;&m;">]>'
    )
    plain = f"<svg {space} width='640' height='256'>{style}{images}<script>fetch('{there}/f')</script></svg>"
    begins = '<?xml version="1.0"?>'
    return {
        "script.svg": (begins + plain).encode(),
        "script.svg.png": plain.encode(),
        "entities.svg": f"{begins}{entities}<svg {space}><text>&a;&n;</text></svg>".encode(),
        "packed.svgz": gzip.compress(plain.encode(), mtime=0),
    }


def _programs(port: int) -> dict[str, bytes]:
    there = b"http://127.0.0.1:%d" % port
    return {
        "page.html.png": _HTML,
        "page.html.wav": b'<html><audio src="%b/x.mp3" autoplay></html>' % there,
        "letter.docx.png": _zip("word/document.xml", "<w:document/>"),
        "locked.zip.jpg": _zip("a.txt", "x", is_locked=True),
        "program.elf.jpg": b"\x7fELF\2\1\1" + bytes(500),
        "program.exe.mp3": b"MZ" + bytes(500),
        "class.jpg": b"\xca\xfe\xba\xbe" + bytes(500),
        "program.sh.wav": b"#!/bin/sh\ncurl %b\n" % there,
        "program.ps.jpg": b"%!PS-Adobe-3.0\n(/etc/passwd) (r) file 999 string readstring\nshowpage\n",
        "drawing.eps.png": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\n%%EndComments\nshowpage\n",
        "drawing.eps": b"\xc5\xd0\xd3\xc6\x1e\0\0\0" + bytes(22) + b"%!PS-Adobe-3.0 EPSF-3.0\nshowpage\n",
        "drawing.mvg.png": b"push graphic-context\nimage over 0,0 0,0 '%b/x.png'\npop graphic-context\n" % there,
        "script.msl.png": b'<?xml version="1.0"?><image><read filename="%b/x.png"/></image>' % there,
        "drawing.wmf.png": b"\xd7\xcd\xc6\x9a" + bytes(18) + b"\1\0\x09\0\0\3" + bytes(40),
        "drawing.xpm.png": b'/* XPM */\nstatic char *x[] = {"1 1 1 1", "a c #000000", "a"};\n',
        "drawing.xbm.png": b"#define x_width 8\n#define x_height 1\nstatic char x_bits[] = {0x00};\n",
        "drawing.ppm.png": b"P6 99999 99999 255\n",
        "words.txt.png": b"Only words, and no picture.\n" * 50,
        "words.json.mp3": b'{"url": "%b/x.mp3"}' % there,
        "lines.vtt.mp3": b"WEBVTT\n\n00:00.000 --> 00:01.000\nhi\n",
        "notes.mid.wav": b"MThd\0\0\0\6\0\0\0\1\0`MTrk\0\0\0\4\0\xff/\0",
        "font.ttf.png": b"\0\1\0\0\0\4" + bytes(200),
        "noise.png": random.Random(2).randbytes(4_096),
        "noise.mp3": random.Random(3).randbytes(40_000),
        "zeros.wav": bytes(40_000),
        "ones.mp3": b"\xff" * 40_000,
        "thumbs.db.jpg": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        "packed.gz.wav": gzip.compress(wav(speech()), mtime=0),
    }


def _two_things() -> Iterator[Made]:
    """They are what they begin as, whatever else they are."""
    archive = _zip("a.txt", "x")
    yield Made("picture_and_archive.jpg", "image", lambda: saved(sign(), "JPEG") + archive, SIGN_WORDS)
    yield Made("picture_and_page.png", "image", lambda: saved(sign(), "PNG") + _HTML, SIGN_WORDS)
    yield either("picture_and_script.gif", lambda: b"GIF89a/*" + saved(sign(), "GIF")[8:] + b"*/=1;" + _HTML)
    yield either("archive_and_page.pdf", lambda: _zip("a.txt", "x") + pdf([Page(b"")]))
    yield either("picture_and_pages.jpg", lambda: saved(sign(), "JPEG", comment=b"%PDF-1.7") + pdf([Page(b"")]))
    yield either("recording_and_picture.mp3", lambda: mp3() + saved(sign(), "JPEG"))
    yield Made("a_png.jpg", "image", lambda: saved(sign(), "PNG"), SIGN_WORDS)
    yield Made("a_jpeg.wav", "image", lambda: saved(sign(), "JPEG"), SIGN_WORDS)
    yield Made("a_wav.mp3", "audio", lambda: wav(speech()), SPOKEN_WORDS)
    yield Made("an_mp3.jpg", "audio", mp3, SPOKEN_WORDS)
    yield Made("no_ending", "image", lambda: saved(sign(), "JPEG"), SIGN_WORDS)
    yield Made("LOUD.JPG", "image", lambda: saved(sign(), "JPEG"), SIGN_WORDS)


def other_files(port: int) -> tuple[Made, ...]:
    """All of them; what they would fetch lies at that port of this machine."""
    no_media = {**_svg(port), **_programs(port)}
    return (
        *(refused(f"empty.{ending}", constant(b""), EMPTY) for ending in _AS),
        *(refused(f"one_byte.{ending}", constant(b"\xff"), NOT_TAKEN) for ending in _AS),
        *(refused(name, constant(content), NOT_TAKEN) for name, content in no_media.items()),
        *_two_things(),
    )
