"""The entry point of `dropscribe`."""

import os

INTERRUPTED = 130


def main() -> None:
    """Run the command line."""
    try:
        from cli.main import main as run  # noqa: PLC0415 - Ctrl-C may come while all that is imported

        run()
    except KeyboardInterrupt:
        os._exit(INTERRUPTED)


if __name__ == "__main__":
    main()
