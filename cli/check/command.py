"""What `check` does: it says of each file what would become of it. Returns the exit code."""

import asyncio
import logging
import os
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import override

from rich.text import Text

from cli import model, show
from cli.answers import one_line_of_json
from cli.check.checked import Checked
from cli.check.checking import Checker
from cli.check.lines import lines_of
from cli.check.local_files import LocalFiles
from cli.delivery import Order, ReaderGoneError
from cli.exits import FAILED, OK, CommandFailedError
from cli.terminal import one_line
from cli.threads import in_background
from cli.uploads import Upload
from local.stack import app_settings
from shared import bootstrap
from shared.app import App
from shared.errors import ConfigurationError, Conflict, InputNotFound, StorageUnavailable

NO_STORAGE = "AccountName=none;AccountKey=bm9uZQ=="
"""The settings must name a storage; nothing asks it."""

NO_MODEL = "http://127.0.0.1:9"
"""As above, for the offline model: port 9 is `discard`."""


class _Notices(logging.Handler):
    """Shows what the app says at its start, such as that a model retires soon."""

    @override
    def emit(self, record: logging.LogRecord) -> None:
        show.note(one_line(record.getMessage()), style="yellow")


class Told:
    """Tells of one file after the other: in lines at once, or in one list of JSON in the end."""

    def __init__(self, *, as_json: bool) -> None:
        self._objects: list[str] | None = [] if as_json else None

    def add(self, checked: Checked) -> None:
        """Tell of a file."""
        if self._objects is None:
            _print("\n".join(lines_of(checked)))
        else:
            self._objects.append(one_line_of_json(checked.fields()))

    def close(self) -> None:
        """Tell what has not been told."""
        if self._objects is not None:
            _print("[\n" + ",\n".join(self._objects) + "\n]" if self._objects else "[]")


async def check(order: Order, *, as_json: bool) -> int:
    """Say of each file what would become of it; 0 only if all would be answered.

    Raises:
        CommandFailedError: the settings are wrong, or the reader of our standard output has gone.
    """
    model.require_endpoint(os.environ)
    app = await in_background(lambda: loaded_app(os.environ))
    show.note(f"Model: {model.described(os.environ)}")
    told, code = Told(as_json=as_json), OK
    async with aclosing(_each(Checker.of(app, LocalFiles(order.uploads, order.metadata)), order.uploads)) as each:
        async for checked in each:
            if checked is None or checked.error:
                code = FAILED
            if checked:
                told.add(checked)
    told.close()
    return code


async def _each(checker: Checker, uploads: Sequence[Upload]) -> AsyncGenerator[Checked | None]:
    """What is found out about each file, in their order; None for one that cannot be read, which has been said."""
    tasks = [asyncio.create_task(checker.check(upload)) for upload in uploads]
    try:
        for upload, task in zip(uploads, tasks, strict=True):
            try:
                yield await task
            except (Conflict, InputNotFound, StorageUnavailable) as error:
                show.problem(f"{one_line(upload.name)}: it could not be read: {error}.")
                yield None
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _print(text: str) -> None:
    show.console.print(Text(text), soft_wrap=True)
    if show.console.quiet:
        raise ReaderGoneError


def loaded_app(environ: Mapping[str, str]) -> App:
    """The app that `run` would start.

    Raises:
        CommandFailedError: its settings are wrong.
    """
    logging.getLogger("dropscribe").addHandler(_Notices())
    offline = NO_MODEL if model.is_offline(environ) else None
    try:
        return bootstrap.load({**environ, **app_settings(NO_STORAGE, offline)})
    except ConfigurationError as error:
        raise CommandFailedError(str(error)) from None
