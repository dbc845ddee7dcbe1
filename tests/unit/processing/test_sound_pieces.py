"""A recording that was decoded, as the pieces in which a model is asked about it."""

import tempfile

from shared.conversion.sound import Sound
from shared.conversion.speech import Span
from shared.media.media import Media
from shared.models.chat import MediaPart
from shared.models.exchange import Extent
from shared.models.preparation import SoundPreparation
from shared.processing.sound_pieces import _Listened
from shared.processing.unasked_sound import about_unasked
from tests.unit.fakes import MemorySource


def test_the_last_piece_ends_when_the_document_says_that_the_recording_does_and_has_all_of_its_sound() -> None:
    file = MediaPart(Media("audio", "audio/mpeg", "mp3"), MemorySource(b""))
    wanted = SoundPreparation(may_stay=False, max_bytes=10**6, max_seconds=25, is_cut=True, needs_speech=True)
    with tempfile.TemporaryFile() as mp3:
        mp3.truncate(10**6)
        sound = Sound(60.049, (Span(0, 60.049),), mp3=mp3)
        prepared = _Listened(file, wanted, sound).prepared(())
        last = prepared.pieces[-1]
        assert last.extent.end == prepared.media.seconds == 60.0
        assert last.extent.start is not None
        assert last.media[0].source.size == sound.part(Span(last.extent.start, 60.049)).size
        assert last.extent.start + (last.media[0].media.seconds or 0) == 60.0


def test_music_that_no_piece_has_is_named_and_silence_is_not() -> None:
    sound = Sound(400, (Span(0, 60), Span(200, 300)), audible=(Span(0, 130), Span(200, 300)))
    (warning,) = about_unasked(sound, [Extent(0, 61), Extent(199, 301)])
    assert warning.startswith("What is heard from 1:01 to 3:19 does not sound like speech")
    assert about_unasked(sound, [Extent(0, 131), Extent(199, 301)]) == ()


def test_of_many_stretches_of_noise_the_first_are_named_and_the_others_counted() -> None:
    sound = Sound(1000, (), audible=(Span(0, 1000),))
    (warning,) = about_unasked(sound, [Extent(start, start + 20) for start in range(40, 1000, 60)])
    assert "from 4:00 to 4:40 and 12 more times does not" in warning
