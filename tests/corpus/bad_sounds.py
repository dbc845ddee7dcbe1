"""Recordings whose headers lie, that last for hours in a few kilobytes, or hold no sound at all."""

import functools
import random
import struct
from collections.abc import Iterator

from tests.corpus.good_sounds import mp3
from tests.corpus.ingredients import RATE, SPOKEN_WORDS, saved, sign, speech, spoken
from tests.corpus.made import DAMAGED, NOT_TAKEN, Content, Made, constant, either, refused
from tests.corpus.writers import riff
from tests.corpus.writers.deflated import deflated_zeros
from tests.corpus.writers.riff import wave_format
from tests.corpus.writers.streams import (
    flac_block,
    flac_header,
    id3,
    id3_frame,
    opus_page,
    silent_flac,
    silent_opus,
)

_HOUR = 3_600
_MIB = 1 << 20
_HUGE = 65_535
_MAX_32 = 0xFFFFFFFF
_SECOND = bytes(2 * RATE)


def _claiming(form: bytes) -> Content:
    """A WAV with other numbers in its header."""
    return lambda: riff.wav(speech(), form)


def _rf64(data_bytes: int, riff_bytes: int) -> Content:
    return lambda: riff.rf64(speech(), riff_bytes=riff_bytes, data_bytes=data_bytes, count=2**63 - 1)


def _rf64_without_lengths() -> bytes:
    data = riff.chunk(b"data", speech(), claims=_MAX_32)
    return riff.riff(wave_format(), data, mark=b"RF64", claims=_MAX_32)


def _w64(length: int) -> bytes:
    """Sony Wave64, whose chunks have GUIDs and lengths of 64 bits."""
    rest = bytes.fromhex("f3acd3118cd100c04f8edb8a")
    head = b"riff" + bytes.fromhex("2e91cf11a5d628db04c10000") + struct.pack("<Q", length) + b"wave" + rest
    form = b"fmt " + rest + struct.pack("<Q", 24 + 16) + wave_format()[8:]
    return head + form + b"data" + rest + struct.pack("<Q", length) + _SECOND


def _wavs() -> Iterator[Made]:
    for length in (1, 2**31, _MAX_32 - 1):
        make = functools.partial(riff.wav, speech(), claims=length)
        yield Made(f"claims_{length}.wav", "audio", make, SPOKEN_WORDS) if length > 1 else either("claims_1.wav", make)
    yield either("channels_65535.wav", _claiming(wave_format(channels=_HUGE)))
    yield refused("channels_0.wav", _claiming(wave_format(channels=0)))
    yield refused("rate_0.wav", _claiming(wave_format(rate=0)))
    yield either("rate_2_32.wav", _claiming(wave_format(rate=_MAX_32)))
    yield either("bits_0.wav", _claiming(wave_format(bits=0)))
    yield either("bits_65535.wav", _claiming(wave_format(bits=_HUGE)))
    yield either("claims_to_be_mp3.wav", _claiming(wave_format(codec=riff.MP3)))
    yield either("unknown_codec.wav", _claiming(wave_format(codec=0x7777)))
    yield either("adpcm_of_no_block.wav", _claiming(wave_format(codec=riff.ADPCM, channels=0, bits=4)))
    yield either("unknown_guid.wav", lambda: riff.wav(speech(), riff.extensible(codec=0x7777)))
    yield refused("no_samples.wav", lambda: riff.wav(b""))
    yield refused("no_format.wav", lambda: riff.riff(riff.chunk(b"data", speech())))
    yield refused("no_data.wav", lambda: riff.riff(wave_format()))
    yield refused("only_its_mark.wav", constant(b"RIFF\xff\xff\xff\xffWAVE"))
    yield either("fifty_thousand_lists.wav", lambda: riff.wav(speech(), None, riff.chunk(b"LIST", b"") * 50_000))
    yield either("chunk_of_4_gb_first.wav", lambda: riff.wav(speech(), None, riff.chunk(b"JUNK", b"", claims=_MAX_32)))
    yield Made("claims_2_63.rf64.wav", "audio", _rf64(2**63, 2**63), SPOKEN_WORDS, expected="any")
    yield either("claims_2_64.rf64.wav", _rf64(2**64 - 1, 2**64 - 1))
    yield either("claims_nothing.rf64.wav", _rf64(0, 0))
    yield either("no_lengths.rf64.wav", _rf64_without_lengths)
    yield either("claims_2_63.w64", lambda: _w64(2**63))
    yield either("claims_nothing.w64", lambda: _w64(0))


def _tag_bomb() -> bytes:
    """A frame of a tag that is packed (ID3v2.3, 3.3.1), and 60 MB large when it is not."""
    packed = struct.pack(">I", 60 * _MIB) + deflated_zeros(60 * _MIB)
    return id3(id3_frame(b"APIC", packed, flags=0x80)) + mp3()


