"""What it takes to draw pictures and pages: ours, and bare Pillow in a process of its own; what of that is work.

`python -m bench.pictures` prints the table and writes `bench/results/pictures.json`. Bare Pillow makes the same
pictures by the same short cuts, without asking whether they fit. The peak is that of the process that draws, above one
that draws a picture of one pixel; a decoded pixel is counted as four bytes, which Pillow holds.
"""

import asyncio
import importlib
import io
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
RESULTS = Path(__file__).parent / "results" / "pictures.json"
ROUNDS = 5
SIZE, MAX_SIDE = (4032, 3024), 2048
A4 = (1654, 2339)
PIXELS = {"jpeg": SIZE, "heic": SIZE, "png": SIZE, "page": A4, "pages": A4}
MAX_RATIO, MAX_SHARE = 1.2, 4.0
FIGURES = ("ms", "cpu_ms", "peak_mb", "inside_ms")

_OPENED = "from PIL import Image, ImageOps; image = Image.open(sys.stdin.buffer, formats=('{name}',))"
_TURNED = "image = ImageOps.exif_transpose(image); image.save(out, 'JPEG', quality=90)"
_HALVED = _OPENED + "; image = image.convert('RGB').reduce(2); " + _TURNED
_PAGES = (
    f"import pypdfium2; document = pypdfium2.PdfDocument(sys.stdin.buffer); scale = ({MAX_SIDE} - 0.01) / 842\n"
    "for page in document: page.render(scale=scale).to_pil().convert('L').save(out, 'PNG')"
)
BARE = {
    "jpeg": _OPENED.format(name="JPEG") + "; image.draft('RGB', (2016, 1512)); " + _TURNED,
    "png": _HALVED.format(name="PNG"),
    "heic": "import pi_heif; pi_heif.register_heif_opener(thumbnails=False); " + _HALVED.format(name="HEIF"),
    "page": _PAGES,
    "pages": _PAGES,
}
"""The least that does the work, for one who knows what the file is: that half the size is near, that print is grey."""
_BEFORE = "import sys, time; sys.path[:] = {path!r}; out = open(1, 'wb', closefd=False)\n"


def made() -> dict[str, bytes]:
    """The files: photographs of 12 megapixels, one of them turned, and pages of print."""
    photograph = _photograph()
    exif = Image.Exif()
    exif[0x0112] = 6
    page = _printed()
    files = {
        "jpeg": _saved(photograph, "JPEG", exif=exif, quality=90),
        "png": _saved(photograph, "PNG", compress_level=1),
        "page": pdf(page, 1),
        "pages": pdf(page, 20),
    }
    try:
        heif: Any = importlib.import_module("tests.corpus.writers.heif")
    except ModuleNotFoundError:  # the corpora know how a HEIC is written
        return files
    return {**files, "heic": heif.heif([heif.coded(photograph)])}


def _photograph() -> Image.Image:
    """Shapes and a little noise, as cameras see the world."""
    chance = random.Random(12)  # noqa: S311 - the same picture each time
    image = Image.effect_noise(SIZE, 12).convert("RGB")
    draw = ImageDraw.Draw(image)
    for _ in range(300):
        x, y, r = chance.randrange(SIZE[0]), chance.randrange(SIZE[1]), chance.randrange(40, 400)
        draw.ellipse((x - r, y - r, x + r, y + r), fill=tuple(chance.randbytes(3)))
    return Image.blend(image, Image.effect_noise(SIZE, 40).convert("RGB"), 0.15)


def _printed() -> bytes:
    """Sixty lines of 8-point print."""
    line = b"(The quick brown fox jumps over the lazy dog, and 42 more of its kind follow it.) Tj T*\n"
    return b"BT /F 8 Tf 12 TL 50 790 Td\n" + line * 60 + b"ET"


def pdf(content: bytes, pages: int) -> bytes:
    """A PDF without a table of its objects: readers look for them."""
    kids = b" ".join(b"%d 0 R" % (5 + each) for each in range(pages))
    shown = b"/MediaBox [0 0 595 842] /Contents 3 0 R /Resources <</Font <</F 4 0 R>>>>"
    page = b"%d 0 obj <</Type /Page /Parent 2 0 R " + shown + b">> endobj\n"
    return (
        b"%PDF-1.7\n1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj\n"
        + b"2 0 obj <</Type /Pages /Count %d /Kids [%b]>> endobj\n" % (pages, kids)
        + b"3 0 obj <</Length %d>> stream\n%b\nendstream endobj\n" % (len(content), content)
        + b"4 0 obj <</Type /Font /Subtype /Type1 /BaseFont /Helvetica>> endobj\n"
        + b"".join(page % (5 + each) for each in range(pages))
        + b"trailer <</Root 1 0 R>>\n%%EOF\n"
    )


