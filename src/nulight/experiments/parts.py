"""The parts of a document that are sound by themselves, with where they stand and what was found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from nulight.data.reader import Table
from nulight.experiments.columns import ANY_ENERGY
from nulight.experiments.faults import FaultList
from nulight.experiments.frame import Channel, EnergyFamily, Frame, column_families
from nulight.experiments.quantities import Family, Measured
from nulight.experiments.schema import NuisanceEntry
from nulight.typing import FloatArray

__all__ = ["Part", "Parts", "Read"]

_T = TypeVar("_T")
Read = Callable[[str], Table]

_NAMES: dict[Family, str] = {
    "keVee": "an electron-equivalent energy",
    "keVnr": "a nuclear-recoil energy",
    "PE": "a number of photoelectrons",
    "keV": "an energy, not said whether of the recoil or electron-equivalent",
    "time": "a time",
    "number": "a plain number",
}


@dataclass(frozen=True, slots=True)
class Part(Generic[_T]):
    """One sound part of a card and where it stands."""

    path: str
    value: _T


@dataclass(slots=True)
class Parts:
    """A document taken apart; what is not sound by itself is absent.

    `family` and `edges` are those of the energy bins, `frame` has the further axes as well. `base` is
    a card that this one is a variant of: what they share has been checked there.
    """

    document: Mapping[str, Any]
    read: Read
    faults: FaultList
    base: Parts | None = None
    channel: Channel | None = None
    sources: list[Part[Any]] = field(default_factory=list)
    backgrounds: list[Part[Any]] = field(default_factory=list)
    nuisances: list[Part[NuisanceEntry]] = field(default_factory=list)
    family: EnergyFamily | None = None
    edges: FloatArray | None = None
    frame: Frame | None = None

    @property
    def families(self) -> tuple[Family, ...]:
        """Units that columns of reconstructed energies may have; any while the bins are not sound."""
        if self.family is None:
            return ANY_ENERGY
        return column_families(self.family, self.channel or "electron-recoil")

    def written(self, path: str) -> Any:
        """Return what stands at a path of the document, ``bins.edges[2]``; None if nothing does."""
        value: Any = self.document
        for key in path.replace("[", ".").replace("]", "").split("."):
            if isinstance(value, (list, tuple)):
                value = value[int(key)] if key.isdigit() and int(key) < len(value) else None
            else:
                value = value.get(key) if isinstance(value, Mapping) else None
        return value

    def one(self, path: str, annotation: Any) -> Part[Any] | None:
        """Return a part by its path in the document, None if it is absent or not sound."""
        return _sound(path, annotation, self.written(path))

    def many(self, path: str, annotation: Any) -> list[Part[Any]]:
        """Return the sound items of a list."""
        items = self.document.get(path)
        if not isinstance(items, (list, tuple)):
            return []
        found = (_sound(f"{path}[{i}]", annotation, item) for i, item in enumerate(items))
        return [part for part in found if part is not None]

    def items(self, key: str) -> list[tuple[int, Mapping[str, Any]]]:
        """Items of a list as written: one that the schema refuses may still be named rightly, or name wrongly."""
        found = self.document.get(key)
        items = enumerate(found) if isinstance(found, (list, tuple)) else ()
        return [(i, item) for i, item in items if isinstance(item, Mapping)]

    def written_names(self, key: str) -> list[str]:
        """Names of a list's items; one without a name goes by its kind."""
        return [str(item.get("name", item.get("kind"))) for _, item in self.items(key)]

    def written_lists(self, key: str, inner: str) -> list[tuple[str, str]]:
        """Texts in an inner list of a list's items, with where they stand."""
        return [
            (f"{key}[{i}].{inner}[{j}]", name)
            for i, item in self.items(key)
            if isinstance(item.get(inner), (list, tuple))
            for j, name in enumerate(item[inner])
            if isinstance(name, str)
        ]

    def require_family(self, path: str, value: Measured, families: Sequence[Family], what: str = "") -> bool:
        """Note a number that is not measured in one of the families; a default counts as right."""
        if self.written(path) is None or value.family in families:
            return True
        name = f"{what}{_NAMES[value.family]}"
        self.faults.add(path, self.written(path), f"is {name}", f"use {' or '.join(families)}, as the bins")
        return False

    def settled(self, part: Part[Any]) -> bool:
        """Whether the same part stands in the base at the same place and in the same bins."""
        base = self.base
        if base is None or base.frame is None or self.frame is None:
            return False
        return base.frame.same_bins(self.frame) and base.written(part.path) == self.written(part.path)

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
