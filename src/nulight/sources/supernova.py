"""Diffuse supernova neutrino background: all flavours alike, one spectrum for the sum.

The spectrum is that of the sum over flavours of thermal spectra, so it serves scattering that does
not see the flavour; the single flavours have spectra of their own, which are not resolved here.
"""

from __future__ import annotations

import numpy as np

from nulight.data.reader import read_package_table
from nulight.neutrinos.flux import FLAVOURS, Flux, Helicity
from nulight.sources.source import FluxNuisance, Source, table_hashes
from nulight.typing import FloatArray
from nulight.units import MeV

__all__ = ["dsnb_source"]

_TABLE = "data/atmospheric/dsnb.csv"
_TOTAL = 85.7  # cm^-2 s^-1, the normalisation stated in the table's header


def dsnb_source(*, width: float = 0.5, name: str = "dsnb") -> Source:
    """Build the flux of neutrinos from all past core-collapse supernovae.

    Parameters
    ----------
    width : float
        Relative uncertainty of the flux; zero leaves the nuisance ``flux_dsnb`` out. The default is that of the
        85.7 cm^-2 s^-1 used in arXiv:2109.03116; 86 +- 43 is recommended in arXiv:2105.00599, as quoted by a public
        repository.
    name : str
        Of the source.

    Returns
    -------
    Source
        Components ``nu`` and ``nubar``, half of the flux each, an equal mixture of the three flavours.

    Raises
    ------
    ValueError
        If the width is negative.

    Notes
    -----
    An equal mixture stays one under any conversion of flavours. Linear between the rows, 0.01 to 91 MeV.

    References
    ----------
    O'Hare, arXiv:2109.03116 (table and normalisation)

    Examples
    --------
    >>> source = dsnb_source()
    >>> f"{sum(flux.total().sum() for flux in source.fluxes):.4g}"
    '85.7'
    """
    if not 0 <= width < np.inf:
        raise ValueError(f"width = {width} must not be negative; it is relative, 0.5 for 50 %")
    table = read_package_table(_TABLE)
    E, shape = table.numbers("e_MeV") * MeV, table.numbers("shape")
    integral = np.sum((shape[1:] + shape[:-1]) * np.diff(E)) / 2
    half = _TOTAL / 2 * shape / integral
    fluxes = (_flux("nu", E, half, "nu"), _flux("nubar", E, half, "nubar"))
    nuisance = FluxNuisance(name="flux_dsnb", width=width, components=("nu", "nubar")) if width > 0 else None
    return Source(
        name=name,
        fluxes=fluxes,
        nuisances=(nuisance,) if nuisance else (),
        citations=("arXiv:2109.03116", "arXiv:2105.00599"),
        hashes=table_hashes([table]),
    )


def _flux(label: str, E: FloatArray, density: FloatArray, helicity: Helicity) -> Flux:
    n = len(FLAVOURS)
    return Flux.from_density(
        label,
        E,
        lambda E_nu: np.interp(E_nu, E, density)[None],
        matrices=np.eye(n)[None] / n,
        helicity=helicity,
        degree=1,
    )