def _mp3s(port: int) -> Iterator[Made]:
    there = b"http://127.0.0.1:%d/cover.jpg" % port
    linked = id3(id3_frame(b"APIC", b"\0-->\0\3\0" + there) + id3_frame(b"WOAS", there))
    lying_frame = id3(id3_frame(b"TIT2", b"\0x", claims=_MAX_32))
    yield Made("cover_lies_elsewhere.mp3", "audio", lambda: linked + mp3(), SPOKEN_WORDS)
    yield either("tag_of_256_mb.mp3", lambda: id3(b"", claims=0x0FFFFFFF) + mp3())
    yield either("tag_of_odd_length.mp3", lambda: b"ID3\3\0\0\xff\xff\xff\xff" + mp3())
    yield either("a_thousand_tags.mp3", lambda: id3(bytes(20)) * 1_000 + mp3())
    yield either("tag_bomb.mp3", _tag_bomb)
    yield either("tag_with_a_lying_frame.mp3", lambda: lying_frame + mp3())
    yield refused("only_a_tag.mp3", constant(id3(bytes(5_000))), NOT_TAKEN)
    yield refused("only_an_old_tag.mp3", constant(b"TAG" + bytes(125)), NOT_TAKEN)
    yield either("silence.mp3", lambda: spoken("mp3", "-af", "volume=0", "-c:a", "libmp3lame", "-b:a", "32k"))
    yield either("ten_hours_claimed.mp3", lambda: _xing(1_500_000))
    yield either("marks_without_frames.mp3", constant(b"\xff\xfb" * 20_000))
    yield either("frame_of_no_rate.mp3", lambda: b"\xff\xfb\xfc\xc0" * 40 + mp3())
    yield either("free_format.mp3", constant((b"\xff\xfb\x04\xc0" + bytes(380)) * 60))
    yield either("rates_that_change.mp3", lambda: mp3() + spoken("mp3", "-ar", "44100", "-ac", "2", "-b:a", "320k"))
    yield either("three_megabytes_of_zeros_first.mp3", lambda: bytes(3_000_000) + mp3())
    yield either("frames_of_nothing.aac", constant(b"\xff\xf1\x60\x40\x00\x1f\xfc" * 4_000))
    yield either("frames_shorter_than_heads.aac", constant(b"\xff\xf1\x60\x40\x00\x00\x1c" * 4_000))


def _xing(frames: int) -> bytes:
    """The first frame claims so many (each 72 ms at 16 kHz is 36), and there are 60."""
    head = (b"\xff\xfb\x14\xc0" + bytes(17) + b"Xing" + struct.pack(">III", 3, frames, 96 * frames)).ljust(96, b"\0")
    return head + (b"\xff\xfb\x14\xc0" + bytes(92)) * 60


def _flacs(port: int) -> Iterator[Made]:
    there = b"http://127.0.0.1:%d/cover.jpg" % port
    link = struct.pack(">II", 3, 3) + b"-->" + bytes(20) + struct.pack(">I", len(there)) + there
    picture = saved(sign(), "JPEG")
    cover = struct.pack(">II", 3, 10) + b"image/jpeg" + bytes(20) + struct.pack(">I", _MAX_32) + picture
    yield either("six_hours_of_silence.flac", lambda: silent_flac(6 * _HOUR))
    yield either("two_days_of_silence.flac", lambda: silent_flac(48 * _HOUR))
    yield either("claims_a_year.flac", lambda: flac_header((1 << 36) - 1) + silent_flac(60)[42:])
    yield either("claims_nothing.flac", lambda: flac_header(0) + silent_flac(60)[42:])
    yield refused("header_only.flac", constant(flac_header(0)))
    yield refused("rate_0.flac", lambda: flac_header(9, 0) + bytes(500))
    yield either(
        "cover_lies_elsewhere.flac",
        lambda: flac_header(9, 8_000, flac_block(6, link), last=False) + silent_flac(9)[42:],
    )
    yield either("cover_of_4_gb.flac", lambda: flac_header(9, 8_000, flac_block(6, cover), last=False))
    yield either(
        "blocks_without_end.flac", lambda: flac_header(9, 8_000, flac_block(1, b"", last=False) * 40_000, last=False)
    )
    yield either(
        "block_of_16_mb.flac", constant(flac_header(9, 8_000, flac_block(4, b"", claims=0xFFFFFF), last=False))
    )


