"""The inbox on this machine: serves the page that `web/` builds, and hands it short-lived access to the emulator."""

from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / ".local" / "web"
"""Where `python3 scripts/dev.py web` puts the page."""


def is_built() -> bool:
    """Whether there is a page to be served."""
    return (PAGE / "index.html").is_file()
