"""What models wrote down of recordings and pages: joined piece by piece, and doubted where it cannot be right."""

from shared.transcripts.doubting import Doubt, doubts
from shared.transcripts.joining import join, join_pages
from shared.transcripts.segments import Segment, Word
