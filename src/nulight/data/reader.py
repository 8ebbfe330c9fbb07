"""The one reader of the shipped number tables.

A table is a CSV file whose first lines start with ``#`` and say title, source, columns with
units, quality and notes. The reader keeps all of it next to the numbers, with the SHA-256 of the
file, so that every result can say what it was made from.
"""

from __future__ import annotations

import csv
import hashlib
import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from nulight.typing import FloatArray

__all__ = ["Table", "TableError", "read_package_table", "read_table"]

_PACKAGE = Path(__file__).resolve().parent.parent
_HEADER = re.compile(r"#\s*(\w+):\s*(.*)")
_COLUMN = re.compile(r"\s*(\w+)\s*\[([^\]]*)\]")


class TableError(ValueError):
    """A table that cannot be read: missing file, column or number."""


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of text with their provenance; numbers are read column by column.

    Attributes
    ----------
    name : str
        File name without folder.
    columns : dict of str to tuple of str
        The cells as text, one tuple a column.
    units : dict of str to str
        Unit of each column as the header states it.
    title, source, quality : str
        Header lines; empty where the file has none.
    notes : tuple of str
        Further header lines (notes, checks).
    sha256 : str
        Hash of the file's bytes.
    """

    name: str
    columns: dict[str, tuple[str, ...]]
    units: dict[str, str]
    title: str
    source: str
    quality: str
    notes: tuple[str, ...]
    sha256: str
    _numbers: dict[str, FloatArray] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def text(self, column: str) -> tuple[str, ...]:
        """Return the cells of `column` as text.

        Raises
        ------
        TableError
            If there is no such column; the message lists those there are.
        """
        if column not in self.columns:
            raise TableError(f"{self.name}: no column {column!r}; it has {', '.join(self.columns)}")
        return self.columns[column]

    def numbers(self, column: str) -> FloatArray:
        """Return `column` as an array, shape (n_rows,), in the unit of the header.

        Raises
        ------
        TableError
            If a cell is not a number.
        """
        if column not in self._numbers:
            self._numbers[column] = self._read(column)
        return self._numbers[column].copy()

    def _read(self, column: str) -> FloatArray:
        cells = self.text(column)
        try:
            values = np.array(cells, float)
        except ValueError as error:
            raise TableError(f"{self.name}: column {column!r}: {error}") from None
        if not np.all(np.isfinite(values)):
            raise TableError(f"{self.name}: column {column!r} has a value that is not finite")
        return values

    def where(self, **cells: str) -> Table:
        """Return the rows whose named columns hold the given text."""
        keep = [all(self.text(c)[i] == v for c, v in cells.items()) for i in range(len(self))]
        rows = {c: tuple(v for v, k in zip(values, keep, strict=True) if k) for c, values in self.columns.items()}
        return Table(self.name, rows, self.units, self.title, self.source, self.quality, self.notes, self.sha256)


@lru_cache(maxsize=256)
def read_package_table(path: str) -> Table:
    """Read a shipped table by its path inside the package, such as ``"data/solar/lines.csv"``."""
    return read_table(_PACKAGE / path)


def read_table(path: str | Path) -> Table:
    """Read a CSV table with ``#`` header lines.

    Parameters
    ----------
    path : str or Path
        The file. Users' own tables are read exactly like shipped ones; the header is optional.

    Returns
    -------
    Table

    Raises
    ------
    TableError
        If the file is missing, empty, not UTF-8 text, names a column twice, or a row has too many
        or too few cells.
    """
    path = Path(path)
    if not path.is_file():
        raise TableError(f"{path}: no such table")
    raw = path.read_bytes()
    try:
        lines = raw.decode("utf-8-sig").splitlines()  # spreadsheets put a byte-order mark in front
    except UnicodeDecodeError as error:
        raise TableError(f"{path}: not UTF-8 text ({error.reason} at byte {error.start})") from None
    header = [match.groups() for line in lines if (match := _HEADER.match(line))]
    rows = list(csv.reader(line for line in lines if line.strip() and not line.startswith("#")))
    if len(rows) < 2:
        raise TableError(f"{path}: needs a line of column names and at least one row")
    names = [name.strip() for name in rows[0]]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise TableError(f"{path}: column named more than once: {', '.join(twice)}")
    for number, row in enumerate(rows[1:], 1):
        if len(row) != len(names):
            raise TableError(f"{path}: row {number} has {len(row)} cells, the header names {len(names)} columns")
    columns = {name: tuple(row[i].strip() for row in rows[1:]) for i, name in enumerate(names)}
    return Table(
        name=path.name,
        columns=columns,
        units=dict(_COLUMN.findall(_join(header, "columns"))),
        title=_join(header, "title"),
        source=_join(header, "source"),
        quality=_join(header, "quality"),
        notes=tuple(text for key, text in header if key in ("notes", "note", "check")),
        sha256=hashlib.sha256(raw).hexdigest(),
    )


def _join(header: list[tuple[str, ...]], key: str) -> str:
    return "; ".join(text for name, text in header if name == key)
