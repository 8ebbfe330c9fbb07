"""Selection efficiencies: a table that is linear between its points, and the logistic curve of photoelectron counters.

An efficiency says which energy it is a function of, the true one or the reconstructed one: taking one
for the other is a common mistake. Nothing here smears.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

from nulight.detector.bins import increasing
from nulight.typing import ArrayLike, FloatArray

__all__ = ["Efficiency", "EfficiencyCurve", "LogisticEfficiency"]

Axis = Literal["reconstructed", "true"]

_SMOOTH = 4.0  # widths of a logistic step within which 12 Gauss-Legendre nodes give it to 1e-13
_FLAT = 10  # such stretches on both sides, beyond which it is a constant or an exponential to 1e-17


class EfficiencyCurve(Protocol):
    """What a response needs from an efficiency."""

    @property
    def of(self) -> Axis:
        """Which energy it is a function of."""

    @property
    def linear(self) -> bool:
        """Whether it is a straight line between `steps`: integrals are then closed forms."""

    @property
    def steps(self) -> FloatArray:
        """Energies between which it is smooth, keV or PE: jumps, kinks, and cuts of steep parts."""

    def __call__(self, E: ArrayLike) -> FloatArray:
        """Return the efficiency, in [0, 1], shape of E."""


@dataclass(frozen=True, slots=True, eq=False)
class Efficiency:
    """Selection efficiency, linear between table points.

    Attributes
    ----------
    energies : array, shape (n,), keV or PE
        Increasing.
    values : array, shape (n,)
        Between 0 and 1.
    of : "reconstructed" or "true"
        Which energy it is a function of.
    beyond : "hold" or "zero"
        Value above the last point; below the first one it is zero.
    """

    energies: FloatArray
    values: FloatArray
    of: Axis = "reconstructed"
    beyond: Literal["hold", "zero"] = "hold"

    def __post_init__(self) -> None:
        E, v = np.asarray(self.energies, float), np.asarray(self.values, float)
        if E.ndim != 1 or E.shape != v.shape or len(E) < 2 or not increasing(E):
            raise ValueError("efficiency needs at least two points at increasing energies in keV (or PE)")
        if np.any(~(v >= 0) | (v > 1)):
            bad = v[~((v >= 0) & (v <= 1))][0]
            raise ValueError(f"efficiency {bad} is outside [0, 1]; clip or correct the table")
        object.__setattr__(self, "energies", E)
        object.__setattr__(self, "values", v)

    @classmethod
    def constant(cls, value: float = 1.0, threshold: float = 0.0, *, of: Axis = "reconstructed") -> Efficiency:
        """Efficiency `value` above `threshold` (keV or PE), zero below."""
        return cls(np.array([threshold, threshold + 1.0]), np.array([value, value]), of=of)

    def __call__(self, E: ArrayLike) -> FloatArray:
        """Return the efficiency, shape of E."""
        right = self.values[-1] if self.beyond == "hold" else 0.0
        return np.asarray(np.interp(np.asarray(E, float), self.energies, self.values, left=0.0, right=right))

    @property
    def linear(self) -> bool:
        """A straight line between table points."""
        return True

    @property
    def steps(self) -> FloatArray:
        """Energies where the efficiency jumps or has a kink, keV or PE."""
        return self.energies


@dataclass(frozen=True, slots=True)
class LogisticEfficiency:
    r"""Logistic efficiency, clipped to [0, 1], with an optional threshold.

    Attributes
    ----------
    height : float
        Rise from far below to far above.
    slope : float, 1/keV or 1/PE
        Positive.
    midpoint : float, keV or PE
    offset : float
        Value far below; negative ones are common in fits and mean efficiency zero there.
    threshold : float, keV or PE, optional
        Zero below.
    half_from : float, keV or PE, optional
        From here up to `threshold` half of the curve instead of zero.
    of : "reconstructed" or "true"
        Which energy it is a function of.

    Notes
    -----
    .. math:: \epsilon(x) = \Theta(x) \min(1, \max(0, h/(1 + e^{-s (x - m)}) + o))

    References
    ----------
    COHERENT, arXiv:1804.09459 (half weight in 5-6 PE, none below) and arXiv:2110.07730 (offset -0.333).

    Examples
    --------
    >>> csi2021 = LogisticEfficiency(1.32045, 0.285979, 10.8646, offset=-0.333322)
    >>> [round(float(e), 4) for e in csi2021([5.0, 10.8646, 60.0])]
    [0.0, 0.3269, 0.9871]
    """

    height: float
    slope: float
    midpoint: float
    offset: float = 0.0
    threshold: float | None = None
    half_from: float | None = None
    of: Axis = "reconstructed"

    def __post_init__(self) -> None:
        if not (self.height > 0 and self.slope > 0):
            raise ValueError(
                f"logistic efficiency: height = {self.height}, slope = {self.slope}: both must be positive"
            )
        if self.half_from is not None and (self.threshold is None or self.threshold <= self.half_from):
            raise ValueError(
                f"half_from = {self.half_from} needs a threshold above it, where the full curve begins; "
                f"threshold = {self.threshold}"
            )

    def __call__(self, E: ArrayLike) -> FloatArray:
        """Return the efficiency, shape of E."""
        from scipy.special import expit

        x = np.asarray(E, float)
        curve = np.clip(self.height * expit(self.slope * (x - self.midpoint)) + self.offset, 0.0, 1.0)
        if self.threshold is None:
            return np.asarray(curve)
        below = 0.0 if self.half_from is None else 0.5 * (x >= self.half_from)
        return np.asarray(curve * np.where(x >= self.threshold, 1.0, below))

    @property
    def linear(self) -> bool:
        """A curve."""
        return False

    @property
    def steps(self) -> FloatArray:
        """Threshold, ends of the clipped parts, and cuts of the rise, keV or PE."""
        jumps = [x for x in (self.half_from, self.threshold) if x is not None]
        rise = self.midpoint + _SMOOTH / self.slope * np.arange(-_FLAT, _FLAT + 1)
        return np.unique(np.concatenate([jumps, self._clipped(), rise[rise > 0]]))

    def _clipped(self) -> FloatArray:
        """Where the bare curve crosses zero and one."""
        share = (np.array([0.0, 1.0]) - self.offset) / self.height
        share = share[(share > 0) & (share < 1)]
        return np.asarray(self.midpoint + np.log(share / (1 - share)) / self.slope)
