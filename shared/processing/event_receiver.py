"""What becomes of the events in our own queue: the second way, beside the events that the host takes at its webhook.

Where both ways are open, the host's is the first: a file that both take up at once would be loaded twice for its one
answer (docs/decisions/protocol.md). So a message for later is sent, which finds the document by then.
"""

import logging

from shared.observability import log_event
from shared.processing.incoming_events import FileEvents
from shared.processing.jobs import Job
from shared.processing.processor import Processor
from shared.processing.services import Services


class EventReceiver:
    """Takes events up. `wait` is how many seconds the blob trigger has for a file first; 0 where there is none."""

    def __init__(self, services: Services, processor: Processor, wait: float) -> None:
        self._services = services
        self._processor = processor
        self._wait = wait

    async def receive(self, events: FileEvents) -> None:
        """Make sure that each file that landed gets its document.

        Raises:
            StorageUnavailable: our own storage failed, so the message must be kept.
        """
        if events.others:
            log_event("event.of_no_file", logging.WARNING, events=events.others)
        if len(events.files) == 1 and not self._wait:
            await self._processor.process(*events.files[0], is_new=True)
            return
        await send_jobs(self._services, events, self._wait)


async def send_jobs(services: Services, events: FileEvents, seconds: float) -> int:
    """Let each file that landed be taken up after so many seconds, and return how many those are.

    Raises:
        StorageUnavailable: a message could not be sent.
    """
    ours = [name for container, name in events.files if container == services.input_container]
    if len(ours) < len(events.files):
        foreign = next(container for container, _ in events.files if container != services.input_container)
        log_event("event.foreign_container", logging.WARNING, container=foreign[:63])
    for name in ours:
        await services.jobs.send(Job(name=name, is_repeat=True), seconds)
    return len(ours)
