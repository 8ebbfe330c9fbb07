"""Detector response: probability to reconstruct a true recoil in each bin.

A response is asked for P(bin | true energy) at any true energies, as exactly as its formula allows:
closed forms where there are some, quadrature to 1e-9 elsewhere, so probability is conserved. It knows
its reconstructed edges, the true energies it can see at all, those at which it is known, and where it
has kinks, so that whoever integrates over it can put panels there.
"""

from __future__ import annotations

from typing import Protocol

from nulight.detector.efficiency import Efficiency
from nulight.detector.gaussian import GaussianResponse
from nulight.detector.perfect import PerfectResponse
from nulight.detector.widths import gaussian_width
from nulight.typing import FloatArray

__all__ = ["Efficiency", "GaussianResponse", "PerfectResponse", "Response", "gaussian_width"]


class Response(Protocol):
    """What the rate integration needs from a detector."""

    @property
    def bin_edges(self) -> FloatArray:
        """Reconstructed edges, shape (n_bins + 1,): keVee, keVnr or PE, plain numbers."""

    @property
    def support(self) -> tuple[float, float]:
        """Smallest and largest true energy that can reach a bin, keV."""

    @property
    def trusted(self) -> tuple[float, float]:
        """True energies between which the response is known, keV; outside it is a stated guess."""

    @property
    def breakpoints(self) -> FloatArray:
        """True energies where the response has a kink or a step, keV."""

    def width(self, T: FloatArray) -> FloatArray:
        """Scale in true energy over which the response changes, shape of T, keV."""

    def matrix(self, T: FloatArray) -> FloatArray:
        """P(bin | true T), shape (n_bins, n_T)."""
