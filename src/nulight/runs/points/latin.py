"""Latin hypercubes: random points of which every parameter has exactly one in each of n equal slices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from nulight.runs.points.axis import Axis
from nulight.runs.points.counter import keys, uniform
from nulight.runs.points.permutation import permute
from nulight.runs.points.protocol import check_ranges
from nulight.typing import FloatArray

__all__ = ["LatinHypercube"]

_SLICE, _INSIDE = 2, 3  # purposes of the random streams


@dataclass(frozen=True, slots=True)
class LatinHypercube:
    """As many points as slices: more even than independent points, in any number of parameters.

    The slice of a point is the image of its number under a pseudo-random permutation of its own for each
    parameter, its place in the slice is uniform; both are computed from the number, so a hypercube of 1e9
    points needs no more memory than the points asked for.

    Attributes
    ----------
    axes : tuple of Axis
    n_points : int
    seed : int

    References
    ----------
    McKay, Beckman and Conover, Technometrics 21 (1979) 239, doi:10.2307/1268522

    Examples
    --------
    >>> points = LatinHypercube((Axis("mu_nu", 0.0, 4.0), Axis("sin2_theta_w", 0.2, 0.28)), 4, seed=1)
    >>> np.sort(points.values(slice(0, 4))["mu_nu"]).astype(int)
    array([0, 1, 2, 3])
    """

    axes: tuple[Axis, ...]
    n_points: int
    seed: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "axes", check_ranges(self.axes))
        if not 1 <= self.n_points < 2**53:
            raise ValueError(f"{self.n_points} points: use between 1 and 2^53")
        keys(self.seed, n=1)

    @property
    def names(self) -> tuple[str, ...]:
        """Parameters in the order of the axes."""
        return tuple(axis.name for axis in self.axes)

    def ranges(self) -> dict[str, tuple[float, float]]:
        """Return the range of every parameter."""
        return {axis.name: (axis.low, axis.high) for axis in self.axes}

    def values(self, places: slice) -> dict[str, FloatArray]:
        """Return the values of every parameter at points start to stop, arrays (stop - start,)."""
        return {axis.name: axis.at(self.fractions(k, places)) for k, axis in enumerate(self.axes)}

    def fractions(self, axis: int, places: slice) -> FloatArray:
        """Return where points lie on an axis, between 0 and 1, shape (stop - start,)."""
        numbers = np.arange(places.start, places.stop, dtype=np.uint64)
        slices = permute(numbers, self.n_points, keys(self.seed, _SLICE, axis, n=8)).astype(float)
        inside = slices + uniform(keys(self.seed, _INSIDE, axis, n=2), places)
        found: FloatArray = np.minimum(inside, np.nextafter(slices + 1, 0.0)) / self.n_points
        return found

    def to_dict(self) -> dict[str, Any]:
        """Return what defines the points as plain values."""
        axes = [axis.to_dict() for axis in self.axes]
        return {"kind": "latin", "axes": axes, "n_points": self.n_points, "seed": self.seed}
