"""Recordings as phones, messengers, browsers, dictaphones and cameras write them, with words that must be heard.

Not here: AMR-WB and Speex, which this ffmpeg decodes and does not encode.
"""

from tests.corpus.ingredients import (
    PICTURE_TRACK,
    RATE,
    SPOKEN_WORDS,
    ffmpeg,
    saved,
    sign,
    speech,
    spoken,
)
from tests.corpus.made import Content, Made
from tests.corpus.writers import ebml, iso, riff
from tests.corpus.writers.streams import id3, id3_frame

_AAC = ("-c:a", "aac", "-b:a", "64k")
_FILM = ("-c:v", "mpeg4", "-b:v", "64k")
_COVER_BYTES = 300_000


def _as(ending: str, *arguments: str) -> Content:
    return lambda: spoken(ending, *arguments)


def _film(ending: str, *arguments: str) -> Content:
    return lambda: spoken(ending, *PICTURE_TRACK, *arguments)


def mp3(*arguments: str) -> bytes:
    """Frames, and nothing before them."""
    return spoken("mp3", "-c:a", "libmp3lame", "-b:a", "64k", "-write_xing", "0", "-id3v2_version", "0", *arguments)


def _behind_cover() -> bytes:
    picture = saved(sign(), "JPEG").ljust(_COVER_BYTES, b"\0")
    return id3(id3_frame(b"APIC", b"\0image/jpeg\0\x03\0" + picture)) + mp3()


def _surround() -> bytes:
    """As films have it: the voice is in the middle, and in none of the five other channels."""
    samples = speech()
    frames = (b"\0\0\0\0" + samples[at : at + 2] + b"\0\0\0\0\0\0" for at in range(0, len(samples), 2))
    raw = ("-f", "s16le", "-ar", str(RATE), "-ac", "6", "-channel_layout", "5.1", "-i", "pipe:0")
    return ffmpeg([*raw, "-c:a", "pcm_s16le"], b"".join(frames), "wav")


