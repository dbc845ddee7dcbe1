"""Serve the inbox from the media storage's own website: the last part of azd's `postdeploy` hook.

No template can switch on the website, upload to it or register an app: `az` does, with the rights of whoever deploys.
What is there already is left as it is, so that the hook can run again. Standard library only.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from azure_cli import AzureCli, AzureError, NotYetError, show_any_character, try_until_done
from offered import listed, text
from steps import SetupFailedError
from tools import write_page

AGAIN = "The app itself works. Then run `azd hooks run postdeploy`."
PAUSES = (10, 20, 30, 60, 60, 60, 60)
"""Seconds between two tries: a role takes effect within five minutes."""
UPLOAD_SECONDS = 600
KEPT_DAYS = 30
"""Scripts of other versions stay for so long after their upload, for tabs that are open."""
GRAPH = "https://graph.microsoft.com/v1.0/applications"
STORAGE = "e406a681-f3d4-42a8-90b6-c2b029497af1"
"""What Entra ID calls Azure Storage, in every tenant."""
USER_IMPERSONATION = "03e0da56-190b-40ad-a80c-ea378c433f7f"
"""Its permission to do what the user may, and nothing beyond."""

MEDIA_TYPES = {
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".html": "text/html",
}
"""In the order in which they are uploaded: the page comes when all is there that it names. What `az` itself makes of an
ending depends on the machine; a browser runs no script of another type."""

_NAMES = (
    *("AZURE_SUBSCRIPTION_ID", "MEDIA_STORAGE_ACCOUNT", "INPUT_CONTAINER"),
    *("OUTPUT_CONTAINER", "INBOX_ADDRESS"),
)
_NO_ROLE = (
    "Whoever deploys needs the role Storage Blob Data Contributor on the container $web, which `azd provision` gives to"
    " AZURE_PRINCIPAL_ID, and Contributor on the account. With a private network this must run from within, or from an"
    " address in `allowedIpRanges`."
)

_NO_APP = (
    "Run it again in some minutes; if that does not help, give an app by `azd env set DROPSCRIBE_INBOX_CLIENT_ID ID`"
    " (docs/inbox.md says what to register)."
)


class Inbox:
    """The page of one storage account."""

    def __init__(self, az: AzureCli, made: Mapping[str, str], pause: Callable[[float], None]) -> None:
        self._az = az
        self._made = made
        self._pause = pause
        self._account, self._address = made["MEDIA_STORAGE_ACCOUNT"], made["INBOX_ADDRESS"]

    def publish(self, page: Path) -> None:
        """Register the page, write it into the folder with its configuration, and upload it.

        Raises:
            AzureError: a step cannot be taken; the message says what to do.
            NotYetError: Azure gave no answer that can be used.
            SetupFailedError: the page could not be built.
        """
        tenant = self._az("account", "show", "--query", "tenantId", "--output", "tsv")
        client = self._made.get("DROPSCRIBE_INBOX_CLIENT_ID", "").strip() or self._registered()
        write_page(page, self._configuration(client, tenant))
        self._step("Switching on the website of " + self._account, self._serve)
        self._step("Uploading the inbox", lambda: self._upload(page))
        self._step(f"Removing scripts of versions that are older than {KEPT_DAYS} days", self._remove_old)
        print(f"The inbox is at {self._address}", flush=True)

    def _step(self, what: str, step: Callable[[], str], next_step: str = _NO_ROLE) -> None:
        try_until_done(what, step, next_step, PAUSES, self._pause)

    def _configuration(self, client: str, tenant: str) -> dict[str, str]:
        return {
            "blobs": f"https://{self._account}.blob.core.windows.net",
            "queues": f"https://{self._account}.queue.core.windows.net",
            "input": self._made["INPUT_CONTAINER"],
            "output": self._made["OUTPUT_CONTAINER"],
            "client-id": client,
            "tenant-id": tenant,
        }

    def _serve(self) -> str:
        self._az(
            *("storage", "blob", "service-properties", "update", "--account-name", self._account),
            *("--static-website", "true", "--index-document", "index.html", "--auth-mode", "login", "--output", "none"),
        )
        return "done"

    def _upload(self, page: Path) -> str:
        present = {each.suffix for each in page.rglob("*") if each.is_file()}
        if unknown := sorted(present - MEDIA_TYPES.keys()):
            raise AzureError(f"scripts/publish_inbox.py knows no media type for {', '.join(unknown)}.")
        for ending, media_type in MEDIA_TYPES.items():
            if ending not in present:
                continue
            self._az(
                *("storage", "blob", "upload-batch", "--account-name", self._account, "--destination", "$web"),
                *("--source", str(page), "--pattern", f"*{ending}", "--content-type", media_type),
                *("--content-cache-control", "no-cache", "--overwrite", "true", "--no-progress"),
                *("--auth-mode", "login", "--output", "none"),
                seconds=UPLOAD_SECONDS,
            )
        return "done"

    def _remove_old(self) -> str:
        """Each version's scripts have names of their own; those of this one were just uploaded anew."""
        until = time.strftime("%Y-%m-%dT%H:%MZ", time.gmtime(time.time() - KEPT_DAYS * 86_400))
        self._az(
            *("storage", "blob", "delete-batch", "--account-name", self._account, "--source", "$web"),
            *("--pattern", "assets/*", "--if-unmodified-since", until, "--auth-mode", "login", "--output", "none"),
        )
        return "done"

    def _registered(self) -> str:
        """The client id of the app registration, which is made if it is not there; it has no secret."""
        name = f"Dropscribe inbox {self._account}"
        found = [each for each in self._apps(name) if text(each, "displayName") == name]
        if len(found) > 1:
            raise AzureError(
                f"There are {len(found)} app registrations named {name!r}: choose one by `azd env set"
                " DROPSCRIBE_INBOX_CLIENT_ID ID`."
            )
        if found:
            app = found[0]
        else:
            print(f"Registering the app {name!r}, without a secret", flush=True)
            app = self._az.json("ad", "app", "create", "--display-name", name, "--sign-in-audience", "AzureADMyOrg")
        client = text(app, "appId")
        if not client or not text(app, "id"):
            raise NotYetError("Entra ID names no app registration.")
        # Entra ID copies a new app to its other servers, which do not know it for some seconds.
        self._step("Letting the app send people back to the page", lambda: self._let_come_back(app), _NO_APP)
        self._step("Letting people of this tenant use the app", lambda: self._let_sign_in(client), _NO_APP)
        return client

    def _apps(self, name: str) -> list[object]:
        return listed(self._az.json("ad", "app", "list", "--display-name", name))

    def _let_sign_in(self, client: str) -> str:
        if not listed(self._az.json("ad", "sp", "list", "--filter", f"appId eq '{client}'")):
            self._az("ad", "sp", "create", "--id", client, "--output", "none")
        return "done"

    def _let_come_back(self, app: object) -> str:
        """Have people come back to the page from the sign-in, with a token for storage alone."""
        known = [str(each) for each in listed(app, "spa", "redirectUris")]
        permissions = [{"resourceAppId": STORAGE, "resourceAccess": [{"id": USER_IMPERSONATION, "type": "Scope"}]}]
        if self._address in known and listed(app, "requiredResourceAccess"):
            return "done"
        wanted = {
            "spa": {"redirectUris": [*known, *({self._address} - set(known))]},
            "requiredResourceAccess": permissions,
        }
        with tempfile.TemporaryDirectory() as folder:
            body = Path(folder) / "app.json"  # a command line with JSON in it is read otherwise on each system
            body.write_text(json.dumps(wanted), encoding="utf-8")
            self._az(
                *("rest", "--method", "patch", "--url", f"{GRAPH}/{text(app, 'id')}"),
                *("--headers", "Content-Type=application/json", "--body", f"@{body}"),
            )
        return "done"


def main(environ: Mapping[str, str] = os.environ, pause: Callable[[float], None] = time.sleep) -> int:
    """Serve the inbox where it is switched on, or say why that cannot be done and what to do."""
    if environ.get("DROPSCRIBE_INBOX", "").strip().lower() != "true":
        return 0
    if missing := [name for name in _NAMES if not environ.get(name)]:
        print(f"azd's environment lacks {', '.join(missing)}: run `azd provision`. {AGAIN}", file=sys.stderr)
        return 1
    try:
        with tempfile.TemporaryDirectory() as folder:
            Inbox(AzureCli.find(environ["AZURE_SUBSCRIPTION_ID"]), environ, pause).publish(Path(folder) / "page")
    except (AzureError, NotYetError, SetupFailedError) as error:
        print(f"The inbox is not served: {error}\n{AGAIN}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    show_any_character()
    sys.exit(main())
