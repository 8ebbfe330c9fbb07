"""One writer at a time: a lock that the system releases when the process ends, however it ends."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["LockedError", "is_locked", "only_writer"]

_PATIENCE = 0.3  # seconds for somebody who only looks whether it is locked


class LockedError(OSError):
    """Another process is writing."""


@contextmanager
def only_writer(path: Path) -> Iterator[None]:
    """Hold the lock file `path` while the block runs.

    Raises
    ------
    LockedError
        If another process holds it; the message says which.
    """
    with path.open("a+") as file:
        deadline = time.monotonic() + _PATIENCE
        while not _taken(file.fileno(), exclusive=True):
            if time.monotonic() > deadline:
                file.seek(0)
                owner = file.read().strip() or "another process"
                raise LockedError(f"{path.parent}: {owner} is working here; wait for it, or give another folder")
            time.sleep(_PATIENCE / 10)
        file.truncate(0)
        file.write(f"process {os.getpid()} on {socket.gethostname()}\n")
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def is_locked(path: Path) -> bool:
    """Return whether some process holds the lock file `path`."""
    if not path.exists():
        return False
    with path.open("r") as file:
        return not _taken(file.fileno(), exclusive=False)


def _taken(handle: int, *, exclusive: bool) -> bool:
    """Try to lock; it ends when the file is closed."""
    try:
        import fcntl
    except ImportError:  # no such locks on this system: two runs at once are not noticed there
        return True
    try:
        fcntl.flock(handle, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
