"""What a listing shows of a document."""

import pytest

from shared.adapters.storage.labels import labels_of
from tests.unit.results.test_events import about

USAGE = {"prompt_tokens": 77, "completion_tokens": 7, "total_tokens": 84}
RECIPE = {"name": "reçu", "digest": "sha256:0", "inputs": {}}
MODEL = {"deployment": "phi-4", "name": None, "api": "models", "sent_as": "inline", "request_id": None}


def test_the_listing_of_documents_shows_what_a_file_cost_and_how_it_ended() -> None:
    labels = labels_of(about("a.png", usage=USAGE, model=MODEL, warnings=["One.", "Two."]))
    expected = {"input_etag": "1", "status": "error", "code": "damaged_media", "models": "phi-4", "tokens": "84"}
    assert labels == {**expected, "warnings": "2"}


@pytest.mark.parametrize("total", [-1, 2**53 + 1, 10**4000, None], ids=lambda total: f"{total}"[:8])
def test_a_number_of_tokens_that_can_be_none_is_not_shown(total: int | None) -> None:
    assert "tokens" not in labels_of(about("a.png", model=MODEL, usage={**USAGE, "total_tokens": total}))


def test_what_no_header_can_hold_is_quoted_in_the_name_of_a_model_and_else_not_shown() -> None:
    labels = labels_of(about("a.png", model={**MODEL, "deployment": "mödel\r\nx"}, recipe=RECIPE))
    assert labels["models"] == "m%C3%B6del%0D%0Ax"
    assert "recipe" not in labels
