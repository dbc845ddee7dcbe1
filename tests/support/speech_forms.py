"""Forms as they arrive, read by the letter of RFC 7578, what is in a recording, and refusals in the services' shape."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import Message

from tests.integration.loopback import Answer, Arrived


@dataclass(frozen=True)
class Said:
    """What somebody says in the recording; times in seconds."""

    start: float
    end: float
    speaker: str
    text: str

    @property
    def words(self) -> list[tuple[str, float, float]]:
        """Each word with its times, of equal length."""
        words = self.text.split()
        step = (self.end - self.start) / len(words)
        return [(word, self.start + step * n, self.start + step * (n + 1)) for n, word in enumerate(words)]


TWO_VOICES = (
    Said(0.0, 2.0, "A", "Good morning, everyone."),
    Said(2.5, 4.0, "B", "Good morning."),
    Said(4.0, 7.0, "A", "Shall we begin?"),
)


@dataclass
class Recorded:
    """What is in every recording; times in seconds."""

    said: Sequence[Said] = TWO_VOICES
    seconds: float = 7.5
    language: str = "en"

    @property
    def text(self) -> str:
        return " ".join(each.text for each in self.said)


class Refused(Exception):
    """What the service answers instead."""

    def __init__(self, status: int, code: str | None, message: str, param: str | None = None) -> None:
        super().__init__(message)
        error = {"code": code, "message": message, "param": param, "type": "invalid_request_error"}
        self.answer = Answer(status, {"error": error})


@dataclass(frozen=True)
class Part:
    """A field of a form."""

    name: str
    filename: str | None
    media_type: str | None
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode()


def parts_in(arrived: Arrived) -> Iterator[Part]:
    """The parts of a form, read by the letter of RFC 7578."""
    header = Message()
    header["Content-Type"] = arrived.headers.get("content-type", "")
    boundary = header.get_boundary()
    if header.get_content_type() != "multipart/form-data" or not boundary:
        raise Refused(415, None, "Send the request as multipart/form-data.")
    first, *parts, end = (b"\r\n" + arrived.body).split(f"\r\n--{boundary}".encode())
    if first or end != b"--\r\n" or not parts:
        raise Refused(400, None, "We could not parse the multipart form.")
    for part in parts:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        described = Message()
        for line in head.decode("ascii").split("\r\n"):
            name, _, value = line.partition(": ")
            described[name] = value
        field_name = described.get_param("name", header="content-disposition")
        yield Part(str(field_name), described.get_filename(), described["Content-Type"], content)


def require_length(arrived: Arrived) -> None:
    if "content-length" not in arrived.headers:
        raise Refused(411, None, "Length required.")


def require_key(arrived: Arrived, header: str) -> None:
    authorization = arrived.headers.get("authorization", "")
    if not arrived.headers.get(header) and not authorization.startswith("Bearer "):
        raise Refused(401, "401", "Access denied due to missing subscription key or wrong API endpoint.")
