"""Answers that were paid for while their document could not be made yet: kept beside the claim, and deleted with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from shared.models import ChatAnswer, Exchange, Extent


@dataclass(frozen=True)
class KeptAnswers:
    """What was asked and answered about one version of a file.

    Attributes:
        etag: of that version.
        key: what the answers were asked for (`Plan.key`): answers to another prompt are of no use.
        empty: answers that said nothing, where the same is to be asked again.
        sha256: the digest of the content, where it passed through Dropscribe.
        about_pieces: what was asked and answered about pieces of it, while others are missing.
        extents: the pieces, so that the file is cut in the same places again.
    """

    etag: str
    key: Mapping[str, Any]
    exchanges: tuple[Exchange, ...]
    empty: tuple[ChatAnswer, ...] = ()
    sha256: str | None = None
    about_pieces: tuple[Exchange, ...] = ()
    extents: tuple[Extent, ...] = ()


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
