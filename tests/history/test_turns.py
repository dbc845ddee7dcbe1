"""What the version before files came in pieces (commit `3c3e8ee`) kept of a conversation, in its own bytes."""

from pathlib import Path

from pydantic import TypeAdapter

from shared.models.exchange import Extent
from shared.processing.kept import KeptAnswers
from shared.results.result import Result
from tests.history.account import sample_of

KEPT = (Path(__file__).parent / "turns" / "kept.json").read_bytes()


def test_answers_that_were_kept_before_there_were_pieces_are_gone_on_with() -> None:
    kept = TypeAdapter(KeptAnswers).validate_json(KEPT)
    (exchange,) = kept.exchanges
    assert (exchange.answer.text, len(exchange.answers), exchange.extent) == ("Hola.", 2, Extent())
    assert (kept.about_pieces, kept.extents, kept.media, kept.sha256) == ((), (), None, "0" * 64)


def test_a_document_of_schema_1_is_read() -> None:
    stored = sample_of("answered")["documents"]["chart.png.json"]["content"]
    result = Result.model_validate_json(stored)
    assert result.answer
    assert (result.schema_version, result.answer.pieces, result.input.pages) == (1, [], None)
