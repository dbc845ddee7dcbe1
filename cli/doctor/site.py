"""Where `doctor` looks: the app's storage, the names in it, and what is known of where the app runs."""

import os
from dataclasses import dataclass, replace

from cli.redrive import target_of_app
from cli.redriving import RedriveTarget
from cli.running_host import RunningHost

EVENTS_QUEUE = "dropscribe-events"
"""As `infra/main.bicep` calls it."""
EVENTS_WAIT = 60.0
"""As the app's setting DROPSCRIBE_EVENTS_WAIT has it where it is not set."""
_AZURE = "https://"


@dataclass(frozen=True)
class Site:
    """An app, as far as it is known here.

    Attributes:
        events_queue: where Event Grid puts events; empty where none is used.
        needs_events_queue: whether a setting names it. Else there may be none.
        events_wait: how many seconds the app lets what that queue tells wait for the webhook.
        delivery: `both`, `trigger` or `queue`, as `infra/main.bicep` has it; empty where it is not known.
        completed_queue: where documents are announced; empty where no setting names one.
        host: the host on this machine, where the storage is its own.
        group: the resource group in Azure; empty where it is not known. So are `function` and `subscription`.
    """

    target: RedriveTarget
    state_container: str = "state"
    events_queue: str = ""
    needs_events_queue: bool = False
    events_wait: float = EVENTS_WAIT
    delivery: str = ""
    completed_queue: str = ""
    host: RunningHost | None = None
    group: str = ""
    function: str = ""
    subscription: str = ""

    @property
    def start_seconds(self) -> float:
        """How long one waits for what the app does at once where it runs: in Azure a part of it may have to start."""
        return 180 if self.is_in_azure else 15

    @property
    def is_in_azure(self) -> bool:
        """Whether the storage is reached with Entra ID, and so is no emulator."""
        return self.target.storage.startswith(_AZURE)


def site_of(storage: str | None) -> Site | None:
    """The app that `storage`, the settings of the environment, or those of azd's describe; None if none do."""
    target = target_of_app(storage)
    if target is None:
        return None
    host = RunningHost.find()
    if host and host.storage == target.storage:
        target = replace(target, input_container=host.input_container, output_container=host.output_container)
    else:
        host = None
    events = _first_set("DROPSCRIBE_EVENTS_QUEUE", "EVENTS_QUEUE")
    if events is None and host:
        events = host.events_queue
    usual = EVENTS_QUEUE if target.storage.startswith(_AZURE) else ""
    return Site(
        target,
        state_container=os.environ.get("STATE_CONTAINER") or "state",
        events_queue=usual if events is None else events,
        needs_events_queue=bool(events),
        events_wait=host.events_wait if host else EVENTS_WAIT,
        delivery=os.environ.get("DROPSCRIBE_EVENT_DELIVERY", ""),
        completed_queue=os.environ.get("COMPLETED_QUEUE") or os.environ.get("DROPSCRIBE_COMPLETED_QUEUE", ""),
        host=host,
        group=os.environ.get("AZURE_RESOURCE_GROUP", ""),
        function=os.environ.get("AZURE_FUNCTION_APP_NAME", ""),
        subscription=os.environ.get("AZURE_SUBSCRIPTION_ID", ""),
    )


def _first_set(*names: str) -> str | None:
    return next((os.environ[name] for name in names if name in os.environ), None)
