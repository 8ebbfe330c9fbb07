"""Files that a crash of the machine cannot leave half written."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["TEMPORARY", "write_durably"]

TEMPORARY = ".tmp"
"""Suffix of files being written; what a killed process leaves of them may be deleted."""


def write_durably(path: Path, content: bytes) -> None:
    """Write a file that is there complete or not at all, even if the power fails.

    The content reaches the disk before the name does; the name is on the disk when this returns. Only one
    process may write a path at a time.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + TEMPORARY)
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    if not hasattr(os, "O_DIRECTORY"):  # a system whose folders cannot be opened
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
