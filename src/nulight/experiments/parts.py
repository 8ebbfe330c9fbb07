"""The parts of a document that are sound by themselves, with where they stand and what was found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from nulight.data.reader import Table
from nulight.experiments.faults import FaultList
from nulight.experiments.schema import NuisanceEntry
from nulight.typing import FloatArray

__all__ = ["Part", "Parts", "Read"]

_T = TypeVar("_T")
Read = Callable[[str], Table]


@dataclass(frozen=True, slots=True)
class Part(Generic[_T]):
    """One sound part of a card and where it stands."""

    path: str
    value: _T


@dataclass(slots=True)
class Parts:
    """A document taken apart; `edges` is set once the bins are known to be sound."""

    document: Mapping[str, Any]
    read: Read
    faults: FaultList
    sources: list[Part[Any]] = field(default_factory=list)
    backgrounds: list[Part[Any]] = field(default_factory=list)
    nuisances: list[Part[NuisanceEntry]] = field(default_factory=list)
    edges: FloatArray | None = None

    def one(self, path: str, annotation: Any) -> Part[Any] | None:
        """Return a part by its path in the document, None if it is absent or not sound."""
        value: Any = self.document
        for key in path.split("."):
            value = value.get(key) if isinstance(value, Mapping) else None
        return _sound(path, annotation, value)

    def many(self, path: str, annotation: Any) -> list[Part[Any]]:
        """Return the sound items of a list."""
        items = self.document.get(path)
        if not isinstance(items, (list, tuple)):
            return []
        found = (_sound(f"{path}[{i}]", annotation, item) for i, item in enumerate(items))
        return [part for part in found if part is not None]

    def table(self, path: str, file: str) -> Table | None:
        """Return a table, or note that it cannot be read."""
        return self.faults.attempt(f"{path}.file", file, self.read, file)


@lru_cache(maxsize=64)
def _adapter(annotation: Any) -> TypeAdapter[Any]:
    return TypeAdapter(annotation)


def _sound(path: str, annotation: Any, value: Any) -> Part[Any] | None:
    if value is None:
        return None
    try:
        return Part(path, _adapter(annotation).validate_python(value))
    except ValidationError:
        return None
