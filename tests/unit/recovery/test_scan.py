from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from shared.media.files import ListedFile
from shared.recovery.scan import ReservoirSample
from tests.unit.fakes import START as NOW


@given(added=st.integers(0, 50), max_files=st.integers(1, 20), seed=st.integers())
def test_a_reservoir_sample_holds_as_many_as_it_may_and_nobody_twice(added: int, max_files: int, seed: int) -> None:
    sample = ReservoirSample(max_files, Random(seed))
    for number in range(added):
        sample.add(ListedFile(str(number), "etag", NOW))
    assert len(sample.drawn) == len(set(sample.drawn)) == min(added, max_files)


def test_a_reservoir_sample_gives_each_the_same_chance() -> None:
    drawn = Counter[str]()
    for seed in range(2_000):
        sample = ReservoirSample(2, Random(seed))
        for name in "abcdefgh":
            sample.add(ListedFile(name, "etag", NOW))
        drawn.update(file.name for file in sample.drawn)
    assert all(400 < times < 600 for times in drawn.values()), drawn  # a quarter of 2,000, give or take five deviations
