"""What is logged: the name of an event and a few fields, never a prompt, an answer or a secret."""

import json
import logging

log = logging.getLogger("dropscribe")


def log_event(event: str, level: int = logging.INFO, /, **fields: object) -> None:
    """One line of JSON."""
    log.log(level, json.dumps({"event": event, **fields}, ensure_ascii=False))
