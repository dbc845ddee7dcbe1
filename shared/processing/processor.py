"""Where the path of a file begins: the blob trigger comes here, and so do the messages of files that waited."""

import logging

from shared.errors import InputNotFound, StorageUnavailable
from shared.media import stored_name
from shared.observability import log_event
from shared.processing.attempt import Attempt
from shared.processing.jobs import Job
from shared.processing.services import Services


class Processor:
    """Takes files to their documents."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def process(self, container: str, name: str, *, is_new: bool = False) -> None:
        """Make sure that the file, as it is now, gets its document. Safe to call again at any time.

        `is_new` says that this may be the first that is heard of it, which saves a request where it is true.

        Raises:
            StorageUnavailable: our own storage failed, so the message must be kept.
        """
        if container != self._services.input_container:
            # The host does not filter by the trigger's path, so a forged event may name any container.
            log_event("event.foreign_container", logging.WARNING, container=container[:63])
            return
        await self._attempt(stored_name(name), is_new=is_new).run()

    async def take_up(self, container: str, job: Job, *, is_first_try: bool) -> None:
        """Do the same for a file that waited; a repeat costs two requests where the file has its document.

        `is_first_try` says that the message was never given to a worker before. Else the document, or the record, may
        be what that worker left behind when it broke down, and this message is the one that brings it to an end.

        Raises:
            StorageUnavailable: our own storage failed, so the message must be kept.
        """
        is_new_repeat = job.is_repeat and is_first_try
        if not (is_new_repeat and await self._is_in_hand(job.name)):
            await self.process(container, job.name, is_new=is_new_repeat)

    async def _is_in_hand(self, name: str) -> bool:
        """Whether the file has its document, or another message that will bring it there.

        A record is written by a worker that holds such a message, or has sent one.
        """
        try:
            file = await self._services.files.look(name)
            found = await self._services.files.find_result(name)
            if found and found.input_etag == file.etag:
                return True
            record = await self._services.claims.read(name)
        except (InputNotFound, StorageUnavailable):
            return False  # the attempt meets that too, and knows what to do
        return record is not None and record.claim.etag == file.etag

    def _attempt(self, name: str, *, is_new: bool) -> Attempt:
        return Attempt(self._services, name, is_new=is_new)
