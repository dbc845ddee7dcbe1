"""What follows a deployment: azd's `postdeploy` hook, alike on every system. Standard library only.

The inbox does not wait for the sample, nor the other way round: each says what went wrong with it.
"""

from __future__ import annotations

import sys

import connect_events
import publish_inbox
from azure_cli import show_any_character


def main() -> int:
    """Take both steps; 0 only if both succeeded."""
    return max(connect_events.main(), publish_inbox.main())


if __name__ == "__main__":
    show_any_character()
    sys.exit(main())
