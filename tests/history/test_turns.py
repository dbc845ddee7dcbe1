"""What the version before files came in pieces (commit `3c3e8ee`) kept of a conversation, in its own bytes."""

from datetime import timedelta
from pathlib import Path

from pydantic import TypeAdapter

from shared.media.names import digest
from shared.models.exchange import Extent
from shared.processing.kept import KeptAnswers
from shared.results.result import Result
from tests.history.account import Account, sample_of
from tests.unit.fakes import PHI
from tests.unit.memory_app import CATALOG

TURNS = Path(__file__).parent / "turns"
KEPT, RECORD = (TURNS / "kept.json").read_text(), (TURNS / "record.json").read_text()
NAME = "translate/es/hello.mp3"
(RECIPE,) = (each for each in CATALOG if each.name == "translate")


def test_answers_that_were_kept_before_there_were_pieces_are_read() -> None:
    kept = TypeAdapter(KeptAnswers).validate_json(KEPT)
    (exchange,) = kept.exchanges
    assert (exchange.answer.text, len(exchange.answers), exchange.extent) == ("Hola.", 2, Extent())
    assert (kept.about_pieces, kept.extents, kept.media, kept.sha256) == ((), (), None, "0" * 64)


async def test_answers_that_were_kept_before_there_were_pieces_are_gone_on_with(account: Account) -> None:
    kept = KEPT.replace("sha256:1", RECIPE.digest).replace('"phi"', f'"{PHI}"')
    sample = {
        "recorded": "2026-11-26T03:30:40+00:00",
        "files": {NAME: "0x1"},
        "state": {digest(NAME): RECORD, f"answers/{digest(NAME)}": kept},
        "messages": [f'{{"name":"{NAME}"}}'],
        "documents": {},
    }
    await account.restore(sample, timedelta(days=2))
    await account.go_on(account.app(), [NAME])
    found = await account.files.read_result(NAME)
    assert found
    assert found.answer
    assert found.usage
    assert (found.answer.text, found.input.sha256, found.usage.total_tokens) == ("Hola.", "0" * 64, 20)
    assert (account.model.arrived, await account.left(), await account.sent()) == ([], [], [])


def test_a_document_of_schema_1_is_read() -> None:
    stored = sample_of("answered")["documents"]["chart.png.json"]["content"]
    result = Result.model_validate_json(stored)
    assert result.answer
    assert (result.schema_version, result.answer.pieces, result.input.pages) == (1, [], None)
