"""From one file to millions a day: what limits first, asked of a simulation and of what was measured.

`make scaling` writes `bench/results/scaling.json` and the tables of `docs/scaling.md`; some minutes.
"""

import json
import logging
import os
import platform
from dataclasses import asdict, replace
from pathlib import Path

from bench import scaling_sums as sums
from bench import storage_costs
from bench.scaling_sums import RESULTS, Row
from bench.simulation.app import DAY, Figures, SimulatedApp, Size, daily, dropped, place, run_to_end, steadily
from bench.simulation.fleet import QUEUE_SLOTS
from bench.simulation.kinds import KINDS, PICTURE, SPEECH
from bench.simulation.limits import ASSUMED, PUBLISHED
from bench.simulation.served import PHI, Kind, Quota

ROOT = Path(__file__).resolve().parent.parent
SEED = 1


def one_instance() -> list[Row]:
    """How many files a day one instance does, where neither quota nor CPU time limit it."""
    return [
        {"seconds": seconds, "at_once": slots, **_saturated(Kind("file", seconds), Size(1, slots))}
        for seconds in (2, 5, 20, 60)
        for slots in (16, 32, 64)
    ]


def _saturated(kind: Kind, size: Size) -> Row:
    """The pace of instances that never lack work, once they have found it."""
    warm, window = 5 * kind.seconds + 60, max(600, 20 * kind.seconds)  # over before the reconciler finds them late
    clock, service, random = place({kind.deployment: Quota()}, SEED)
    app = SimulatedApp(clock, service, size, random)
    app.expect(kind, (0 for _ in range(round(size.at_once * (warm + window) / kind.seconds))), "file")
    clock.run(warm, lambda: False)
    before = service.answered
    clock.run(warm + window, lambda: False)
    a_day = (service.answered - before) * DAY / window
    return {"files_a_day": round(a_day), "calls": round(a_day / DAY * kind.seconds, 1)}


def too_many() -> list[Row]:
    """What instances cost that the quota cannot feed."""
    rows = []
    for instances in (1, 2, 4, 10, 40, 100):
        figures = dropped(PICTURE, 4_000, PHI, Size(instances), SEED)
        rows.append({"max_instances": instances, **_told(figures)})
    return rows


def _told(figures: Figures) -> Row:
    a_file = 1 / figures.files
    return {
        "files": figures.files,
        "minutes": round(figures.seconds / 60, 1),
        "refused": round(figures.refused * a_file, 2),
        "executions": round(figures.executions * a_file, 1),
        "instances": figures.instances,
        "calls": round(figures.used, 1),
        "dollars_a_million": round(figures.dollars * a_file * 1e6),
        "median_minutes": round(figures.waits[0] / 60, 1),
        "max_minutes": round(figures.waits[2] / 60, 1),
    }


def bulk() -> list[Row]:
    """How long a drop takes, with as many instances as fill the quota, and with ten times both."""
    more = replace(PHI, tokens_a_minute=10 * PHI.tokens_a_minute, requests_a_minute=10 * PHI.requests_a_minute)
    rows = []
    for files, allowed, instances, times in ((1_000, PHI, 2, 1), (10_000, PHI, 2, 1), (100_000, more, 20, 10)):
        figures = dropped(PICTURE, files, allowed, Size(instances), SEED)
        least = files / allowed.a_minute(PICTURE)
        rows.append({"quotas": times, "max_instances": instances, "least_minutes": round(least, 1), **_told(figures)})
    return rows


def starving() -> list[Row]:
    """How long a picture waits that comes while ten thousand recordings are being worked off."""
    own = replace(PICTURE, deployment="image")
    return [
        {"way": "one app, one deployment", **_beside(PICTURE, apps=1)},
        {"way": "one app, a deployment for pictures (alias `IMAGE`)", **_beside(own, apps=1)},
        {"way": "an app and a deployment for each", **_beside(own, apps=2)},
    ]


def _beside(picture: Kind, apps: int) -> Row:
    quotas = {SPEECH.deployment: PHI, "image": PHI}
    clock, service, random = place(quotas, SEED)
    all_apps = [SimulatedApp(clock, service, Size(1), random) for _ in range(apps)]
    all_apps[0].expect(SPEECH, (0 for _ in range(10_000)), "bulk")
    all_apps[-1].expect(picture, (600 + each for each in steadily(180, 3600, random)), "picture")
    run_to_end(clock, *all_apps)
    waits = sorted(all_apps[-1].storage.waits_in("picture"))
    return {"median_minutes": round(waits[90] / 60, 1), "max_minutes": round(waits[-1] / 60, 1)}


def peak() -> list[Row]:
    """How long files wait when twice as many come at noon as on average, and none at midnight."""
    files, rows = 30_000, []
    for in_ten_seconds in (4, 5, 6, 7):
        allowed = Quota(requests_a_minute=6 * in_ten_seconds)
        clock, service, random = place({PICTURE.deployment: allowed}, SEED)
        app = SimulatedApp(clock, service, Size(1), random)
        app.expect(PICTURE, daily(files, 1, random), "day")
        run_to_end(clock, app)
        share = in_ten_seconds * DAY / 10 / files
        waits = (round(wait / 60, 1) for wait in app.figures().waits)
        rows.append({"share": round(share, 2), **dict(zip(WAITS, waits, strict=True))})
    return rows


WAITS = ("median_minutes", "p95_minutes", "max_minutes")


def results(costs: Row) -> Row:
    """Everything, by its questions."""
    alone = one_instance()
    calls = next(row["calls"] for row in alone if (row["seconds"], row["at_once"]) == (5, 16))
    paces = {slots: _saturated(PICTURE, Size(1, slots))["files_a_day"] for slots in (16, 64)}
    return {
        "costs": costs,
        "published": {name: asdict(figure) for name, figure in PUBLISHED.items()},
        "assumed": {name: asdict(figure) for name, figure in ASSUMED.items()},
        "kinds": [asdict(kind) for kind in KINDS],
        "slots": {"blobs": 16, "deferred": QUEUE_SLOTS.limit, "calls": calls},
        "one_instance": alone,
        "quota": sums.quota(),
        "fill": sums.fill(calls),
        "too_many": too_many(),
        "bulk": bulk(),
        "starving": starving(),
        "peak": peak(),
        "memory": sums.memory(costs, paces),
        "limits": sums.limits(costs, calls),
        "listing": sums.listing(costs),
    }


def main() -> None:
    """Measure, simulate, and write it all down."""
    logging.getLogger("dropscribe").setLevel(logging.CRITICAL)  # its lines are about files that are not there
    ranges = storage_costs.measured()
    print(f"Measured: {ranges}", flush=True)
    costs = {name: middle for name, (_, middle, _) in ranges.items()}
    machine = {"cores": os.cpu_count(), "processor": _processor(), "python": platform.python_version()}
    found = {"machine": machine, "ranges": ranges, **results(costs)}
    path = RESULTS / "scaling.json"
    path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"Written: {path.relative_to(ROOT)}")


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())


if __name__ == "__main__":
    main()
