"""At which values of a parameter toys are thrown: evenly in the root of the likelihood ratio.

Between neighbours sqrt(Delta chi2) of the data and of Asimov data changes by a fixed step, whatever power of
the parameter the counts depend on. In this coordinate, `place`, p-values are read off by straight lines.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from nulight.typing import ArrayLike, FloatArray

__all__ = ["Curves", "Values", "even_values", "given_values", "joined", "merged"]

_DENSE = 201  # points of a span its curves are known at
_FEWEST, _MOST = 4, 80  # gaps between values of a span
_APART = 1.0  # of the places of two spans with excluded values in between

Curves = Callable[[FloatArray], tuple[FloatArray, FloatArray]]
"""Maps values (n,) to Delta chi2 of the data and of Asimov data, (n,) each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """Values of a parameter and their places.

    Attributes
    ----------
    value, place : array, shape (n_values,), rising
    fine_value, fine_place : array, shape (n_fine,), rising
        The same much denser: what value belongs to a place in between.
    """

    value: FloatArray
    place: FloatArray
    fine_value: FloatArray
    fine_place: FloatArray

    def at(self, place: ArrayLike) -> FloatArray:
        """Return the values at places in between."""
        found: FloatArray = np.interp(np.asarray(place, float), self.fine_place, self.fine_value)
        return found

    def take(self, index: NDArray[np.intp]) -> Values:
        """Return some of the values."""
        return Values(
            value=self.value[index],
            place=self.place[index],
            fine_value=self.fine_value,
            fine_place=self.fine_place,
        )

    def halved(self, gaps: ArrayLike) -> Values:
        """Return these values and those in the middle of some gaps, each given by the place of its lower value."""
        lower = np.asarray(gaps, int)
        middle = (self.place[lower] + self.place[lower + 1]) / 2
        return Values(
            value=np.insert(self.value, lower + 1, self.at(middle)),
            place=np.insert(self.place, lower + 1, middle),
            fine_value=self.fine_value,
            fine_place=self.fine_place,
        )


def merged(spans: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return spans that do not overlap and hold what `spans` hold, lowest first."""
    found: list[tuple[float, float]] = []
    for low, high in sorted(spans):
        if found and low <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], high))
        else:
            found.append((low, high))
    return found


def even_values(curves: Curves, spans: Sequence[tuple[float, float]], step: float, *, fewest: int = _FEWEST) -> Values:
    """Return values across spans, about `step` apart in the root of either curve.

    Parameters
    ----------
    curves : callable
    spans : sequence of (low, high)
        Disjoint, lowest first; their ends are among the values.
    step : float
    fewest : int
        Gaps between values that a span has at least.

    Returns
    -------
    Values
    """
    fine = [np.linspace(low, high, _DENSE) for low, high in spans]
    walks = np.split(_walk(curves, np.concatenate(fine)), np.cumsum([len(f) for f in fine])[:-1])
    value, place, fine_place, start = [], [], [], 0.0
    for span, walk in zip(fine, walks, strict=True):
        own = walk - walk[0]
        n = int(np.clip(np.ceil(own[-1] / step), fewest, _MOST)) + 1
        even = np.linspace(0.0, own[-1], n)
        value.append(np.interp(even, own, span))
        value[-1][[0, -1]] = span[[0, -1]]
        place.append(start + even)
        fine_place.append(start + own)
        start += own[-1] + _APART
    return Values(
        value=np.concatenate(value),
        place=np.concatenate(place),
        fine_value=np.concatenate(fine),
        fine_place=np.concatenate(fine_place),
    )


def given_values(curves: Curves, values: ArrayLike) -> Values:
    """Return the user's values with their places."""
    value = np.unique(np.asarray(values, float))
    fine = np.unique(np.concatenate([np.linspace(a, b, 11) for a, b in pairwise(value)]))
    walk = _walk(curves, fine)
    return Values(value=value, place=np.interp(value, fine, walk), fine_value=fine, fine_place=walk)


def joined(values: Values, more: Values) -> Values:
    """Return values and those that go on where they end, or end where they begin, the shared one once."""
    below, above = (more, values) if more.value[-1] <= values.value[0] else (values, more)
    shift = below.place[-1] - above.place[0]
    return Values(
        value=np.append(below.value, above.value[1:]),
        place=np.append(below.place, above.place[1:] + shift),
        fine_value=np.append(below.fine_value, above.fine_value[1:]),
        fine_place=np.append(below.fine_place, above.fine_place[1:] + shift),
    )


def _walk(curves: Curves, value: FloatArray) -> FloatArray:
    """How far the roots of the curves have moved, the faster of the two; strictly rising."""
    roots = [np.sqrt(np.maximum(np.nan_to_num(curve, posinf=1e30), 0.0)) for curve in curves(value)]
    moved = np.max([np.abs(np.diff(root)) for root in roots], axis=0)
    floor = 1e-9 * np.diff(value) / max(float(value[-1] - value[0]), 1e-300)
    walk: FloatArray = np.concatenate([[0.0], np.cumsum(np.maximum(moved, floor))])
    return walk
