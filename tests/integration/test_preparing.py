"""Files prepared with the real decoders: what a model is asked about, and what is told of it."""

import io
import wave
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from shared.errors import FileRejected
from shared.media.media import Media
from shared.models.chat import MediaPart
from shared.models.exchange import Extent
from shared.models.plan import Plan
from shared.models.preparation import PicturePreparation, Preparation, SoundPreparation
from shared.processing import preparing
from shared.processing.preparing import MediaPreparer, Prepared
from shared.processing.retry import RetryLater
from shared.recipes.catalog import RecipeSelection
from shared.recipes.recipe import Prompt
from shared.settings.limits import FileLimits
from tests import samples
from tests.support.made_sound import made_of
from tests.unit.conversion.made_files import with_a_damaged_page
from tests.unit.fakes import MemorySource, SpeakingModel, deployed
from tests.unit.memory_app import CATALOG

SAMPLES = Path(__file__).parents[1] / "samples"
PAGES = PicturePreparation(("jpeg", "png"), 20_000_000, 4096, 50, "together", in_one_request=False)
SPEECH = SoundPreparation(may_stay=False, max_bytes=20_000_000, max_seconds=300, is_cut=True, needs_speech=True)
TIFF = Media("image", "image/tiff", "tiff")
WAV = Media("audio", "audio/wav", "wav")
FLAC = Media("audio", "audio/flac", "flac")
MKV = Media("audio", "audio/x-matroska", "mkv")


@asynccontextmanager
async def prepared(
    content: bytes, media: Media, wanted: Preparation, extents: Sequence[Extent] = (), **limits: Any
) -> AsyncIterator[Prepared]:
    model = SpeakingModel([], deployed())
    part = MediaPart(media, MemorySource(content))
    plan = Plan(RecipeSelection(next(iter(CATALOG)), {}), part, Prompt(None, ("One.",)), model, model, wanted)
    async with MediaPreparer(FileLimits(**limits)).prepared(plan, extents) as made:
        yield made


async def refusal(content: bytes, media: Media, wanted: Preparation, **limits: Any) -> FileRejected:
    with pytest.raises(FileRejected) as caught:
        async with prepared(content, media, wanted, **limits):
            pass
    assert caught.value.next_step
    return caught.value


def tiff(pages: int, size: tuple[int, int] = (40, 20)) -> bytes:
    images = [Image.new("RGB", size, (number, 0, 0)) for number in range(pages)]
    out = io.BytesIO()
    images[0].save(out, "TIFF", save_all=True, append_images=images[1:])
    return out.getvalue()


def recording(*parts: float) -> bytes:
    """The sentence of `train.wav`, again and again, with so many seconds of silence before each but the first."""
    with wave.open(str(SAMPLES / "train.wav")) as sample:
        form, sentence = sample.getparams(), sample.readframes(sample.getnframes())
    frame = form.sampwidth * form.nchannels
    sound = sentence + b"".join(bytes(int(silence * form.framerate) * frame) + sentence for silence in parts)
    out = io.BytesIO()
    with wave.open(out, "wb") as written:
        written.setparams(form)
        written.writeframes(sound)
    return out.getvalue()


async def sizes(made: Prepared) -> list[list[int]]:
    return [[part.source.size for part in piece.media] for piece in made.pieces]


async def test_pages_go_together_as_far_as_a_request_takes_them() -> None:
    async with prepared(tiff(5), TIFF, replace(PAGES, max_images=2)) as made:
        extents = [(piece.extent.first_page, piece.extent.last_page) for piece in made.pieces]
        assert (extents, [len(piece.media) for piece in made.pieces]) == ([(1, 2), (3, 4), (5, 5)], [2, 2, 1])
        assert (made.media.pages, made.warnings) == (5, ())


async def test_pages_that_are_too_many_bytes_together_go_one_after_another() -> None:
    async with prepared(tiff(2), TIFF, PAGES) as made:
        ((first, second),) = await sizes(made)
    async with prepared(tiff(2), TIFF, replace(PAGES, max_bytes=max(first, second))) as made:
        assert await sizes(made) == [[first], [second]]


