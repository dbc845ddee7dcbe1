"""Timer triggers: six-field NCRONTAB schedules, in UTC."""

import asyncio
import json
import logging
from datetime import UTC, datetime, timedelta

from azure.core.exceptions import AzureError
from cronsim import CronSim, CronSimError

from local.host.protos import TypedData
from local.host.schedule_monitor import ScheduleMonitor
from local.host.settings import HostSettingsError, resolve
from local.host.worker import Function, Worker

SHORTEST_MONITORED = timedelta(minutes=1)
"""The real host keeps no watch over schedules that are shorter."""

log = logging.getLogger("host.timer")


class TimerTrigger:
    """A function that starts at set times; also at start, where `runOnStartup` says so or a time was missed."""

    def __init__(self, worker: Worker, function: Function, monitor: ScheduleMonitor) -> None:
        self._worker = worker
        self._function = function
        self._monitor = monitor
        self._schedule = resolve(function.trigger["schedule"])
        try:
            first, second = self._next(datetime.now(UTC), times=2)
        except CronSimError as error:
            raise HostSettingsError(f"{function.name}: {self._schedule!r} is not an NCRONTAB schedule.") from error
        self._is_monitored = second - first >= SHORTEST_MONITORED
        self._last = datetime.now(UTC)

    async def run(self) -> None:
        """Run it at its times until cancelled; a time that passes while it runs is skipped."""
        is_past_due = await self._is_past_due()
        if is_past_due or self._function.trigger.get("runOnStartup"):
            await self._invoke(self._last, is_past_due=is_past_due)
        time = self._last
        while True:
            (time,) = self._next(max(time, datetime.now(UTC)))
            await asyncio.sleep((time - datetime.now(UTC)).total_seconds())
            await self._invoke(time)

    async def _is_past_due(self) -> bool:
        if not self._is_monitored:
            return False
        try:
            due = await self._monitor.next()
        except (AzureError, ValueError) as error:
            log.warning("when %s was due is not known: %s", self._function.name, type(error).__name__)
            return False
        if due is None:
            await self._note_next()
        return due is not None and due <= datetime.now(UTC)

    async def _note_next(self) -> None:
        try:
            await self._monitor.note(*self._next(datetime.now(UTC)))
        except AzureError as error:
            log.warning("when %s is due next was not noted: %s", self._function.name, type(error).__name__)

    def _next(self, after: datetime, times: int = 1) -> list[datetime]:
        schedule = CronSim(self._schedule, after)
        return [next(schedule) for _ in range(times)]

    async def _invoke(self, time: datetime, *, is_past_due: bool = False) -> None:
        status = {
            "Last": self._last.isoformat(),
            "Next": time.isoformat(),
            "LastUpdated": self._last.isoformat(),
        }
        timer = {"Schedule": {"AdjustForDST": True}, "ScheduleStatus": status, "IsPastDue": is_past_due}
        self._last = time
        try:
            await self._worker.invoke(self._function, TypedData(json=json.dumps(timer)), {})
        except Exception:  # whatever it raised, its next time comes
            log.exception("%s failed", self._function.name)
        if self._is_monitored:
            await self._note_next()
