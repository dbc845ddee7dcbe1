"""That models retire is said once a day."""

import json
import logging
from datetime import UTC, datetime

import pytest

from shared.recovery import tell_retirements
from tests.unit.fakes import deployed


def told(now: datetime, caplog: pytest.LogCaptureFixture) -> list[tuple[int, str, int]]:
    with caplog.at_level(logging.INFO):
        tell_retirements([deployed("Phi-4-multimodal-instruct"), deployed("our-own")], now)
    lines = [(record.levelno, json.loads(record.message)) for record in caplog.records]
    return [(level, line["model"], line["days_left"]) for level, line in lines]


@pytest.mark.parametrize(
    ("day", "level", "days_left"),
    [(17, logging.INFO, 61), (18, logging.WARNING, 60)],
)
def test_a_model_whose_end_is_known_is_told_of_with_the_days_that_are_left(
    day: int, level: int, days_left: int, caplog: pytest.LogCaptureFixture
) -> None:
    midnight = datetime(2026, 11, day, 0, 14, 59, tzinfo=UTC)
    assert told(midnight, caplog) == [(level, "Phi-4-multimodal-instruct", days_left)]


@pytest.mark.parametrize(("hour", "minute"), [(0, 15), (1, 0), (23, 59)])
def test_later_runs_of_a_day_tell_it_no_more(hour: int, minute: int, caplog: pytest.LogCaptureFixture) -> None:
    assert told(datetime(2026, 11, 18, hour, minute, tzinfo=UTC), caplog) == []
