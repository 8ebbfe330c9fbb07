"""The numbers behind a figure: one long table, a row a point, with the curve it belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nulight.io.text import csv_text
from nulight.results import ContourResult

__all__ = ["Curves", "Numbers"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """Table of what a figure shows.

    Attributes
    ----------
    title, source, note : str
        Header of the CSV file: what, from where, under which settings.
    columns : dict of str to tuple
        Cells of each column, all of one length; None where a column does not apply.
    units : dict of str to str
        Units of the columns that have one.
    """

    title: str
    source: str
    note: str
    columns: dict[str, tuple[Any, ...]]
    units: dict[str, str]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def curve(self, name: str, panel: str | None = None) -> dict[str, np.ndarray]:
        """Return the numeric columns of one curve, NaN where a cell is empty.

        Raises
        ------
        KeyError
            If there is no such curve; the message lists those there are.
        """
        keep = [
            c == name and panel in (None, p) for c, p in zip(self.columns["curve"], self.columns["panel"], strict=True)
        ]
        if not any(keep):
            raise KeyError(f"no curve {name!r}; there are: {', '.join(dict.fromkeys(self.columns['curve']))}")
        numeric = [column for column in self.columns if column not in ("panel", "curve")]
        return {
            column: np.array([v for v, k in zip(self.columns[column], keep, strict=True) if k], float)
            for column in numeric
        }

    def to_csv(self) -> str:
        """Return the table as CSV text with a header that says what it is."""
        header = {"title": self.title, "source": self.source, "note": self.note}
        return csv_text(self.columns, header=header, units=self.units)


class Curves:
    """Collects curves, then becomes `Numbers`.

    Parameters
    ----------
    units : mapping of str to str
        The columns besides ``panel`` and ``curve``, with their units.
    """

    def __init__(self, units: Mapping[str, str]) -> None:
        self._units = dict(units)
        self._rows: list[tuple[Any, ...]] = []

    def add(self, panel: str, curve: str, **columns: Any) -> None:
        """Add one curve: arrays or single numbers by column; columns not given stay empty.

        Raises
        ------
        ValueError
            If a column is unknown.
        """
        if unknown := sorted(set(columns) - set(self._units)):
            raise ValueError(f"no column {', '.join(unknown)}; there are {', '.join(self._units)}")
        arrays = np.broadcast_arrays(np.zeros(1), *(np.asarray(v, float) for v in columns.values()))[1:]
        cells = {name: array.tolist() for name, array in zip(columns, arrays, strict=True)}
        empty = [None] * (len(arrays[0]) if arrays else 1)
        for row in zip(*(cells.get(name, empty) for name in self._units), strict=True):
            self._rows.append((panel, curve, *row))

    def add_contour(self, panel: str, curve: str, result: ContourResult, levels: Iterable[str]) -> None:
        """Add the contour lines of a record, numbered by ``line``."""
        x, y = result.parameters
        for level in levels:
            for i, line in enumerate(result.paths[level]):
                self.add(panel, f"{curve}, {level}", line=i, **{x: line[:, 0], y: line[:, 1]})

    def numbers(self, title: str, source: str, note: str) -> Numbers:
        """Return the immutable table."""
        names = ("panel", "curve", *self._units)
        columns = dict(zip(names, zip(*self._rows, strict=True), strict=True))
        return Numbers(title=title, source=source, note=note, columns=columns, units=self._units)
