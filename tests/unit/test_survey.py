from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from shared.recovery.scan import ReservoirSample, Waiting
from tests.unit.fakes import START as NOW


@given(added=st.integers(0, 50), most=st.integers(1, 20), seed=st.integers())
def test_a_lot_holds_as_many_as_it_may_and_nobody_twice(added: int, most: int, seed: int) -> None:
    lot = ReservoirSample(most, Random(seed))
    for number in range(added):
        lot.add(Waiting(str(number), "etag", NOW))
    assert len(lot.drawn) == len(set(lot.drawn)) == min(added, most)


def test_a_lot_gives_each_the_same_chance() -> None:
    drawn = Counter[str]()
    for seed in range(2_000):
        lot = ReservoirSample(2, Random(seed))
        for name in "abcdefgh":
            lot.add(Waiting(name, "etag", NOW))
        drawn.update(file.name for file in lot.drawn)
    assert all(400 < times < 600 for times in drawn.values()), drawn  # a quarter of 2,000, give or take five deviations
