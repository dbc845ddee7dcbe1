import base64
import json
import logging
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.errors import DropscribeError, StorageUnavailable
from shared.observability.redaction import MAX_TEXT, redact, redact_logs, redacted_errors
from tests.planted import KEY, SECRETS, SIGNATURE, TOKEN, Watch

SHORT = KEY[:32]
LEAKS = [
    f"GET https://a.example/b.png?sp=r&sig={SIGNATURE} failed",
    f"https%3A%2F%2Fa.example%2Fb%3Fsig%3D{SIGNATURE}",
    f"Authorization: Bearer {TOKEN}",
    f"https://host/runtime/webhooks/blobs?code={KEY}",
    f"the key {KEY} is wrong",
    f"Authorization: SharedKey account:{SIGNATURE}=",
    f"the token {TOKEN} is old",
]
FRAMES = [
    "api_key={}",
    "AccountName=a;AccountKey={};",
    "{{'api-key': '{}', 'x': 1}}",
    '{{"headers": "{{\\"api-key\\": \\"{}\\"}}"}}',
    '"api-key": "\\/{}"',
    "https%3A%2F%2Fa.example%2Fb%26sv%3D2024%26sig%3D{}",
    "APIKEY: {}",
    "Ocp-Apim-Subscription-Key: {}",
    "AZURE_INFERENCE_CREDENTIAL={}",
    "x-functions-key: {}",
    "subscription_key={}",
    "AZURE_INFERENCE_CREDENTIAL_AUDIO={}",
    "accessKey={}",
    "accountkey = {}",
    "secret: {}",
    "pwd={}",
    "passphrase is required, password: {}",
    "('api-key', '{}')",
    "[(b'api-key', b'{}')]",
    '["Authorization", "{}"]',
    "{{'token': '{}'}}",
    '{{\\"secret\\":\\"{}\\"}}',
    "{{%22api_key%22:%22{}%22}}",
    "%22api-key%22%3A%20%22{}%22",
    "api-key%3D{}",
    "api-key%253D{}",
    "sv=2024&sr=b&sig={}&se=2026",
    "sig={}&sv=2024",
    "a\\u0026sig={}\\u0026se=2026",
    "sig\\u003d{}",
    "DefaultEndpointsProtocol=https;AccountKey={};AccountName=a",
    "SharedAccessSignature=sr=x&sig={}",
    "Key2={}",
    '{{"secret": ["{}"]}}',
    "password=12{}",
    "Bearer {}0123456789abcdef",
    "sk-proj-{}",
    "https://a.example/x?anything={}",
]
VALUES = st.from_regex(r"[A-Za-z0-9]{12,64}", fullmatch=True)


@pytest.mark.parametrize("leak", LEAKS)
def test_no_secret_is_left_in_a_text(leak: str) -> None:
    assert not [secret for secret in (*SECRETS, KEY[:20]) if secret in redact(leak)]
    assert "…" in redact(leak)


@pytest.mark.parametrize("frame", FRAMES)
def test_each_name_of_a_secret_is_known(frame: str) -> None:
    assert SHORT[:12] not in redact(frame.format(SHORT))


@given(st.sampled_from(FRAMES), VALUES)
def test_a_value_behind_the_name_of_a_secret_is_taken_out(frame: str, value: str) -> None:
    told = redact("It failed: " + frame.format(value))
    assert value[:12] not in told
    assert "…" in told


@given(st.sampled_from(FRAMES), VALUES, st.sampled_from(["\n", "é", "\x01", '"', "€=", "…", "A "]))
def test_a_secret_in_a_line_of_json_is_taken_out_whatever_stands_before_it(frame: str, value: str, before: str) -> None:
    text = before + frame.format(value)
    for line in (json.dumps({"why": text}), json.dumps(json.dumps([text]))):
        told = redact(line)
        assert value[:12] not in told
        assert json.loads(told)


@given(st.text(min_size=1), VALUES)
def test_a_user_and_password_behind_basic_are_taken_out(user: str, password: str) -> None:
    credentials = base64.b64encode(f"{user}:{password}".encode(errors="replace")).decode()
    assert redact(f"as Basic {credentials}, it said") == "as Basic …, it said"


WORDS = st.sampled_from(
    [
        *("turkeyjerky", "keyJohn", "heyJude", "passwords", "keynote", "key", "token", "ring", "signature", "design"),
        *("code", "monkey", "secret", "credentials", "basic", "sk", "eyJ", "IMG20261125", "scan_0001"),
        *("été", "2026"),
    ]
)
NAMES = st.one_of(
    st.lists(WORDS, min_size=1, max_size=4).map("".join),  # more of them could be a key
    *(st.lists(WORDS, min_size=1, max_size=9).map(between.join) for between in "-_/ ."),
)
"""A file called `Bearer x=1` is no secret, but no expression can tell."""


@given(NAMES, st.sampled_from([".png", ".mp3", "/signature=big.png", "/turkey=1.jpg", " (2).webp"]))
def test_the_name_of_a_file_is_left_whole(name: str, end: str) -> None:
    assume("=" not in end or not re.search(r"(bearer|basic) ", name, re.I))
    line = json.dumps({"event": "blob.answered", "name": name + end, "tokens": 84}, ensure_ascii=False)
    assert redact(line) == line


