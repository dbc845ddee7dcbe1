"""What can be reckoned without a simulation: from quotas, prices and limits, and from what was measured."""

import json
import math
from pathlib import Path
from typing import Any

from bench.listing import EVERY, looked
from bench.simulation.app import DAY
from bench.simulation.kinds import KINDS, PICTURE
from bench.simulation.limits import CORES, PUBLISHED
from bench.simulation.served import PHI
from bench.under_load.plan import Load
from shared.recovery.reconciler import MAX_SECONDS

RESULTS = Path(__file__).parent / "results"
RUNS_A_MONTH = 2_880
KEPT_DAYS = 7

type Row = dict[str, Any]


def quota() -> list[Row]:
    """What so many files a day ask of a quota, spread evenly over the day."""
    return [
        {
            "kind": kind.name,
            "files_a_day": files,
            "requests": round(files / 1440, 1),
            "used": round(files / 1440 * kind.used),
            "counted": round(files / 1440 * kind.counted),
            "default_quotas": math.ceil(files / 1440 / PHI.a_minute(kind)),
        }
        for kind in KINDS
        for files in (1_000, 100_000, 1_000_000, 5_000_000)
    ]


def fill(calls: float) -> list[Row]:
    """How many instances keep the default quota busy, each with so many calls under way."""
    rows = []
    for kind in KINDS:
        rate = PHI.a_minute(kind)
        rows.append(
            {
                "kind": kind.name,
                "files_a_minute": round(rate),
                "files_a_day": round(rate * 1440),
                "calls": round(rate / 60 * kind.seconds, 1),
                "instances": math.ceil(rate / 60 * kind.seconds / calls),
            }
        )
    return rows


def memory(costs: Row, paces: dict[int, float]) -> list[Row]:
    """What the size of an instance allows, and what its time costs for a million pictures.

    `paces` are the pictures that one instance does in a day, by its `maxDegreeOfParallelism`.
    """
    a_file = json.loads((RESULTS / "inline.json").read_text())["ours"]["16"]["peak_mb"] / 16
    load = json.loads((RESULTS / "load.json").read_text())
    worker = load["peak_mb"] / (Load.workers + 1)  # and the timer's
    return [
        {
            "memory_mb": size,
            "cores": cores,
            "worker_mb": round(worker),
            "file_mb": round(a_file, 1),
            "by_memory": round((size - worker) / a_file),
            "by_cpu": round(cores / costs["file_cpu_s"] * PICTURE.seconds),
            **{f"dollars_{slots}": round(_dollars_a_million(size, a_day), 1) for slots, a_day in paces.items()},
        }
        for size, cores in CORES.items()
    ]


def _dollars_a_million(memory_mb: int, files_a_day: float) -> float:
    gb_seconds = DAY * memory_mb / 1024 / files_a_day
    return gb_seconds * 1e6 * PUBLISHED["gb_second"].value + PUBLISHED["executions"].value


def limits(costs: Row, calls: float) -> list[Row]:
    """What share of each limit so many pictures a day take at their peak, twice the mean; files are kept for a week."""
    rows = []
    for files in (1_000, 10_000, 100_000, 1_000_000, 5_000_000):
        a_second = 2 * files / DAY
        instances = math.ceil(a_second * PICTURE.seconds / calls)
        shares = {
            "tokens": a_second * 60 * PICTURE.counted / PHI.tokens_a_minute,
            "requests": a_second * 60 / PHI.requests_a_minute,
            "calls": a_second * PICTURE.seconds / PHI.calls_at_once,
            "listing": runs(KEPT_DAYS * files, costs["blob_cpu_ms"]) * EVERY / DAY,
            "cores": instances * CORES[2048] / PUBLISHED["cores"].value,
            "storage": a_second * costs["file_requests"] / PUBLISHED["account_requests"].value,
            "queue": a_second * 3 / PUBLISHED["queue_messages"].value,
        }
        rows.append({"files_a_day": files, "instances": instances, **{k: round(v, 4) for k, v in shares.items()}})
    return rows


def runs(files: float, blob_ms: float) -> int:
    """How many runs of the reconciler look at so many files and their documents."""
    return max(1, math.ceil(files * 2 * blob_ms / 1000 / MAX_SECONDS))


def listing(costs: Row) -> list[Row]:
    """What the reconciler takes, by the files that lie in the containers with their documents."""
    rows = []
    for files in (10_000, 100_000, 1_000_000, 10_000_000):
        whole, quarter = (looked(files, costs["blob_cpu_ms"] / cores) for cores in (CORES[2048], CORES[512]))
        rows.append(
            {
                "files": files,
                "runs": whole["runs"],
                "run_s": round(whole["run_s"]),
                "found_h": round(whole["found_h"], 1),
                "quarter_runs": quarter["runs"],
                "quarter_found_h": round(quarter["found_h"], 1),
                "mb": round(max(whole["mb"], quarter["mb"]), 1),
                "own_cpu_s": round(whole["cpu_s"]),
                "requests": whole["requests"],
                "dollars": round(RUNS_A_MONTH * whole["requests"] / whole["runs"] / 1e4 * PUBLISHED["lists"].value, 2),
            }
        )
    return rows
