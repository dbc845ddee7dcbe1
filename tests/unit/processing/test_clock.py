from datetime import UTC, datetime, timedelta

import pytest

from shared.processing.clock import ServerClock

HOUR, SECOND, A_MOMENT = timedelta(hours=1), timedelta(seconds=1), timedelta(milliseconds=100)


@pytest.mark.parametrize("off", [-HOUR, HOUR])
def test_a_clock_that_is_hours_off_is_put_right_by_the_first_answer(off: timedelta) -> None:
    clock = ServerClock()
    clock.observe(datetime.now(UTC) + off)
    assert abs(clock.now() - datetime.now(UTC) - off) <= SECOND + A_MOMENT


def test_a_clock_that_is_right_is_not_moved_by_a_date_of_whole_seconds() -> None:
    clock = ServerClock()
    for tenths in range(10):
        clock.observe(datetime.now(UTC) - timedelta(milliseconds=100 * tenths))
    assert abs(clock.now() - datetime.now(UTC)) < A_MOMENT
