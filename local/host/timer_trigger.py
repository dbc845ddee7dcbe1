"""Timer triggers: six-field NCRONTAB schedules, in UTC."""

import asyncio
import json
import logging
from datetime import UTC, datetime

from cronsim import CronSim, CronSimError

from local.host.protos import TypedData
from local.host.settings import HostSettingsError, resolve
from local.host.worker import Function, Worker

log = logging.getLogger("host.timer")


class TimerTrigger:
    """A function that starts at set times, and at start where `runOnStartup` says so."""

    def __init__(self, worker: Worker, function: Function) -> None:
        self._worker = worker
        self._function = function
        self._schedule = resolve(function.trigger["schedule"])
        try:
            self._times = CronSim(self._schedule, datetime.now(UTC))
        except CronSimError as fault:
            raise HostSettingsError(f"{function.name}: {self._schedule!r} is not an NCRONTAB schedule.") from fault
        self._last = datetime.now(UTC)

    async def run(self) -> None:
        """Run it at its times until cancelled; a time that passes while it runs is skipped."""
        if self._function.trigger.get("runOnStartup"):
            await self._invoke(self._last)
        for time in self._times:
            wait = (time - datetime.now(UTC)).total_seconds()
            if wait > 0:
                await asyncio.sleep(wait)
                await self._invoke(time)

    async def _invoke(self, time: datetime) -> None:
        status = {
            "Last": self._last.isoformat(),
            "Next": time.isoformat(),
            "LastUpdated": self._last.isoformat(),
        }
        timer = {"Schedule": {"AdjustForDST": True}, "ScheduleStatus": status, "IsPastDue": False}
        self._last = time
        try:
            await self._worker.invoke(self._function, TypedData(json=json.dumps(timer)), {})
        except Exception:  # whatever it raised, its next time comes
            log.exception("%s failed", self._function.name)
