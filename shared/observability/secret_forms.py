"""The forms in which secrets stand in texts: for each an expression, and words that it cannot do without.

Looking for words costs a tenth of what the expressions cost, and most log records hold none. Every expression takes
time linear in the text: what may repeat is bounded, or can match in one way only (tests/unit/test_expressions.py).
"""

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass

INSTEAD = "…"
"""What stands in a text where a secret stood."""

MIN_KEY = 84
"""Characters of the shortest key of Azure that is known without a name before it; shorter words may be anything."""

_ENDING = re.compile(r"\.[A-Za-z0-9]{2,5}$")
_FLAGS = re.ASCII | re.VERBOSE


@dataclass(frozen=True)
class SecretForm:
    """One form of secret.

    Attributes:
        words: in small letters; a text that holds none of them has no secret of this form.
        expression: finds the secret; its group `kept`, if it has one, is no part of it, nor is its group `quote`.
        is_secret: judges what was found, where an expression cannot.
        hint: found in the text in small letters wherever the expression finds something; it is quicker.
    """

    words: tuple[str, ...]
    expression: re.Pattern[str]
    is_secret: Callable[[str], bool] = bool
    hint: re.Pattern[str] | None = None

    def may_be_in(self, lowered: str) -> bool:
        """Whether a text, given in small letters, can hold a secret of this form."""
        for word in self.words:
            if word in lowered:
                return self.hint is None or self.hint.search(lowered) is not None
        return False

    def without(self, text: str) -> str:
        """The text with an ellipsis in place of each secret of this form."""
        return self.expression.sub(self._replaced, text)

    def _replaced(self, found: re.Match[str]) -> str:
        groups = found.groupdict()
        kept, quote = groups.get("kept") or "", groups.get("quote") or ""
        return f"{kept}{INSTEAD}{quote}" if self.is_secret(found[0].removeprefix(kept)) else found[0]


def _form(
    *words: str, expression: str, is_secret: Callable[[str], bool] = bool, flags: int = re.IGNORECASE
) -> SecretForm:
    return SecretForm(words, re.compile(expression, flags | _FLAGS), is_secret)


def _is_user_and_password(found: str) -> bool:
    """Whether what follows `Basic` is what it is defined to be (RFC 7617), and not a word of a sentence or a name."""
    word = found.rstrip("=")
    try:
        return b":" in base64.b64decode(word + "=" * (-len(word) % 4))
    except ValueError:
        return False


def _is_token(found: str) -> bool:
    """Whether what follows `Bearer` has a digit and no ending as the name of a file has it."""
    return any(map(str.isdigit, found)) and not _ENDING.search(found)


def _is_value(found: str) -> bool:
    """Whether it is more than a word for nothing, or the dots that stand for a value in an example."""
    return found.strip("\\\"'.") not in ("", "null", "None", "true", "false", "True", "False")


def _is_key(found: str) -> bool:
    """Whether a long word is a key or data, and not the path of a file or words without blanks.

    Of 64 signs drawn at random, 26 are capital letters, 26 are small, and 10 are digits.
    """
    some = len(found) * 0.15
    return (
        max(map(len, found.split("/"))) >= 20
        and sum(map(str.isdigit, found)) >= 3
        and sum(map(str.isupper, found)) >= some
        and sum(map(str.islower, found)) >= some
    )


# Pieces of expressions. What JSON or an address makes of a character ends in letters, but is not part of a word.
_ESCAPE = r"(?<= \\[bfnrt] ) | (?<= \\u[0-9A-Fa-f]{4} ) | (?<= %[0-9A-Fa-f]{2} )"
_BEGINS = rf"(?: (?<![\w-]) | {_ESCAPE} )"
_QUOTE = r"""(?: \\{0,7} ["'] )"""  # JSON within JSON within JSON
_QUOTE_22 = r"(?: %(?:25){0,2}22 )"  # the same in an address
_CLOSED = rf"""[\\"'\]]{{0,12}} {_QUOTE_22}? \s{{0,4}}"""
_EQUALS = r"(?: =>? | : | \\{1,2}u003d | %(?:25){0,2}3[AD] )"
_NAME_WITHIN_WORDS = r"""
    (?: token | secret | password | passwd | passphrase | pwd | credentials? (?:_\w{1,64})? | authorization )
"""
_NAME = rf"""
    (?: (?=[afhkms]) (?: (?<![a-z]) | (?-i: (?<=[a-z])(?=[A-Z]) ) | {_ESCAPE} )  # not the end of `turkey`
        (?: (?:api|access|account|auth|function|host|master|shared|storage|subscription)? key[12]? | sig )
      | {_NAME_WITHIN_WORDS} )
"""
_JSON_VALUE = r"""\\{0,7} " \s{0,4} : \s{0,4} (?: -?\d [\d.eE+-]{0,40} \s{0,4} [,}\]] | \{ | \[ \s{0,4} [^"'\s\\] )"""
_IN_QUOTES = r"""(?: (?!(?P=quote)) (?: \\. | [^\\"\r\n] ) )"""
_UNQUOTED = r"""(?: [^\s\\"',;}] | \\ (?![\\"']) )"""
_IN_QUERY = r"""(?: [^\s\\"'&] | \\ (?![\\"']) )"""

