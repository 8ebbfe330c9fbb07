"""Nuclear recoils in a detector that measures electron-equivalent energy.

The probability is the inner response's at the visible energy. Rates are integrated in the recoil
energy, so no density is ever divided by dE_ee/dT, and a curve that turns over needs no inverse: only
the places where the integrand has kinks are mapped back, through every branch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nulight.detector.bins import FLOOR
from nulight.detector.efficiency import EfficiencyCurve
from nulight.detector.quenching import Quenching
from nulight.detector.response import Response
from nulight.typing import FloatArray

__all__ = ["QuenchedResponse"]


@dataclass(frozen=True, slots=True, eq=False)
class QuenchedResponse:
    """Response to nuclear recoils from the response to visible energy.

    Attributes
    ----------
    inner : Response
        Of the visible energy, keVee.
    quenching : Quenching
    efficiency : EfficiencyCurve, optional
        Of the true recoil energy in keVnr; one of the visible or the reconstructed energy belongs to `inner`.

    Examples
    --------
    Recoils of 10 keVnr in CsI[Na] make 0.878 keVee, 11.7 photoelectrons on average.

    >>> from nulight.detector import Efficiency, PoissonResponse, Quenching
    >>> counter = PoissonResponse(np.array([6.0, 8.0, 30.0]), 13.348, Efficiency.constant())
    >>> response = QuenchedResponse(counter, Quenching.constant(0.0878, range=(0.0, 60.0)))
    >>> [round(float(p), 4) for p in response.matrix(np.array([10.0]))[:, 0]]
    [0.0783, 0.8975]
    """

    inner: Response
    quenching: Quenching
    efficiency: EfficiencyCurve | None = None

    def __post_init__(self) -> None:
        if self.efficiency is not None and self.efficiency.of != "true":
            raise ValueError(
                "the efficiency of a quenched response is of the true recoil energy; give others to `inner`"
            )

    @property
    def bin_edges(self) -> FloatArray:
        """Edges of the inner response, keVee or PE."""
        return self.inner.bin_edges

    @property
    def support(self) -> tuple[float, float]:
        """Smallest and largest recoil energy that can reach a bin, keVnr."""
        lo, hi = self._visible_support()
        T = np.concatenate([[FLOOR], self.quenching.kinks, self.quenching.preimages([lo, hi])])
        E = self.quenching.visible(T)
        T = T[(E >= lo * (1 - 1e-9)) & (E <= hi * (1 + 1e-9)) & (T >= FLOOR)]
        if len(T) == 0:
            raise ValueError(
                f"no nuclear recoil has a visible energy of {lo:.3g} to {hi:.3g} keVee, which the bins need: "
                "check the quenching and the bins"
            )
        return float(T.min()), float(T.max())

    @property
    def trusted(self) -> tuple[float, float]:
        """Recoil energies between which quenching and inner response are known, keVnr."""
        lo, hi = self.quenching.trusted
        first, last = self.inner.trusted
        too_low = self.quenching.preimages(first)
        too_high = self.quenching.preimages(last) if np.isfinite(last) else np.zeros(0)
        return max([lo, *too_low]), min([hi, *too_high])

    @property
    def breakpoints(self) -> FloatArray:
        """Kinks of the inner response on every branch, those of the curve, and its turning points, keVnr."""
        quenching = self.quenching
        own = [quenching.kinks, quenching.turning_points, quenching.preimages(self.inner.breakpoints)]
        return np.unique(np.concatenate([*own, self.efficiency.steps if self.efficiency else []]))

    def width(self, T: FloatArray) -> FloatArray:
        """Scale in recoil energy over which the response changes, shape of T, keVnr.

        Where the curve is flat, the mean slope from zero stands in for its own; where there is no light, the next
        kink ends the stretch.
        """
        T = np.asarray(T, float)
        kinks = np.append(self.quenching.kinks, np.inf)
        following = kinks[np.searchsorted(kinks, T, side="right")]
        ahead = np.where(np.isfinite(following), following, 2 * T)
        dark = (ahead - T) / 2 + self._lit_width(ahead)
        return np.asarray(np.minimum(np.where(self.quenching.visible(T) > 0, self._lit_width(T), dark), T))

    def matrix(self, T: FloatArray) -> FloatArray:
        """P(bin | recoil energy T), shape (n_bins, n_T)."""
        probability = self.inner.matrix(self.quenching.visible(T))
        return probability if self.efficiency is None else probability * self.efficiency(T)

    def _visible_support(self) -> tuple[float, float]:
        """Visible energies that reach a bin; the floor is one of recoils, not of their light."""
        lo, hi = self.inner.support
        return (0.0 if lo <= FLOOR * (1 + 1e-9) else lo), hi

    def _lit_width(self, T: FloatArray) -> FloatArray:
        E = self.quenching.visible(T)
        mean = np.divide(E, T, out=np.zeros_like(T), where=T > 0)
        slope = np.maximum(np.abs(self.quenching.slope(T)), mean)
        width: FloatArray = np.divide(self.inner.width(E), slope, out=np.array(T), where=slope > 0)
        return width
