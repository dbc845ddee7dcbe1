"""What is looked at when an app has come to rest and its workers are stopped."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from bench.under_load.access_log import Write
from bench.under_load.documents import document_names, documents_of
from bench.under_load.emulators import CONTAINERS, EVENTS, HEARD, INPUT, OUTPUT, STATE, Emulators
from bench.under_load.fleet import Fleet
from bench.under_load.invariants import Evidence, Message
from bench.under_load.offer import Offer
from bench.under_load.planted import ANSWER, KEYS, leaks
from bench.under_load.quota import Quota
from local.host.schedule_monitor import CONTAINER as HOSTS_OWN

DEFERRED = "dropscribe-deferred"
QUEUES = (EVENTS, "webjobs-blobtrigger-poison", DEFERRED, f"{DEFERRED}-poison", HEARD, f"{HEARD}-poison")


async def evidence(storage: Emulators, quota: Quota, fleet: Fleet, offer: Offer) -> Evidence:
    """Read every document, message and log."""
    written = list(storage.writes())  # before we take messages, which is a write too
    waiting = await storage.waiting()
    queued = [Message(*each) for each in await storage.messages()]
    documents = await documents_of(await document_names(storage), storage)
    texts = [(f"the document of {name}", document.text) for name, document in documents.items()]
    texts += [(f"a message in {message.queue}", message.text) for message in queued]
    made = [*await storage.containers(), *waiting]
    return Evidence(
        versions=offer.versions,
        etags=offer.etags,
        inputs=await storage.inputs(),
        documents=documents,
        writes=Counter(_documents(written)),
        calls=quota.calls,
        killed=fleet.killed,
        queued=queued,
        unseen=waiting.total() - len(queued),
        leaks=[*leaks(texts, KEYS), *leaks(fleet.said(), [*KEYS, ANSWER])],
        strays=[*strays(written, made, dropped=sum(map(len, offer.versions.values())))],
    )


def strays(written: Sequence[Write], made: Iterable[str], *, dropped: int) -> Iterator[str]:
    """Writes that are neither documents, state nor messages; to the input only as many as files were dropped."""
    drops = 0
    for write in written:
        if write.container == INPUT and write.method == "PUT" and write.name:
            drops += 1
        elif write.name and write.container not in (OUTPUT, STATE, HOSTS_OWN, *QUEUES):
            yield f"{write.method} {write.container}/{write.name}"
    if drops != dropped:
        yield f"{dropped} files were dropped, and {drops} were written to the input"
    yield from (f"there is {name}" for name in sorted(set(made) - {*CONTAINERS, HOSTS_OWN, *QUEUES}))


def _documents(written: Iterable[Write]) -> Iterator[str]:
    return (write.name.removesuffix(".json") for write in written if write.container == OUTPUT and write.name)
