"""A neutrino flux from the user's own table: two columns, with units in the header.

The table is a CSV file like the shipped ones, for example::

    # title: my flux
    # source: arXiv:...
    # columns: E [MeV]; flux [cm^-2 s^-1 MeV^-1]
    E,flux
    0.1,2.5e9
    ...
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from nulight.data.reader import Table, TableError, read_table
from nulight.neutrinos.flux import FLAVOURS, Flux, Helicity, pure_flavour
from nulight.sources.source import FluxNuisance, Source, table_hashes
from nulight.typing import FloatArray
from nulight.units import unit_value

__all__ = ["tabulated_source"]

_AREA = {"cm": 1.0, "m": 1e-4}  # one per area, in cm^-2
_FLUX_UNIT = re.compile(r"(cm|m)\^?-2 s\^?-1 (\w+)\^?-1|1/\((cm|m)\^?2 s (\w+)\)")


def tabulated_source(
    table: str | Path | Table,
    *,
    flavour: str,
    name: str | None = None,
    energy: str = "E",
    flux: str = "flux",
    width: float = 0.0,
) -> Source:
    """Build a source of one flavour from a tabulated flux at the detector.

    Parameters
    ----------
    table : str, Path or Table
        CSV file; its ``# columns:`` header names the unit of both columns.
    flavour : str
        nu_e, nu_mu, nu_tau, nubar_e, nubar_mu or nubar_tau.
    name : str or None
        Of the source and its one component; None takes the file name without suffix.
    energy, flux : str
        Columns. Energies in eV, keV, MeV or GeV, positive and increasing; fluxes not negative, per area, time and
        energy, written like ``cm^-2 s^-1 MeV^-1`` or ``1/(cm^2 s MeV)``.
    width : float
        Relative uncertainty of the normalisation; zero leaves the nuisance ``flux_<name>`` out.

    Returns
    -------
    Source
        Linear between the rows, zero outside.

    Raises
    ------
    TableError
        If the file or a column is missing, a unit is missing or of another kind, a value is out of range. The message
        names file, column, row and value.
    ValueError
        If flavour or width are out of range.
    """
    helicity = _helicity(flavour)
    if not 0 <= width < np.inf:
        raise ValueError(f"width = {width} must not be negative; it is relative, 0.1 for 10 %")
    content = table if isinstance(table, Table) else read_table(table)
    E = content.numbers(energy) * _energy_unit(content, energy)
    density = content.numbers(flux) * _flux_unit(content, flux)
    _check_rows(content, energy, flux)
    label = name or Path(content.name).stem
    component = Flux.from_density(
        label, E, lambda E_nu: np.interp(E_nu, E, density)[None], matrices=pure_flavour(flavour), helicity=helicity
    )
    nuisance = (FluxNuisance(name=f"flux_{label}", width=width, components=(label,)),) if width > 0 else ()
    citations = (content.source,) if content.source else ()
    return Source(
        name=label, fluxes=(component,), nuisances=nuisance, citations=citations, hashes=table_hashes([content])
    )


def _helicity(flavour: str) -> Helicity:
    known = [f"{prefix}_{short}" for prefix in ("nu", "nubar") for short in FLAVOURS]
    if flavour not in known:
        raise ValueError(f"unknown flavour {flavour!r}; use one of: {', '.join(known)}")
    return "nubar" if flavour.startswith("nubar") else "nu"


def _energy_unit(table: Table, column: str) -> float:
    unit = _unit_text(table, column, "MeV")
    try:
        return unit_value(unit, "energy")
    except ValueError as error:
        raise TableError(f"{table.name}: column {column!r}: {error}") from None


def _flux_unit(table: Table, column: str) -> float:
    unit = _unit_text(table, column, "cm^-2 s^-1 MeV^-1")
    match = _FLUX_UNIT.fullmatch(" ".join(unit.replace("*", " ").split()))
    if match is None:
        raise TableError(
            f"{table.name}: column {column!r}: unit {unit!r} is not a flux per area, time and energy; "
            "write for example cm^-2 s^-1 MeV^-1"
        )
    area, energy = match.group(1) or match.group(3), match.group(2) or match.group(4)
    try:
        return _AREA[area] / unit_value(energy, "energy")
    except ValueError as error:
        raise TableError(f"{table.name}: column {column!r}: unit {unit!r}: {error}") from None


def _unit_text(table: Table, column: str, example: str) -> str:
    table.text(column)  # a missing column is the first thing to say
    if column not in table.units:
        raise TableError(
            f"{table.name}: column {column!r} has no unit; add a header line '# columns: {column} [{example}]'"
        )
    return table.units[column]


def _check_rows(table: Table, energy: str, flux: str) -> None:
    E, density = table.numbers(energy), table.numbers(flux)
    if len(E) < 2:
        raise TableError(f"{table.name}: has {len(E)} row; a spectrum needs at least two, lines are built in Python")
    _complain(table, energy, E, E <= 0, "energies must be positive; leave the row out")
    _complain(table, energy, E, np.diff(E, prepend=-np.inf) <= 0, "energies must increase from row to row")
    _complain(table, flux, density, density < 0, "a flux is not negative")


def _complain(table: Table, column: str, values: FloatArray, wrong: np.ndarray, advice: str) -> None:
    if np.any(wrong):
        row = int(np.argmax(wrong))
        unit = table.units[column]
        raise TableError(f"{table.name}: column {column!r}, row {row + 1}: {values[row]:g} {unit}: {advice}")
