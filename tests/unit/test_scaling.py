"""docs/scaling.md says what bench/results/scaling.json says, and that is what the code reckons with."""

from dataclasses import asdict

import pytest

from bench import listing
from bench import scaling_sums as sums
from bench.scaling_page import PAGE, Found, found, page, words
from bench.simulation.kinds import KINDS
from bench.simulation.limits import ASSUMED, PUBLISHED
from shared.adapters.storage.listing import PAGE_BLOBS
from shared.recovery.reconciler import MAX_SECONDS

RESULTS = found()
TEXT = PAGE.read_text(encoding="utf-8")


def test_the_tables_of_the_page_are_those_of_the_results() -> None:
    assert page(TEXT, RESULTS) == TEXT


def test_every_result_has_its_table() -> None:
    shown = {
        line.removeprefix("<!-- scaling: ").removesuffix(" -->") for line in TEXT.splitlines() if "scaling: " in line
    }
    assert shown == RESULTS.keys() - {"machine", "ranges", "kinds", "slots"}


@pytest.mark.parametrize("said", list(words(RESULTS)))
def test_the_sentences_of_the_page_hold_the_figures_of_the_results(said: str) -> None:
    assert said in " ".join(TEXT.split())


def test_the_results_rest_on_the_figures_and_recipes_of_today() -> None:
    assert RESULTS["published"] == {name: asdict(figure) for name, figure in PUBLISHED.items()}
    assert RESULTS["assumed"] == {name: asdict(figure) for name, figure in ASSUMED.items()}
    assert RESULTS["kinds"] == [asdict(kind) for kind in KINDS]


def test_the_figures_follow_from_the_measured_costs() -> None:
    costs, calls = RESULTS["costs"], RESULTS["slots"]["calls"]
    assert costs == {name: middle for name, (_, middle, _) in RESULTS["ranges"].items()}
    again: Found = {
        "quota": sums.quota(),
        "fill": sums.fill(calls),
        "limits": sums.limits(costs, calls),
    }
    assert again == {name: RESULTS[name] for name in again}


def test_the_simulated_reconciler_took_as_many_runs_as_are_reckoned() -> None:
    for row in RESULTS["listing"]:
        blob_ms = RESULTS["costs"]["blob_cpu_ms"]
        assert row["runs"] == pytest.approx(sums.runs(row["files"], blob_ms), rel=0.02, abs=0)
        assert row["quarter_runs"] == pytest.approx(sums.runs(row["files"], 4 * blob_ms), rel=0.02, abs=1)


async def test_the_simulated_reconciler_finds_a_lost_event_when_it_has_looked_at_all_files_once_more() -> None:
    page_seconds = MAX_SECONDS / 15
    figures = await listing.look(30 * PAGE_BLOBS, 1000 * page_seconds / PAGE_BLOBS)
    assert figures["runs"] == pytest.approx(4, abs=1)
    assert figures["requests"] == pytest.approx(60, abs=figures["runs"])
    assert figures["found_h"] * 3600 == pytest.approx(figures["runs"] * listing.EVERY, abs=400)
