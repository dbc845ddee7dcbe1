"""`dropscribe usage` over a listing of many documents, which a server on this machine makes up.

Writes results/usage.json. `python -m bench.usage [DOCUMENTS]`; some twenty seconds for 100,000.
"""

import asyncio
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

from aiohttp import web

ROOT = Path(__file__).resolve().parent.parent
RESULTS = Path(__file__).parent / "results" / "usage.json"
KEY = "bm90IGEgc2VjcmV0"
BLOB = (
    "<Blob><Name>receipts/2026/11/{n:09}-scan.jpg.json</Name><Properties><Creation-Time>Tue, 24 Nov 2026 10:00:00 GMT"
    "</Creation-Time><Last-Modified>Tue, 24 Nov 2026 {hour:02}:{minute:02}:{second:02} GMT</Last-Modified>"
    "<Etag>0x8DC{n:012X}</Etag><Content-Length>2345</Content-Length><Content-Type>application/json</Content-Type>"
    "<Content-Encoding />"
    "<Content-Language /><Content-CRC64 /><Content-MD5>aaaaaaaaaaaaaaaaaaaaaa==</Content-MD5><Cache-Control />"
    "<Content-Disposition /><BlobType>BlockBlob</BlobType><AccessTier>Hot</AccessTier><AccessTierInferred>true"
    "</AccessTierInferred><LeaseStatus>unlocked</LeaseStatus><LeaseState>available</LeaseState><ServerEncrypted>true"
    "</ServerEncrypted></Properties><Metadata><input_etag>0x8DC{n:012X}</input_etag><status>ok</status><recipe>receipt"
    "</recipe><kind>image</kind><models>gpt-6-luna</models><tokens>1234</tokens><cost>0.000321</cost><written_by>{n:032x}"
    "</written_by></Metadata><OrMetadata /></Blob>"
)
PAGE = 5_000


def listing(documents: int) -> web.Application:
    """A storage account with so many documents in any container."""

    async def page(request: web.Request) -> web.Response:
        start = int(request.query.get("marker") or 0)
        end = min(start + PAGE, documents)
        blobs = "".join(map(_blob, range(start, end)))
        marker = end if end < documents else ""
        body = f"<EnumerationResults><Blobs>{blobs}</Blobs><NextMarker>{marker}</NextMarker></EnumerationResults>"
        return web.Response(body=body.encode(), content_type="application/xml")

    app = web.Application()
    app.router.add_get("/{path:.*}", page)
    return app


def _blob(number: int) -> str:
    hour, minute, second = number // 3_600 % 24, number // 60 % 60, number % 60
    return BLOB.format(n=number, hour=hour, minute=minute, second=second)


async def measured(documents: int) -> dict[str, float]:
    """What the command took, in seconds and megabytes; the server's part is in the time, not in the CPU."""
    runner = web.AppRunner(listing(documents))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    places = ";".join(f"{kind}Endpoint=http://127.0.0.1:{port}/account" for kind in ("Blob", "Queue"))
    environ = {**os.environ, "MEDIA_STORAGE": f"AccountName=account;AccountKey={KEY};{places}"}
    started = time.monotonic()
    command = (sys.executable, "-m", "cli", "usage", "--json")
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=environ, stdout=subprocess.PIPE)
    out, _ = await process.communicate()
    seconds, used = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    await runner.cleanup()
    total = json.loads(out)["total"]
    assert (total["documents"], total["cost"]) == (documents, round(documents * 0.000321, 6)), total
    figures = {"seconds": seconds, "cpu_seconds": used.ru_utime + used.ru_stime, "mb": used.ru_maxrss / 1024}
    return {"documents": documents, **{name: round(figure, 1) for name, figure in figures.items()}}


if __name__ == "__main__":
    found = asyncio.run(measured(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
    RESULTS.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(found))
