"""`python -m local.inbox.publish`: the page as a static website serves it, in a folder, with its configuration."""

import argparse
import json
import shutil
from pathlib import Path

from local.inbox import PAGE
from local.inbox.page import page_for
from local.inbox.recipes import recipes_for_page

RECIPES = PAGE.parents[1] / "recipes"
SIGN_IN = "https://login.microsoftonline.com"


def publish(config: dict[str, object], to: Path, page: Path = PAGE) -> None:
    """Write the page, its configuration and the recipes into the folder, which is emptied first.

    Raises:
        ValueError: an address in the configuration is none.
        ConfigurationError: a recipe is wrong.
    """
    text = page_for(page / "index.html", str(config["blobs"]), str(config["queues"]), sign_in=SIGN_IN)
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(page, to)
    (to / "index.html").write_text(text, encoding="utf-8")
    (to / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (to / "recipes.json").write_text(json.dumps(recipes_for_page(RECIPES)), encoding="utf-8")


def _config(given: argparse.Namespace) -> dict[str, object]:
    return {
        "blobs": given.blobs.rstrip("/"),
        "queues": given.queues.rstrip("/"),
        "input": given.input,
        "output": given.output,
        "deferred": given.deferred,
        "signIn": {"kind": "entra", "clientId": given.client_id, "tenantId": given.tenant_id},
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.inbox.publish", description="Write the inbox for Azure.")
    for name in ("blobs", "queues", "client-id", "tenant-id"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--input", default="input")
    parser.add_argument("--output", default="output")
    parser.add_argument("--deferred", default="dropscribe-deferred")
    parser.add_argument("--to", type=Path, required=True, help="the folder; it is emptied first")
    return parser.parse_args()


if __name__ == "__main__":
    arguments = _arguments()
    publish(_config(arguments), arguments.to)
