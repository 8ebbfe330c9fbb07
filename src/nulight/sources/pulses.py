r"""Beam pulses folded with exponential decay, integrated over time bins in closed form.

A detector efficiency that falls exponentially in time is part of the integral: the product of
exp(-k t) and a fold is the fold of the two tilted factors. A tilted Gaussian is a Gaussian, a tilted
exponential an exponential, so nothing here is a quadrature.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from nulight.typing import ArrayLike, FloatArray

__all__ = ["GaussianPulse", "Pulse", "TablePulse"]

_MAX_EXPONENT = 700  # exp of more overflows


class Pulse(Protocol):
    """Probability density in time of what the beam makes."""

    def integral(
        self, lower: FloatArray, upper: FloatArray, decay: float, rate: float = 0.0, start: float = 0.0
    ) -> FloatArray:
        """Integrate exp(-rate (t - start)) times the pulse folded with an exponential decay.

        Parameters
        ----------
        lower, upper : array, shape (n_t,), s
            Time bins; with a `rate`, none that has a width begins before `start`.
        decay : float, 1/s
            Decay rate, the inverse of the lifetime; infinite for the pulse itself.
        rate, start : float, 1/s and s

        Returns
        -------
        array, shape (n_t,)
        """


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TablePulse:
    """A pulse of constant density within each row of a table.

    Attributes
    ----------
    lower, upper : array, shape (n_rows,), s
        Edges of the rows, increasing; rows may leave gaps but not overlap.
    probability : array, shape (n_rows,)
        Of each row, not negative. A sum below one means that the rest lies outside of the table.

    Raises
    ------
    ValueError
        If the shapes differ, a row has no width or overlaps the next, or a probability is negative.
    """

    lower: FloatArray
    upper: FloatArray
    probability: FloatArray

    def __post_init__(self) -> None:
        for name in ("lower", "upper", "probability"):
            object.__setattr__(self, name, _column(name, getattr(self, name)))
        if not len(self.lower) == len(self.upper) == len(self.probability):
            raise ValueError(
                f"pulse: {len(self.lower)} lower, {len(self.upper)} upper edges and {len(self.probability)} "
                "probabilities; each row needs all three"
            )
        _complain("row", self.upper <= self.lower, self.lower, "has no width; lower and upper are its edges in s")
        # edges are often written with few digits: a picosecond of overlap is rounding
        overlap = np.append(self.lower[1:] < self.upper[:-1] - 1e-12, False)
        _complain("row", overlap, self.lower, "overlaps the next one; rows must increase in time")
        _complain("probability of the row", self.probability < 0, self.lower, "is negative")

    def integral(
        self, lower: FloatArray, upper: FloatArray, decay: float, rate: float = 0.0, start: float = 0.0
    ) -> FloatArray:
        """Integrate over time bins; see `Pulse`. Sums of positive numbers, row by row."""
        a, b = self.lower[:, None], self.upper[:, None]
        # the part of a bin inside the row, where the decay builds up, and the part after it
        u, v = np.clip(lower, a, b), np.clip(upper, a, b)
        total = _tilt(u, rate, start) * _exponential(v - u, rate)
        if np.isfinite(decay):
            total -= _tilt(u, rate, start) * np.exp(-decay * (u - a)) * _exponential(v - u, rate + decay)
            u, v = np.maximum(lower, b), np.maximum(upper, b)
            left = np.exp(-decay * (u - b)) * -np.expm1(-decay * (b - a))
            total += _tilt(u, rate, start) * left * _exponential(v - u, rate + decay)
        height: FloatArray = self.probability / (self.upper - self.lower)
        return height @ total


@dataclass(frozen=True, slots=True, kw_only=True)
class GaussianPulse:
    """A Gaussian pulse.

    Attributes
    ----------
    mean, width : float, s
        Centre and standard deviation.

    Raises
    ------
    ValueError
        If the mean is not finite or the width not positive.
    """

    mean: float
    width: float

    def __post_init__(self) -> None:
        if not np.isfinite(self.mean) or not 0 < self.width < np.inf:
            raise ValueError(
                f"Gaussian pulse: mean = {self.mean} s must be finite and width = {self.width} s positive, "
                "such as 4.4e-07 and 1.5e-07"
            )

    def integral(
        self, lower: FloatArray, upper: FloatArray, decay: float, rate: float = 0.0, start: float = 0.0
    ) -> FloatArray:
        """Integrate over time bins; see `Pulse`. Differences of whichever tail is the shorter.

        Raises
        ------
        ValueError
            If the efficiency falls so steeply, and so late, that its continuation to the pulse overflows.
        """
        mean = self.mean - rate * self.width**2
        exponent = rate * (start - self.mean) + (rate * self.width) ** 2 / 2
        if exponent > _MAX_EXPONENT:
            raise ValueError(
                f"Gaussian pulse at {self.mean:g} s: an efficiency that falls with {rate:g} 1/s from {start:g} s on is "
                "too steep to be folded with it; end the time bins there, or give the pulse as a table"
            )
        scale = np.exp(exponent) * (decay / (decay + rate) if np.isfinite(decay) else 1.0)
        early = _modified_gaussian((lower - mean) / self.width, (decay + rate) * self.width)
        late = _modified_gaussian((upper - mean) / self.width, (decay + rate) * self.width)
        # probabilities below and above a time: subtract the small ones
        tail: FloatArray = scale * np.where(lower > mean, early[1] - late[1], late[0] - early[0])
        return tail


def _modified_gaussian(z: FloatArray, s: float) -> tuple[FloatArray, FloatArray]:
    """Probability below and above z of a unit Gaussian folded with an exponential of rate s."""
    from scipy.special import erfc, erfcx, ndtr

    x = (s - z) / np.sqrt(2)
    if np.isinf(s):
        delayed = np.zeros_like(z)
    else:
        # the same number twice; each form overflows where the other is taken
        rising = np.exp(-(z**2) / 2) * erfcx(np.maximum(x, 0))
        falling = np.exp(np.minimum(s**2 / 2 - s * z, 0)) * erfc(np.minimum(x, 0))
        delayed = np.where(x > 0, rising, falling) / 2
    return ndtr(z) - delayed, ndtr(-z) + delayed


def _tilt(t: FloatArray, rate: float, start: float) -> FloatArray:
    """exp(-rate (t - start)), one before `start`, where only bins without width can be."""
    factor: FloatArray = np.exp(-rate * np.maximum(t - start, 0))
    return factor


def _exponential(width: FloatArray, rate: float) -> FloatArray:
    """Integral of exp(-rate t) from 0 to `width`."""
    return width if rate == 0 else -np.expm1(-rate * width) / rate


def _column(name: str, values: ArrayLike) -> FloatArray:
    array = np.asarray(values, dtype=float)
    if array.ndim != 1 or not len(array) or not np.all(np.isfinite(array)):
        raise ValueError(f"pulse: {name} must be a list of finite numbers, one per row")
    return array


def _complain(what: str, wrong: np.ndarray, lower: FloatArray, advice: str) -> None:
    if np.any(wrong):
        row = int(np.argmax(wrong))
        raise ValueError(f"pulse: {what} {row + 1}, which begins at {lower[row]:g} s, {advice}")
