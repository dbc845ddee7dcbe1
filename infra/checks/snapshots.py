"""The deployments in infra/snapshots are what the templates make of their parameters today.

`python scripts/dev.py snapshots` writes them anew, after a change that was meant; then look at the difference.
"""

import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from infra.checks.tools import Said, compiler, run

# A snapshot holds the ids of resources, so it must always be evaluated for the same place.
SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
LOCATION = "eastus2"
GROUP = "rg-app"

_USING = re.compile(r"^using '([^']+)'", re.MULTILINE)
_FOR_A_SUBSCRIPTION = re.compile(r"^targetScope = 'subscription'", re.MULTILINE)


def problems(root: Path) -> list[str]:
    """Deployments that came out otherwise than their snapshot says, or could not be evaluated.

    Raises:
        ToolMissing: there is no compiler.
    """
    folder, bicep = root / "infra" / "snapshots", compiler()
    parameters = sorted(folder.glob("*.bicepparam"))
    if not parameters:
        return ["infra/snapshots holds no .bicepparam: no deployment is evaluated."]
    with ThreadPoolExecutor(max_workers=2) as threads:
        said = list(threads.map(lambda file: _snapshot(bicep, file, "validate"), parameters))
    orphans = {_snapshot_of(file) for file in parameters} ^ set(folder.glob("*.snapshot.json"))
    return [
        *(_sentence(file, each) for file, each in zip(parameters, said, strict=True) if each.code or each.all),
        *(f"infra/snapshots/{file.name}: one of the pair, parameters and snapshot, is missing." for file in orphans),
    ]


def _snapshot(bicep: str, parameters: Path, mode: str) -> Said:
    place = ["--subscription-id", SUBSCRIPTION, "--location", LOCATION]
    if not _is_for_a_subscription(parameters):
        place += ["--resource-group", GROUP]
    return run(bicep, "snapshot", parameters, "--mode", mode, *place)


def _is_for_a_subscription(parameters: Path) -> bool:
    """Whether the template that is used says so; of such a one the compiler takes no resource group."""
    used = _USING.search(parameters.read_text(encoding="utf-8"))
    template = parameters.parent / used[1] if used else parameters
    return template.is_file() and bool(_FOR_A_SUBSCRIPTION.search(template.read_text(encoding="utf-8")))


def _snapshot_of(parameters: Path) -> Path:
    return parameters.with_name(f"{parameters.stem}.snapshot.json")


def _sentence(parameters: Path, said: Said) -> str:
    return (
        f"infra/snapshots/{parameters.name}: comes out otherwise than its snapshot, or not at all. If that is meant, "
        f"run `python scripts/dev.py snapshots`.\n{said.errors}\n{said.output}".strip()
    )


def main() -> int:
    """Write all snapshots anew."""
    bicep, failed = compiler(), 0
    for parameters in sorted((Path.cwd() / "infra" / "snapshots").glob("*.bicepparam")):
        said = _snapshot(bicep, parameters, "overwrite")
        print(f"{parameters.name}: {said.errors if said.code else 'written'}")
        failed |= said.code
    return failed


if __name__ == "__main__":
    sys.exit(main())
