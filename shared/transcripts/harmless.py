"""What a model or a stranger wrote, without what would do something in the programs that show it."""

import re

_NEVER_SHOWN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)
"""Controls but white space, what turns the direction of a text round (UAX 9, 2), and what is no character."""

_WHITE_SPACE = re.compile(r"\s+")
_LINE_ENDS = re.compile("\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


def on_one_line(text: str) -> str:
    """The text with one blank for each line end and each row of blanks, and none around it."""
    return _WHITE_SPACE.sub(" ", _NEVER_SHOWN.sub("", text)).strip()


def in_lines(text: str) -> str:
    """The text with one kind of line ends, and no blank before any of them."""
    lines = _LINE_ENDS.split(_NEVER_SHOWN.sub("", text))
    return "\n".join(line.rstrip() for line in lines).strip("\n")
