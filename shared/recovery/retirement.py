"""When the models that are in use retire, said once a day: what is logged at start reaches no log in Azure."""

import logging
from collections.abc import Iterable
from datetime import datetime

from shared.models import Deployment
from shared.observability import log_event

RUN_MINUTES = 15
"""The reconciler runs every quarter of an hour; the first run of a day, by UTC, says it."""

NOTICE_DAYS = 60
"""From so many days before on it is a warning. Microsoft tells owners so long before, too."""


def tell_retirements(deployments: Iterable[Deployment], now: datetime) -> None:
    """Log for how many days each model is still served, in the first quarter of an hour of a day."""
    if now.hour or now.minute >= RUN_MINUTES:
        return
    for each in deployments:
        if each.retires:
            days = (each.retires - now.date()).days
            level = logging.WARNING if days <= NOTICE_DAYS else logging.INFO
            log_event("model.retires", level, model=each.model, deployment=each.name, days_left=days)
