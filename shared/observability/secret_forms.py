"""The forms in which secrets stand in texts: for each an expression, and words that it cannot do without.

Looking for words costs a tenth of what the expressions cost, and most log records hold none. Every expression takes
time linear in the text: what may repeat is bounded, or can match in one way only
(tests/unit/observability/test_expressions.py).
"""

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass

INSTEAD = "…"
"""What stands in a text where a secret stood."""

_ENDING = re.compile(r"\.[A-Za-z0-9]{2,5}$")
_FLAGS = re.ASCII | re.VERBOSE


@dataclass(frozen=True)
class SecretForm:
    """One form of secret.

    Attributes:
        words: in small letters; a text that holds none of them has no secret of this form. Where there are none,
            any text may have one.
        expression: finds the secret; its group `kept`, if it has one, is no part of it, nor is its group `quote`.
        is_secret: judges what was found, where an expression cannot.
    """

    words: tuple[str, ...]
    expression: re.Pattern[str]
    is_secret: Callable[[str], bool] = bool

    def without(self, text: str, lowered: str) -> str:
        """The text, which is given in small letters too, with an ellipsis in place of each secret of this form."""
        return self.expression.sub(self._replaced, text) if self._may_be_in(lowered) else text

    def _may_be_in(self, lowered: str) -> bool:
        return not self.words or any(word in lowered for word in self.words)

    def _replaced(self, found: re.Match[str]) -> str:
        groups = found.groupdict()
        kept, quote = groups.get("kept") or "", groups.get("quote") or ""
        return f"{kept}{INSTEAD}{quote}" if self.is_secret(found[0].removeprefix(kept)) else found[0]


def _form(
    words: str, expression: str, is_secret: Callable[[str], bool] = bool, flags: int = re.IGNORECASE
) -> SecretForm:
    return SecretForm(tuple(words.split()), re.compile(expression, flags | _FLAGS), is_secret)


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

_NOT_IN_ESCAPE = r"(?<!\\)" + "".join(rf"(?<!\\u[0-9a-f]{{{digits}}})" for digits in range(4))

FORMS = (
    # The query of an address, which may be signed; and that of an address within an address.
    _form("? &", rf"(?P<kept> (?<=[?&]) [\w-]{{1,64}} = ) {_IN_QUERY}+"),
    _form("%3f", rf"(?P<kept> %3F [\w.~+-]{{1,64}} %3D ) {_IN_QUERY}+"),
    # What follows the name of a way to sign in.
    _form("bearer", rf"(?P<kept> {_BEGINS} bearer \s{{1,8}} ) [\w.~+/=-]{{24,}}", _is_token),
    _form("sharedkey", rf"(?P<kept> {_BEGINS} sharedkey (?:lite)? \s{{1,8}} ) {_UNQUOTED}{{6,}}"),
    _form("basic", rf"(?P<kept> {_BEGINS} basic \s{{1,8}} ) [a-z0-9+/]{{4,}} ={{0,2}}", _is_user_and_password),
    # `api-key: ...`, `AccountKey=...`, `"token": "..."`, `('secret', '...')`, `sig%3D...`: what follows such a name.
    _form(
        "key token secret passw passphrase pwd credential authorization sig",
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
        _is_value,
    ),
    # A key of the host; the codes of errors are shorter.
    _form("code=", rf"(?P<kept> {_BEGINS} code= ) {_IN_QUERY}{{20,}}"),
    # Tokens of Entra ID and the like (JWT), and keys of OpenAI and the like: they begin so.
    _form("eyj", rf"{_BEGINS} eyJ [\w-]{{6,}} (?: \.[\w-]{{6,}} )+ (?:\.[\w-]*)?", flags=0),
    _form("sk-", rf"{_BEGINS} sk- (?: (?:ant|proj|svcacct)- [\w-]{{8,}} | [a-z0-9]{{32,}} )"),
    # A key of Azure, or data.
    _form("", rf"(?=[A-Za-z0-9+/]{{84}}) {_NOT_IN_ESCAPE} [A-Za-z0-9+/]{{84,}} ={{0,2}}", _is_key, flags=0),
)
