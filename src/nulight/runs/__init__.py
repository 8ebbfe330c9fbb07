"""Long work in chunks: the same numbers whoever does it, in whatever order, and however often it is interrupted."""

from __future__ import annotations

from nulight.runs.chunks import Chunks
from nulight.runs.execute import Arrays, Executor, Serial, Store, Task, execute, run_chunk
from nulight.runs.folder import RunFolder, RunStatus
from nulight.runs.manifest import Manifest
from nulight.runs.memory import Memory
from nulight.runs.once import once
from nulight.runs.streams import stream

__all__ = [
    "Arrays",
    "Chunks",
    "Executor",
    "Manifest",
    "Memory",
    "RunFolder",
    "RunStatus",
    "Serial",
    "Store",
    "Task",
    "execute",
    "once",
    "run_chunk",
    "stream",
]
