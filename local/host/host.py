"""The host: loads an app, and runs its functions until it is told to stop."""

import asyncio
import logging
from collections.abc import Sequence

from local.host.blob_trigger import BlobTriggers
from local.host.clients import HOST_STORAGE, Clients
from local.host.event_grid import EventGrid
from local.host.queue_listener import QueueListener
from local.host.queue_trigger import QueueTrigger
from local.host.schedule_monitor import ScheduleMonitor
from local.host.settings import HostSettings, HostSettingsError, is_disabled
from local.host.subscriptions import Delivery, subscriptions
from local.host.timer_trigger import TimerTrigger
from local.host.web import HostWeb
from local.host.worker import Function, Worker

TRIGGERS = ("blobTrigger", "queueTrigger", "timerTrigger")
DRAIN_SECONDS = 0.4
"""How long functions may go on when the host is told to stop; in Azure it is seconds too, before they are cancelled."""
CANCEL_SECONDS = 0.4
"""How long they may then take to put things in order: the whole stack is to be gone within two."""

log = logging.getLogger("host")


class Host:
    """One app, and what starts its functions."""

    def __init__(self, settings: HostSettings, delivery: Delivery) -> None:
        self._settings = settings
        self._delivery = delivery
        self._worker = Worker(settings.app, settings.function_timeout)
        self._clients = Clients()
        self._listeners: list[QueueListener] = []

    async def run(self, port: int, stop: asyncio.Event) -> None:
        """Run until `stop` is set; the web addresses are at `port` (0: any free one).

        Threads of the worker's are left as they are: the process is to end afterwards.

        Raises:
            AppNotLoadedError, HostSettingsError: the app cannot be run.
        """
        try:
            functions = _enabled(await self._worker.load())
            _refuse_unknown_triggers(functions)
            await self._serve(functions, port, stop)
        finally:
            await self._clients.close()

    async def _serve(self, functions: Sequence[Function], port: int, stop: asyncio.Event) -> None:
        blobs = BlobTriggers(self._worker, self._settings, self._clients, _started_by("blobTrigger", functions))
        web = HostWeb(blobs, self._settings.host_id, refuses_events=self._delivery.is_refused)
        address = await web.start(port)
        tasks = self._start(functions, blobs, web.webhook(address))
        for function in functions:
            log.info("function %s: %s", function.name, function.trigger["type"])
        log.info("The host is ready at %s", address)
        await asyncio.wait([asyncio.create_task(stop.wait()), *tasks], return_when=asyncio.FIRST_COMPLETED)
        broken = next((task for task in tasks if task.done()), None)
        await self._stop(tasks, web)
        if broken:
            broken.result()

    async def _stop(self, tasks: Sequence[asyncio.Task[None]], web: HostWeb) -> None:
        for task in tasks:
            task.cancel()
        await asyncio.gather(
            *(listener.drain(DRAIN_SECONDS, CANCEL_SECONDS) for listener in self._listeners),
            *([asyncio.wait(tasks, timeout=DRAIN_SECONDS + CANCEL_SECONDS)] if tasks else []),
            web.stop(),
        )

    def _start(self, functions: Sequence[Function], blobs: BlobTriggers, webhook: str) -> list[asyncio.Task[None]]:
        on_blobs = _started_by("blobTrigger", functions)
        events = EventGrid(self._clients, [*subscriptions(on_blobs, self._clients, webhook, self._delivery)])
        queues = [self._queue_trigger(each) for each in _started_by("queueTrigger", functions)]
        timers = [self._timer_trigger(each) for each in _started_by("timerTrigger", functions)]
        # Where every function on blobs is disabled, their messages are another host's.
        self._listeners = [*([blobs.listener] if on_blobs else []), *(queue.listener for queue in queues)]
        endless = [
            *([events.watch()] if self._delivery.is_played else []),
            *(each.listen() for each in self._listeners),
            *(each.run() for each in timers),
        ]
        return [asyncio.create_task(each) for each in endless]

    def _queue_trigger(self, function: Function) -> QueueTrigger:
        return QueueTrigger(self._worker, self._settings, self._clients, function)

    def _timer_trigger(self, function: Function) -> TimerTrigger:
        monitor = ScheduleMonitor(self._clients.blobs(HOST_STORAGE), self._settings.host_id, function.name)
        return TimerTrigger(self._worker, function, monitor)


def _enabled(functions: Sequence[Function]) -> list[Function]:
    for function in functions:
        if is_disabled(function.name):
            log.info("function %s is disabled", function.name)
    return [function for function in functions if not is_disabled(function.name)]


def _started_by(trigger: str, functions: Sequence[Function]) -> list[Function]:
    return [function for function in functions if function.trigger["type"] == trigger]


def _refuse_unknown_triggers(functions: Sequence[Function]) -> None:
    for function in functions:
        if function.trigger["type"] not in TRIGGERS:
            raise HostSettingsError(f"{function.name}: the local host has no {function.trigger['type']}.")
