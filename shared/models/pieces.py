"""A file in pieces, and the first turn of a recipe, which is asked about each of them.

A piece is some seconds of a recording or some pages of a document. Its answer is kept as soon as it is there, so what
comes later, in this attempt or another, pays only for what is missing.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from shared.models.chat import ChatAnswer, MediaPart
from shared.models.exchange import Exchange, Extent
from shared.transcripts import Doubt, Segment, SegmentsOfPiece, doubts, join, join_pages, join_segments

SPEAKERS_OF_PARTS = (
    "The recording was listened to in parts, and speakers were told apart within each part only: the same person may"
    " have another name in another part."
)


@dataclass(frozen=True)
class Piece:
    """What is asked about at once.

    Attributes:
        media: it, as one or more pictures, or as a recording; empty for the file as it lies in storage.
        extent: which part of the file it is.
        speech_seconds: how long somebody speaks in it; None where nobody listened.
        halves: makes two smaller pieces of it; None where it is as small as is of use.
    """

    media: tuple[MediaPart, ...] = ()
    extent: Extent = field(default_factory=Extent)
    speech_seconds: float | None = None
    halves: Callable[[], Sequence["Piece"]] | None = field(default=None, compare=False)


@dataclass
class FirstTurn:
    """The first turn of a recipe, piece by piece.

    Attributes:
        pieces: all of them, in the order of the file; the whole file, until it is prepared. One whose answer is doubted
            becomes two smaller ones.
        asked: what was asked and answered about them, in order, also answers that were set aside.
        about_the_file: warnings about what was made of the file.
    """

    pieces: list[Piece] = field(default_factory=lambda: [Piece()])
    asked: list[Exchange] = field(default_factory=list)
    about_the_file: Sequence[str] = ()
    _earlier: tuple[Extent, ...] = ()

    def resume(self, asked: Sequence[Exchange], extents: tuple[Extent, ...]) -> None:
        """Go on where an earlier attempt ended, which asked about pieces of these extents."""
        self.asked, self._earlier = list(asked), extents

    @property
    def extents(self) -> tuple[Extent, ...]:
        """The pieces in which the file is asked about; empty where it is not in pieces."""
        made = tuple(piece.extent for piece in self.pieces)
        return self._earlier if made == (Extent(),) else made

    @property
    def heard(self) -> list[Exchange]:
        """The answers that count, one for each of the first pieces."""
        return [each for each in self.asked if not each.is_set_aside]

    @property
    def next_piece(self) -> Piece | None:
        """What is to be asked about next; None once all are answered."""
        done = len(self.heard)
        return self.pieces[done] if done < len(self.pieces) else None

    def add(self, exchange: Exchange) -> None:
        """Take note of the answer about the next piece; set it aside where smaller pieces may bring a better one."""
        piece, number = self.next_piece, len(self.heard)
        assert piece
        smaller = piece.halves() if piece.halves and _is_to_be_asked_again(exchange.answer, piece) else ()
        if len(smaller) > 1:
            # Of doubted answers there is one more try; an answer that was cut off fits at some size.
            is_second_try = exchange.answer.finish_reason != "length"
            self.pieces[number : number + 1] = [
                replace(each, extent=replace(each.extent, is_second_try=is_second_try, overlaps=overlaps))
                for each, overlaps in zip(smaller, _overlaps(piece, smaller), strict=True)
            ]
        self.asked.append(replace(exchange, extent=piece.extent, is_set_aside=len(smaller) > 1))

    def joined(self) -> Exchange:
        """What was heard, as one exchange, with all warnings. Judges the answers again, so call it in a thread."""
        heard = self.heard
        answers = [each.answer for each in heard]
        warnings = (*(told for each in answers for told in each.warnings), *self.about_the_file, *self._warnings())
        if len(self.asked) == 1:
            return replace(heard[0], answer=replace(answers[0], warnings=warnings))
        texts = ["" if each.is_filtered else each.text for each in answers]
        answer = ChatAnswer(
            text=_joined_text(texts, [piece.extent for piece in self.pieces]),
            model=answers[-1].model,
            finish_reason=_finish_reason(answers),
            usage=None,
            request_id=answers[-1].request_id,
            tier=answers[-1].tier,
            seconds=0,
            warnings=warnings,
            segments=self._segments(),
            language=next((each.language for each in answers if each.language), None),
        )
        return Exchange(heard[-1].deployment, heard[-1].prompt, answer, parts=tuple(self.asked))

    def _segments(self) -> tuple[Segment, ...]:
        """What was said when; none where a piece has words without times."""
        answers = [each.answer for each in self.heard]
        if not all(each.segments or each.is_withheld for each in answers):
            return ()
        extents = [piece.extent for piece in self.pieces]
        return join_segments(
            [
                SegmentsOfPiece(() if answer.is_filtered else answer.segments, extent.start or 0, extent.overlaps)
                for answer, extent in zip(answers, extents, strict=True)
            ]
        )

    def _warnings(self) -> Iterator[str]:
        """A sentence for each piece whose answer is not to be relied on, and one on speakers."""
        if sum(any(said.speaker for said in each.answer.segments) for each in self.heard) > 1:
            yield SPEAKERS_OF_PARTS
        for piece, exchange in zip(self.pieces, self.heard, strict=False):
            if exchange.answer.is_filtered:
                yield f"{piece.extent.told} have no text: the service's content filter held the answer back."
            elif exchange.answer.finish_reason == "length" and len(self.pieces) > 1:
                yield f"The answer about {piece.extent.told.lower()} was cut off at the recipe's maxOutputTokens."
            elif doubt := _doubt_about(exchange.answer, piece):
                yield f"{piece.extent.told}: {doubt.sentence}"


def _overlaps(piece: Piece, smaller: Sequence[Piece]) -> list[bool]:
    """Whether each of the smaller pieces begins with what was heard before: the first where the piece itself did."""
    return [piece.extent.overlaps, *(each.extent.overlaps for each in smaller[1:])]


def _doubt_about(answer: ChatAnswer, piece: Piece) -> Doubt | None:
    if piece.speech_seconds is None or piece.extent.start is None or piece.extent.end is None:
        return None
    return doubts(answer.text, piece.extent.end - piece.extent.start, piece.speech_seconds)


def _is_to_be_asked_again(answer: ChatAnswer, piece: Piece) -> bool:
    if answer.is_filtered:
        return False
    is_doubted = not piece.extent.is_second_try and _doubt_about(answer, piece) is not None
    return answer.finish_reason == "length" or is_doubted


def _joined_text(texts: Sequence[str], extents: Sequence[Extent]) -> str:
    if extents[0].first_page is not None:
        return join_pages([(extent.pages, text) for extent, text in zip(extents, texts, strict=True)])
    return join(texts, [extent.overlaps for extent in extents[1:]])


def _finish_reason(answers: Sequence[ChatAnswer]) -> str | None:
    """Why the joined answer ended: held back only if every part was, cut off if one was."""
    reasons = {each.finish_reason for each in answers if not each.is_filtered}
    if not reasons:
        return "content_filter"
    return "length" if "length" in reasons else next(iter(sorted(reasons, key=str)))
