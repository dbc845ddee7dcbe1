"""What the storage emulator says was asked of it: its own record of every write, by whichever process."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

_LINE = re.compile(r'"(?P<method>PUT|POST|DELETE|PATCH) /[^/ ]+/(?P<path>[^? ]+)\S* HTTP/1\.1" 2\d\d ')


@dataclass(frozen=True)
class Write:
    """A write that was done. `container` may be a queue; `name` is empty where the container itself was made."""

    method: str
    container: str
    name: str


def writes(log: Iterable[str]) -> Iterator[Write]:
    """The writes that succeeded, in their order.

    A write whose client was killed before the response came has no status and is not counted.
    """
    for line in log:
        found = _LINE.search(line)
        if found:
            container, _, name = unquote(found["path"]).partition("/")
            yield Write(found["method"], container, name)
