"""Long work in chunks: the same numbers whoever does it, in whatever order, and however often it is interrupted."""

from __future__ import annotations

from nulight.runs.chunks import Chunks
from nulight.runs.execute import Arrays, Executor, Serial, Store, Task, execute, run_chunk
from nulight.runs.memory import Memory
from nulight.runs.streams import stream

__all__ = ["Arrays", "Chunks", "Executor", "Memory", "Serial", "Store", "Task", "execute", "run_chunk", "stream"]
