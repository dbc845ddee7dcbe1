"""Subtitles as files: SubRip (`srt`) and WebVTT (`vtt`)."""

from collections.abc import Sequence

from shared.transcripts.cues import cues_of
from shared.transcripts.segments import Segment

_IN_SRT = str.maketrans("<>{}", "\u2039\u203a()")
"""SubRip has no escapes, and players take `<b>` and `{\\an8}` for what they do: these letters are replaced."""

_IN_VTT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
"""WebVTT, 4.2.2: character references."""


def srt(segments: Sequence[Segment], seconds: float | None = None) -> str:
    """The segments of so many seconds as SubRip; who speaks stands before the words where it changes."""
    cues = cues_of(segments, seconds, names_speakers=True)
    written = (
        f"{number}\n{_time(cue.start, ',')} --> {_time(cue.end, ',')}\n{_text(cue.lines).translate(_IN_SRT)}\n"
        for number, cue in enumerate(cues, start=1)
    )
    return "\n".join(written)


def vtt(segments: Sequence[Segment], seconds: float | None = None) -> str:
    """The segments of so many seconds as WebVTT; who speaks is told by voice tags."""
    cues = cues_of(segments, seconds, names_speakers=False)
    written = (
        f"{_time(cue.start, '.')} --> {_time(cue.end, '.')}\n{_voice(cue.speaker)}{_in_vtt(_text(cue.lines))}\n"
        for cue in cues
    )
    return "\n".join(["WEBVTT\n", *written])


def _voice(speaker: str | None) -> str:
    return f"<v {_in_vtt(speaker)}>" if speaker else ""


def _in_vtt(text: str) -> str:
    """The text with references; no arrow, not even as one: converters to SubRip write it out."""
    return text.replace("-->", "--\u203a").translate(_IN_VTT)


def _text(lines: Sequence[str]) -> str:
    return "\n".join(lines)


def _time(milliseconds: int, point: str) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}{point}{rest:03}"
