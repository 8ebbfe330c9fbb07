"""How many items are divided into chunks: part of what defines a result, so it never depends on who does the work."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Chunks"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunks:
    """Items 0 to n_items - 1 in chunks of `size`, the last one shorter.

    Examples
    --------
    >>> chunks = Chunks(n_items=25, size=10)
    >>> len(chunks), chunks.places(2)
    (3, slice(20, 25, None))
    """

    n_items: int
    size: int

    def __post_init__(self) -> None:
        if self.n_items < 1 or self.size < 1:
            raise ValueError(f"{self.n_items} items in chunks of {self.size}: both must be positive")

    def __len__(self) -> int:
        return -(-self.n_items // self.size)

    def places(self, chunk: int) -> slice:
        """Return the items of a chunk.

        Raises
        ------
        IndexError
            If there is no such chunk.
        """
        if not 0 <= chunk < len(self):
            raise IndexError(f"chunk {chunk}: there are {len(self)}")
        return slice(chunk * self.size, min((chunk + 1) * self.size, self.n_items))
