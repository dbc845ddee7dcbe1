"""`python -m infra.checks [NAME...]`: run all checks, or those named, and say what they found."""

import importlib
import pkgutil
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import infra.checks
from infra.checks import ToolMissing

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Result:
    """What a check found, and how long it took."""

    name: str
    seconds: float
    problems: list[str]
    missing: str = ""

    @property
    def outcome(self) -> str:
        """In a word or two."""
        if self.missing:
            return "no tool"
        return f"{len(self.problems)} problems" if self.problems else "ok"


def checks() -> dict[str, Callable[[Path], list[str]]]:
    """Every module of this package that finds problems."""
    modules = {each.name: importlib.import_module(f"infra.checks.{each.name}") for each in _modules()}
    return {name: module.problems for name, module in modules.items() if hasattr(module, "problems")}


def _modules() -> list[pkgutil.ModuleInfo]:
    return [each for each in pkgutil.iter_modules(infra.checks.__path__) if not each.name.startswith("_")]


def result(name: str, check: Callable[[Path], list[str]]) -> Result:
    """Run one."""
    started = time.monotonic()
    try:
        found, missing = check(ROOT), ""
    except ToolMissing as error:
        found, missing = [], str(error)
    return Result(name, time.monotonic() - started, found, missing)


def main(names: list[str]) -> int:
    """Run them two at a time, print a line for each, and fail if one found something or could not look."""
    chosen = {name: check for name, check in checks().items() if not names or name in names}
    if not chosen or set(names) - set(chosen):
        print(f"The checks are: {', '.join(checks())}", file=sys.stderr)
        return 2
    with ThreadPoolExecutor(max_workers=2) as threads:
        results = list(threads.map(result, chosen, chosen.values()))
    for each in results:
        print(f"{each.name:10} {each.seconds:5.1f} s  {each.outcome}")
    for each in results:
        for sentence in (*each.problems, *filter(None, [each.missing])):
            print(f"\n{each.name}: {sentence}", file=sys.stderr)
    return int(any(each.problems or each.missing for each in results))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
