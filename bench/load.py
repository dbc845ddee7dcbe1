"""Many files through several workers that are killed again and again, a model with a quota, and a long outage.

`make load FILES=N SEED=S` prints what became of them, by our way and by the naive one, and writes
`bench/results/load.json`. With `BEFORE=COMMIT` half of the workers run that version of the app over the same files, and
nothing is written: it shows that the two can take over from each other while a new version is being deployed. That
version must know what is dropped here: since a50f6a4 there are TIFFs of three pages.
"""

import asyncio
import io
import itertools
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import asdict
from pathlib import Path

from bench.under_load.invariants import INVARIANTS, Evidence
from bench.under_load.plan import Load
from bench.under_load.run import Figures, measured

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench" / "results" / "load.json"
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


def two_ways(files: int, seed: int) -> int:
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
    return 0


def two_versions(files: int, seed: int, commit: str) -> int:
    """Let the version of that commit and this one work on the same files; return 1 if any invariant is broken."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        packed_commit = subprocess.check_output(["git", "archive", commit], cwd=ROOT)  # noqa: S607 - git is where it is
        with tarfile.open(fileobj=io.BytesIO(packed_commit)) as packed:
            packed.extractall(folder / "before", filter="data")
        figures, seen = asyncio.run(measured("ours", Load(files, seed), folder / "logs", folder / "before"))
    print(told(f"{commit} and what lies here", figures, seen))
    return int(any(figures.broken.values()))


if __name__ == "__main__":
    files, seed, before = int(sys.argv[1]), int(sys.argv[2]), os.environ.get("BEFORE")
    sys.exit(two_versions(files, seed, before) if before else two_ways(files, seed))
