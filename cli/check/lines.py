"""What was found out about a file, in lines for people."""

from collections import Counter
from collections.abc import Iterator, Sequence

from cli.check.checked import Checked, Model, Request
from cli.terminal import one_line
from shared.media import InputFile, Media
from shared.models import MediaPart, Piece

MAX_PIECES = 20
"""How many pieces get a line of their own."""


def lines_of(checked: Checked) -> list[str]:
    """A block of lines, each harmless: the file's name, and below it what is known."""
    told = [f"  {label:<10}{one_line(said)}" for label, said in _told(checked)]
    return [one_line(checked.file.name), *told]


def _told(checked: Checked) -> Iterator[tuple[str, str]]:
    yield "file", _file(checked.file, checked.media)
    if checked.selection:
        inputs = ", ".join(f"{name}={value}" for name, value in checked.selection.inputs.items())
        yield "recipe", checked.selection.recipe.name + (f" ({inputs})" if inputs else "")
    if checked.model:
        yield "model", _model(checked.model)
    if checked.model and checked.request:
        yield "sent as", _sent_as(checked.model, checked.request)
        yield from _pieces(checked.request)
        yield "tokens", _tokens(checked.request)
        yield "price", _price(checked.request)
    for warning in checked.warnings:
        yield "warning", warning
    if checked.error:
        yield "refused", f"{checked.error.message} ({checked.error.code})"
        yield "to do", checked.error.next_step


def _file(file: InputFile, media: Media | None) -> str:
    parts = [media.media_type] if media else []
    if media and media.pixels:
        parts.append(_pixels(media.pixels))
    if media and media.pages is not None and not (media.pages == 1 and media.pixels):
        parts.append("1 page" if media.pages == 1 else f"{media.pages} pages")
    if media and media.seconds is not None:
        parts.append(f"{media.seconds:g} seconds")
    if media and media.speech_seconds is not None:
        parts.append(f"{media.speech_seconds:g} of them speech")
    return ", ".join([*parts, size(file.size)])


def _model(model: Model) -> str:
    later = model.later.name if model.later else model.first.name
    names = model.first.name if later == model.first.name else f"{model.first.name}, then {later}"
    return f"{names}, in the tier {model.tier}" if model.tier else names


def _sent_as(model: Model, request: Request) -> str:
    if not request.is_converted:
        return "it lies, by its address" if model.sent_as == "url" else "it lies, in the request"
    return _contents([part for piece in request.pieces for part in piece.media])


def _pieces(request: Request) -> Iterator[tuple[str, str]]:
    if len(request.pieces) == 1 and request.pieces[0].extent.first_page is None:
        return
    for number, piece in enumerate(request.pieces[:MAX_PIECES], start=1):
        yield f"piece {number}", _piece(piece)
    if (left := len(request.pieces) - MAX_PIECES) > 0:
        yield "", f"and {left} more, which --json lists"


def _piece(piece: Piece) -> str:
    speech = "" if piece.speech_seconds is None else f"{piece.speech_seconds:.1f} seconds of speech, "
    return f"{piece.extent.told}, {speech}{size(sum(part.source.size for part in piece.media))}"


def _contents(parts: Sequence[MediaPart]) -> str:
    """What is made of a file, such as `1 JPEG of 2048 x 1536, 310 kB`."""
    formats = Counter(part.media.format.upper() for part in parts)
    counts = " and ".join(f"{count} {format_}" for format_, count in formats.items())
    pixels = parts[0].media.pixels if len(parts) == 1 else None
    of_pixels = f" of {_pixels(pixels)}" if pixels else ""
    return f"{counts}{of_pixels}, {size(sum(part.source.size for part in parts))}"


def _tokens(request: Request) -> str:
    """The estimate to two figures: it is no better."""
    requests = "1 request" if request.count == 1 else f"{request.count} requests"
    return f"about {float(f'{request.tokens:.2g}'):,.0f}, in {requests}"


def _price(request: Request) -> str:
    """The estimate to two figures: it is no better."""
    if request.cost is None:
        return "unknown (`dropscribe models` says of which model; MODEL_PRICES sets it)"
    dollars = f"{float(f'{request.cost.rounded:.2g}'):f}".rstrip("0").rstrip(".")
    return f"about ${dollars}, an estimate by the prices of {request.cost.prices}"


def _pixels(pixels: tuple[int, int]) -> str:
    return f"{pixels[0]} x {pixels[1]}"


def size(count: int) -> str:
    """So many bytes, for people."""
    for unit, bytes_ in (("GB", 1e9), ("MB", 1e6)):
        if count >= bytes_:
            return f"{count / bytes_:.1f} {unit}"
    return f"{count / 1e3:.0f} kB" if count >= 1e4 else f"{count} bytes"
