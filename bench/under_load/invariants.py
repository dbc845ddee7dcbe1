"""I1 to I7: what must be true when an app has come to rest, and each case in which it is not."""

import itertools
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench.under_load.documents import Document
from bench.under_load.files import Asked
from bench.under_load.quota import Call
from shared.processing import file_events

POISON = "-poison"


@dataclass(frozen=True)
class Message:
    """A message that is left in a queue."""

    queue: str
    text: str

    @property
    def name(self) -> str | None:
        """The file that it is about: one of ours says `name`, one of the host's `BlobName`, an event its `subject`."""
        read = json.loads(self.text)
        told = file_events(self.text.encode())
        name: str | None = read.get("name", read.get("BlobName"))
        return told.files[0][1] if told and told.files else name


@dataclass(frozen=True)
class Evidence:
    """All that was seen from outside.

    Attributes:
        versions: the numbers of each file's versions, in the order in which they were dropped.
        etags: of each file's newest version, as it was dropped.
        inputs: the etags that the input container holds now.
        documents: by the name of the file.
        writes: how often a document of that name was written, as storage counts.
        queued: every message that is left.
        unseen: how many messages are left that could not be read.
        calls: paid for, in order, by what they were about.
        killed: when each worker that was killed was, by its number.
        leaks: where a secret was found.
        strays: what was written, or made, where nothing should be.
    """

    versions: Mapping[str, Sequence[int]]
    etags: Mapping[str, str]
    inputs: Mapping[str, str]
    documents: Mapping[str, Document]
    writes: Counter[str]
    calls: Mapping[Asked, Sequence[Call]]
    killed: Mapping[int, float]
    queued: Sequence[Message] = ()
    unseen: int = 0
    leaks: Sequence[str] = ()
    strays: Sequence[str] = ()

    def has_outcome(self, name: str) -> bool:
        """Whether a file has the document of its newest version."""
        document = self.documents.get(name)
        return document is not None and document.is_about(self.versions[name][-1], self.etags[name])


def lost(seen: Evidence) -> Iterator[str]:
    """Files without a document of their newest version."""
    return (name for name in seen.versions if not seen.has_outcome(name))


def _outcome_or_message(seen: Evidence) -> Iterator[str]:
    queued = {message.name for message in seen.queued}
    for name in seen.versions:
        if seen.has_outcome(name) and name in queued:
            yield f"{name} has its document and is still queued"
        elif not seen.has_outcome(name) and name not in queued:
            yield f"{name} has neither a document of its newest version nor a message"
    if seen.unseen:
        yield f"{seen.unseen} messages are left that cannot be read"


def doubled(seen: Evidence) -> Iterator[str]:
    """Documents beyond one for each version."""
    for name, times in seen.writes.items():
        for _ in range(times - len(seen.versions.get(name, ()))):
            yield f"{name} has {len(seen.versions.get(name, ()))} versions, its document was written {times} times"


def _calls(seen: Evidence) -> Iterator[str]:
    """A version, or a page, is paid for once, unless the worker with the answer was killed meanwhile, or hung up."""
    for (version, page), calls in seen.calls.items():
        what = f"version {version}" + (f", page {page}," if page else "")
        for earlier, later in itertools.pairwise(calls):
            killed = seen.killed.get(earlier.worker)
            was_killed = killed is not None and earlier.at <= killed <= later.at
            if earlier.is_heard and not was_killed:
                yield f"{what} was paid for again, though worker {earlier.worker} lived and had its answer"


def errored(seen: Evidence) -> Iterator[str]:
    """Files that ended in an error: all of them are good, and the model only throttles and has bad hours."""
    return (name for name, document in seen.documents.items() if document.is_error)


def _strays(seen: Evidence) -> Iterator[str]:
    yield from seen.strays
    for name in seen.etags.keys() | seen.inputs.keys():
        if seen.etags.get(name) != seen.inputs.get(name):
            yield f"the input {name} is not what was dropped"


def _poison(seen: Evidence) -> Iterator[str]:
    return (f"{each.queue} still has {each.name}" for each in seen.queued if each.queue.endswith(POISON))


@dataclass(frozen=True)
class Invariant:
    """A sentence, and what speaks against it."""

    says: str
    broken_by: Callable[[Evidence], Iterator[str]]


INVARIANTS = {
    "I1": Invariant("Every file has one of these: the document of its newest version, a message", _outcome_or_message),
    "I2": Invariant("No version of a file has more than one document", doubled),
    "I3": Invariant("Each version, or page of it, is paid for once, and again only after a kill or a timeout", _calls),
    "I4": Invariant("No good file ends in an error", errored),
    "I5": Invariant("No secret is in a log, a document or a message", lambda seen: iter(seen.leaks)),
    "I6": Invariant("Nothing is written but documents, state and messages", _strays),
    "I7": Invariant("No poison is left", _poison),
}


def extra_paid(seen: Evidence) -> int:
    """Calls for versions, or pages, that had been answered before: no more than the kills times the calls under way."""
    return sum(len(calls) - 1 for calls in seen.calls.values())
