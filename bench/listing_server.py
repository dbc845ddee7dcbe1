"""A storage that only lists, for `bench.inbox`: Azurite takes hours to be filled with 200,000 blobs, one after another.

It answers List Blobs as Azurite does (the same elements in the same order, pages of 5,000 in the order of names, a
marker to the next one), takes what `local.inbox` sets up, and has nothing else: each other request is answered 404.
"""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from xml.sax.saxutils import escape

from aiohttp import web

from local.storage import ACCOUNT

PAGE = 5000
FILES_A_FOLDER = 2000
NEWEST = datetime(2026, 11, 26, 10, tzinfo=UTC)
SECONDS_BETWEEN = 30
ALLOWED = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, PUT, POST, DELETE",
    "Access-Control-Expose-Headers": "*",
    "Access-Control-Max-Age": "3600",
}


class ListingServer:
    """A storage account with so many files in `input`, and a document for each in `output`."""

    def __init__(self, files: int) -> None:
        self._files = files
        self._runner: web.AppRunner | None = None

    async def start(self) -> str:
        """Listen on a free port of this machine; its address, for blobs and queues, is returned."""
        app = web.Application()
        app.router.add_route("*", f"/{ACCOUNT}/{{container:.*}}", self._answer)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Listen no more."""
        if self._runner:
            await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        if request.method == "OPTIONS":
            return web.Response(headers=ALLOWED)
        if request.query.get("comp") == "list":
            return self._page(request)
        if request.method == "PUT" and request.query.get("comp") == "properties":
            return web.Response(status=202)
        is_queue = request.method == "PUT" and "comp" not in request.query
        missing = {**ALLOWED, "x-ms-error-code": "BlobNotFound"}
        return web.Response(status=201) if is_queue else web.Response(status=404, headers=missing)

    def _page(self, request: web.Request) -> web.Response:
        container = request.match_info["container"]
        first = int(request.query.get("marker") or 0)
        last = min(self._files, first + int(request.query.get("maxresults") or PAGE))
        blob = _file if container == "input" else _document
        blobs = "".join(blob(number) for number in range(first, last))
        marker = f"<NextMarker>{last}</NextMarker>" if last < self._files else "<NextMarker/>"
        text = (
            f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><EnumerationResults ContainerName="{container}">'
            f"<Prefix/><Marker/><MaxResults>{PAGE}</MaxResults><Delimiter/><Blobs>{blobs}</Blobs>{marker}"
            "</EnumerationResults>"
        )
        return web.Response(text=text, content_type="application/xml", headers=ALLOWED)


def _file(number: int) -> str:
    return _blob(_name(number), "image/png", number, {})


def _document(number: int) -> str:
    is_error = number % 20 == 0
    told = (
        {"status": "error", "code": "too_long"}
        if is_error
        else {"status": "ok", "tokens": str(number % 3000), "cost": "0.000123"}
    )
    labels = {"input_etag": _etag(number), "recipe": "describe", "kind": "image", "models": "phi-4"}
    return _blob(f"{_name(number)}.json", "application/json", number, {**labels, "written_by": "0" * 32, **told})


def _name(number: int) -> str:
    return f"folder {number // FILES_A_FOLDER:03}/file {number:07}.png"


def _etag(number: int) -> str:
    return f"0x{number + 0x22A39CDAA160FC0:X}"


def _blob(name: str, media_type: str, number: int, labels: dict[str, str]) -> str:
    # The names are in one order, the days in another, as in storage: so new rows come from everywhere.
    at = format_datetime(NEWEST - timedelta(seconds=number * 7919 % 100_003 * SECONDS_BETWEEN), usegmt=True)
    metadata = "".join(f"<{key}>{escape(value)}</{key}>" for key, value in labels.items())
    return (
        f"<Blob><Name>{escape(name)}</Name><Properties><Creation-Time>{at}</Creation-Time>"
        f"<Last-Modified>{at}</Last-Modified><Etag>{_etag(number)}</Etag><Content-Length>2</Content-Length>"
        f"<Content-Type>{media_type}</Content-Type><Content-MD5>mZFLkyvTelC5g8XnyQrpOw==</Content-MD5>"
        "<BlobType>BlockBlob</BlobType><LeaseStatus>unlocked</LeaseStatus><LeaseState>available</LeaseState>"
        "<ServerEncrypted>true</ServerEncrypted><AccessTier>Hot</AccessTier>"
        f"<AccessTierInferred>true</AccessTierInferred><AccessTierChangeTime>{at}</AccessTierChangeTime></Properties>"
        + (f"<Metadata>{metadata}</Metadata>" if metadata else "<Metadata/>")
        + "</Blob>"
    )