@pytest.mark.parametrize(
    "plain",
    [
        '{"event": "blob.answered", "name": "receipts/2026/11/a long folder/another-one/scan_0001.png"}',
        "The model answered 503 (busy, request 0a1b2c3d-0000-1111-2222-333344445555): try later",
        "https://a.blob.core.windows.net/input/translate/es/hello.mp3",
        "The service answered with error code: unsupported",
        "code=DeploymentNotFound",
        "Bearer authentication is required, or Basic authentication",
        "The model answered 401 (invalid_api_key): No such key.",
        '{"token": null, "secret": true, "key": 0, "sig": [1, 2], "password": [], "pwd": {"a": 1.5e3}}',
        "Bearer of bad news 2026.mp3",
        "bearer certificate-of-incorporation-2026.png",
        '"total_tokens": 84, "token_count": 3',
        "must be a connection string of a storage account: `AccountName=...;AccountKey=...;...`",
        '{"event": "blob.gone", "name": "' + "folder/" * 20 + 'x.png"}',
        '{"event": "blob.gone", "name": "' + "receipts/2026/November/25/" * 8 + 'x.png"}',
        pytest.param("A" * 16_000, id="a long word without a digit"),
    ],
)
def test_a_text_without_a_secret_is_left_alone(plain: str) -> None:
    assert redact(plain) == plain


PIECES = st.lists(
    st.sampled_from(
        [
            *("key", "api-key", "token", "sig", "secret", "eyJabcdefgh.abcdefgh", "sk-proj-", "?a=", "&", "=", ":"),
            *("'", '"', '\\"', "\\", "%3D", "%22", "(", "b'", "}", ";", "…", "é", "\x00", "Bearer ", "basic ", " "),
            *("\n", ", ", "abcDEF012"),
            *("A1bA1bA1bA1bA1bA1bA1bA1bA1bA1bA1bA1bA1bA1bA1bA1bA1bA1bA1bA1bA1bA1bA1bA1bA1bA1bA1bA1bA1bA1b"),
        ]
    ),
    max_size=12,
).map("".join)


@given(st.one_of(st.text(), PIECES))
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    assert redact(redact(text)) == redact(text)


@given(PIECES)
def test_a_line_of_json_stays_json(text: str) -> None:
    assert json.loads(redact(json.dumps({"why": text, "name": "x", "seconds": 1})))


@pytest.mark.parametrize("unit", ["max_tokens", '"key": "x" ', "\n", "a", "words and words "])
def test_of_a_long_text_only_the_beginning_and_the_last_lines_are_told(unit: str) -> None:
    told = redact(f"It began.{unit * (10_000_000 // len(unit))}\nIt ended.")
    assert len(told) <= MAX_TEXT
    assert told.startswith("It ")
    assert told.endswith(" characters)\nIt ended.") or told.endswith(f"{unit[:-1]}\nIt ended.")


@given(st.integers(0, 2 * len(KEY)), st.integers(0, 2 * len(KEY)), st.booleans())
def test_no_part_of_a_key_is_left_where_a_long_text_is_cut(before: int, behind: int, in_lines: bool) -> None:
    words = "word\n" if in_lines else "word "
    start = (words * MAX_TEXT)[: MAX_TEXT - 4096 - 64 - before]
    end = (words * MAX_TEXT)[: 4096 - behind]
    told = redact(f"{start} {KEY} {words * 5000} {KEY} {end}")
    assert KEY[:12] not in told


@pytest.mark.parametrize("leak", LEAKS)
def test_nothing_secret_enters_a_log_record_or_its_exception(leak: str, caplog: pytest.LogCaptureFixture) -> None:
    redact_logs()
    with Watch().keeping() as watch:
        logging.getLogger("anything").warning("calling %s", leak)
        logging.getLogger("anything").error("it failed", exc_info=ValueError(leak))
    assert watch.leaks == []
    assert caplog.text.count("…") >= 2


def test_a_log_call_with_a_slip_is_left_to_logging() -> None:
    class Unprintable:
        def __str__(self) -> str:
            raise AttributeError("no text")

    redact_logs()
    made = logging.getLogger("x").makeRecord("x", logging.INFO, "x.py", 1, "calling %s", (Unprintable(),), None)
    assert made.msg == "calling %s"


@pytest.mark.parametrize("leak", LEAKS)
def test_nothing_secret_is_raised_not_even_as_a_cause(leak: str) -> None:
    several = ExceptionGroup("several", [KeyError("x"), ValueError(leak)])
    for told, cause in ((leak, None), ("down", ValueError(leak)), ("down", several)):
        with pytest.raises(DropscribeError) as caught, redacted_errors():
            raise StorageUnavailable(told) from cause
        assert not [secret for secret in SECRETS if secret in str(caught.value)]
        assert caught.value.__cause__ is None


def test_an_error_without_a_secret_is_raised_as_it_is() -> None:
    with pytest.raises(StorageUnavailable, match="down"), redacted_errors():
        raise StorageUnavailable("down") from ValueError("no network")


def test_an_error_that_leads_back_to_itself_is_raised_as_it_is() -> None:
    error, sending = RuntimeError("unexpected"), ConnectionError("cannot send")
    sending.__cause__ = error  # as where reading a file breaks the request that it was to be sent in
    with pytest.raises(RuntimeError, match="unexpected"), redacted_errors():
        raise error from sending