def _rf64() -> bytes:
    samples = speech()
    return riff.rf64(samples, riff_bytes=len(samples) + 72, data_bytes=len(samples), count=len(samples) // 2)


def _flac_behind_tag() -> bytes:
    return id3(id3_frame(b"TIT2", b"\0Departures")) + spoken("flac", "-c:a", "flac")


def _mov_without_type() -> bytes:
    """As QuickTime wrote it before there were brands: the sound first, then its index."""
    samples = speech()
    return iso.box(b"wide") + iso.box(b"mdat", samples) + iso.movie(iso.sound_track(16, len(samples)))


_SOUNDS: dict[str, Content] = {
    # Phones and messengers
    "index_at_end.m4a": _as("m4a", *_AAC),
    "index_first.m4a": _as("m4a", *_AAC, "-movflags", "+faststart"),
    "in_fragments.m4a": _as("m4a", *_AAC, "-movflags", "+empty_moov+default_base_moof", "-frag_duration", "500000"),
    "lossless.m4a": _as("m4a", "-c:a", "alac"),
    "book.m4b": _as("ipod.m4b", *_AAC, "-f", "ipod", "-brand", "M4B "),
    "frames.aac": _as("aac", *_AAC, "-f", "adts"),
    "narrow.amr": _as("amr", "-ar", "8000", "-c:a", "libopencore_amrnb", "-b:a", "12.2k"),
    "voice.3gp": _as("3gp", *_AAC),
    "film.3gp": _film("3gp", "-s", "176x144", "-c:v", "h263", "-b:v", "64k", *_AAC),
    "voice.opus": _as("opus", "-c:a", "libopus", "-b:a", "24k"),
    "opus.ogg": _as("ogg", "-c:a", "libopus", "-b:a", "24k"),
    "voice.ogg": _as("ogg", "-c:a", "libvorbis"),
    "flac.ogg": _as("ogg", "-c:a", "flac"),
    # Browsers
    "voice.webm": _as("webm", "-c:a", "libopus", "-b:a", "24k"),
    "vorbis.webm": _as("webm", "-c:a", "libvorbis"),
    "recorded_live.webm": _as("webm", "-c:a", "libopus", "-live", "1"),
    # Films
    "film.mp4": _film("mp4", *_FILM, *_AAC),
    "film.mov": _film("mov", *_FILM, "-c:a", "pcm_s16le"),
    "film.mkv": _film("mkv", *_FILM, *_AAC),
    "film.webm": _film("webm", "-c:v", "libvpx", "-b:v", "64k", "-c:a", "libopus"),
    "film.avi": _film("avi", *_FILM, "-c:a", "libmp3lame", "-b:a", "64k"),
    "film.wmv": _film("wmv", "-c:v", "wmv2", "-b:v", "64k", "-c:a", "wmav2"),
    "voice.mka": _as("mka", "-c:a", "libvorbis"),
    "plain.mkv": lambda: ebml.matroska(speech()),
    "plain.avi": lambda: riff.avi(speech()),
    "without_type.mov": _mov_without_type,
    # Programs and dictaphones
    "lossless.flac": _as("flac", "-c:a", "flac"),
    "behind_tag.flac": _flac_behind_tag,
    "voice.aiff": _as("aiff", "-c:a", "pcm_s16be"),
    "little_end_first.aifc": _as("little.aiff", "-c:a", "pcm_s16le"),
    "voice.wma": _as("wma", "-c:a", "wmav2", "-b:a", "64k"),
    "voice.caf": _as("caf", "-c:a", "pcm_s16be"),
    "lossless.caf": _as("lossless.caf", "-c:a", "alac"),
    "voice.au": _as("au", "-c:a", "pcm_s16be"),
    "mu_law.au": _as("mu.au", "-ar", "8000", "-c:a", "pcm_mulaw"),
    "voice.mp2": _as("mp2", "-c:a", "mp2", "-b:a", "64k"),
    # MP3
    "voice.mp3": mp3,
    "with_xing.mp3": _as("mp3", "-c:a", "libmp3lame", "-q:a", "4"),
    "varying_without_xing.mp3": lambda: mp3("-q:a", "2"),
    "cover_of_300_kb.mp3": _behind_cover,
    "zeros_first.mp3": lambda: bytes(731) + mp3(),
    "two_tags.mp3": lambda: id3(bytes(40)) + id3(bytes(70_000)) + mp3(),
    # WAV in its forms
    "voice.wav": lambda: riff.wav(speech()),
    "streamed.wav": lambda: riff.wav(speech(), claims=0xFFFFFFFF),
    "unfinished.wav": lambda: riff.wav(speech(), claims=0),
    "extensible.wav": lambda: riff.wav(speech(), riff.extensible()),
    "24_bits.wav": _as("wav", "-c:a", "pcm_s24le"),
    "32_bits.wav": _as("wav", "-c:a", "pcm_s32le"),
    "8_bits.wav": _as("wav", "-c:a", "pcm_u8"),
    "fractions.wav": _as("wav", "-c:a", "pcm_f32le"),
    "long_fractions.wav": _as("wav", "-c:a", "pcm_f64le"),
    "mu_law.wav": _as("wav", "-ar", "8000", "-c:a", "pcm_mulaw"),
    "a_law.wav": _as("wav", "-ar", "8000", "-c:a", "pcm_alaw"),
    "adpcm.wav": _as("wav", "-c:a", "adpcm_ms"),
    "dictated.wav": _as("wav", "-c:a", "adpcm_ima_wav"),
    "stereo.wav": _as("wav", "-ar", "44100", "-ac", "2", "-c:a", "pcm_s16le"),
    "six_channels.wav": _surround,
    "rf64.wav": _rf64,
}

SOUNDS = tuple(Made(name, "audio", make, SPOKEN_WORDS) for name, make in _SOUNDS.items())
