"""Which stage of the path a request is, told from its method and its address."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from aiohttp import web

from shared.adapters.storage.clients import CHUNK_BYTES

CONTAINERS = ("input", "output", "state")
QUEUES = ("later", "events", "events-poison", "heard", "heard-poison", "due", "due-poison")
"""Files wait in `later`; to `due` they are passed on when their time has come, and the host takes them from there.

`events` is the host's own queue, into which its webhook puts events; `heard` is ours, into which Event Grid puts them.
"""
TAKEN_FROM = {"event": "events", "hear": "heard", "resume": "due"}
"""The stages at which a host takes a message, and from which queue."""


@dataclass(frozen=True)
class Places:
    """Containers and queues of a test's own.

    `is_heard` is whether the event of the file comes into our own queue, `is_in_pieces` whether it has several pages.
    """

    run: str = field(default_factory=lambda: uuid.uuid4().hex[:12])
    is_heard: bool = False
    is_in_pieces: bool = False

    @property
    def events(self) -> str:
        """The queue into which events come: the one for the other way is not there."""
        return "heard" if self.is_heard else "events"

    @property
    def hosts_queues(self) -> tuple[str, ...]:
        """Those that the host listens to."""
        return self.events, f"{self.events}-poison", "due", "due-poison"

    @property
    def queues(self) -> tuple[str, ...]:
        """Those that are there."""
        return "later", *self.hosts_queues

    def __getitem__(self, kind: str) -> str:
        """The name of one."""
        return f"{self.run}-{kind}"

    def kind_of(self, path: str) -> str:
        """Which of them an address leads to; "" if none. The pauses stand apart from the records of files."""
        _, _, place, *rest = [*path.split("/"), "", ""]
        if place == self["state"] and rest[0] == "pauses":
            return "pauses"
        return next((kind for kind in (*CONTAINERS, *QUEUES) if self[kind] == place), "")

    def stage_of(self, request: web.Request) -> str:
        """The stage; "" for what is none, such as the host's putting away of a message."""
        if request.path.startswith("/models"):
            return "model"
        if request.path.endswith("/audio/transcriptions"):
            return "speech"
        if request.query.get("comp") == "userdelegationkey":
            return "sign"
        stages = {
            ("GET", "events"): "event",
            ("GET", "heard"): "hear",
            ("GET", "due"): "resume",
            ("HEAD", "input"): "look",
            ("HEAD", "output"): "find",
            ("GET", "input"): _stage_of_reading(request),
            ("GET", "state"): "recall",
            ("PUT", "state"): "claim",
            ("PUT", "output"): "write" if request.path.endswith(".json") else "beside",
            ("DELETE", "state"): "clear",
            ("POST", "later"): "pass on" if self.is_heard else "send",
        }
        return stages.get((request.method, self.kind_of(request.path)), "")

    def stage_after(self, request: web.Request, earlier: Sequence[str]) -> str:
        """The stage of a request that came after those of `earlier` stages: the second call of a model is a `piece`."""
        stage = self.stage_of(request)
        is_second = stage == "model" and sum(each in ("model", "piece") for each in earlier) == 1
        return "piece" if is_second and self.is_in_pieces else stage


def _stage_of_reading(request: web.Request) -> str:
    """Files are loaded whatever version they are; the content for the model is read chunk by chunk."""
    if "If-Match" not in request.headers:
        return "load"
    start = int(request.headers.get("x-ms-range", "bytes=0").removeprefix("bytes=").partition("-")[0])
    return "validate" if start % CHUNK_BYTES else "read"
