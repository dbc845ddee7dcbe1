"""Work that waits: a message for each file that is to be taken up later."""

import functools
from datetime import datetime
from typing import Annotated, Protocol, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from shared.media.names import stored_name


class Job(BaseModel):
    """A file to be taken to its document, and what became of that so far. The body of a message.

    Attributes:
        name: of the file, as storage keeps it: two ways to write one name must not be two files.
        etag: of the version that all of this is about; another version begins anew.
        attempt: how often a busy service turned it away.
        timeouts: how often the model did not answer in time; each may have been paid for.
        since: when a busy or failing model first turned it away; None where something else kept it since.
        poisoned: how often the host gave up on it.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    name: Annotated[str, AfterValidator(stored_name)]
    etag: str | None = None
    attempt: int = 0
    timeouts: int = 0
    since: datetime | None = None
    poisoned: int = 0

    def about(self, etag: str) -> Self:
        """The same for this version, of which nothing is known yet if the job was about another."""
        known = self.etag in (None, etag)
        return self.model_copy(update={"etag": etag}) if known else type(self)(name=self.name, etag=etag)


class JobQueue(Protocol):
    """The queue of work that waits. Any call may raise `StorageUnavailable`."""

    async def send(self, job: Job, seconds: float) -> None:
        """Let it be taken up after so many seconds."""
        ...


class _BlobMessage(BaseModel):
    """What the host writes about a blob."""

    model_config = ConfigDict(defer_build=True)

    container: str = Field(alias="ContainerName")
    name: str = Field(alias="BlobName")


@functools.cache
def _reader() -> TypeAdapter[Job | _BlobMessage]:
    return TypeAdapter(Job | _BlobMessage)


def job_of(message: str, input_container: str) -> tuple[str, Job] | None:
    """The container and the work in a message: one of ours, or the host's about a blob; None if it is neither."""
    try:
        read = _reader().validate_json(message)
    except ValidationError:
        return None
    return (input_container, read) if isinstance(read, Job) else (read.container, Job(name=read.name))