def _saved(image: Image.Image, form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def ours(case: str, file: Path) -> dict[str, float]:
    """Through `draw`, as the app calls it."""
    from shared.conversion.pictures import PictureLimits, PictureTarget, draw
    from shared.conversion.process import ProcessLimits
    from shared.conversion.temporary import nameless_file

    target = PictureTarget(("jpeg", "png"), 20_000_000, MAX_SIDE)
    limits = PictureLimits(50_000_000, 50, ProcessLimits())
    format_ = "pdf" if case.startswith("page") else case

    async def run() -> None:
        with file.open("rb", buffering=0) as content, nameless_file() as into:
            await draw(content, format_, target, limits, into)

    started = time.perf_counter()
    asyncio.run(run())
    return {"ms": (time.perf_counter() - started) * 1000}


def bare(case: str, file: Path) -> dict[str, float]:
    """A program of a few lines."""
    timed = "began = time.perf_counter()\n{work}\nprint((time.perf_counter() - began) * 1000, file=sys.stderr)"
    path = [each for each in sys.path if each]
    code = _BEFORE.format(path=path) + timed.format(work=BARE[case])
    started = time.perf_counter()
    with file.open("rb") as content, tempfile.TemporaryFile() as out:
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", code], stdin=content, stdout=out, stderr=subprocess.PIPE, check=True
        )
    return {"ms": (time.perf_counter() - started) * 1000, "inside_ms": float(done.stderr)}


WAYS: dict[str, Callable[[str, Path], dict[str, float]]] = {"ours": ours, "bare": bare}


def one(way: str, case: str, file: Path) -> dict[str, float]:
    """Draw once; what it took, and the largest process that was waited for."""
    figures = WAYS[way](case, file)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {**figures, "cpu_ms": (used.ru_utime + used.ru_stime) * 1000, "peak_mb": used.ru_maxrss / 1024}


def measured(folder: Path) -> dict[str, dict[str, dict[str, float]]]:
    """The least of several rounds, in each of which both ways have their turn: others may use the machine too."""
    files = {**made(), "nothing": _saved(Image.new("RGB", (1, 1)), "PNG")}
    for name, content in files.items():
        (folder / name).write_bytes(content)
    results: dict[str, dict[str, dict[str, float]]] = {}
    floor = min(_run("ours", "png", folder / "nothing")["peak_mb"] for _ in range(3))
    for case in [name for name in files if name in PIXELS]:
        print(f"  {case}", file=sys.stderr, flush=True)
        rounds: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
        for way in [*WAYS] * ROUNDS:
            rounds[way].append(_run(way, case, folder / case))
        results[case] = {way: _least(each) for way, each in rounds.items()}
        held = PIXELS[case][0] * PIXELS[case][1] * 4 / 2**20
        results[case]["ours"]["peak_share"] = round((results[case]["ours"]["peak_mb"] - floor) / held, 2)
    return results


def _least(rounds: list[dict[str, float]]) -> dict[str, float]:
    names = [name for name in FIGURES if name in rounds[0]]
    return {name: round(min(each[name] for each in rounds), 1) for name in names}


def _run(way: str, case: str, file: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.pictures", way, case, str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def judged(results: dict[str, dict[str, dict[str, float]]]) -> Iterator[tuple[str, float, float]]:
    """Each target: what it is about, what was reached, and the limit."""
    for case, ways in results.items():
        yield f"{case}: CPU, ours / bare", round(ways["ours"]["cpu_ms"] / ways["bare"]["cpu_ms"], 2), MAX_RATIO
        yield f"{case}: peak / decoded pixels", ways["ours"]["peak_share"], MAX_SHARE


def main() -> None:
    """Measure, print, and write the results."""
    with tempfile.TemporaryDirectory() as folder:
        results = measured(Path(folder))
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    console, table = (
        Console(width=110),
        Table("file", "way", "ms", "CPU, ms", "peak of the process, MB", "ms in a running process"),
    )
    for case, ways in results.items():
        for way, own in ways.items():
            table.add_row(case, way, *(f"{own[name]:g}" if name in own else "" for name in FIGURES))
    console.print(table)
    targets = Table("target", "reached", "at most", "")
    for what, reached, limit in judged(results):
        targets.add_row(what, f"{reached:g}", f"{limit:g}", "ok" if reached <= limit else "[bold]MISSED[/]")
    console.print(targets)


if __name__ == "__main__":
    if sys.argv[1:]:
        print(json.dumps(one(sys.argv[1], sys.argv[2], Path(sys.argv[3]))))
    else:
        main()
