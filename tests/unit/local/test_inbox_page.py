"""The page as it is served here and published for Azure."""

import json
from pathlib import Path
from typing import Any

import pytest

from local.inbox.page import page_for
from local.inbox.publish import publish

INDEX = Path(__file__).parents[3] / "web" / "index.html"
BLOBS, QUEUES = "https://account.blob.core.windows.net", "https://account.queue.core.windows.net"
CONFIG: dict[str, Any] = {"blobs": BLOBS, "queues": QUEUES, "signIn": {"kind": "entra", "clientId": "1"}}


@pytest.fixture
def page(tmp_path: Path) -> Path:
    folder = tmp_path / "page"
    folder.mkdir()
    (folder / "index.html").write_text(INDEX.read_text())
    return folder


def test_a_published_page_may_speak_to_its_own_storage_and_to_the_sign_in_only(tmp_path: Path, page: Path) -> None:
    publish(CONFIG, tmp_path / "web", page)
    policy = (tmp_path / "web" / "index.html").read_text()
    assert f"connect-src 'self' {BLOBS} {QUEUES} https://login.microsoftonline.com;" in policy
    assert "{" not in policy
    assert json.loads((tmp_path / "web" / "config.json").read_text()) == CONFIG


@pytest.mark.parametrize(
    "address", ["*", "https://*.blob.core.windows.net", "https://a; script-src *", "", "a.example"]
)
def test_what_is_no_address_of_a_service_comes_into_no_policy(page: Path, address: str) -> None:
    with pytest.raises(ValueError, match="is no address"):
        page_for(page / "index.html", BLOBS, address)


def test_the_policy_of_the_page_lets_nothing_in_but_its_own_scripts() -> None:
    policy = INDEX.read_text()
    assert "default-src 'none'; script-src 'self';" in policy
    assert "unsafe" not in policy
