"""What can go wrong, and what becomes of the file.

DropscribeError
├── ConfigurationError        no file yet: the app refuses to start
├── FileRejected              this file can never be answered: it ends in an error document
│   └── KindNotTaken          the model takes no files of this kind
├── InputNotFound             the file was deleted: there is nothing left to answer
├── Conflict                  the file, or its document, changed while we worked: look again
└── Temporary                 not caused by the file
    ├── StorageUnavailable    our own storage failed: raised, so that the host tries again
    │   └── StorageRefused    it refuses us, and will do so until an operator acts
    └── ModelUnavailable      the model cannot answer now (5xx): the file waits
        ├── ModelUnreachable  no connection could be made, so nothing was sent
        ├── ModelThrottled    it asks us to come back later
        ├── ModelTimeout      it did not answer in time
        ├── AnswerUnusable    it answered, or may have, and what it said cannot be read
        ├── UrlNotFetched     it could not fetch the file from the address that we gave it
        ├── SchemaNotTaken    it cannot be held to a JSON Schema
        └── ModelMisconfigured   it refuses *us*, whatever the file: key, role, deployment; it is left alone a while

`asked_at_most_thrice` marks what may have been billed and brought no answer (docs/decisions/protocol.md, Money).
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

type ErrorCode = Literal[
    "empty_file",
    "too_large",
    "too_long",
    "no_speech",
    "unsupported_media",
    "damaged_media",
    "unknown_recipe",
    "recipe_mismatch",
    "invalid_input",
    "rejected_by_model",
    "content_filtered",
    "crash_loop",
    "gave_up",
    "model_timeout",
    "poisoned",
    "archived",
    "unusable_name",
    "unreadable_file",
    "no_answer",
    "not_fetched",
]


class DropscribeError(Exception):
    """Everything that Dropscribe raises on purpose.

    Attributes:
        usage: the tokens that a service told of, though it gave no usable answer; None where it told of none.
    """

    usage: Mapping[str, Any] | None = None


class ConfigurationError(DropscribeError):
    """The app cannot start. `problems` holds one sentence for each thing that must be put right."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        listed = "\n".join(f"  - {problem}" for problem in self.problems)
        super().__init__(f"Dropscribe cannot start. Put this right and start it again:\n{listed}")


class FileRejected(DropscribeError):
    """The file ends in an error document, because trying again cannot help.

    Attributes:
        code: a stable word for programs.
        message: what is wrong, for people.
        next_step: what to do about it, for people.
        request_id: what the service calls the request, where it was the model that refused.
        retryable: whether the same file may be answered another time.
    """

    def __init__(
        self, code: ErrorCode, message: str, next_step: str, request_id: str | None = None, *, retryable: bool = False
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.next_step = next_step
        self.request_id = request_id
        self.retryable = retryable


class KindNotTaken(FileRejected):
    """The model takes no files of this kind. The planner, which knows the other deployments, adds which one does.

    Attributes:
        kind: `image` or `audio`.
    """

    def __init__(self, kind: Literal["image", "audio"], message: str, request_id: str | None = None) -> None:
        super().__init__("rejected_by_model", message, "Name a model that takes it.", request_id)
        self.kind = kind


class InputNotFound(DropscribeError):
    """The file was deleted, and needs no document."""


class Conflict(DropscribeError):
    """The file, or its document, changed during the attempt; another look shows the newest."""


class Temporary(DropscribeError):
    """Trying again can help; the file is not to blame."""


class StorageUnavailable(Temporary):
    """Our own storage failed, or refused us.

    Attributes:
        code: storage's own word for it, such as `ServerBusy`; None where it was not storage that said so.
        status: the HTTP status, where there was an answer at all.
    """

    def __init__(self, message: str, *, code: str | None = None, status: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


class StorageRefused(StorageUnavailable):
    """Storage refuses what it was asked: for a role, a container, a lease, a policy. An operator must act."""


class ModelUnavailable(Temporary):
    """The model cannot answer now.

    Attributes:
        code: the service's own code, where it sent one.
        status: the HTTP status, where there was an answer at all.
        request_id: what the service calls this request, for its support.
        retry_after: how long the service asks us to stay away, in seconds, where it says so.
        safe_message: the message without what the service said, which may quote what it was sent: for the log.
        asked_at_most_thrice: whether such a call may have been billed, so that a file is worth three of them.
    """

    asked_at_most_thrice: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        status: int | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
        safe_message: str | None = None,
    ) -> None:
        super().__init__(message)
        self.safe_message = safe_message or message
        self.code = code
        self.status = status
        self.request_id = request_id
        self.retry_after = retry_after


class ModelUnreachable(ModelUnavailable):
    """No connection to the service could be made, so nothing was sent and nothing billed."""


class ModelThrottled(ModelUnavailable):
    """The service answered 429."""


class ModelTimeout(ModelUnavailable):
    """The model did not answer in time; it may have been paid for all the same."""

    asked_at_most_thrice: ClassVar[bool] = True


class AnswerUnusable(ModelUnavailable):
    """A 200 that is no chat completion, or a connection that broke after the request was sent."""

    asked_at_most_thrice: ClassVar[bool] = True


class UrlNotFetched(ModelUnavailable):
    """The service could not fetch the file from its address; sent inline it may be answered."""

    asked_at_most_thrice: ClassVar[bool] = True


class SchemaNotTaken(ModelUnavailable):
    """The service does not take a JSON Schema; asked in words for JSON it may answer."""


class ModelMisconfigured(ModelUnavailable):
    """The service refuses us: wrong key, missing role, unknown deployment. An operator must act."""
