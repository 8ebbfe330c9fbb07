"""Nuclides of the detector elements with masses, spins and radii, read from the shipped tables.

A nuclide is a nucleus at rest; how many of which a material holds is `nuclei`' business.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction

from nulight.constants import M_E, M_U
from nulight.data import Table, read_package_table
from nulight.targets.atoms import isotope_table
from nulight.targets.form_factors import FERMI_DIFFUSENESS, YUKAWA_RANGE

__all__ = ["Nuclide", "is_nuclide_name", "named_nuclide", "natural_isotopes", "nuclides_of", "radius_table"]

_NUCLIDE = re.compile(r"([A-Z][a-z]?)(\d{2,3})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Nuclide:
    """A nucleus at rest.

    Attributes
    ----------
    symbol : str
        Chemical symbol.
    Z, A : int
        Protons; protons and neutrons.
    mass : float, keV
        Mass of the nucleus, without electrons.
    spin : float
        Spin of the ground state in units of hbar.
    R_p, R_n : float, fm
        Root-mean-square radii of the protons and of the neutrons, the size of the nucleon included.
    """

    symbol: str
    Z: int
    A: int
    mass: float
    spin: float
    R_p: float
    R_n: float

    @property
    def name(self) -> str:
        """Symbol and mass number, such as ``"Xe131"``."""
        return f"{self.symbol}{self.A}"

    @property
    def N(self) -> int:
        """Number of neutrons."""
        return self.A - self.Z


def radius_table() -> Table:
    """Return the shipped table of nuclear radii, with its source and hash."""
    return read_package_table("data/nuclei/radii.csv")


def is_nuclide_name(name: str) -> bool:
    """Tell a nuclide such as ``"Xe131"`` from a formula: two or three digits after one symbol."""
    return _NUCLIDE.fullmatch(name) is not None


def named_nuclide(name: str) -> Table:
    """Return the row of one nuclide of the table of isotopes.

    Raises
    ------
    ValueError
        If there is no such nuclide; the message lists the element's isotopes.
    """
    match = _NUCLIDE.fullmatch(name)
    table = isotope_table()
    known = table.where(element=match[1]) if match else table.where(element="")
    if match and (row := known.where(A=match[2])):
        return row
    names = [f"{s}{A}" for s, A in zip(known.text("element"), known.text("A"), strict=True)]
    listing = ", ".join(names) or f"isotopes of {', '.join(dict.fromkeys(table.text('element')))}, such as Xe132"
    raise ValueError(f"no nuclide {name!r}; known: {listing}")


def natural_isotopes(symbol: str) -> Table:
    """Return the rows of an element of the table of isotopes."""
    return isotope_table().where(element=symbol)


def nuclides_of(table: Table, *, form_factor: str, radii: str, masses: str) -> tuple[Nuclide, ...]:
    """Return the rows of the table of isotopes as nuclides; the options are those of `get_nuclear_target`."""
    return tuple(_nuclide(table, row, form_factor, radii, masses) for row in range(len(table)))


def _nuclide(table: Table, row: int, form_factor: str, radii: str, masses: str) -> Nuclide:
    symbol, Z, A = table.text("element")[row], int(table.text("Z")[row]), int(table.text("A")[row])
    R_p, R_n = _radii(symbol, A, form_factor, radii)
    return Nuclide(
        symbol=symbol,
        Z=Z,
        A=A,
        mass=A * M_U if masses == "a-u" else float(table.numbers("mass_u")[row]) * M_U - Z * M_E,
        spin=float(Fraction(table.text("spin")[row])),
        R_p=R_p,
        R_n=R_n,
    )


def _radii(symbol: str, A: int, form_factor: str, radii: str) -> tuple[float, float]:
    """Return the root-mean-square radii of protons and neutrons, fm."""
    if form_factor == "klein-nystrand":
        R = math.sqrt(0.6 * (1.23 * A ** (1 / 3)) ** 2 + 6 * YUKAWA_RANGE**2)
        return R, R
    if radii == "lewin-smith":
        c = 1.23 * A ** (1 / 3) - 0.60
        R = math.sqrt(0.6 * c**2 + 1.4 * (math.pi * FERMI_DIFFUSENESS) ** 2)
        return R, R
    row = radius_table().where(element=symbol, A=str(A))
    return float(row.numbers("R_p_fm")[0]), float(row.numbers("R_n_fm")[0])
