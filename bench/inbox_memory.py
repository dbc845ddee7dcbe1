"""What the inbox takes of memory, in a Chromium that nothing watches.

A browser's tools for developers keep the answers to all requests in the page's own process, and so does what drives a
browser through them: 200 MB of listings that no person's browser holds. Here nobody listens while the page lists.

Private memory is what is the process's own (`RssAnon` of Linux; Chromium's task manager shows the same as *memory
footprint*); resident memory counts the program of the browser too, some 110 MB that all its processes share.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from local.process import Child

LISTING_SECONDS = 60
"""After half a minute in which little happens, Chromium collects the garbage of a page."""
STARTING_SECONDS = 4
SCROLL = """(async () => {
    const list = document.querySelector('[role=grid]');
    for (let step = 0; step < 100; step += 1) {
        list.scrollTop += 2000;
        await new Promise(requestAnimationFrame);
    }
})()"""

type Megabytes = dict[str, int]
NOTHING: Megabytes = {"private": 0, "resident": 0}


async def memory_of(page: str, chromium: str, folder: Path) -> dict[str, Megabytes]:
    """Memory of the page's process: while it lists, a minute later, and after a scroll; and that of an empty page."""
    async with _browser(chromium, "about:blank", folder / "empty") as (process, _):
        await asyncio.sleep(STARTING_SECONDS)
        empty = _renderer(process)
    async with _browser(chromium, page, folder / "inbox") as (process, port):
        listing = await _peak(process, LISTING_SECONDS)
        rest = _renderer(process)
        await _scroll(port)
        scrolled = _renderer(process)
    return {"empty_page": empty, "while_listing_at_most": listing, "at_rest": rest, "after_scrolling": scrolled}


@asynccontextmanager
async def _browser(chromium: str, address: str, folder: Path) -> AsyncIterator[tuple[int, str]]:
    options = ["--headless=new", "--no-sandbox", "--no-first-run", "--disable-extensions", "--window-size=1280,800"]
    folder.mkdir()
    browser = await Child.start(
        "Chromium",
        [chromium, *options, "--remote-debugging-port=0", f"--user-data-dir={folder}", address],
        environ={},
        log=folder / "log",
        ready=[r"DevTools listening on ws://127.0.0.1:(?P<port>\d+)/"],
    )
    try:
        yield browser.pid, browser.said["port"]
    finally:
        await browser.kill()


async def _peak(process: int, seconds: int) -> Megabytes:
    peak = NOTHING
    for _ in range(seconds * 2):
        await asyncio.sleep(0.5)
        now = _renderer(process)
        peak = {name: max(peak[name], now[name]) for name in peak}
    return peak


def _renderer(process: int) -> Megabytes:
    """The largest of the browser's processes that show pages."""
    found = [_status(child) for child in _descendants(process)]
    return max(found, key=lambda each: each["private"], default=NOTHING)


def _descendants(process: int) -> list[int]:
    try:
        told = [(task / "children").read_text() for task in Path(f"/proc/{process}/task").iterdir()]
    except OSError:  # it ended meanwhile
        return []
    children = [int(each) for each in " ".join(told).split()]
    return [each for child in children for each in (child, *_descendants(child))]


def _status(process: int) -> Megabytes:
    try:
        is_renderer = b"--type=renderer" in Path(f"/proc/{process}/cmdline").read_bytes()
        told = Path(f"/proc/{process}/status").read_text()
    except OSError:  # it ended meanwhile
        return NOTHING
    kilobytes = {name: int(value) for name, value in re.findall(r"^(\w+):\s+(\d+) kB", told, re.MULTILINE)}
    if not is_renderer or "RssAnon" not in kilobytes:
        return NOTHING
    return {"private": kilobytes["RssAnon"] // 1000, "resident": kilobytes["VmRSS"] // 1000}


async def _scroll(port: str) -> None:
    async with aiohttp.ClientSession() as http:
        async with http.get(f"http://127.0.0.1:{port}/json/list") as answer:
            target = next(each for each in await answer.json() if each["type"] == "page")
        async with http.ws_connect(target["webSocketDebuggerUrl"]) as page:
            arguments = {"expression": SCROLL, "awaitPromise": True}
            await page.send_json({"id": 1, "method": "Runtime.evaluate", "params": arguments})
            await page.receive()
