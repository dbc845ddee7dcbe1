"""The inbox in a real browser, over real storage and a real worker; web/tests/browser says what happens."""

import asyncio
import os
import shutil
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from local.inbox import is_built
from local.stack import running
from tests.integration.command import model_at
from tests.integration.loopback import service

WEB = Path(__file__).parents[2] / "web"
PLAYWRIGHT = WEB / "node_modules" / "@playwright" / "test" / "cli.js"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
CHOSEN = {"first": ["--grep", "@first"], "all": [], "picture": ["picture.spec.ts"]}
"""Which of the tests in the browser: `make test` runs the first of each kind, `python3 scripts/dev.py web test` all, or
those whose names hold the words that follow."""

needs_a_browser = pytest.mark.skipif(
    not (CHROMIUM and PLAYWRIGHT.exists() and is_built()),
    reason="Needs Chromium (Debian: apt-get install chromium), and then: python3 scripts/dev.py web check",
)


@needs_a_browser
@pytest.mark.usefixtures("forked_hosts")
async def test_people_can_do_in_a_browser_what_the_inbox_is_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    which = os.environ.get("INBOX_TESTS", "first")
    words = ["--grep", wanted] if (wanted := os.environ.get("INBOX_TESTS_NAMED")) else []
    async with AsyncExitStack() as exits:
        if which == "first":  # no word of the answer is looked at, and the offline model takes seconds to start
            for name, value in model_at((await exits.enter_async_context(service())).url).items():
                monkeypatch.setenv(name, value)
        stack = await exits.enter_async_context(running(tmp_path / "logs", with_inbox=True))
        pictures = str(WEB.parent / "docs") if which == "picture" else ""
        environ = {"PICTURES": pictures, "INBOX": stack.inbox, "INBOX_STORAGE": stack.storage, "CHROMIUM": CHROMIUM}
        process = await asyncio.create_subprocess_exec(
            *("node", str(PLAYWRIGHT), "test", "--output", str(tmp_path / "results"), *CHOSEN[which], *words),
            cwd=WEB,
            env={**os.environ, **{name: value for name, value in environ.items() if value}},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate()
    sys.stdout.write(said.decode(errors="replace"))
    assert process.returncode == 0, said.decode(errors="replace")[-8000:]
