"""Where the path of a file begins."""

import logging

from shared.media import stored_name
from shared.observability import log_event
from shared.processing.attempt import Attempt
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
        await Attempt(self._services, stored_name(name), is_new=is_new).run()
