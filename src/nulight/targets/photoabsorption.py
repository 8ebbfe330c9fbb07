"""Photo-absorption of atoms: how likely a real photon ionises one formula unit of a material.

A neutrino that couples to the photon ionises an atom through a nearly real photon; the equivalent
photon approximation needs this cross section at the energy transfer. Scattering and pair production
are not part of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from nulight.data import Table, read_package_table
from nulight.targets.materials import Material
from nulight.typing import ArrayLike, FloatArray

__all__ = ["PHOTO_CITATIONS", "PhotoAbsorption", "photo_absorption", "photo_absorption_table"]

PHOTO_CITATIONS = ("doi:10.1006/adnd.1993.1013", "doi:10.1016/S0969-806X(01)00227-4")


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoAbsorption:
    """Photo-absorption cross section of one formula unit: free atoms added up.

    Attributes
    ----------
    name : str
        Chemical formula.
    elements : tuple of str
        Symbols, each once.
    counts : tuple of int
        Atoms of each in one formula unit.
    """

    name: str
    elements: tuple[str, ...]
    counts: tuple[int, ...]

    def cross_section(self, T: ArrayLike) -> FloatArray:
        """Cross section at the photon energy `T`, on straight lines in log-log between the edges.

        Parameters
        ----------
        T : array, any shape, keV
            Photon energy. At an edge the upper side counts.

        Returns
        -------
        array, shape of `T`, cm^2 per formula unit
            Zero below the lowest tabulated energy of an element (10 eV, or the ionisation threshold
            of Xe and Ar), where at most the loosest valence electrons are freed.

        Raises
        ------
        ValueError
            If a `T` is not a number or lies above the table.

        Examples
        --------
        >>> from nulight.targets import get_material
        >>> photo = photo_absorption(get_material("Xe"))
        >>> [f"{sigma:.2e}" for sigma in photo.cross_section([0.001, 1.0, 10.0, 100.0])]
        ['0.00e+00', '2.07e-18', '3.75e-20', '3.91e-22']
        """
        T = np.asarray(T, dtype=float)
        high = self.range[1]
        bad = ~(T <= high)
        if bad.any():
            raise ValueError(
                f"T = {T[bad].flat[0]:g} keV is outside the photo-absorption table of {self.name}, which ends at "
                f"{high:g} keV and is not extrapolated; restrict the energies, or count electrons "
                "(convention millicharge = electrons)"
            )
        atoms = [
            count * _interpolate(T, *_curve(symbol)) for symbol, count in zip(self.elements, self.counts, strict=True)
        ]
        return np.asarray(np.sum(atoms, axis=0))

    @property
    def edges(self) -> FloatArray:
        """Energies at which the cross section jumps, ascending, keV; its beginnings are among them."""
        energies = [_curve(symbol)[0] for symbol in self.elements]
        return np.unique(np.concatenate([np.r_[e[0], e[1:][np.diff(e) == 0]] for e in energies]))

    @property
    def range(self) -> tuple[float, float]:
        """Energies between which all elements are tabulated, keV."""
        energies = [_curve(symbol)[0] for symbol in self.elements]
        return float(max(e[0] for e in energies)), float(min(e[-1] for e in energies))

    @property
    def hashes(self) -> dict[str, str]:
        """SHA-256 of the table, by file name."""
        return {photo_absorption_table().name: photo_absorption_table().sha256}

    @property
    def citations(self) -> tuple[str, ...]:
        """Sources of the table."""
        return PHOTO_CITATIONS


def photo_absorption_table() -> Table:
    """Return the shipped table of cross sections per atom, with its source and hash."""
    return read_package_table("data/atomic/photoabsorption.csv")


def photo_absorption(material: Material) -> PhotoAbsorption:
    """Return the photo-absorption of a material.

    Parameters
    ----------
    material : Material
        Any compound of the known elements; its binding energies are not used.

    Returns
    -------
    PhotoAbsorption

    Notes
    -----
    Atoms are taken as free: chemical shifts of edges (a few eV) and the absorption of solids below
    some 30 eV are not in it. Compilations differ by 1-5 % from 1 to 200 keV and by 10-30 % at
    0.1-1 keV; the table's header says more.

    References
    ----------
    doi:10.1006/adnd.1993.1013 (to 30 keV), doi:10.1016/S0969-806X(01)00227-4 (above)

    Examples
    --------
    >>> from nulight.targets import get_material
    >>> photo_absorption(get_material("Ge")).edges
    array([1.00000e-02, 1.21700e+00, 1.11031e+01])
    """
    symbols = tuple(element.symbol for element in material.elements)
    return PhotoAbsorption(name=material.name, elements=symbols, counts=material.counts)


@lru_cache(maxsize=64)
def _curve(symbol: str) -> tuple[FloatArray, FloatArray]:
    """Return energies, keV, and cross sections per atom, cm^2; equal energies are the sides of an edge."""
    rows = photo_absorption_table().where(element=symbol)
    curve = rows.numbers("e_keV"), rows.numbers("sigma_cm2")
    for array in curve:
        array.setflags(write=False)
    return curve


def _interpolate(T: FloatArray, energy: FloatArray, sigma: FloatArray) -> FloatArray:
    i = np.clip(np.searchsorted(energy, T, side="right"), 1, energy.size - 1)
    inside = T >= energy[0]
    x = np.log(np.where(inside, T, energy[0]) / energy[i - 1]) / np.log(energy[i] / energy[i - 1])
    return np.asarray(np.where(inside, sigma[i - 1] * (sigma[i] / sigma[i - 1]) ** x, 0.0))
