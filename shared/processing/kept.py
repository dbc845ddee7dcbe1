"""What is stored of answers that were paid for while their document could not be made yet, and where (`AnswerStore`).

They lie beside the claim, and are deleted with it. When they are kept and read is decided in `keeping.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from shared.models import Kept


@dataclass(frozen=True, kw_only=True)
class KeptAnswers(Kept):
    """What was asked and answered about one version of a file.

    Attributes:
        etag: of that version.
        key: what the answers were asked for (`Plan.key`): answers to another prompt are of no use.
    """

    etag: str
    key: Mapping[str, Any]


class AnswerStore(Protocol):
    """Where they lie. Any call may raise `StorageUnavailable`."""

    async def read_kept(self, name: str) -> KeptAnswers | None:
        """The answers kept for a file, if there are any."""
        ...

    async def keep(self, name: str, kept: KeptAnswers) -> None:
        """Keep answers, in place of those that are kept."""
        ...

    async def forget(self, name: str) -> None:
        """Delete them."""
        ...
