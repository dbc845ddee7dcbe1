"""The replies of a service that means harm, or is broken: what each of them is, byte for byte."""

import gzip
import json
from collections.abc import Callable, Iterator

OK = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
MEGABYTE = 1024 * 1024


_PIECE = b'{"choices": [{"index": 0, "delta": {"content": "word "}, "finish_reason": null}]}'


def _completion(content: str | list[dict[str, str]], **more: object) -> bytes:
    choice = {"finish_reason": "stop", "message": {"role": "assistant", "content": content}}
    return json.dumps({"model": "stub", "choices": [choice], "usage": {"total_tokens": 9}, **more}).encode()


def _refusal(message: str) -> bytes:
    return (
        b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n" + json.dumps({"error": {"message": message}}).encode()
    )


def _nested(depth: int) -> object:
    nested: object = 1
    for _ in range(depth):
        nested = {"a_details": nested}
    return nested


def _endless() -> Iterator[bytes]:
    yield OK + b"\r\n"
    while True:
        yield b" " * MEGABYTE


def _body(content: bytes) -> Iterator[bytes]:
    yield OK + b"\r\n" + content


def _zipped() -> Iterator[bytes]:
    yield OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(bytes(500 * MEGABYTE), 1)


CASES: dict[str, Callable[[], Iterator[bytes]]] = {
    "fine": lambda: _body(_completion("fine")),
    "gzip of 500 MB": _zipped,
    "blanks without end": _endless,
    "an answer of 1.9 MB": lambda: _body(_completion("word " * 380_000)),
    "data of 16 000 objects": lambda: _body(_completion(json.dumps({"items": [{"price": 1.5}] * 16_000}))),
    "data with 20 000 mistakes": lambda: _body(_completion('{"items": [' + "{}," * 20_000 + "{}]}")),
    "data of 60 000 numbers": lambda: _body(_completion('{"items": [' + "1," * 60_000 + "1]}")),
    "65 000 small values": lambda: _body(b'{"choices": [' + b"1," * 65_000 + b"1]}"),
    "a million small values": lambda: _body(b'{"choices": [' + b"[]," * 600_000 + b"[]]}"),
    "usage nested 500 deep": lambda: _body(_completion("fine", usage=_nested(500))),
    "an error text of 1.2 MB": lambda: iter([_refusal("max_tokens" * 120_000)]),
    "an error text of long runs": lambda: iter([_refusal("A" * 600_000 + "key=" * 100_000)]),
    "a thought without end": lambda: _body(_completion("<think>" + "</thin" * 300_000)),
    "an answer of 20 000 parts": lambda: _body(_completion([{"type": "text", "text": "a"}] * 20_000)),
    "usage of 50 000 names": lambda: _body(_completion("fine", usage={f"n{number}": 1 for number in range(50_000)})),
    "counts of 4 000 digits": lambda: _body(_completion("fine", usage={f"n{each}": 10**4000 for each in range(450)})),
    "a stream of 7 000 pieces": lambda: _body(b"data: " + b"\n\ndata: ".join([_PIECE] * 7_000) + b"\n\ndata: [DONE]"),
    "digits without end": lambda: _body(b'{"choices": [' + b"9" * MEGABYTE + b"]}"),
}
"""The bytes of each, piece by piece; some have no end."""
