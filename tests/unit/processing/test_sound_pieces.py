"""A recording that was decoded, as the pieces in which a model is asked about it."""

import tempfile

from shared.conversion.sound import Sound
from shared.conversion.speech import Span
from shared.media.media import Media
from shared.models.chat import MediaPart
from shared.models.preparation import SoundPreparation
from shared.processing.sound_pieces import _Listened
from tests.unit.fakes import MemorySource


def test_the_last_piece_ends_when_the_document_says_that_the_recording_does_and_has_all_of_its_sound() -> None:
    file = MediaPart(Media("audio", "audio/mpeg", "mp3"), MemorySource(b""))
    wanted = SoundPreparation(may_stay=False, max_bytes=10**6, max_seconds=25, is_cut=True, needs_speech=True)
    with tempfile.TemporaryFile() as mp3:
        mp3.truncate(10**6)
        sound = Sound(60.049, (Span(0, 60.049),), True, mp3)
        prepared = _Listened(file, wanted, sound).prepared(())
        last = prepared.pieces[-1]
        assert last.extent.end == prepared.media.seconds == 60.0
        assert last.extent.start is not None
        assert last.media[0].source.size == sound.part(Span(last.extent.start, 60.049)).size
        assert last.extent.start + (last.media[0].media.seconds or 0) == 60.0
