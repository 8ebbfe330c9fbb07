"""Nuclei of a detector material: isotopes, masses, radii, and how coherently they scatter.

Currents and cross sections live in `interactions`; here a compound becomes its nuclides with their
numbers per formula unit and the form factors of their protons and neutrons.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Literal, get_args

import numpy as np

from nulight.constants import HBAR_C, M_E, M_U, N_A
from nulight.data import Table, read_package_table
from nulight.targets.atoms import get_element, isotope_table
from nulight.targets.form_factors import CITATIONS, FERMI_DIFFUSENESS, FORM_FACTORS, YUKAWA_RANGE, form_factor
from nulight.targets.materials import parse_formula
from nulight.typing import ArrayLike, FloatArray
from nulight.units import fm, g

__all__ = ["MASS_SETS", "RADIUS_SETS", "NuclearTarget", "Nuclide", "get_nuclear_target", "momentum_transfer"]

RadiusSet = Literal["measured", "lewin-smith"]
MassSet = Literal["ame", "a-u"]
RADIUS_SETS: tuple[str, ...] = get_args(RadiusSet)
MASS_SETS: tuple[str, ...] = get_args(MassSet)

_RADII_CITATION = {
    "measured": "doi:10.1016/j.adt.2011.12.006",
    "lewin-smith": "doi:10.1016/S0927-6505(96)00047-3",
}
_NUCLIDE = re.compile(r"([A-Z][a-z]?)(\d{2,3})")  # O16, Xe131; no compound has ten or more atoms of one element alone


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


@dataclass(frozen=True, slots=True, kw_only=True)
class NuclearTarget:
    """The nuclei of one formula unit of a material. Equal targets have equal hashes.

    Attributes
    ----------
    name : str
        Chemical formula or nuclide.
    nuclides : tuple of Nuclide
        Elements in the order of the formula, isotopes by mass number.
    numbers : tuple of float
        Nuclei of each nuclide in one formula unit: atoms times abundance.
    molar_mass : float, g/mol
        Mass of one mole of formula units.
    form_factor : str
        "helm", "klein-nystrand", "fermi" or "unity".
    radii : str
        Where the radii come from: "measured" or "lewin-smith".
    """

    name: str
    nuclides: tuple[Nuclide, ...]
    numbers: tuple[float, ...]
    molar_mass: float
    form_factor: str
    radii: str = "measured"

    def F_charge(self, i: int, T: ArrayLike) -> FloatArray:
        """Form factor of the protons of nuclide `i`.

        Parameters
        ----------
        i : int
            Position in `nuclides`.
        T : array, any shape, keV
            Recoil energy, not negative.

        Returns
        -------
        array, shape of `T`, dimensionless
            One at T = 0.

        Examples
        --------
        >>> get_nuclear_target("Xe132").F_charge(0, [0.0, 10.0, 50.0]).round(3)
        array([1.   , 0.779, 0.229])
        """
        return self._form_factor(i, T, self.nuclides[i].R_p)

    def F_weak_neutron(self, i: int, T: ArrayLike) -> FloatArray:
        """Form factor of the neutrons of nuclide `i`; see `F_charge`."""
        return self._form_factor(i, T, self.nuclides[i].R_n)

    def with_neutron_radius(self, R_n: float) -> NuclearTarget:
        """Return the target with the neutron radius of every nuclide replaced.

        Parameters
        ----------
        R_n : float, fm
            Root-mean-square radius.

        Raises
        ------
        ValueError
            If the radius is not positive or smaller than the surface of the form factor.

        Examples
        --------
        >>> get_nuclear_target("CsI").with_neutron_radius(5.5).nuclides[0].R_n
        5.5
        """
        if not (math.isfinite(R_n) and R_n > 0):
            raise ValueError(f"R_n = {R_n:g} fm is no neutron radius; a positive number of fm is needed, such as 5.1")
        form_factor(self.form_factor, 0.0, R_n)
        return replace(self, nuclides=tuple(replace(nuclide, R_n=float(R_n)) for nuclide in self.nuclides))

    @property
    def units_per_kg(self) -> float:
        """Formula units in one kilogram."""
        return N_A / (self.molar_mass * g)

    @property
    def hashes(self) -> dict[str, str]:
        """SHA-256 of the tables of isotopes and radii, by file name."""
        return {table.name: table.sha256 for table in (isotope_table(), _radius_table())}

    @property
    def citations(self) -> tuple[str, ...]:
        """Sources of the form factor and of the radii it uses."""
        if self.form_factor in ("unity", "klein-nystrand"):
            return CITATIONS[self.form_factor]
        return (*CITATIONS[self.form_factor], _RADII_CITATION[self.radii])

    def _form_factor(self, i: int, T: ArrayLike, R: float) -> FloatArray:
        return form_factor(self.form_factor, momentum_transfer(T, self.nuclides[i].mass), R)


def momentum_transfer(T: ArrayLike, mass: float) -> FloatArray:
    r"""Three-momentum taken up by a nucleus.

    Parameters
    ----------
    T : array, any shape, keV
        Recoil energy, not negative.
    mass : float, keV
        Mass of the nucleus.

    Returns
    -------
    array, shape of `T`, fm^-1

    Raises
    ------
    ValueError
        If a recoil energy is negative or not a number.

    Notes
    -----
    .. math:: q^2 = 2 M T + T^2

    Examples
    --------
    >>> float(momentum_transfer(10.0, 1.2284e8).round(4))
    0.2512
    """
    T = np.asarray(T, dtype=float)
    bad = ~(T >= 0)
    if bad.any():
        raise ValueError(f"T = {T[bad].flat[0]:g} keV is no recoil energy; zero or more keV is needed")
    return np.asarray(np.sqrt(T * (2 * mass + T)) / (HBAR_C / fm))


@lru_cache(maxsize=256)
def get_nuclear_target(
    name: str,
    *,
    form_factor: str = "helm",
    radii: str = "measured",
    isotopes: str = "natural",
    masses: str = "ame",
) -> NuclearTarget:
    r"""Look up the nuclei of a material.

    Parameters
    ----------
    name : str
        Formula, such as ``"Xe"`` or ``"CaWO4"``, or one nuclide, such as ``"Xe131"``.
    form_factor : "helm", "klein-nystrand", "fermi" or "unity"
        Klein-Nystrand brings its own radius, :math:`R_A = 1.23\,A^{1/3}` fm for protons and
        neutrons, in place of `radii`; a neutron radius set afterwards counts for it as well.
    radii : "measured" or "lewin-smith"
        The shipped table, or for protons and neutrons alike the radius of a Fermi density with
        :math:`c = 1.23\,A^{1/3} - 0.60` fm and a = 0.52 fm.
    isotopes : str
        ``"natural"``, or a nuclide that stands for all isotopes of its element, such as
        ``"Xe132"``; the number of atoms per kilogram stays the natural one. Ignored where the
        element is absent and for a target that is one nuclide.
    masses : "ame" or "a-u"
        Measured atomic masses less the electrons (their binding, below 2e-6 of the mass, is left
        out), or A atomic mass units.

    Returns
    -------
    NuclearTarget

    Raises
    ------
    ValueError
        If a formula, nuclide or option is unknown; the message lists what is known.

    References
    ----------
    doi:10.1016/j.adt.2011.12.006, doi:10.1016/S0927-6505(96)00047-3

    Examples
    --------
    >>> target = get_nuclear_target("CsI")
    >>> [nuclide.name for nuclide in target.nuclides], round(target.molar_mass, 2)
    (['Cs133', 'I127'], 259.81)
    """
    for field, value, known in (
        ("form_factor", form_factor, tuple(FORM_FACTORS)),
        ("radii", radii, RADIUS_SETS),
        ("masses", masses, MASS_SETS),
    ):
        if value not in known:
            raise ValueError(f"no {field} {value!r}; known: {', '.join(known)}")
    chosen = None if isotopes == "natural" else _named(isotopes)
    if _NUCLIDE.fullmatch(name):
        table = _named(name)
        parts, molar_mass = [(table, 1)], float(table.numbers("mass_u")[0])
    else:
        composition = parse_formula(name)
        parts = [(_isotopes(symbol, chosen), count) for symbol, count in composition.items()]
        molar_mass = sum(count * get_element(symbol).mass for symbol, count in composition.items())
    return NuclearTarget(
        name=name,
        nuclides=tuple(
            _nuclide(table, row, form_factor, radii, masses) for table, _ in parts for row in range(len(table))
        ),
        numbers=tuple(float(number) for table, count in parts for number in _numbers(table, count)),
        molar_mass=molar_mass,
        form_factor=form_factor,
        radii=radii,
    )


def _radius_table() -> Table:
    return read_package_table("data/nuclei/radii.csv")


def _named(nuclide: str) -> Table:
    """Return the row of one nuclide of the table of isotopes."""
    match = _NUCLIDE.fullmatch(nuclide)
    table = isotope_table()
    known = table.where(element=match[1]) if match else table.where(element="")
    if match and (row := known.where(A=match[2])):
        return row
    names = [f"{s}{A}" for s, A in zip(known.text("element"), known.text("A"), strict=True)]
    listing = ", ".join(names) or f"isotopes of {', '.join(dict.fromkeys(table.text('element')))}, such as Xe132"
    raise ValueError(f"no nuclide {nuclide!r}; known: {listing}")


def _isotopes(symbol: str, chosen: Table | None) -> Table:
    return (
        chosen if chosen is not None and chosen.text("element") == (symbol,) else isotope_table().where(element=symbol)
    )


def _numbers(table: Table, count: int) -> FloatArray:
    abundance = table.numbers("abundance")
    return np.asarray(count * abundance / abundance.sum())


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
    row = _radius_table().where(element=symbol, A=str(A))
    return float(row.numbers("R_p_fm")[0]), float(row.numbers("R_n_fm")[0])