NAMED = SecretForm(
    ("key", "token", "secret", "passw", "passphrase", "pwd", "credential", "authorization", "sig"),
    re.compile(
        rf"""
        (?P<kept>
            {_NAME} (?! {_JSON_VALUE} )
            (?: {_CLOSED} {_EQUALS} | {_QUOTE} \s{{0,4}} , (?= \s{{0,4}} b? {_QUOTE} ) )
            \s{{0,4}} (?: b (?=["']) )? [(\[]?
            (?: (?P<quote> {_QUOTE} ) (?= {_IN_QUOTES}{{1,256}}+ (?P=quote) ) | {_QUOTE}{{0,3}} {_QUOTE_22}? )
            (?! \s{{0,4}} [,:}}\]] )  # else the quotation mark was the end of a string of JSON
        )
        (?(quote) {_IN_QUOTES}++ (?P=quote) | (?: (?:bearer|basic|sharedkey(?:lite)?) \s{{1,8}} )? {_UNQUOTED}+ )
        """,
        re.IGNORECASE | _FLAGS,
    ),
    _is_value,
    re.compile(rf"(?: key[12]? | sig | {_NAME_WITHIN_WORDS} ) {_CLOSED} [=:,%\\]", _FLAGS),
)
"""`api-key: ...`, `AccountKey=...`, `"token": "..."`, `('secret', '...')`, `sig%3D...`: what follows such a name."""

FORMS = (
    # The query of an address, which may be signed; and that of an address within an address.
    _form("?", "&", expression=rf"(?P<kept> (?<=[?&]) [\w-]{{1,64}} = ) {_IN_QUERY}+"),
    _form("%3f", expression=rf"(?P<kept> %3F [\w.~+-]{{1,64}} %3D ) {_IN_QUERY}+"),
    # What follows the name of a way to sign in.
    _form(
        "bearer",
        expression=rf"(?P<kept> {_BEGINS} bearer \s{{1,8}} ) [\w.~+/=-]{{24,}}",
        is_secret=_is_token,
    ),
    _form("sharedkey", expression=rf"(?P<kept> {_BEGINS} sharedkey (?:lite)? \s{{1,8}} ) {_UNQUOTED}{{6,}}"),
    _form(
        "basic",
        expression=rf"(?P<kept> {_BEGINS} basic \s{{1,8}} ) [a-z0-9+/]{{4,}} ={{0,2}}",
        is_secret=_is_user_and_password,
    ),
    NAMED,
    # A key of the host; the codes of errors are shorter.
    _form("code=", expression=rf"(?P<kept> {_BEGINS} code= ) {_IN_QUERY}{{20,}}"),
    # Tokens of Entra ID and the like (JWT), and keys of OpenAI and the like: they begin so.
    _form("eyj", expression=rf"{_BEGINS} eyJ [\w-]{{6,}} (?: \.[\w-]{{6,}} )+ (?:\.[\w-]*)?", flags=0),
    _form("sk-", expression=rf"{_BEGINS} sk- (?: (?:ant|proj|svcacct)- [\w-]{{8,}} | [a-z0-9]{{32,}} )"),
)

_NOT_IN_ESCAPE = r"(?<!\\)" + "".join(rf"(?<!\\u[0-9a-f]{{{digits}}})" for digits in range(4))
LONG_WORD = _form(expression=rf"{_NOT_IN_ESCAPE} [A-Za-z0-9+/]{{84,}} ={{0,2}}", is_secret=_is_key, flags=0)
"""A key of Azure, or data: any text with a long word may hold one."""
