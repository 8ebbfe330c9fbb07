"""Columns of a card's tables as numbers in internal units.

A column carries its unit in the header line of the file, ``# columns: e_keV [keV]``; energies, times
and rates without one are refused. Energies come out in keV or photoelectrons, times in s, rates in
1/(kg s keV) or 1/(kg s PE).
"""

from __future__ import annotations

import re

import numpy as np

from nulight.data.reader import Table
from nulight.experiments.faults import ContentError
from nulight.experiments.quantities import Family, rate_unit
from nulight.typing import FloatArray
from nulight.units import KINDS, PE

__all__ = [
    "ANY_ENERGY",
    "ascending_energies",
    "column_values",
    "display_unit",
    "energy_column",
    "header_unit",
    "matrix_columns",
    "rate_column",
    "require_ascending",
]

ANY_ENERGY: tuple[Family, ...] = ("keV", "keVee", "keVnr", "PE")
"""Every unit an energy may have, for those who know that it is the right one."""

_UNITS: dict[Family, dict[str, float]] = {
    "keV": KINDS["energy"],
    "keVee": KINDS["energy_ee"],
    "keVnr": KINDS["energy_nr"],
    "PE": {"PE": PE},
    "time": KINDS["time"],
    "number": {"": 1.0, "-": 1.0, "1": 1.0},
}
_EXAMPLE: dict[Family, str] = {"time": "us", "number": "-"}


def display_unit(family: Family) -> str:
    """Return the unit that internal numbers of a family are shown in."""
    return {"time": "s", "number": ""}.get(family, family)


def header_unit(table: Table, column: str) -> str:
    """Return the unit of a column as its header states it, without remarks; empty if there is none."""
    words = table.units.get(column, "").replace(",", " ").split()
    return words[0] if words else ""


def column_values(table: Table, column: str, families: tuple[Family, ...]) -> FloatArray:
    """Return a column in internal units, read with the unit of its header.

    Parameters
    ----------
    table : Table
    column : str
    families : tuple of str
        What the column may be measured in.

    Returns
    -------
    array, shape (n_rows,)

    Raises
    ------
    ContentError
        If the header gives the column no unit, or one of another family.
    TableError
        If there is no such column, or a cell is no number.
    """
    values = table.numbers(column)
    unit = header_unit(table, column)
    known = {name: value for family in families for name, value in _UNITS[family].items()}
    if unit not in known:
        problem = f"has the unit {unit!r}" if unit else "has no unit in the header of its file"
        example = _EXAMPLE.get(families[0], families[0])
        names = ", ".join(name for name in known if name)
        raise ContentError(column, problem, f"write '# columns: {column} [{example}]', with one of: {names}")
    return values * known[unit]


def energy_column(table: Table, column: str, families: tuple[Family, ...] = ANY_ENERGY) -> FloatArray:
    """Return a column of energies in keV (or photoelectrons), as `column_values` does."""
    return column_values(table, column, families)


def rate_column(table: Table, column: str, families: tuple[Family, ...] = ANY_ENERGY) -> FloatArray:
    """Return a column of rates in 1/(kg s keV) or 1/(kg s PE).

    Raises
    ------
    ContentError
        If the header gives no unit, one per another energy, or a rate is negative.
    UnitError
        If the unit is no rate per exposure and energy.
    TableError
        If there is no such column, or a cell is no number.
    """
    values = table.numbers(column)
    if column not in table.units:
        raise ContentError(
            column, "has no unit in the header of its file", f"write '# columns: {column} [events/(t yr keV)]'"
        )
    if np.any(values < 0):
        raise ContentError(column, f"has the negative rate {values.min():g}", "rates of 0 or more")
    unit = rate_unit(table.units[column])
    if unit.family not in families:
        raise ContentError(column, f"is a rate per {unit.family}", f"a rate per {' or '.join(families)}")
    return values * unit


def require_ascending(values: FloatArray, column: str, unit: str = "keV") -> None:
    """Refuse numbers that do not ascend.

    Raises
    ------
    ContentError
    """
    falls = np.flatnonzero(np.diff(values) <= 0)
    if falls.size:
        low, high = values[falls[0]], values[falls[0] + 1]
        problem = f"does not ascend: {low:g} {unit} is followed by {high:g} {unit}"
        raise ContentError(column, problem, "ascending values")


def ascending_energies(table: Table, column: str, families: tuple[Family, ...] = ANY_ENERGY) -> FloatArray:
    """Return a column of energies that ascend, as `energy_column` does.

    Raises
    ------
    ContentError
        If they do not ascend, or as for `energy_column`.
    """
    energies = energy_column(table, column, families)
    require_ascending(energies, column)
    return energies


def matrix_columns(table: Table, prefix: str) -> FloatArray:
    """Return the columns named by `prefix` and a number, in the order of the numbers.

    Parameters
    ----------
    table : Table
    prefix : str

    Returns
    -------
    array, shape (n_rows, n_columns)

    Raises
    ------
    ContentError
        If there are none.
    TableError
        If a cell is no number.
    """
    found = {int(match.group(1)): name for name in table.columns if (match := _numbered(prefix, name))}
    if not found:
        raise ContentError(prefix, "starts no column", f"a prefix with numbers behind it, such as {prefix}0")
    return np.stack([table.numbers(found[number]) for number in sorted(found)], axis=1)


def _numbered(prefix: str, name: str) -> re.Match[str] | None:
    return re.fullmatch(re.escape(prefix) + r"(\d+)", name)