async def test_each_page_is_asked_about_by_itself_where_the_recipe_says_so() -> None:
    async with prepared(tiff(3), TIFF, replace(PAGES, pages="each")) as made:
        assert [piece.extent.first_page for piece in made.pieces] == [1, 2, 3]


async def test_the_first_page_is_enough_where_the_recipe_says_so() -> None:
    async with prepared(tiff(3), TIFF, replace(PAGES, pages="first")) as made:
        assert (len(made.pieces), made.media.pages, made.warnings) == (1, 3, ())


async def test_an_answer_of_a_fixed_form_is_about_one_request_and_a_warning_says_so() -> None:
    async with prepared(tiff(3), TIFF, replace(PAGES, max_images=1, in_one_request=True)) as made:
        assert len(made.pieces) == 1
        assert made.warnings == ("The file has 3 pages, of which the first 1 were looked at.",)


async def test_a_page_that_cannot_be_drawn_is_left_out_and_a_warning_says_so() -> None:
    async with prepared(with_a_damaged_page(), Media("image", "application/pdf", "pdf"), PAGES) as made:
        assert [(piece.extent.first_page, piece.extent.last_page) for piece in made.pieces] == [(1, 3)]
        assert made.warnings == (
            "Page 2 is damaged and cannot be drawn, so nothing was asked about that part of the file.",
        )


async def test_a_picture_of_one_page_has_no_page_number() -> None:
    async with prepared(tiff(1), TIFF, PAGES) as made:
        assert [piece.extent for piece in made.pieces] == [Extent()]


async def test_a_picture_that_is_scaled_down_says_so() -> None:
    async with prepared(tiff(1, (4000, 100)), TIFF, replace(PAGES, max_side=1000)) as made:
        assert made.warnings == (
            "The picture was scaled down from 4000 x 100 to 1000 x 25 pixels. Small print in it may be lost: if you"
            " need it, cut it into parts.",
        )


async def test_a_recording_is_cut_in_its_silences_and_each_piece_is_an_mp3_of_its_seconds() -> None:
    async with prepared(recording(2, 2), WAV, replace(SPEECH, max_seconds=5)) as made:
        media = [piece.media[0].media for piece in made.pieces]
        assert [each.format for each in media] == ["mp3"] * len(media)
        ends = [piece.extent.end for piece in made.pieces]
        assert ends[:-1] == [piece.extent.start for piece in made.pieces[1:]]
        assert len(made.pieces) == 3
        assert made.media.seconds
        assert made.media.speech_seconds
        assert 0 < made.media.speech_seconds < made.media.seconds - 2


async def test_a_recording_that_was_begun_is_cut_in_the_same_places_again() -> None:
    extents = (Extent(0, 1.5), Extent(1.5, 4))
    async with prepared(recording(1), WAV, SPEECH, extents) as made:
        assert tuple(piece.extent for piece in made.pieces) == extents


async def test_a_short_recording_that_the_model_takes_travels_as_it_lies_though_it_was_listened_to() -> None:
    async with prepared(recording(), WAV, replace(SPEECH, may_stay=True)) as made:
        assert [piece.media for piece in made.pieces] == [()]
        assert made.pieces[0].speech_seconds


async def test_a_piece_is_halved_at_the_silence_near_its_middle() -> None:
    async with prepared(recording(1, 1, 1, 5, 1, 1, 1), WAV, SPEECH) as made:
        (whole,) = made.pieces
        assert whole.halves
        first, second = whole.halves()
        assert first.extent.end == second.extent.start
        assert whole.extent.end
        assert first.extent.end
        assert abs(first.extent.end / whole.extent.end - 0.5) < 0.15


