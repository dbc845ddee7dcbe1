"""Runs a program under limits: `python -I -S limited.py MEMORY SECONDS DISK PROGRAM ARGUMENT...` (bytes, CPU seconds).

Limits are set by the process that becomes the program, because setting them between fork and exec would need a lock
that another thread of the app may hold. Only the standard library is imported: it starts in 15 ms. Windows has no such
limits; there only the time is bounded, by who starts the program.
"""

import os
import sys


def limit_this_process(memory_bytes: int, cpu_seconds: int, file_bytes: int) -> None:
    """Let the system end this process when it wants more than that. Files are those that it writes."""
    try:
        import resource  # noqa: PLC0415 - there is none on Windows
    except ImportError:
        return
    for kind, limit in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        resource.setrlimit(kind, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))


if __name__ == "__main__":
    limit_this_process(*map(int, sys.argv[1:4]))
    os.execv(sys.argv[4], sys.argv[4:])  # noqa: S606 - the program and its arguments are ours
