"""What can be reckoned without a simulation: from quotas, prices and limits, and from what was measured."""

import json
import math
from pathlib import Path
from typing import Any

from bench.simulation.app import DAY
from bench.simulation.kinds import KINDS, PICTURE
from bench.simulation.limits import CORES, PUBLISHED
from bench.simulation.served import PHI
from bench.under_load.plan import Load

RESULTS = Path(__file__).parent / "results"
HOST_SECONDS = 600  # `functionTimeout` in host.json
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
            "listing": KEPT_DAYS * files * 2 * costs["blob_cpu_ms"] / 1000 / HOST_SECONDS,
            "cores": instances * CORES[2048] / PUBLISHED["cores"].value,
            "storage": a_second * costs["file_requests"] / PUBLISHED["account_requests"].value,
            "queue": a_second * 3 / PUBLISHED["queue_messages"].value,
        }
        rows.append({"files_a_day": files, "instances": instances, **{k: round(v, 4) for k, v in shares.items()}})
    return rows


def listing(costs: Row) -> list[Row]:
    """What a look of the reconciler takes, by the files that lie in the containers."""
    return [
        {
            "files": files,
            "core_seconds": round(files * 2 * costs["blob_cpu_ms"] / 1000),
            "quarter_core_seconds": round(files * 2 * costs["blob_cpu_ms"] / 1000 / CORES[512]),
            "mb": round(files / 1e6 * costs["look_mb_a_million"]),
        }
        for files in (10_000, 100_000, 500_000, 1_000_000, 5_000_000)
    ]
