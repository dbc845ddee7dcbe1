import json
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import DropscribeError, StorageUnavailable
from shared.observability.redaction import redact, redact_logs, redacted_faults
from tests.planted import KEY, SECRETS, SIGNATURE, TOKEN, Watch

LEAKS = [
    f"GET https://a.example/b.png?sp=r&sig={SIGNATURE} failed",
    f"https%3A%2F%2Fa.example%2Fb%3Fsig%3D{SIGNATURE}",
    f"sig={SIGNATURE}",
    f"Authorization: Bearer {TOKEN}",
    f"authorization: bearer {TOKEN}",
    f"api-key: {KEY}",
    f"AccountName=a;AccountKey={KEY};",
    f"https://host/runtime/webhooks/blobs?code={KEY}",
    f"the key {KEY} is wrong",
    f"{{'api-key': '{KEY[:32]}', 'x': 1}}",
    f'{{"api-key": "{KEY[:32]}"}}',
    f"Authorization: SharedKey account:{SIGNATURE}=",
    f'"accessToken": "{TOKEN}"',
    f"password={KEY[:20]}",
    f"the token {TOKEN} is old",
    f'{{"headers": "{{\\"api-key\\": \\"{KEY[:32]}\\"}}"}}',
    f'"api-key": "\\/{KEY[:32]}"',
    f"https%3A%2F%2Fa.example%2Fb%26sv%3D2024%26sig%3D{SIGNATURE}",
    f"client_secret={KEY[:32]}",
]


@pytest.mark.parametrize("leak", LEAKS)
def test_no_secret_is_left_in_a_text(leak: str) -> None:
    assert not [secret for secret in (*SECRETS, KEY[:20]) if secret in redact(leak)]
    assert "…" in redact(leak)


def test_a_log_line_of_a_file_with_a_query_in_its_name_stays_json() -> None:
    line = json.dumps({"event": "blob.gone", "name": "dir?x=1 y.png", "seconds": 1})
    assert json.loads(redact(line))["seconds"] == 1


@pytest.mark.parametrize(
    "plain",
    [
        '{"event": "blob.answered", "name": "receipts/2026/11/a long folder/another-one/scan_0001.png"}',
        "The model answered 503 (busy, request 0a1b2c3d-0000-1111-2222-333344445555): try later",
        "https://a.blob.core.windows.net/input/translate/es/hello.mp3",
        "The service answered with error code: unsupported",
        '{"event": "blob.gone", "name": "' + "folder/" * 20 + 'x.png"}',
        pytest.param("A" * 1_000_000, id="a megabyte without a digit"),  # which must not take an hour either
    ],
)
def test_what_is_no_secret_is_left_alone(plain: str) -> None:
    assert redact(plain) == plain


@given(st.text())
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    assert redact(redact(text)) == redact(text)


@pytest.mark.parametrize("leak", LEAKS)
def test_nothing_secret_enters_a_log_record_or_its_exception(leak: str, caplog: pytest.LogCaptureFixture) -> None:
    redact_logs()
    with Watch().keeping() as watch:
        logging.getLogger("anything").warning("calling %s", leak)
        logging.getLogger("anything").error("it failed", exc_info=ValueError(leak))
    assert watch.leaks == []
    assert caplog.text.count("…") >= 2


@pytest.mark.parametrize("leak", LEAKS)
def test_nothing_secret_is_raised_not_even_as_a_cause(leak: str) -> None:
    for fault, cause in ((StorageUnavailable(leak), None), (StorageUnavailable("down"), ValueError(leak))):
        with pytest.raises(DropscribeError) as caught, redacted_faults():
            raise fault from cause
        assert not [secret for secret in SECRETS if secret in str(caught.value)]
        assert caught.value.__cause__ is None


def test_a_fault_without_a_secret_is_raised_as_it_is() -> None:
    with pytest.raises(StorageUnavailable, match="down"), redacted_faults():
        raise StorageUnavailable("down") from ValueError("no network")


def test_a_fault_that_leads_back_to_itself_is_raised_as_it_is() -> None:
    fault, sending = RuntimeError("unexpected"), ConnectionError("cannot send")
    sending.__cause__ = fault  # as where reading a file breaks the request that it was to be sent in
    with pytest.raises(RuntimeError, match="unexpected"), redacted_faults():
        raise fault from sending
