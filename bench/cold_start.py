"""What a cold start costs with the package that is staged: as it is, not compiled, and with traces.

`DROPSCRIBE_TRACES=true python scripts/dev.py package`, then `python -m bench.cold_start` in `.venv`. Prints the CPU
time of each in milliseconds: until the app is loaded, and what the first file waits for.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.imports import SETTINGS

PACKAGE = Path(__file__).resolve().parent.parent / ".local" / "package"
LIBRARIES = PACKAGE / ".python_packages" / "lib" / "site-packages"
ROUNDS = 9
DISTRIBUTION = """
from azure.monitor.opentelemetry import configure_azure_monitor
configure_azure_monitor(connection_string="InstrumentationKey=00000000-0000-0000-0000-000000000000;"
    "IngestionEndpoint=http://127.0.0.1:9/;LiveEndpoint=http://127.0.0.1:9/")
"""
"""What the worker does before it loads an app, where PYTHON_APPLICATIONINSIGHTS_ENABLE_TELEMETRY is true."""
MEASURED = """
import os, resource, time
{before}
import function_app
loaded = time.process_time()
import azure.ai.inference.aio, opentelemetry.trace, prompty, filetype
print(loaded * 1000, (time.process_time() - loaded) * 1000, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000)
os._exit(0)  # without waiting for what the distribution would still send
"""
FIGURES = ("loaded_ms", "first_file_ms", "peak_mb")


def measured() -> dict[str, dict[str, float]]:
    """The medians of several processes by turns, after one that warms the disk."""
    with tempfile.TemporaryDirectory() as nothing:
        ways = {
            "as_staged": ("", {}),
            "not_compiled": ("", {"PYTHONPYCACHEPREFIX": nothing, "PYTHONDONTWRITEBYTECODE": "1"}),
            **({"with_traces": (DISTRIBUTION, {})} if (LIBRARIES / "azure" / "monitor").is_dir() else {}),
        }
        took: dict[str, list[list[float]]] = {name: [] for name in ways}
        for _ in range(ROUNDS + 1):
            for name, (before, environ) in ways.items():
                took[name].append(_run(MEASURED.format(before=before), environ))
    return {name: _medians(runs[1:]) for name, runs in took.items()}


def _medians(runs: list[list[float]]) -> dict[str, float]:
    return {name: round(statistics.median(run[place] for run in runs), 1) for place, name in enumerate(FIGURES)}


def _run(code: str, environ: dict[str, str]) -> list[float]:
    """In a Python that knows only the package, and sends nothing anywhere."""
    own = {"PYTHONPATH": os.pathsep.join([str(PACKAGE), str(LIBRARIES)])}
    quiet = {
        "APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL": "true",
        "OTEL_EXPERIMENTAL_RESOURCE_DETECTORS": "azure_functions",
    }
    done = subprocess.run(
        [sys.executable, "-S", "-P", "-c", code],
        env={**os.environ, **SETTINGS, **own, **quiet, **environ},
        cwd=PACKAGE,
        capture_output=True,
        text=True,
        check=True,
    )
    return [float(each) for each in done.stdout.split()[-3:]]


if __name__ == "__main__":
    print(json.dumps(measured(), indent=2))
