"""Why a file of pictures or pages is refused, in words for people. What its decoder said is never quoted."""

from collections.abc import Callable

from shared.conversion.process import ProcessLimits
from shared.conversion.task import Task
from shared.errors import FileRejected

_NAMES = {"jp2": "JPEG 2000", "pdf": "PDF"}
_INTACT = "Open it on your own computer; if it opens there, save it anew as PNG, JPEG or PDF and drop that copy."
_WHOLE = "Check that the upload was complete, and drop the file again."
_SIMPLER = "Save it smaller, or as a simpler picture such as a JPEG, or split it; then drop that."


def name_of(format_: str) -> str:
    """What people call the format."""
    return _NAMES.get(format_, format_.upper())


def _damaged(problem: str, next_step: str = _INTACT) -> FileRejected:
    return FileRejected("damaged_media", problem, next_step)


def _too_large(problem: str, next_step: str) -> FileRejected:
    return FileRejected("too_large", problem, next_step)


def refusal(reason: str, figure: int, task: Task) -> FileRejected:
    """The refusal for what the process that draws told; `KeyError` where it told what it cannot mean."""
    name = name_of(task.format)
    made: dict[str, Callable[[], FileRejected]] = {
        "unknown": lambda: _damaged(f"The file begins as {name} does, but no decoder opens it: it is damaged."),
        "damaged": lambda: _damaged(f"The {name} is damaged: it cannot be decoded."),
        "cut": lambda: _damaged(f"The {name} ends too early: a part of the picture is missing.", _WHOLE),
        "empty": lambda: _damaged(f"The {name} has no pages."),
        "memory": lambda: _too_large(
            f"To decode the {name} takes more memory than the gigabyte that one file may have.", _SIMPLER
        ),
        "disk": lambda: _too_large(
            f"The pictures of the {name} take more disk than one file may have (MAX_DISK_BYTES).", _SIMPLER
        ),
        "password": lambda: FileRejected(
            "unsupported_media", f"The {name} asks for a password.", "Remove the password and drop the file again."
        ),
        "pixels": lambda: FileRejected(
            "too_large",
            f"The picture has {figure} pixels; {task.max_pixels} are the most (MAX_PIXELS).",
            "Make it smaller and drop it again, or raise MAX_PIXELS.",
        ),
        "pages": lambda: FileRejected(
            "too_large",
            f"The file has {figure} pages; {task.max_pages} are the most (MAX_PAGES).",
            "Split it, name a recipe that reads the first page only, or raise MAX_PAGES.",
        ),
        "bytes": lambda: FileRejected(
            "too_large",
            f"Even scaled down the picture has {figure} bytes; the model takes {task.max_bytes}.",
            "Name a model that takes larger pictures.",
        ),
    }
    return made[reason]()


def crashed(code: int, format_: str, limits: ProcessLimits) -> FileRejected:
    """The process that draws was ended by a signal, or told nothing that can be read."""
    from signal import Signals  # noqa: PLC0415

    name = name_of(format_)
    if -code == getattr(Signals, "SIGXCPU", None):
        return _too_large(f"To decode the {name} takes more than {limits.cpu_seconds} seconds of computing.", _SIMPLER)
    return _damaged(f"The {name} is damaged: it made its decoder fail.")


def stalled(format_: str, limits: ProcessLimits) -> FileRejected:
    """The process that draws was not done in time."""
    allowed = f"{limits.seconds:g} seconds and {limits.step_seconds:g} more for each picture or page"
    return _too_large(f"To draw the {name_of(format_)} takes longer than {allowed}.", _SIMPLER)
