"""Relativistic random-phase (RRPA) correction of electron recoils in xenon.

The table holds the ratio of the many-body rate to the stepping approximation for electron-type
and muon-type weak couplings. It says nothing outside its range, so neither does this module.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from nulight.data import Table, read_package_table
from nulight.typing import ArrayLike, FloatArray

__all__ = ["RRPA_CITATIONS", "rrpa_range", "rrpa_ratio", "rrpa_table"]

RRPA_CITATIONS = ("arXiv:1610.04177",)
_COLUMNS = {"e": "ratio_nue", "x": "ratio_numutau"}


def rrpa_table() -> Table:
    """Return the shipped table of ratios, with its source and hash."""
    return read_package_table("data/atomic/xe_rrpa_scaling_by_flavour.csv")


def rrpa_range() -> tuple[float, float]:
    """Return the recoil energies, in keV, between which the ratio is tabulated."""
    energies = rrpa_table().numbers("e_keV")
    return float(energies[0]), float(energies[-1])


def rrpa_ratio(T_e: ArrayLike, flavour: Literal["e", "x"]) -> FloatArray:
    """Rate in xenon over the stepping approximation, interpolated linearly.

    Parameters
    ----------
    T_e : array, any shape, keV
        Energy transfer, inside the tabulated range.
    flavour : "e" or "x"
        Couplings of nu_e, or of nu_mu and nu_tau.

    Returns
    -------
    array, shape of `T_e`, dimensionless

    Raises
    ------
    ValueError
        If any `T_e` lies outside the table: it is never extrapolated.

    Notes
    -----
    Made for the weak cross section of solar neutrinos (Chen et al., 0.27-29 keV); it also serves the
    diagonal charge radius. The magnetic moment has another spectrum and keeps to stepping.

    References
    ----------
    arXiv:1610.04177
    """
    T_e = np.asarray(T_e, dtype=float)
    low, high = rrpa_range()
    outside = ~((T_e >= low) & (T_e <= high))
    if outside.any():
        raise ValueError(
            f"T_e = {T_e[outside].flat[0]:g} keV is outside the RRPA table of xenon ({low:g}-{high:g} keV), "
            "which is not extrapolated; restrict the energies or use atomic='stepping'"
        )
    return np.asarray(np.interp(T_e, rrpa_table().numbers("e_keV"), rrpa_table().numbers(_COLUMNS[flavour])))
