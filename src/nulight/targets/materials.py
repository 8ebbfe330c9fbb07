"""Detector materials: composition, molar mass, and how many electrons a recoil can free.

An electron bound by more than the energy transfer cannot be knocked out. The stepping
approximation counts the others as free; for xenon an RRPA ratio may be put on top.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, get_args

import numpy as np

from nulight.constants import N_A
from nulight.data import Table
from nulight.targets.atoms import CITATIONS, Element, get_element, isotope_table, known_elements, shell_table
from nulight.targets.rrpa import RRPA_CITATIONS, rrpa_ratio, rrpa_table
from nulight.typing import ArrayLike, FloatArray
from nulight.units import g

__all__ = ["COMMON_MATERIALS", "ELECTRON_KINDS", "ElectronKind", "Material", "get_material", "parse_formula"]

COMMON_MATERIALS = ("Xe", "Ar", "Ge", "Si", "NaI", "CsI", "Al2O3", "CaWO4")
"""Materials of running detectors; any other compound of the known elements is given by its formula."""

ElectronKind = Literal["free", "stepping", "rrpa_e", "rrpa_x"]
ELECTRON_KINDS: tuple[str, ...] = get_args(ElectronKind)

_COUNT = r"(?:[1-9]\d{0,2})?"
_ATOM = re.compile(rf"([A-Z][a-z]?)({_COUNT})")
_FORMULA = re.compile(rf"(?:[A-Z][a-z]?{_COUNT})+")
_GROUP = re.compile(rf"\(([A-Za-z0-9]+)\)({_COUNT})")
_MAX_LENGTH = 1000  # nested brackets must not multiply without end


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Material:
    """A chemical compound as a target for neutrino-electron scattering.

    Attributes
    ----------
    name : str
        Chemical formula.
    shells : "hf" or "xray"
        Shell set asked for.
    elements : tuple of Element
        The atoms of one formula unit, each kind once.
    counts : tuple of int
        How many of each.
    shell_energies : array, shape (n_shells,), keV
        Binding energies of all atoms, ascending, equal ones once: where `electron_factor` steps.
    """

    name: str
    shells: str
    elements: tuple[Element, ...]
    counts: tuple[int, ...]
    shell_energies: FloatArray = field(init=False)
    _freed: FloatArray = field(init=False, repr=False)

    def __post_init__(self) -> None:
        pairs = list(zip(self.elements, self.counts, strict=True))
        binding = np.concatenate([element.binding for element, _ in pairs])
        electrons = np.concatenate([count * element.electrons for element, count in pairs])
        energies, shell = np.unique(binding, return_inverse=True)
        freed = np.concatenate([[0.0], np.cumsum(np.bincount(shell, weights=electrons))])
        for array in (energies, freed):
            array.setflags(write=False)
        object.__setattr__(self, "shell_energies", energies)
        object.__setattr__(self, "_freed", freed)

    @property
    def electrons(self) -> int:
        """Electrons of one formula unit."""
        return sum(count * element.Z for element, count in zip(self.elements, self.counts, strict=True))

    @property
    def molar_mass(self) -> float:
        """Mass of one mole of formula units, g/mol."""
        return sum(count * element.mass for element, count in zip(self.elements, self.counts, strict=True))

    @property
    def units_per_kg(self) -> float:
        """Formula units in one kilogram."""
        return N_A / (self.molar_mass * g)

    def electron_factor(self, T_e: ArrayLike, kind: ElectronKind = "stepping") -> FloatArray:
        r"""Effective number of free electrons of one formula unit.

        Parameters
        ----------
        T_e : array, any shape, keV
            Energy transfer.
        kind : "free", "stepping", "rrpa_e" or "rrpa_x"
            All electrons; those bound by at most `T_e`; stepping times the RRPA ratio of the nu_e
            or the nu_mu, nu_tau couplings (xenon only).

        Returns
        -------
        array, shape of `T_e`, dimensionless

        Raises
        ------
        ValueError
            If a `T_e` is not a number, the kind is unknown, or RRPA is asked for another material
            than xenon or outside its table.

        Notes
        -----
        .. math:: Z_\mathrm{eff}(T) = \sum_i n_i \, \theta(T - B_i)

        Above the K edge stepping and free electrons agree. The RRPA calculation behind the ratio
        used the "hf" shells.

        References
        ----------
        arXiv:1610.04177

        Examples
        --------
        >>> get_material("Xe").electron_factor([0.001, 1.0, 40.0])
        array([ 0., 40., 54.])
        """
        T_e = np.asarray(T_e, dtype=float)
        if kind not in ELECTRON_KINDS:
            raise ValueError(f"no electron factor {kind!r}; known: {', '.join(ELECTRON_KINDS)}")
        if np.isnan(T_e).any():
            raise ValueError("T_e contains NaN; energies in keV are needed")
        if kind == "free":
            return np.full(T_e.shape, float(self.electrons))
        stepping = np.asarray(self._freed[np.searchsorted(self.shell_energies, T_e, side="right")])
        if kind == "stepping":
            return stepping
        self._require_rrpa()
        return stepping * rrpa_ratio(T_e, "e" if kind == "rrpa_e" else "x")

    @property
    def hashes(self) -> dict[str, str]:
        """SHA-256 of every table the material may draw on, by file name."""
        return {table.name: table.sha256 for table in self._tables()}

    @property
    def citations(self) -> tuple[str, ...]:
        """Sources of the shells and, for xenon, of the RRPA ratio."""
        shells = [source for element in self.elements for source in CITATIONS[element.shell_set]]
        return tuple(dict.fromkeys([*shells, *(RRPA_CITATIONS if self._has_rrpa() else ())]))

    def _tables(self) -> tuple[Table, ...]:
        return (shell_table(), isotope_table(), *((rrpa_table(),) if self._has_rrpa() else ()))

    def _has_rrpa(self) -> bool:
        return [element.symbol for element in self.elements] == ["Xe"]

    def _require_rrpa(self) -> None:
        if not self._has_rrpa():
            raise ValueError(f"RRPA ratios exist for Xe only, not for {self.name}; use atomic='stepping'")


def parse_formula(formula: str) -> dict[str, int]:
    """Read a chemical formula as atoms per formula unit.

    Parameters
    ----------
    formula : str
        Symbols with counts, brackets allowed: ``"CaWO4"``, ``"Al2(WO4)3"``.

    Raises
    ------
    ValueError
        If the text is no formula or names an element without data.

    Examples
    --------
    >>> parse_formula("Al2(WO4)3")
    {'Al': 2, 'W': 3, 'O': 12}
    """
    flat = formula
    while len(flat) < _MAX_LENGTH and (group := _GROUP.search(flat)) is not None:
        flat = flat.replace(group.group(), group[1] * int(group[2] or 1), 1)
    composition: dict[str, int] = {}
    for symbol, count in _ATOM.findall(flat) if _FORMULA.fullmatch(flat) else ():
        composition[symbol] = composition.get(symbol, 0) + int(count or 1)
    if not composition or not composition.keys() <= set(known_elements()):
        raise ValueError(
            f"no material {formula!r}; known: {', '.join(COMMON_MATERIALS)}, "
            f"or the formula of any compound of {', '.join(known_elements())}"
        )
    return composition


@lru_cache(maxsize=64)
def get_material(name: str, shells: str = "hf") -> Material:
    """Look up a material by its chemical formula.

    Parameters
    ----------
    name : str
        Formula, such as ``"Xe"`` or ``"CaWO4"``.
    shells : "hf" or "xray"
        Binding energies of xenon; every other element has measured edges only.

    Returns
    -------
    Material

    Raises
    ------
    ValueError
        If the formula or the shell set is unknown; the message lists what is known.

    Examples
    --------
    >>> get_material("CsI").electrons
    108
    """
    composition = parse_formula(name)
    elements = tuple(get_element(symbol, shells) for symbol in composition)
    return Material(name=name, shells=shells, elements=elements, counts=tuple(composition.values()))
