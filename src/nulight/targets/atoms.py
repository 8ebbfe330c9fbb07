"""Electron shells and atomic masses of the detector elements, read from the shipped tables.

A shell set lists the subshells of the neutral atom with their binding energies; it always sums to
Z. Nothing here knows about cross sections: what the shells do to a rate is `materials`' business.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

import numpy as np

from nulight.data import Table, read_package_table
from nulight.typing import FloatArray
from nulight.units import eV

__all__ = [
    "CITATIONS",
    "SHELL_SETS",
    "Element",
    "ShellSet",
    "get_element",
    "isotope_table",
    "known_elements",
    "shell_table",
]

ShellSet = Literal["hf", "xray"]
SHELL_SETS: tuple[str, ...] = get_args(ShellSet)

CITATIONS: dict[str, tuple[str, ...]] = {
    "hf": ("arXiv:1610.04177",),
    "xray": ("doi:10.1016/S0969-806X(01)00227-4", "Carlson, Photoelectron and Auger Spectroscopy (Plenum, 1975)"),
}
"""Where each shell set stands; the table's header says which subshell comes from where."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Element:
    """A neutral atom: mass and subshells.

    Attributes
    ----------
    symbol : str
        Chemical symbol.
    Z : int
        Number of electrons.
    mass : float, u
        Atomic mass, the mean over the natural isotopes.
    shell_set : "hf" or "xray"
        Set the binding energies come from.
    binding : array, shape (n_shells,), keV
        Binding energies, ascending.
    electrons : array, shape (n_shells,)
        Electrons of each subshell; they sum to Z.
    """

    symbol: str
    Z: int
    mass: float
    shell_set: ShellSet
    binding: FloatArray
    electrons: FloatArray


def shell_table() -> Table:
    """Return the shipped table of subshells, with its source and hash."""
    return read_package_table("data/atomic/shells.csv")


def isotope_table() -> Table:
    """Return the shipped table of natural isotopes, with its source and hash."""
    return read_package_table("data/atomic/isotopes.csv")


def known_elements() -> tuple[str, ...]:
    """Return the symbols of the elements with shells and isotopes, in alphabetical order."""
    return tuple(sorted(set(shell_table().text("element"))))


@lru_cache(maxsize=64)
def get_element(symbol: str, shells: str = "hf") -> Element:
    """Look up an element with one of its shell sets.

    Parameters
    ----------
    symbol : str
        Chemical symbol, such as ``"Xe"``.
    shells : "hf" or "xray"
        Hartree-Fock energies of the RRPA papers, or measured edges. Only xenon has the first;
        every other element uses its measured edges under both names.

    Returns
    -------
    Element

    Raises
    ------
    ValueError
        If the element or the set is unknown; the message lists the known ones.

    Examples
    --------
    >>> float(get_element("Xe").binding[-1])
    34.759
    """
    if symbol not in known_elements():
        raise ValueError(f"no element {symbol!r}; known: {', '.join(known_elements())}")
    if shells not in SHELL_SETS:
        raise ValueError(f"no shell set {shells!r}; known: {', '.join(SHELL_SETS)}")
    used: ShellSet = "hf" if shells == "hf" and len(shell_table().where(element=symbol, set="hf")) else "xray"
    rows = shell_table().where(element=symbol, set=used)
    Z, mass = _nuclear(symbol)
    binding, electrons = rows.numbers("binding_eV") * eV, rows.numbers("n_electrons")
    order = np.argsort(binding)
    return Element(symbol=symbol, Z=Z, mass=mass, shell_set=used, binding=binding[order], electrons=electrons[order])


def _nuclear(symbol: str) -> tuple[int, float]:
    isotopes = isotope_table().where(element=symbol)
    abundance = isotopes.numbers("abundance")
    mass = float(isotopes.numbers("mass_u") @ abundance / abundance.sum())
    return int(isotopes.text("Z")[0]), mass
