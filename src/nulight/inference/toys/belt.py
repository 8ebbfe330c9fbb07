"""p-values, critical values and interval ends from the test statistics of toys, with their Monte Carlo errors.

A value is accepted while its p-value, or CLs, is above 1 - cl. Between tested values the p-value, as a number
of standard deviations, is a straight line in the place of the value; that gives the ends and, by its slope,
their errors.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from nulight.inference.toys.asymptotic import ToyIntervalKind
from nulight.inference.toys.monte_carlo import TIE, fraction
from nulight.inference.toys.values import Values
from nulight.typing import FloatArray

__all__ = ["Belt", "End"]

_JUMP, _NOISE = 2.0, 3.0  # a change of p-values this many times what curves explain, beyond so many errors
_TIED = 2.0  # errors of a p-value: an outcome that is likelier moves it when it changes places with another


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """End of an interval; both are None where nothing bounds it, the error is zero at a bound of the domain."""

    value: float | None
    error: float | None


@dataclass(frozen=True, kw_only=True)
class Belt:
    """Distributions of a test statistic at several values of a parameter.

    Attributes
    ----------
    kind : "feldman-cousins", "upper" or "cls"
    cl : float
    values : Values
    own : array, shape (n_values, n_toys)
        Statistic of toys thrown at the value, in it.
    background : array, shape (n_values, n_background), or None
        Statistic of toys thrown at the value without a signal; "cls" needs it.
    domain : (float, float)
        Where the parameter may be.
    """

    kind: ToyIntervalKind
    cl: float
    values: Values
    own: FloatArray
    background: FloatArray | None
    domain: tuple[float, float]
    _sorted: tuple[FloatArray, FloatArray | None] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        background = None if self.background is None else np.sort(self.background, axis=1)
        object.__setattr__(self, "_sorted", (np.sort(self.own, axis=1), background))

    def some(self, toys: NDArray[np.intp]) -> Belt:
        """Return the belt made by some of the toys only."""
        background = None if self.background is None else self.background[:, toys]
        return replace(self, own=self.own[:, toys], background=background)

    def near(self, statistic: FloatArray, margin: float) -> NDArray[np.intp]:
        """Return the places of the values that are accepted, or not more than `margin` standard deviations outside."""
        height = self._height(self.p_values(statistic[:, None])[:, 0])
        return np.flatnonzero(height < self._level + margin)

    def tails(self, statistic: FloatArray) -> tuple[FloatArray, FloatArray | None]:
        """Return the fraction of toys, own and background, with at least this statistic.

        Parameters
        ----------
        statistic : array, shape (n_values, n)

        Returns
        -------
        own, background : array, shape (n_values, n); background None if there are none
        """
        own, background = self._sorted
        return _tail(own, statistic), None if background is None else _tail(background, statistic)

    def p_values(self, statistic: FloatArray) -> FloatArray:
        """Return what is compared with 1 - cl, (n_values, n): the p-value, or CLs."""
        own, background = self.tails(statistic)
        if self.kind != "cls" or background is None:
            return own
        ratio: FloatArray = np.minimum(own / np.maximum(background, 0.5 / self._n_background), 1.0)
        return ratio

    def p_errors(self, statistic: FloatArray) -> FloatArray:
        """Return the Monte Carlo errors of `p_values`, (n_values, n)."""
        own, background = self.tails(statistic)
        n = self.own.shape[1]
        error = _error(own, n)
        if self.kind != "cls" or background is None:
            return error
        above, below = np.maximum(own, 0.5 / n), np.maximum(background, 0.5 / self._n_background)
        both: FloatArray = above / below * np.hypot(error / above, _error(below, self._n_background) / below)
        return both

    def critical(self) -> tuple[FloatArray, FloatArray]:
        """Return the largest statistic that is accepted, and its Monte Carlo error, (n_values,) each."""
        own, _ = self._sorted
        p, error = self.p_values(own), self.p_errors(own)
        return self._last(own, p), (self._last(own, p + error) - self._last(own, p - error)) / 2

    def regions(self, statistic: FloatArray) -> list[tuple[End, End]]:
        """Return the accepted regions of one data set, lowest first.

        Parameters
        ----------
        statistic : array, shape (n_values,)
        """
        p, error = self.p_values(statistic[:, None])[:, 0], self.p_errors(statistic[:, None])[:, 0]
        inside = np.concatenate([[False], p > 1 - self.cl, [False]])
        first, last = np.flatnonzero(~inside[:-1] & inside[1:]), np.flatnonzero(inside[:-1] & ~inside[1:]) - 1
        places = zip(first.tolist(), last.tolist(), strict=True)
        return [(self._end(p, error, a, -1), self._end(p, error, b, 1)) for a, b in places]

    def steep(self, statistic: FloatArray) -> NDArray[np.intp]:
        """Return the gaps, by the place of their lower value, where an end falls and the p-value jumps.

        Parameters
        ----------
        statistic : array, shape (n_values, n)
            Of some data sets.

        Returns
        -------
        array of int
            Gaps in which the p-value changes by much more than a likelihood ratio would that follows the curves; and
            where an end may fall within errors, if outcomes are so likely that p-values jump when they change places.
        """
        p, error = self.p_values(statistic), self.p_errors(statistic)
        height, noise, gap = self._height(p), self._slope(p) * error, np.diff(self.values.place)[:, None]
        jump = np.abs(np.diff(height, axis=0)) - _NOISE * np.hypot(noise[:-1], noise[1:])
        tied = self._ties(statistic) > _TIED * error
        likely = (tied[:-1] | tied[1:]) & (gap > np.minimum(noise[:-1], noise[1:]))
        steep = self._ended(p) & (jump > _JUMP * gap)
        for moved in (p - error, p, p + error):
            steep |= self._ended(moved) & likely
        return np.flatnonzero(steep.any(axis=1))

    def _ended(self, p: FloatArray) -> NDArray[np.bool_]:
        """Gaps with an accepted value on one side only, (n_gaps, n)."""
        inside = p > 1 - self.cl
        ended: NDArray[np.bool_] = inside[:-1] != inside[1:]
        return ended

    def ends(self, statistic: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the outermost ends of many data sets.

        Parameters
        ----------
        statistic : array, shape (n_values, n)

        Returns
        -------
        lower, upper : array, shape (n,)
            Infinite where nothing among the values bounds the interval, not a number where none is accepted.
        """
        height = self._height(self.p_values(statistic)) - self._level
        inside = height < 0
        last = len(inside) - 1 - np.argmax(inside[::-1], axis=0)
        lower, upper = self._crossing(height, np.argmax(inside, axis=0), -1), self._crossing(height, last, 1)
        none = ~inside.any(axis=0)
        return np.where(none, np.nan, lower), np.where(none, np.nan, upper)

    def _ties(self, statistic: FloatArray) -> FloatArray:
        """Fraction of toys with the very same statistic, (n_values, n): zero unless outcomes are discrete."""
        own, _ = self._sorted
        return _tail(own, statistic) - _tail(own, statistic + 2 * TIE)

    @property
    def _n_background(self) -> int:
        return 0 if self.background is None else self.background.shape[1]

    @property
    def _level(self) -> float:
        return float(self._height(np.array([1 - self.cl]))[0])

    def _height(self, p: FloatArray) -> FloatArray:
        """Standard deviations of a p-value; finite where no toy, or every toy, is in the tail."""
        from scipy.special import ndtri

        sides, least = (2 if self.kind == "feldman-cousins" else 1), 0.5 / self.own.shape[1]
        height: FloatArray = -ndtri(np.clip(p, least, 1 - least) / sides)
        return height

    def _slope(self, p: FloatArray) -> FloatArray:
        """Standard deviations per probability at a p-value."""
        sides = 2 if self.kind == "feldman-cousins" else 1
        slope: FloatArray = np.sqrt(2 * np.pi) * np.exp(self._height(p) ** 2 / 2) / sides
        return slope

    def _last(self, own: FloatArray, p: FloatArray) -> FloatArray:
        """Largest of the sorted statistics with p above 1 - cl, row by row; the smallest if none has."""
        place = np.maximum((p > 1 - self.cl).sum(axis=1) - 1, 0)
        found: FloatArray = own[np.arange(len(own)), place]
        return found

    def _end(self, p: FloatArray, error: FloatArray, inside: int, step: int) -> End:
        """End of a region beyond its outermost accepted value, with the error of the straight line there."""
        outside = inside + step
        if not 0 <= outside < len(p):
            bound = self._bound(inside, step)
            return End(value=bound, error=None if bound is None else 0.0)
        where, per_height = self._line(p, inside, outside)
        share = abs(where - self.values.place[inside]) / abs(self.values.place[outside] - self.values.place[inside])
        noise = np.hypot((1 - share) * (self._slope(p) * error)[inside], share * (self._slope(p) * error)[outside])
        value, *near = self.values.at(where + noise * per_height * np.array([0.0, -1.0, 1.0])).tolist()
        line = abs(near[1] - near[0]) / 2
        moved = [self._moved(p + change, inside, step) for change in (-error, error)]
        return End(value=value, error=max(line, sum(line if m is None else abs(m - value) for m in moved) / 2))

    def _line(self, p: FloatArray, inside: int, outside: int) -> tuple[float, float]:
        """Place where the straight line between two values meets the level, and places per standard deviation."""
        height, place = self._height(p), self.values.place
        rise = max(float(height[outside] - height[inside]), 1e-9)  # too few toys have the same p-value at both
        per_height = float(place[outside] - place[inside]) / rise
        return float(place[inside] + (self._level - height[inside]) * per_height), per_height

    def _moved(self, p: FloatArray, inside: int, step: int) -> float | None:
        """Where the region ends with other p-values; None if still next to its outermost value.

        Where p-values hardly change over several values, a small error moves the end across all of them.
        """
        accepted, last = p > 1 - self.cl, inside
        while 0 <= last < len(p) and not accepted[last]:
            last -= step
        while 0 <= last < len(p) and 0 <= last + step < len(p) and accepted[last + step]:
            last += step
        if last == inside:
            return None
        if not (0 <= last < len(p) and 0 <= last + step < len(p)):
            return float(self.values.value[np.clip(last, 0, len(p) - 1)])
        return float(self.values.at(self._line(p, last, last + step)[0]))

    def _bound(self, inside: int, step: int) -> float | None:
        """The bound of the domain if the outermost value lies on it."""
        value, bound = float(self.values.value[inside]), self.domain[0 if step < 0 else 1]
        return value if value == bound else None

    def _crossing(self, height: FloatArray, inside: FloatArray, step: int) -> FloatArray:
        """Where many data sets (n,) cross the level beyond their outermost accepted value."""
        columns, n = np.arange(height.shape[1]), len(height)
        outside = np.clip(inside + step, 0, n - 1)
        a, b = height[inside, columns], height[outside, columns]
        share = np.where(b > a, -a / np.where(b > a, b - a, 1.0), 0.0)
        place = self.values.place
        crossing = self.values.at(place[inside] + share * (place[outside] - place[inside]))
        edge = 0 if step < 0 else n - 1
        beyond = self._bound(edge, step)
        return np.where(inside == edge, step * np.inf if beyond is None else beyond, crossing)


def _tail(ordered: FloatArray, statistic: FloatArray) -> FloatArray:
    n = ordered.shape[1]
    found: FloatArray = np.stack(
        [1 - np.searchsorted(row, s - TIE) / n for row, s in zip(ordered, statistic, strict=True)]
    )
    return found


def _error(p: FloatArray, n: int) -> FloatArray:
    _, low, high = fraction(np.asarray(p) * n, n)
    half: FloatArray = (high - low) / 2
    return half
