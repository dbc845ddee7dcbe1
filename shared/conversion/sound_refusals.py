"""Why a recording is refused, in plain words with a next step. Nothing that a decoder said stands in them."""

from shared.conversion.process import ProcessLimits
from shared.errors import FileRejected

_SAVE_ANEW = "Play it on your own computer; if it plays there, save it anew as MP3 or WAV and drop that."
_MEBIBYTE = 1024 * 1024


def unknown_format() -> FileRejected:
    """Nothing here reads such a file."""
    return FileRejected("unsupported_media", "Dropscribe cannot read the sound of such a file.", _SAVE_ANEW)


def no_sound() -> FileRejected:
    """It is a silent film, for example."""
    return FileRejected("unsupported_media", "The file holds no sound.", "Drop a recording, or a film with sound.")


def unknown_codec() -> FileRejected:
    """Its container is known, but not how the sound in it is written down."""
    problem = "The sound of the file is encoded in a way that Dropscribe cannot read."
    return FileRejected("unsupported_media", problem, _SAVE_ANEW)


def unknown_channels() -> FileRejected:
    """It has many channels, and does not say which of them is what."""
    problem = "The recording has many channels, and does not say how they are to be mixed."
    return FileRejected("unsupported_media", problem, "Mix it down to one or two channels and drop that.")


def protected() -> FileRejected:
    """It is encrypted, by a shop for example."""
    problem = "The recording is protected against copying, and cannot be read without its key."
    return FileRejected("unsupported_media", problem, "Drop a recording without such protection.")


def damaged() -> FileRejected:
    """It is not what its first bytes promise."""
    return FileRejected("damaged_media", "The recording is damaged: no sound could be decoded.", _SAVE_ANEW)


def stopped() -> FileRejected:
    """The decoder crashed, or was ended at a limit."""
    problem = (
        "Decoding the recording took more memory or time than Dropscribe allows, or broke off: the file may be damaged."
    )
    return FileRejected("damaged_media", problem, _SAVE_ANEW)


def stalled(limits: ProcessLimits) -> FileRejected:
    """The decoder was not done in time."""
    problem = (
        f"To decode the recording takes longer than {limits.seconds:g} seconds and a share of the time that it plays:"
        " it is damaged, or nearly empty."
    )
    return FileRejected("too_large", problem, _SAVE_ANEW)


def too_long(max_seconds: float, told_seconds: float | None) -> FileRejected:
    """It plays longer than the setting says. Its header may tell how long; nobody has decoded it to its end."""
    header = f" Its header tells of {told_seconds:g} seconds." if told_seconds and told_seconds > max_seconds else ""
    problem = f"The recording plays for more than {max_seconds:g} seconds, which is the limit (MAX_SECONDS).{header}"
    return FileRejected("too_long", problem, "Cut it into shorter recordings, or have MAX_SECONDS raised.")


def file_too_large(size: int, max_bytes: int) -> FileRejected:
    """Its index may lie at its end, so all of it must lie on the disk."""
    problem = (
        f"The file has {_mebibytes(size)}; of a recording of its kind {_mebibytes(max_bytes)} at most are put on the "
        "disk (MAX_DISK_BYTES)."
    )
    return FileRejected("too_large", problem, "Save it as MP3, or have MAX_DISK_BYTES raised.")


def mp3_too_large(max_bytes: int) -> FileRejected:
    """What it is converted to takes too much of the disk."""
    problem = (
        f"Converted, the recording has more than the {_mebibytes(max_bytes)} that are left for it on the disk "
        "(MAX_DISK_BYTES)."
    )
    return FileRejected("too_large", problem, "Cut it into shorter recordings, or have MAX_DISK_BYTES raised.")


def _mebibytes(size: int) -> str:
    return f"{size / _MEBIBYTE:.1f} MiB"
