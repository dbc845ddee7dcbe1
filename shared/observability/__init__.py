"""What is logged, and what must never be."""

from shared.observability.log import log_event
from shared.observability.redaction import redact, redact_logs, redacted_errors
