"""Whether a recording is protected against copying: without its key it decodes to noise, so that is told beforehand."""

import re

_ASF_ENCRYPTION = (
    bytes.fromhex("fbb31122 23bdd211 b4b700a0 c955fc6e"),
    bytes.fromhex("14e68a29 2226174c b935dae0 7ee9289c"),
    bytes.fromhex("33850543 8169e649 9b74ad12 cb86d58c"),
)
"""Identifiers of the objects for content encryption, extended and advanced (ASF specification, 3.14, 3.15 and 3.16)."""

_ISO_ENTRY = re.compile(rb"stsd.{12}(?:enca|drms|aavd)", re.DOTALL)
"""A table of sample descriptions that begins with a protected one: ISO/IEC 14496-12 (8.12), iTunes, Audible."""

_MARKS = {"asf": tuple(re.compile(re.escape(mark)) for mark in _ASF_ENCRYPTION), "mov": (_ISO_ENTRY,)}
_MAX_MARK_BYTES = 20


class Protection:
    """Looks for a sign of protection in a file that comes in pieces, by the name of its demuxer."""

    def __init__(self, demuxer: str) -> None:
        self._marks = _MARKS.get(demuxer, ())
        self._end = b""

    def is_in(self, piece: bytes) -> bool:
        """Whether a sign stands in this piece, or where it follows the piece before."""
        looked_at = self._end + piece if self._marks else b""
        self._end = looked_at[1 - _MAX_MARK_BYTES :]
        return any(mark.search(looked_at) for mark in self._marks)
