"""What the wires of all models have in common: connections, replies, and what is meant by a refusal."""

from shared.adapters.wire.errors import error_after, may_be_billed, retry_after, unusable_answer
from shared.adapters.wire.meanings import TOO_LONG_TOGETHER
from shared.adapters.wire.reply import HttpReply, at
from shared.adapters.wire.service_error import ServiceError
from shared.adapters.wire.streaming import StreamedBody
from shared.adapters.wire.transport import OneAnswerTransport
from shared.adapters.wire.unanswered import unanswered_error
from shared.adapters.wire.usage import counts_in
