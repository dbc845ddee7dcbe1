"""What a file may be called: the rule for every name, wherever it comes from, before it becomes a part of an address.

docs/decisions/names.md has the reasons.
"""

import hashlib
import re

from shared.errors import FileRejected

MAX_BLOB_NAME = 1024
"""Characters; Azure's limit (Naming and Referencing Containers, Blobs, and Metadata)."""

MAX_LOGGED_NAME = 200
"""Characters of a name of which there can be no file, as the log shows it."""

_DOT_SEGMENT = re.compile(r"(?:^|/)\.+(?:/|$)")
_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(
    chr(plane * 0x10000 + 0xFFFE) + chr(plane * 0x10000 + 0xFFFF) for plane in range(17)
)
"""Code points that Unicode keeps free for ever (The Unicode Standard, 23.7)."""
_NOT_IN_ADDRESSES = re.compile("[\0\ud800-\udfff]")
"""NUL, which no storage takes, and halves of characters, which have no form in UTF-8."""
_NOT_IN_LISTS = re.compile(f"[\x00-\x1f\x7f-\x9f\ud800-\udfff{_NONCHARACTERS}]")
"""Characters that Azure takes in no name, or that XML cannot hold, which is the form of a listing."""


def stored_name(name: str) -> str:
    r"""The name as storage keeps it: with `/` for each `\`."""
    return name.replace("\\", "/")


def can_exist(name: str) -> bool:
    """Whether storage can hold a file of this name at all."""
    return 0 < len(name) <= MAX_BLOB_NAME and not _NOT_IN_ADDRESSES.search(name)


def has_dot_segment(name: str) -> bool:
    r"""Whether a part between two `/` or `\` is made of dots only.

    An address with such a part is resolved on its way, by the client, a proxy or the server, and then leads to another
    file or out of the container. Percent-encoded dots are dots too (RFC 3986, 6.2.2). Azure takes the dots off the end
    of each part, so `...` is no safer than `..`.
    """
    return bool(_DOT_SEGMENT.search(stored_name(name)))


def is_plain(name: str) -> bool:
    """Whether a document may bear this name: it can be addressed, stored and listed."""
    return not has_dot_segment(name) and not _NOT_IN_LISTS.search(name)


def problem_with(name: str) -> str | None:
    """Why storage would not take this name for a new file, or take it for another, as a part of a sentence."""
    if not 0 < len(name) <= MAX_BLOB_NAME:
        return "it must have 1 to 1,024 characters"
    if has_dot_segment(name):
        return "a part of it is `.`, `..` or dots only, which leads elsewhere"
    if bad := _NOT_IN_LISTS.search(name):
        return f"it has a character that storage cannot list, U+{ord(bad[0]):04X}"
    return None


def require_addressable(name: str) -> None:
    """Refuse a file that lies under a name that no address can hold.

    Raises:
        FileRejected: it does.
    """
    if has_dot_segment(name):
        raise FileRejected(
            "unusable_name",
            "A part of the file's name is `.`, `..` or dots only: its address would lead to another file, so it cannot"
            " be read.",
            "Drop the file again under another name.",
        )


def digest(name: str) -> str:
    """What stands for a name where the name itself cannot: its SHA-256 in hexadecimal, one for all ways to write it."""
    return hashlib.sha256(stored_name(name).encode("utf-8", "surrogatepass")).hexdigest()


def harmless(name: str, max_characters: int = MAX_LOGGED_NAME) -> str:
    r"""A name as a log may show it: cut, and with an escape such as `\u202e` for what is not printable."""
    shown = (each if each.isprintable() else _escaped(each) for each in name[:max_characters])
    return "".join(shown) + ("…" if len(name) > max_characters else "")


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode()
