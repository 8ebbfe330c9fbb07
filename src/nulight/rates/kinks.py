"""Neutrino energies that the recoil integral must not straddle: ends of spectra, lines and strong kinks.

A tabulated spectrum is linear between its rows. Above the recoil limit of a row the recoil spectrum
goes on with another second derivative, which a panel across it integrates badly where the change is
large against what is left of the flux. The many weak kinks of a fine table average out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from nulight.interactions.kinematics import E_nu_min, T_max, T_min
from nulight.neutrinos.flux import Flux
from nulight.neutrinos.spectra import PanelSpectrum
from nulight.typing import FloatArray

__all__ = ["Particles", "SpecialEnergies"]

# Of the flux above: the change of slope times the square of a panel's length in the neutrino energy. The
# 8-point rule misses at most 5e-5 of it: 5e-7 of a panel, since a kink on one of many targets is as much weaker.
_STRONG = 0.01
_LONGEST = 0.5  # relative length in the neutrino energy of a panel that spans a factor of 1.5 in the recoil


class Particles(NamedTuple):
    """Target particles, each under one final state: arrays of shape (n_particles,)."""

    mass: FloatArray
    m_final: FloatArray
    among: FloatArray
    """Number of particles that share the recoils with each."""


@dataclass(frozen=True, slots=True, eq=False)
class SpecialEnergies:
    """Energies at which recoils of some flux begin, end, or bend strongly.

    Attributes
    ----------
    energies : array, shape (n,), keV
    strengths : array, shape (n,), keV^-2
        Change of the slope of the flux over the flux that is left above; infinite at ends and lines.
    highest : float, keV
        Largest energy of any flux.
    """

    energies: FloatArray
    strengths: FloatArray
    highest: float

    @classmethod
    def of(cls, fluxes: Sequence[Flux]) -> SpecialEnergies:
        """Return the special energies of fluxes; kinks too weak for the longest panel are left out."""
        ends = np.unique(np.concatenate([flux.edge_energies for flux in fluxes]))
        found = [_kinks(flux.spectrum) for flux in fluxes if isinstance(flux.spectrum, PanelSpectrum)]
        E, bend = (np.concatenate([pair[i] for pair in found]) if found else np.zeros(0) for i in (0, 1))
        left = sum((np.abs(flux.moments(E)[0]).sum(axis=0) for flux in fluxes), np.zeros(len(E)))
        strong = bend * (_LONGEST * E) ** 2 > _STRONG * left
        with np.errstate(divide="ignore"):
            strengths = np.concatenate([np.full(len(ends), np.inf), bend[strong] / left[strong]])
        return cls(np.concatenate([ends, E[strong]]), strengths, float(ends[-1]))

    def cuts(self, edges: FloatArray, particles: Particles) -> FloatArray:
        """Return the recoil limits that may not lie inside a panel between `edges` (n_panels + 1,), keV.

        Returns
        -------
        array, shape (n_particles, 2 n), keV
            NaN where there is no such recoil, or where the panel is short enough to straddle it.
        """
        mass, m_final, among = (values[:, None] for values in particles)
        T = np.concatenate([limit(self.energies, mass, m_final) for limit in (T_min, T_max)], axis=1)
        panel = np.clip(np.searchsorted(edges, T, side="right") - 1, 0, len(edges) - 2)
        E = E_nu_min(edges[[panel, panel + 1]], mass, m_final)
        length = np.abs(E - np.tile(self.energies, 2)).sum(axis=0)
        return np.where(np.tile(self.strengths, 2) * length**2 > _STRONG * among, T, np.nan)

    def reach(self, particles: Particles) -> tuple[FloatArray, FloatArray]:
        """Return the smallest and the largest recoil of each particle, keV, NaN if there are none."""
        mass, m_final, _ = particles
        return T_min(self.highest, mass, m_final), T_max(self.highest, mass, m_final)


def _kinks(spectrum: PanelSpectrum) -> tuple[FloatArray, FloatArray]:
    """Inner edges (n,) of a spectrum and the jumps of the slope there, all channels added up, keV^-2."""
    k = np.arange(len(spectrum.coefficients))[:, None, None]
    half = np.diff(spectrum.edges) / 2
    at_end = (k * spectrum.coefficients).sum(axis=0) / half
    at_start = (k * spectrum.coefficients * (-1.0) ** (k + 1)).sum(axis=0) / half
    return spectrum.edges[1:-1], np.abs(at_start[:, 1:] - at_end[:, :-1]).sum(axis=0)
