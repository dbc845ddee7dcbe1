"""What of `docs/scaling.md` is made of figures: its tables, and the words of its sentences that hold one."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.scaling_sums import RESULTS
from shared.recovery.reconciler import MAX_SECONDS

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "scaling.md"
TABLE = re.compile(r"(?<=<!-- scaling: )(\w+)( -->\n).*?(?=<!-- /scaling -->)", re.DOTALL)

type Found = dict[str, Any]

COLUMNS = {
    "quota": {
        "Kind": "kind",
        "Files a day": "files_a_day",
        "Requests a minute": "requests",
        "Tokens used": "used",
        "Tokens counted": "counted",
        "Default quotas": "default_quotas",
    },
    "fill": {
        "Kind": "kind",
        "Files a minute": "files_a_minute",
        "Files a day": "files_a_day",
        "Calls at once": "calls",
        "Instances": "instances",
    },
    "too_many": {
        "`maximumInstanceCount`": "max_instances",
        "Minutes": "minutes",
        "429s a file": "refused",
        "Runs a file": "executions",
        "Instances": "instances",
        "Calls on each": "calls",
        "$ a million": "dollars_a_million",
    },
    "bulk": {
        "Files": "files",
        "Default quotas": "quotas",
        "`maximumInstanceCount`": "max_instances",
        "Least minutes": "least_minutes",
        "Minutes": "minutes",
        "Median wait": "median_minutes",
        "Runs a file": "executions",
    },
    "starving": {"Way": "way", "Median wait, minutes": "median_minutes", "Longest": "max_minutes"},
    "peak": {
        "Quota / mean": "share",
        "Median wait, minutes": "median_minutes",
        "95% wait less than": "p95_minutes",
        "Longest": "max_minutes",
    },
    "memory": {
        "MB": "memory_mb",
        "Cores": "cores",
        "Files by memory": "by_memory",
        "Calls by CPU": "by_cpu",
        "$ a million, 16 at once": "dollars_16",
        "64 at once": "dollars_64",
    },
    "listing": {
        "Files": "files",
        "Runs": "runs",
        "Seconds of a run": "run_s",
        "Found after, hours": "found_h",
        "Runs on a quarter of a core (512 MB)": "quarter_runs",
        "Found after, hours (512 MB)": "quarter_found_h",
        "MB": "mb",
        "$ a month": "dollars",
    },
}
"""The tables that show rows as they are: what stands above a column, and the field that is in it."""

LIMITS = {
    "listing": "Listing",
    "tokens": "Tokens",
    "requests": "Requests",
    "calls": "Calls at once",
    "cores": "Cores",
    "queue": "Queue",
    "storage": "Storage",
}

COSTS = {
    "file_cpu_s": "seconds of CPU time of the app for a picture of 300 kB",
    "file_requests": "requests for it, one of them to the model",
    "blob_cpu_ms": "ms of CPU time for each blob in the reconciler's listings",
    "blob_azurite_ms": "ms for it with Azurite's own time",
    "overdue_azurite_ms": "ms for each overdue file that the reconciler looks into, on Azurite",
    "listing_stall_ms": "ms without a turn of the event loop while they are read, at most; no collection of all memory",
}


def found() -> Found:
    """What `make scaling` wrote last."""
    read: Found = json.loads((RESULTS / "scaling.json").read_text(encoding="utf-8"))
    return read


def page(text: str, found: Found) -> str:
    """The page with every table made anew."""
    return TABLE.sub(lambda place: f"{place[1]}{place[2]}{table(place[1], found)}\n", text)


def table(name: str, found: Found) -> str:
    """One of the tables, in Markdown."""
    head, *lines = _lines(name, found)
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in (head, ["---"] * len(head), *lines))


def _lines(name: str, found: Found) -> Iterator[Sequence[object]]:
    if name in COLUMNS:
        yield list(COLUMNS[name])
        yield from ([row[key] for key in COLUMNS[name].values()] for row in found[name])
    elif name == "published":
        yield ["Figure", "What", "Source"]
        yield from ([each["value"], each["what"], each["source"]] for each in found[name].values())
    elif name == "assumed":
        yield ["Figure", "What"]
        yield from ([each["value"], each["what"]] for each in found[name].values())
    elif name == "costs":
        yield ["Median", "Lowest", "Highest", "What"]
        for key, what in COSTS.items():
            low, middle, high = found["ranges"][key]
            yield [middle, low, high, what]
    elif name == "one_instance":
        yield from _by_slots(found[name])
    else:
        yield ["Pictures a day", "Instances", *LIMITS.values()]
        yield from ([row["files_a_day"], row["instances"], *_shares(row)] for row in found[name])


def _by_slots(rows: Sequence[Found]) -> Iterator[Sequence[object]]:
    yield ["A call takes", *(f"{slots} at once" for slots in sorted({row["at_once"] for row in rows}))]
    for seconds in sorted({row["seconds"] for row in rows}):
        yield [f"{seconds} s", *(row["files_a_day"] for row in rows if row["seconds"] == seconds)]


def _shares(row: Found) -> Iterable[str]:
    """The share of each limit; the largest stands out."""
    largest = max(row[name] for name in LIMITS)
    for name in LIMITS:
        share = f"{row[name]:.0%}" if row[name] >= 0.005 else "< 1%"
        yield f"**{share}**" if row[name] == largest else share


def _cell(value: object) -> str:
    if not isinstance(value, int | float):
        return str(value)
    if 0 < value < 0.001:
        return f"{value:f}"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def words(found: Found) -> Iterator[str]:
    """What the sentences of the page must say."""
    machine, costs, rows = found["machine"], found["costs"], found["too_many"]
    yield f"{machine['cores']} shared cores ({machine['processor']}), Python {machine['python']}"
    yield f"about {found['slots']['calls']:.0f} calls"
    speech = found["kinds"][-1]
    yield f"counts for {speech['counted']:,} tokens and uses about {speech['used']:,}"
    yield f"at most {max(row['instances'] for row in found['fill'])} instances"
    fed, many = rows[1], rows[-1]
    yield f"cost {many['dollars_a_million'] / fed['dollars_a_million']:.1f} times as much"
    yield f"each file is run {many['executions']:g} times"
    memory = found["memory"][0]
    yield f"{memory['worker_mb']} MB"
    yield f"{memory['file_mb']:g} MB for each file"
    files = MAX_SECONDS / (2 * costs["blob_cpu_ms"] / 1000)
    yield f"some {_about(files)} files on one core and {_about(files / 4)} on a quarter"
    many = found["listing"][-1]
    yield f"{many['files']:,} files it takes {many['runs']} runs"
    yield f"{many['found_h']:.1f} hours, and {many['quarter_found_h']:.1f} on a quarter of a core"
    yield f"{many['mb']:g} MB"
    yield f"waits {costs['listing_stall_ms']:.0f} ms at most"


def _about(value: float) -> str:
    """To two digits."""
    return f"{float(f'{value:.2g}'):,.0f}"


def main() -> None:
    """Write the tables, and say what the sentences do not."""
    text = page(PAGE.read_text(encoding="utf-8"), found())
    PAGE.write_text(text, encoding="utf-8")
    flowing = " ".join(text.split())
    for missing in (each for each in words(found()) if each not in flowing):
        print(f"docs/scaling.md no longer says “{missing}”: put its sentence right.")


if __name__ == "__main__":
    main()
