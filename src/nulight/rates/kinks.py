"""Neutrino energies that the recoil integral must not straddle: ends of spectra, lines and strong kinks.

A tabulated spectrum is linear between its rows. Above the recoil limit of a row the recoil spectrum
goes on with another second derivative, which a panel across it integrates badly where the change is
large against what is left of the flux. The many weak kinks of a fine table average out.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nulight.neutrinos.flux import Flux
from nulight.neutrinos.spectra import PanelSpectrum
from nulight.typing import FloatArray

__all__ = ["special_energies"]

_PANEL = 0.22  # relative length in the neutrino energy of a panel that spans a factor of 1.5 in the recoil
_STRONG = 0.03  # of the flux above: weaker kinks leave some 1e-8 of a bin


def special_energies(fluxes: Sequence[Flux], n_targets: int = 1) -> FloatArray:
    """Return the energies at which recoils of some flux begin, end, or bend strongly, keV, ascending.

    Parameters
    ----------
    fluxes : sequence of Flux
    n_targets : int
        Target masses that share the recoils: a kink on one of many is as much weaker.
    """
    ends = [flux.edge_energies for flux in fluxes]
    found = [_kinks(flux.spectrum) for flux in fluxes if isinstance(flux.spectrum, PanelSpectrum)]
    E, bend = (np.concatenate([pair[i] for pair in found]) if found else np.zeros(0) for i in (0, 1))
    left = sum((np.abs(flux.moments(E)[0]).sum(axis=0) for flux in fluxes), np.zeros(len(E)))
    return np.unique(np.concatenate([*ends, E[bend * (_PANEL * E) ** 2 > _STRONG * n_targets * left]]))


def _kinks(spectrum: PanelSpectrum) -> tuple[FloatArray, FloatArray]:
    """Inner edges (n,) of a spectrum and the jumps of the slope there, all channels added up, keV^-2."""
    k = np.arange(len(spectrum.coefficients))[:, None, None]
    half = np.diff(spectrum.edges) / 2
    at_end = (k * spectrum.coefficients).sum(axis=0) / half
    at_start = (k * spectrum.coefficients * (-1.0) ** (k + 1)).sum(axis=0) / half
    return spectrum.edges[1:-1], np.abs(at_start[:, 1:] - at_end[:, :-1]).sum(axis=0)
