"""Work that waits: a message for each file that is to be taken up later."""

import json
from datetime import datetime
from typing import Protocol

from pydantic import BaseModel, ConfigDict


class Job(BaseModel):
    """A file to be taken to its document, and what became of that so far. The body of a message.

    Attributes:
        attempt: how often a busy service turned it away.
        timeouts: how often the model did not answer in time; each may have been paid for.
        since: when it was first put off.
        poisoned: how often the host gave up on it.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    attempt: int = 0
    timeouts: int = 0
    since: datetime | None = None
    poisoned: int = 0


class Deferrals(Protocol):
    """The queue of work that waits. Any call may raise `StorageUnavailable`."""

    async def send(self, job: Job, seconds: float) -> None:
        """Let it be taken up after so many seconds."""
        ...


def job_of(message: str, input_container: str) -> tuple[str, Job]:
    """The container and the work in a message of one of the poison queues: the host's about a blob, or ours."""
    fields = json.loads(message)
    if "BlobName" in fields:
        return str(fields["ContainerName"]), Job(name=fields["BlobName"])
    return input_container, Job.model_validate(fields)
