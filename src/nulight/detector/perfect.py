"""Response without smearing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nulight.detector.bins import EVERYWHERE, FLOOR, checked_edges
from nulight.detector.efficiency import EfficiencyCurve
from nulight.typing import FloatArray

__all__ = ["PerfectResponse"]


@dataclass(frozen=True, slots=True, eq=False)
class PerfectResponse:
    """No smearing: the reconstructed energy is the true one.

    Attributes
    ----------
    bin_edges : array, shape (n_bins + 1,), keV
    efficiency : EfficiencyCurve
    """

    bin_edges: FloatArray
    efficiency: EfficiencyCurve

    def __post_init__(self) -> None:
        object.__setattr__(self, "bin_edges", checked_edges(self.bin_edges))

    @property
    def support(self) -> tuple[float, float]:
        return max(float(self.bin_edges[0]), FLOOR), float(self.bin_edges[-1])

    @property
    def trusted(self) -> tuple[float, float]:
        return EVERYWHERE

    @property
    def breakpoints(self) -> FloatArray:
        return np.concatenate([self.bin_edges, self.efficiency.steps])

    def width(self, T: FloatArray) -> FloatArray:
        return np.full_like(T, np.min(np.diff(self.bin_edges)))

    def matrix(self, T: FloatArray) -> FloatArray:
        # No light, no event: also where the first bin begins at zero.
        inside = (self.bin_edges[:-1, None] <= T) & (self.bin_edges[1:, None] > T) & (T > 0)
        return inside * self.efficiency(T)
