"""Many files through several workers that are killed again and again, a model with a quota, and a long outage.

`make load FILES=N SEED=S` prints what became of them, by our way and by the naive one, and writes
`bench/results/load.json`.
"""

import asyncio
import itertools
import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from bench.under_load.invariants import INVARIANTS, Evidence
from bench.under_load.plan import Load
from bench.under_load.run import Figures, measured

RESULTS = Path(__file__).resolve().parent / "results" / "load.json"
CASES_TOLD = 3


def told(app: str, figures: Figures, seen: Evidence) -> str:
    """What became of the files of one app, for people."""
    lines = [f"{app}:"]
    lines += [f"  {name}: {value}" for name, value in asdict(figures).items() if name != "broken"]
    for name, invariant in INVARIANTS.items():
        times = figures.broken[name]
        lines.append(f"  {name} {'holds' if not times else f'is broken {times} times'}: {invariant.says}.")
        lines += [f"       {case}" for case in itertools.islice(invariant.broken_by(seen), CASES_TOLD)]
    return "\n".join(lines)


def main(files: int, seed: int) -> None:
    """Measure both ways, print both, and write them down."""
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        for app in ("ours", "naive"):
            load = Load(files, seed, both_ways=app == "ours")
            figures, seen = asyncio.run(measured(app, load, Path(folder) / app))
            print(told(app, figures, seen), flush=True)
            results[app] = asdict(figures)
    RESULTS.write_text(json.dumps({**results["ours"], "naive": results["naive"]}, indent=2) + "\n")
    print(f"Written: {RESULTS.relative_to(Path.cwd())}")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
