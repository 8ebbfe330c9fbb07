"""Nuclei of a detector material: how many of which, and how coherently they scatter.

Currents and cross sections live in `interactions`; here a compound becomes its nuclides with their
numbers per formula unit and the form factors of their protons and neutrons.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal, get_args

import numpy as np

from nulight.constants import N_A
from nulight.data import Table
from nulight.targets.atoms import get_element, isotope_table
from nulight.targets.form_factors import CITATIONS, FORM_FACTORS, form_factor, momentum_transfer
from nulight.targets.materials import parse_formula
from nulight.targets.nuclides import (
    Nuclide,
    is_nuclide_name,
    named_nuclide,
    natural_isotopes,
    nuclides_of,
    radius_table,
)
from nulight.typing import ArrayLike, FloatArray
from nulight.units import g

__all__ = ["MASS_SETS", "RADIUS_SETS", "NuclearTarget", "Nuclide", "get_nuclear_target"]

RadiusSet = Literal["measured", "lewin-smith"]
MassSet = Literal["ame", "a-u"]
RADIUS_SETS: tuple[str, ...] = get_args(RadiusSet)
MASS_SETS: tuple[str, ...] = get_args(MassSet)

_RADII_CITATION = {
    "measured": "doi:10.1016/j.adt.2011.12.006",
    "lewin-smith": "doi:10.1016/S0927-6505(96)00047-3",
}


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
        return {table.name: table.sha256 for table in (isotope_table(), radius_table())}

    @property
    def citations(self) -> tuple[str, ...]:
        """Sources of the form factor and of the radii it uses."""
        if self.form_factor in ("unity", "klein-nystrand"):
            return CITATIONS[self.form_factor]
        return (*CITATIONS[self.form_factor], _RADII_CITATION[self.radii])

    def _form_factor(self, i: int, T: ArrayLike, R: float) -> FloatArray:
        return form_factor(self.form_factor, momentum_transfer(T, self.nuclides[i].mass), R)


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
    chosen = None if isotopes == "natural" else named_nuclide(isotopes)
    if is_nuclide_name(name):
        table = named_nuclide(name)
        parts, molar_mass = [(table, 1)], float(table.numbers("mass_u")[0])
    else:
        composition = parse_formula(name)
        single = chosen.text("element")[0] if chosen else ""
        parts = [(chosen if chosen and s == single else natural_isotopes(s), n) for s, n in composition.items()]
        molar_mass = sum(count * get_element(symbol).mass for symbol, count in composition.items())
    options = {"form_factor": form_factor, "radii": radii, "masses": masses}
    return NuclearTarget(
        name=name,
        nuclides=tuple(nuclide for table, _ in parts for nuclide in nuclides_of(table, **options)),
        numbers=tuple(float(count * share) for table, count in parts for share in _shares(table)),
        molar_mass=molar_mass,
        form_factor=form_factor,
        radii=radii,
    )


def _shares(table: Table) -> FloatArray:
    abundance = table.numbers("abundance")
    return np.asarray(abundance / abundance.sum())
