"""The base of all results: immutable, written as JSON or CSV, readable, with its citations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from html import escape
from pathlib import Path
from typing import Any, ClassVar, NoReturn, Self

import numpy as np

from nulight.io.atomic import write_text
from nulight.io.bibtex import bibtex
from nulight.io.restoring import restore_record
from nulight.io.text import csv_text, json_text, plain

__all__ = ["FORMAT", "FrozenDict", "Result"]

FORMAT = 1
"""Of the files of records: raised when a field changes; see `nulight.results.reading`."""


class FrozenDict(dict[str, Any]):
    """A dict that cannot be changed; copies and pickles like any other."""

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("results cannot be changed; take dict(...) of it first")

    __setitem__ = __delitem__ = __ior__ = update = pop = popitem = clear = setdefault = _refuse

    def __reduce__(self) -> tuple[type, tuple[dict[str, Any]]]:
        return type(self), (dict(self),)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Result:
    """Base of all records.

    Attributes
    ----------
    definition : str
        What was computed, in words.
    conventions : mapping
        The choices the numbers depend on.
    provenance : mapping
        Package version, hashes of the tables, and what else the experiment says about itself.
    citations : tuple of str
        Texkeys or arXiv numbers of the data and formulas used.
    warnings : tuple of str
        What the user should know about the numbers; empty if all went well.
    """

    kind: ClassVar[str] = "result"
    null: ClassVar[float] = float("nan")  # what null in an array of a file was, if it is always the same

    definition: str = ""
    conventions: Mapping[str, Any] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)
    citations: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for f in fields(self):
            object.__setattr__(self, f.name, _freeze(getattr(self, f.name)))

    def to_dict(self) -> dict[str, Any]:
        """Return the record as plain values: no arrays, no NaN (None instead)."""
        own = [f.name for f in fields(self) if f.name not in _COMMON]
        return {"result": self.kind, "format": FORMAT} | {name: plain(getattr(self, name)) for name in (*own, *_COMMON)}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Self:
        """Return the record that `to_dict` made these plain values of, in the present format.

        Raises
        ------
        ValueError
            If a field is missing or has a value that does not fit.
        """
        record: Self = restore_record(cls, given, cls.null)
        return record

    def save(self, path: str | Path) -> Path:
        """Write the record as JSON or CSV, by the suffix of `path`, atomically.

        Raises
        ------
        ValueError
            If the suffix is neither ``.json`` nor ``.csv``.
        """
        suffix = Path(path).suffix.lower()
        if suffix not in (".json", ".csv"):
            raise ValueError(f"{path}: suffix {suffix!r}; results are written as .json or .csv")
        return write_text(path, json_text(self) if suffix == ".json" else self.to_csv())

    def to_csv(self) -> str:
        """Return the numbers as a CSV table whose header says what they are."""
        columns, units = self._table()
        lines = {"title": self._headline(), "source": "; ".join(self.citations), "note": self.definition}
        return csv_text(columns, header=lines, units=units)

    def bibtex(self) -> str:
        """Return BibTeX entries for everything the numbers rest on."""
        return bibtex(self.citations)

    def __repr__(self) -> str:
        return "\n".join([self._headline(), *(f"  {name}: {text}" for name, text in self._lines())])

    def _repr_html_(self) -> str:
        rows = "".join(f"<tr><th>{escape(n)}</th><td>{escape(t)}</td></tr>" for n, t in self._lines())
        return f"<table><caption>{escape(self._headline())}</caption>{rows}</table>"

    def _headline(self) -> str:
        return self.kind

    @property
    def n_axes(self) -> int:
        """Number of the first columns of the table that say where its numbers belong."""
        return 1

    def table(self) -> tuple[dict[str, Any], dict[str, str]]:
        """Return the numbers as columns by name, all of one length, and the units of those that have one."""
        return self._table()

    def _table(self) -> tuple[dict[str, Any], dict[str, str]]:
        row = {n: [v] for n, v in self.to_dict().items() if not isinstance(v, dict | list)}
        return row, {}

    def _lines(self) -> Iterator[tuple[str, str]]:
        if self.definition:
            yield "definition", self.definition
        if name := self.conventions.get("name"):
            yield "conventions", str(name)
        for text in self.warnings:
            yield "warning", text


_COMMON = ("definition", "conventions", "provenance", "citations", "warnings")


def _freeze(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        copy = value.copy()
        copy.setflags(write=False)
        return copy
    if isinstance(value, np.floating | np.integer | np.bool_):
        return value.item()
    if isinstance(value, Mapping):
        return FrozenDict({key: _freeze(item) for key, item in value.items()})
    if isinstance(value, list | tuple):
        return tuple(_freeze(item) for item in value)
    return value
