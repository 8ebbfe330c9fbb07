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
from nulight.neutrinos.spectra import PanelSpectrum, Spectrum
from nulight.typing import FloatArray

__all__ = ["Particles", "SpecialEnergies"]

# Of the flux above: the change of slope times the square of a panel's length in the neutrino energy. The
# 8-point rule misses at most 5e-5 of it: 5e-7 of a panel. A kink on a rare isotope is as much weaker, though
# the light ones are alone at the largest recoils.
_STRONG = 0.01
_RARE = 0.2
_LONGEST = 0.5  # relative length in the neutrino energy of a panel that spans a factor of 1.5 in the recoil


class Particles(NamedTuple):
    """Target particles, each under one final state: arrays of shape (n_particles,)."""

    mass: FloatArray
    m_final: FloatArray
    share: FloatArray
    """Part that each is among the particles of nearly its mass."""
    place: np.ndarray
    """Which target particle it is under its final state."""


@dataclass(frozen=True, slots=True, eq=False)
class SpecialEnergies:
    """Energies at which recoils of some flux begin, end, or bend strongly.

    Attributes
    ----------
    energies : array, shape (n,), keV
    strengths : array, shape (n,), keV^-2
        Change of the slope of a flux over what is left above of those counted with it; infinite at ends and lines.
    highest : float, keV
        Largest energy of any flux.
    """

    energies: FloatArray
    strengths: FloatArray
    highest: float

    @classmethod
    def of(cls, fluxes: Sequence[Flux], labels: Sequence[str]) -> SpecialEnergies:
        """Return the special energies of fluxes, of which those of one label are counted together.

        Kinks too weak for the longest panel are left out.
        """
        ends = np.unique(np.concatenate([flux.edge_energies for flux in fluxes]))
        E, strengths = [ends], [np.full(len(ends), np.inf)]
        for flux, label in zip(fluxes, labels, strict=True):
            kinks, jumps = _kinks(flux.spectrum)
            together = (other for other, its in zip(fluxes, labels, strict=True) if its == label)
            left = sum((np.abs(other.moments(kinks)[0]).sum(axis=0) for other in together), np.zeros(len(kinks)))
            strong = jumps * (_LONGEST * kinks) ** 2 > _STRONG * left
            E.append(kinks[strong])
            strengths.append(jumps[strong] / np.maximum(left[strong], np.finfo(float).tiny))
        return cls(np.concatenate(E), np.concatenate(strengths), float(ends[-1]))

    def limits(self, particles: Particles) -> FloatArray:
        """Return the smallest and the largest recoils at each energy, keV, shape (n_particles, 2 n); NaN if none."""
        mass, m_final = particles.mass[:, None], particles.m_final[:, None]
        return np.concatenate([limit(self.energies, mass, m_final) for limit in (T_min, T_max)], axis=1)

    def cutting(self, limits: FloatArray, edges: FloatArray, particles: Particles) -> np.ndarray:
        """Return which limits (n_particles, 2 n) may not lie inside a panel between `edges` (n_panels + 1,), keV.

        A kink may where the panel is short.
        """
        mass, m_final, share, _ = (values[:, None] for values in particles)
        panel = np.clip(np.searchsorted(edges, limits, side="right") - 1, 0, len(edges) - 2)
        E = E_nu_min(edges[[panel, panel + 1]], mass, m_final)
        length = np.abs(E - np.tile(self.energies, 2)).sum(axis=0)
        strong = np.tile(self.strengths, 2) * length**2 * np.maximum(share, _RARE) > _STRONG
        return np.asarray(strong & (limits > edges[panel]) & (limits < edges[panel + 1]))

    def fading(self, low: FloatArray, high: FloatArray, particles: Particles) -> np.ndarray:
        """Return on which stretches of recoils (n,) some flux nears its end, shape (n_particles, n).

        It falls by a large factor there, and a polynomial is as good as the rounding of its largest value.
        """
        mass, m_final = particles.mass[:, None, None], particles.m_final[:, None, None]
        E = E_nu_min(np.stack([low, (low + high) / 2, high], axis=1), mass, m_final)
        lowest, highest = E.min(axis=2), E.max(axis=2)
        ends = self.energies[np.isinf(self.strengths)]
        return np.asarray(np.any((ends > lowest[..., None]) & (ends < (2 * highest - lowest)[..., None]), axis=2))

    def reach(self, particles: Particles) -> tuple[FloatArray, FloatArray]:
        """Return the smallest and the largest recoil of each particle, keV, NaN if there are none."""
        mass, m_final = particles.mass, particles.m_final
        return T_min(self.highest, mass, m_final), T_max(self.highest, mass, m_final)


def _kinks(spectrum: Spectrum) -> tuple[FloatArray, FloatArray]:
    """Inner edges (n,) of a spectrum and the jumps of the slope there, all channels added up, keV^-2."""
    if not isinstance(spectrum, PanelSpectrum):
        return np.zeros(0), np.zeros(0)
    k = np.arange(len(spectrum.coefficients))[:, None, None]
    half = np.diff(spectrum.edges) / 2
    at_end = (k * spectrum.coefficients).sum(axis=0) / half
    at_start = (k * spectrum.coefficients * (-1.0) ** (k + 1)).sum(axis=0) / half
    return spectrum.edges[1:-1], np.abs(at_start[:, 1:] - at_end[:, :-1]).sum(axis=0)
