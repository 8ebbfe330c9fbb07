"""Quenching: how much of a nuclear recoil is seen, in electron-equivalent energy.

E_ee = Q_f(T) T is a property of the material and of the measurement that gave it, so it has a range:
above, the last Q_f is held and the response is no longer trusted; below, the recoil is dark or the
first Q_f is held, as asked. The curve need not be monotonic.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from nulight.detector.bins import FLOOR
from nulight.detector.light_curves import Curve, LindhardCurve, PolynomialCurve, TableCurve
from nulight.typing import ArrayLike, FloatArray

__all__ = ["Quenching"]

Below = Literal["zero", "hold"]

_ALL = (0.0, float("inf"))
_LARGEST = 1.5  # no detector sees more; a wrong unit is far beyond
_GRID = 4000  # points on which crossings are bracketed
_CHECKED = 1e6  # keVnr up to which an endless range is checked


@dataclass(frozen=True, slots=True, eq=False)
class Quenching:
    """Visible energy of a nuclear recoil; make one with `constant`, `table`, `polynomial` or `lindhard`.

    Attributes
    ----------
    curve : Curve
        Visible energy and slope inside the range.
    range : (float, float), keVnr
        Where the curve holds. Above it the last Q_f is held and nothing is trusted.
    below : "zero" or "hold"
        Below the range: no light, or its first Q_f.
    factor : float
        Multiplies the visible energy everywhere.

    Raises
    ------
    ValueError
        If Q_f leaves [0, 1.5] or the visible energy is negative inside the range, with the energy at which it does.

    Examples
    --------
    >>> csi2017 = Quenching.constant(0.0878, range=(0.0, 60.0))
    >>> round(float(csi2017.visible(10.0)), 3)
    0.878
    >>> csi2021 = Quenching.polynomial([0.0554628, 4.30681, -111.707, 840.384], unit=1000.0, range=(0.0, 60.0))
    >>> round(float(csi2021.visible(20.0)), 4)
    2.0728
    """

    curve: Curve
    range: tuple[float, float] = _ALL
    below: Below = "zero"
    factor: float = 1.0

    def __post_init__(self) -> None:
        lo, hi = self.range
        if not 0 <= lo < hi:
            raise ValueError(f"quenching range {lo:g} to {hi:g} keVnr must increase and not be negative")
        if not self.factor > 0:
            raise ValueError(f"quenching factor of scale {self.factor} must be positive; 1 leaves the curve as it is")
        _check(self)

    @classmethod
    def constant(
        cls, value: float, *, range: tuple[float, float] = _ALL, below: Below = "zero", factor: float = 1.0
    ) -> Quenching:
        """E_ee = value T."""
        return cls(PolynomialCurve((value,)), range, below, factor)

    @classmethod
    def table(cls, energies: ArrayLike, values: ArrayLike, *, below: Below = "zero", factor: float = 1.0) -> Quenching:
        """Q_f linear between points at `energies` (keVnr); the range is that of the table."""
        curve = TableCurve(np.asarray(energies, float), np.asarray(values, float))
        return cls(curve, (float(curve.energies[0]), float(curve.energies[-1])), below, factor)

    @classmethod
    def polynomial(
        cls,
        coefficients: Sequence[float],
        *,
        unit: float = 1.0,
        range: tuple[float, float] = _ALL,
        below: Below = "zero",
        factor: float = 1.0,
    ) -> Quenching:
        """E_ee = sum_k c_k x^(k + 1), E_ee and the recoil energy x both in `unit` (keV; 1000 for MeV)."""
        if len(coefficients) == 0:
            raise ValueError("polynomial quenching needs at least the coefficient of x, which is Q_f at zero energy")
        return cls(PolynomialCurve(tuple(float(c) for c in coefficients), unit), range, below, factor)

    @classmethod
    def lindhard(
        cls,
        Z: float,
        A: float | None = None,
        *,
        k: float | None = None,
        range: tuple[float, float] = _ALL,
        below: Below = "zero",
        factor: float = 1.0,
    ) -> Quenching:
        """Lindhard's formula; `k` absent: 0.133 Z^(2/3) A^(-1/2).

        Raises
        ------
        ValueError
            If neither `k` nor `A` is given.
        """
        if k is None:
            if A is None:
                raise ValueError("Lindhard quenching needs k, or the mass number A to compute it from")
            k = 0.133 * Z ** (2 / 3) * A**-0.5
        if not (Z > 0 and k > 0):
            raise ValueError(f"Lindhard quenching: Z = {Z} and k = {k} must be positive")
        return cls(LindhardCurve(k, Z), range, below, factor)

    @property
    def trusted(self) -> tuple[float, float]:
        """Recoil energies at which the visible energy is known or chosen, keVnr."""
        return 0.0, self.range[1]

    @property
    def kinks(self) -> FloatArray:
        """Recoil energies where the visible energy jumps or its slope does, keVnr."""
        lo, hi = self.range
        inside = self.curve.kinks[(self.curve.kinks > lo) & (self.curve.kinks < hi)]
        ends = [T for T in (lo, hi) if 0 < T < np.inf]
        return np.unique(np.concatenate([inside, ends]))

    def visible(self, T: ArrayLike) -> FloatArray:
        """Return the visible energy at recoil energies T (keVnr), shape of T, keVee."""
        T = np.asarray(T, float)
        inside = np.clip(T, *self.range)
        # A ratio of one inside the range; outside it, what holds Q_f.
        ratio = np.divide(T, inside, out=np.zeros_like(T), where=inside > 0)
        return np.asarray(self.factor * self.curve.visible(inside) * ratio * self._lit(T))

    def slope(self, T: ArrayLike) -> FloatArray:
        """Return d E_ee / dT, shape of T."""
        T = np.asarray(T, float)
        lo, hi = self.range
        inside = np.clip(T, lo, hi)
        held = np.divide(self.curve.visible(inside), inside, out=np.zeros_like(T), where=inside > 0)
        slope = np.where((T < lo) | (T > hi), held, self.curve.slope(inside))
        return np.asarray(self.factor * slope * self._lit(T))

    def preimages(self, E_ee: ArrayLike) -> FloatArray:
        """Return all recoil energies above 1 eV with one of the visible energies, ascending, keVnr.

        Every branch of a curve that turns over is found; energies that are jumped over have none.
        """
        E = np.atleast_1d(np.asarray(E_ee, float))
        E = E[E > 0]
        if len(E) == 0:
            return np.zeros(0)
        T = self._grid(float(E.max()))
        above = self.visible(T) > E[:, None]
        row, cell = np.nonzero(above[:, 1:] != above[:, :-1])
        target = E[row]
        roots = _bisect(lambda t: self.visible(t) > target, T[cell], T[cell + 1])
        return np.unique(roots[np.abs(self.visible(roots) / target - 1) < 1e-9])

    @property
    def turning_points(self) -> FloatArray:
        """Recoil energies inside the range where the visible energy is stationary, keVnr."""
        lo, hi = self.range
        T = np.unique(np.concatenate([np.geomspace(max(lo, FLOOR), min(hi, _CHECKED), _GRID), self.kinks]))
        rising = self.slope(T) > 0
        cell = np.flatnonzero(rising[1:] != rising[:-1])
        return _bisect(lambda t: self.slope(t) > 0, T[cell], T[cell + 1])

    def _lit(self, T: FloatArray) -> np.ndarray:
        """Whether there is any light."""
        return (T >= self.range[0]) | (self.below == "hold")

    def _grid(self, E_max: float) -> FloatArray:
        """Recoil energies from 1 eV to where the visible energy has passed E_max for good."""
        special = np.concatenate([self.kinks, self.turning_points])
        top = 2 * max(1.0, *special, E_max)
        while self.visible(top) <= E_max:
            top *= 2
        return np.unique(np.concatenate([np.geomspace(FLOOR, top, _GRID), special]))


def _bisect(above: Callable[[FloatArray], np.ndarray], lo: FloatArray, hi: FloatArray) -> FloatArray:
    """Where a condition changes between lo and hi, to rounding, shape of lo."""
    at_lo = above(lo)
    for _ in range(60):
        middle = (lo + hi) / 2
        left = above(middle) == at_lo
        lo, hi = np.where(left, middle, lo), np.where(left, hi, middle)
    return np.asarray(hi)


def _check(quenching: Quenching) -> None:
    """Raise where a curve cannot be a quenching factor: mostly a wrong unit or a range that is too long."""
    lo, hi = quenching.range
    T = np.geomspace(max(lo, FLOOR), min(hi, max(_CHECKED, 2 * lo)), _GRID)
    T = np.unique(np.concatenate([T, quenching.kinks]))
    Q = quenching.visible(T) / T
    bad = ~((Q >= 0) & (Q <= _LARGEST))
    if bad.any():
        at = float(T[bad][0])
        raise ValueError(
            f"a recoil of {at:.4g} keVnr would be seen as {float(Q[bad][0]) * at:.4g} keVee, Q_f = {Q[bad][0]:.3g}, "
            f"outside 0 to {_LARGEST}: check the unit of the coefficients, or end the range below this energy"
        )
    if Q[-1] == 0:
        raise ValueError(f"Q_f is zero at the end of the quenching range, {T[-1]:.4g} keVnr: it cannot be held above")
