"""What was said, speaker after speaker: the transcript as people read it."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.transcripts.cues import speaker_name
from shared.transcripts.moments import SpokenText
from shared.transcripts.segments import Segment
from shared.transcripts.words import is_unspaced


@dataclass(frozen=True)
class Spoken:
    """What one speaker says in a row, on one line. `time` is when that begins, such as `1:02:03`."""

    time: str
    speaker: str | None
    text: str

    @property
    def line(self) -> str:
        """It as a line of a text."""
        return f"[{self.time}] {self.speaker}: {self.text}" if self.speaker else f"[{self.time}] {self.text}"


def spoken_in_turn(segments: Sequence[Segment]) -> list[Spoken]:
    """What is said in the order in which it begins; what one speaker says in a row is one."""
    found: list[Spoken] = []
    spoken = [(SpokenText.of(each), speaker_name(each.speaker)) for each in segments]
    for said, speaker in sorted((each for each in spoken if each[0].text), key=lambda each: each[0].start):
        if found and speaker and found[-1].speaker == speaker:
            is_tight = is_unspaced(found[-1].text[-1]) and is_unspaced(said.text[0])
            found[-1] = Spoken(found[-1].time, speaker, f"{found[-1].text}{'' if is_tight else ' '}{said.text}")
        else:
            found.append(Spoken(_time(said.start), speaker, said.text))
    return found


def _time(milliseconds: int) -> str:
    minutes, seconds = divmod(milliseconds // 1000, 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