def _oggs() -> Iterator[Made]:
    yield either("three_hours_of_silence.opus", lambda: silent_opus(3 * _HOUR))
    yield either("five_hundred_in_a_chain.ogg", lambda: silent_opus(1) * 500)
    yield either("bad_checksums.opus", lambda: spoken("opus", "-c:a", "libopus").replace(b"OggS", b"OggS\0\0", 9))
    yield either("ends_in_292_years.opus", lambda: silent_opus(1) + opus_page(9, [b"\x19"], 2**63 - 1, flags=4))
    yield either("ends_before_it_begins.opus", lambda: silent_opus(1) + opus_page(9, [b"\x19"], -(2**63), flags=4))
    yield refused("pages_of_nothing.ogg", lambda: opus_page(0, [], 0, flags=2) * 3_000)
    yield either(
        "a_stream_each_page.ogg",
        lambda: b"".join(opus_page(0, [b"OpusHead"], 0, flags=2, serial=n) for n in range(3_000)),
    )
    yield refused("channels_255.opus", constant(opus_page(0, [b"OpusHead\1\xff\0\0" + bytes(7)], 0, flags=2)))


def _aiff(rate: bytes, channels: int = 1, samples: bytes = _SECOND, *, claims: int | None = None) -> bytes:
    common = struct.pack(">hIh", channels, len(samples) // 2, 16) + rate
    parts = b"COMM" + struct.pack(">I", 18) + common
    parts += b"SSND" + struct.pack(">I", 8 + len(samples) if claims is None else claims) + bytes(8) + samples
    return b"FORM" + struct.pack(">I", 4 + len(parts)) + b"AIFF" + parts


_AIFF_RATE = b"\x40\x0c\xfa" + bytes(7)
"""16 000 as an 80-bit number."""


def _others() -> Iterator[Made]:
    yield either("rate_without_bound.aiff", constant(_aiff(b"\x7f\xfe" + b"\xff" * 8)))
    yield either("rate_is_no_number.aiff", constant(_aiff(b"\x7f\xff" + b"\xff" * 8)))
    yield either("rate_below_zero.aiff", constant(_aiff(b"\xc0\x0c\xfa" + bytes(7))))
    yield either("rate_0.aiff", constant(_aiff(bytes(10))))
    yield either("channels_0.aiff", constant(_aiff(_AIFF_RATE, 0)))
    yield either("channels_below_zero.aiff", constant(_aiff(_AIFF_RATE, -1)))
    yield either("claims_4_gb.aiff", constant(_aiff(_AIFF_RATE, claims=_MAX_32)))
    yield refused("no_sound.aiff", constant(_aiff(_AIFF_RATE, samples=b"")))
    yield refused("only_its_mark.aiff", constant(b"FORM\xff\xff\xff\xffAIFFCOMM"))
    yield refused("only_its_mark.amr", constant(b"#!AMR\n"))
    yield either("frames_of_noise.amr", lambda: b"#!AMR\n" + random.Random(4).randbytes(9_000))
    yield either("frames_of_silence.amr", constant(b"#!AMR\n" + b"\x7c" * 90_000))
    yield either("channels_of_many.amr", constant(b"#!AMR_MC1.0\n\xff\xff\xff\xff" + bytes(900)))
    yield either("chunk_of_2_63.caf", constant(b"caff\0\1\0\0desc" + struct.pack(">Q", 2**63) + bytes(99)))
    yield either(
        "packets_of_2_63.caf", lambda: spoken("caf", "-c:a", "alac").replace(b"pakt\0\0\0\0", b"pakt\x7f\xff\xff\xff")
    )
    yield either("header_of_4_gb.au", constant(b".snd" + struct.pack(">5I", _MAX_32, _MAX_32, 3, RATE, 1) + _SECOND))
    yield either("channels_2_32.au", constant(b".snd" + struct.pack(">5I", 24, _MAX_32, 3, RATE, _MAX_32) + _SECOND))
    yield either("rate_0.au", constant(b".snd" + struct.pack(">5I", 24, _MAX_32, 3, 0, 1) + _SECOND))
    yield either("unknown_coding.au", constant(b".snd" + struct.pack(">5I", 24, _MAX_32, 999, RATE, 1) + _SECOND))
    yield either("silence.wav", lambda: riff.wav(_SECOND * 60))
    yield either("noise.wav", lambda: riff.wav(random.Random(5).randbytes(60 * len(_SECOND))))
    yield either("one_sample.wav", lambda: riff.wav(b"\0\0"))
    yield refused(
        "noise_behind_the_mark.wma",
        lambda: spoken("wma", "-c:a", "wmav2")[:16] + random.Random(6).randbytes(9_000),
        DAMAGED,
    )


def bad_sounds(port: int) -> tuple[Made, ...]:
    """All of them; what they would fetch lies at that port of this machine."""
    return (*_wavs(), *_mp3s(port), *_flacs(port), *_oggs(), *_others())
