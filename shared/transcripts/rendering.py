"""Segments as text for a model that reads them: who says what, and when."""

from collections.abc import Sequence

from shared.transcripts.segments import Segment

MAX_LINE_SECONDS = 60.0
"""What one speaker says for longer gets a time of its own again, so that a model can tell when something was said."""


def with_times(segments: Sequence[Segment]) -> str:
    """A line for each change of speakers, such as `[1:02:03] A: Yes.`, and for each minute of what one of them says."""
    lines: list[tuple[Segment, list[str]]] = []
    for each in segments:
        text = " ".join(each.text.split())
        if not text:
            continue
        first = lines[-1][0] if lines else None
        if first and first.speaker == each.speaker and each.start - first.start < MAX_LINE_SECONDS:
            lines[-1][1].append(text)
        else:
            lines.append((each, [text]))
    return "\n".join(f"[{clock(first.start)}] {_speaker(first)}{' '.join(texts)}" for first, texts in lines)


def clock(seconds: float) -> str:
    """`0:07`, `12:05` or `1:02:03`."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _speaker(segment: Segment) -> str:
    name = " ".join((segment.speaker or "").split())
    return f"{name}: " if name else ""
