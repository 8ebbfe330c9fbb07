"""Long work in chunks: the same numbers whoever does it, in whatever order, and however often it is interrupted."""

from __future__ import annotations

from nulight.runs.chunks import Chunks
from nulight.runs.dask import DaskExecutor
from nulight.runs.execute import Arrays, Executor, Serial, Store, Task, execute, run_chunk
from nulight.runs.folder import RunFolder, RunStatus
from nulight.runs.manifest import Manifest
from nulight.runs.memory import Memory
from nulight.runs.once import once
from nulight.runs.open import open_executor
from nulight.runs.streams import stream
from nulight.runs.workers import ClusterError

__all__ = [
    "Arrays",
    "Chunks",
    "ClusterError",
    "DaskExecutor",
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
    "open_executor",
    "run_chunk",
    "stream",
]
