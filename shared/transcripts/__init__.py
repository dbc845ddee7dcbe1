"""What models wrote down of recordings and pages: joined piece by piece, and doubted where it cannot be right."""

from shared.transcripts.doubting import Doubt, doubts
from shared.transcripts.harmless import in_lines, on_one_line
from shared.transcripts.joining import join, join_pages
from shared.transcripts.rendering import clock, with_times
from shared.transcripts.segment_joining import SegmentsOfPiece, join_segments
from shared.transcripts.segments import Segment, Word
from shared.transcripts.speaking import Spoken, spoken_in_turn
from shared.transcripts.subtitles import srt, vtt
