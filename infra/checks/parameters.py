"""The parameters listen to azd's own names and to `DROPSCRIBE_...` alone.

The compiler hears the whole shell in which azd runs (azd's cli/azd/pkg/exec/command_runner.go), where people export
`AZURE_INFERENCE_ENDPOINT`, `AZURE_CLIENT_ID` and the like for other ends: such a name must not change what is deployed.
"""

import re
from collections.abc import Iterator
from pathlib import Path

AZDS_OWN = ("AZURE_ENV_NAME", "AZURE_LOCATION", "AZURE_PRINCIPAL_ID")
"""What azd sets itself whenever it compiles parameters (its cli/azd/pkg/infra/provisioning/bicep)."""

OURS = "DROPSCRIBE_"
_READ = re.compile(r"\breadEnvironmentVariable\(\s*(?:'(?P<name>[^'\\$]*)'\s*[,)])?")
_USING = re.compile(r"^using '[^']+'", re.MULTILINE)


def problems(root: Path) -> list[str]:
    """Names of variables that are somebody else's, and parameters that cannot be read."""
    files = sorted((root / "infra").glob("*.bicepparam"))
    if not files:
        return ["infra/ holds no .bicepparam: nothing tells azd what to deploy with."]
    return [problem for file in files for problem in _problems(file)]


def _problems(file: Path) -> Iterator[str]:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        yield f"infra/{file.name} cannot be read: {error}"
        return
    if not _USING.search(text):
        yield f"infra/{file.name} names no template (`using '...'`), so nothing in it was checked."
        return
    if "externalInput(" in text:
        yield f"infra/{file.name} asks with externalInput(), of which not all is told: use readEnvironmentVariable()."
    for found in _READ.finditer(text):
        where = f"infra/{file.name}, line {text.count(chr(10), 0, found.start()) + 1}"
        if found["name"] is None:
            yield f"{where}: the name of a variable must stand there as plain text."
        elif not found["name"].startswith(OURS) and found["name"] not in AZDS_OWN:
            yield f"{where}: {found['name']} may stand in anybody's shell: call it {OURS}..."
