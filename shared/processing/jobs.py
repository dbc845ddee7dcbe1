"""Work that waits: a message for each file that is to be taken up later.

Everybody who may write to the queue could forge a message, so what became of a file stands in its record, not here.
"""

import functools
from typing import Annotated, Protocol

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from shared.media import stored_name


class Job(BaseModel):
    """A file to be taken to its document. The body of a message.

    Attributes:
        name: of the file, as storage keeps it: two ways to write one name must not be two files.
        chance: the token of a file's second chance, which stands in its record too: it cannot be made up.
        is_repeat: whether the event went another way too, by which the file most likely has its document by now.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    name: Annotated[str, AfterValidator(stored_name)]
    chance: Annotated[str, Field(max_length=64)] = ""
    is_repeat: bool = False


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


def job_of(message: bytes, input_container: str) -> tuple[str, Job] | None:
    """The container and the work in a message: one of ours, or the host's about a blob; None if it is neither."""
    try:
        read = _reader().validate_json(message)
    except ValidationError:
        return None
    return (input_container, read) if isinstance(read, Job) else (read.container, Job(name=read.name))