async def test_silence_is_refused_before_anything_is_asked() -> None:
    silence = io.BytesIO()
    with wave.open(silence, "wb") as written:
        written.setparams((1, 2, 16_000, 0, "NONE", "NONE"))
        written.writeframes(bytes(160_000))
    error = await refusal(silence.getvalue(), WAV, SPEECH)
    assert (error.code, error.message) == (
        "no_speech",
        "No speech was heard in the 5.0 seconds of this recording (two sound tracks at most), so"
        " there is nothing to write down. 0.0 seconds of it are music or noise.",
    )


SPOKEN = ("-i", str(samples.TRAIN))
SILENCE = ("-f", "lavfi", "-t", "2", "-i", "anullsrc=r=16000")


UPSIDE_DOWN = (SPOKEN, "a.flac", "-af", "pan=stereo|c0=c0|c1=-1*c0")
SECOND_TRACK = ((*SILENCE, *SPOKEN), "a.mkv", "-map", "0", "-map", "1")


@pytest.mark.parametrize(
    ("written", "media", "told"),
    [
        (UPSIDE_DOWN, FLAC, "Its first channel alone was used."),
        (SECOND_TRACK, MKV, "Its second sound track was used."),
    ],
    ids=["one channel is the other upside down", "the first track is silent"],
)
async def test_speech_that_the_first_track_does_not_have_when_mixed_is_found_elsewhere(
    written: tuple[Any, ...], media: Media, told: str
) -> None:
    async with prepared(made_of(*written), media, replace(SPEECH, may_stay=True)) as found:
        assert found.media.speech_seconds
        assert found.media.speech_seconds > 1.5
        assert found.pieces[0].media[0].media.format == "mp3"
        assert told in found.warnings[0]


async def test_what_must_not_be_cut_and_is_too_long_for_the_model_is_refused() -> None:
    error = await refusal(recording(2, 2), WAV, replace(SPEECH, is_cut=False, max_seconds=3))
    assert error.code == "too_long"


async def test_a_recording_over_the_limit_is_refused_with_what_its_header_tells() -> None:
    error = await refusal(recording(2), replace(WAV, seconds=6.7), SPEECH, max_seconds=2)
    assert error.message.endswith("which is the limit (MAX_SECONDS). Its header tells of 6.7 seconds.")


@pytest.mark.parametrize(
    ("media", "wanted", "limit", "code", "setting"),
    [
        (TIFF, PAGES, {"max_file_bytes": 10}, "too_large", "MAX_FILE_BYTES"),
        (TIFF, PAGES, {"max_pixels": 10}, "too_large", "MAX_PIXELS"),
        (TIFF, PAGES, {"max_pages": 2}, "too_large", "MAX_PAGES"),
        (TIFF, replace(PAGES, pages="each"), {"max_pieces": 2}, "too_long", "MAX_PIECES"),
        (WAV, SPEECH, {"max_seconds": 2}, "too_long", "MAX_SECONDS"),
        (WAV, SPEECH, {"max_disk_bytes": 1000}, "too_large", "MAX_DISK_BYTES"),
    ],
)
async def test_each_limit_names_its_setting(
    media: Media, wanted: Preparation, limit: dict[str, int], code: str, setting: str
) -> None:
    content = tiff(3) if media is TIFF else recording(2)
    error = await refusal(content, media, wanted, **limit)
    assert error.code == code
    assert setting in error.message + error.next_step


async def test_pieces_of_a_recording_begin_and_end_at_whole_milliseconds() -> None:
    pauses = [0.4 + 0.03 * number for number in range(20)]
    async with prepared(recording(*pauses), WAV, replace(SPEECH, max_seconds=25)) as made:
        smaller = [half for piece in made.pieces if piece.halves for half in piece.halves()]
        edges = [piece.extent.end or 0 for piece in [*made.pieces, *smaller]]
        assert len(edges) > 4
        assert edges == [round(edge, 3) for edge in edges]


async def test_a_file_that_gets_no_decoder_for_a_while_comes_back_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparing, "MAX_AT_ONCE", 0)
    monkeypatch.setattr(preparing, "MAX_WAIT", 0.01)
    with pytest.raises(RetryLater, match="other files are being converted"):
        async with prepared(tiff(1), TIFF, PAGES):
            pass
