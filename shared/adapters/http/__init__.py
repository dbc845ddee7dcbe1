"""What the APIs of all models have in common: connections, replies, and what is meant by a refusal."""

from shared.adapters.http.errors import error_after, may_be_billed, retry_after, unusable_answer
from shared.adapters.http.meanings import TOO_LONG_TOGETHER
from shared.adapters.http.reply import HttpReply, at
from shared.adapters.http.service_error import ServiceError
from shared.adapters.http.streaming import StreamedBody
from shared.adapters.http.transport import OneAnswerTransport
from shared.adapters.http.unanswered import unanswered_error
from shared.adapters.http.usage import counts_in
