"""`python -m tests.integration.loading APP`: load an app with the official worker library, and print its functions."""

import asyncio
import json
import sys
from pathlib import Path

from local.host.worker import AppNotLoadedError, Worker

if __name__ == "__main__":
    try:
        functions = asyncio.run(Worker(Path(sys.argv[1]), None).load())
    except AppNotLoadedError as error:
        sys.exit(str(error))
    print(json.dumps([[function.name, *function.bindings] for function in functions]))  # noqa: T201 - who started it reads that
