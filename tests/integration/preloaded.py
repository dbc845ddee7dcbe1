"""The process from which others are forked: there is one, and what it has imported need not be imported again.

A list of modules for it takes the place of the one before, so there is one list here for all who fork.
"""

import multiprocessing
from typing import Any

CAN_FORK = "forkserver" in multiprocessing.get_all_start_methods()  # not on Windows, where each starts afresh
CONTEXT: Any = multiprocessing.get_context("forkserver" if CAN_FORK else "spawn")

_COMMANDS = (
    "aiohttp.web",
    "jinja2",
    "jsonschema",
    "local.stack",
    "pydantic.main",
    "rich.progress",
    "typer.main",
    "yaml",
)
"""What the commands need. Those of ours that look at the environment, or hold what is on the terminal, are not here."""
_WORKERS = ("tests.integration.triggers", "azure.ai.inference.aio")

CONTEXT.set_forkserver_preload([*_COMMANDS, *_WORKERS])
