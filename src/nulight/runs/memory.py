"""Results of chunks kept in memory: the store of work that nobody needs to resume."""

from __future__ import annotations

from collections.abc import Mapping

from nulight.typing import FloatArray

__all__ = ["Memory"]


class Memory:
    """A `Store` in memory."""

    def __init__(self) -> None:
        self._arrays: dict[int, dict[str, FloatArray]] = {}

    def finished(self) -> frozenset[int]:
        """Return the numbers of the chunks that are there."""
        return frozenset(self._arrays)

    def write(self, chunk: int, arrays: Mapping[str, FloatArray]) -> None:
        """Keep the result of a chunk."""
        self._arrays[chunk] = dict(arrays)

    def read(self, chunk: int) -> dict[str, FloatArray]:
        """Return the result of a chunk."""
        return self._arrays[chunk]
