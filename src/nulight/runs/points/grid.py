"""Points of a grid in any number of parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nulight.runs.points.axis import Axis
from nulight.runs.points.protocol import check_axes
from nulight.typing import ArrayLike, FloatArray

__all__ = ["GridPoints", "is_mass"]


def is_mass(name: str) -> bool:
    """Whether a parameter is a mass: a new value of it costs new integrals over recoil energies."""
    return name.startswith("m_")


@dataclass(frozen=True, slots=True)
class GridPoints:
    """All combinations of the values of the axes.

    The last axis varies fastest; masses vary slowest wherever they stand.

    Attributes
    ----------
    axes : tuple of Axis

    Examples
    --------
    >>> points = GridPoints((Axis("mu_nu", 0.0, 1e-11, n=2), Axis.of("m_4", [1.0, 10.0])))
    >>> points.values(slice(1, 3))
    {'mu_nu': array([1.e-11, 0.e+00]), 'm_4': array([ 1., 10.])}
    """

    axes: tuple[Axis, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "axes", check_axes(self.axes))
        for axis in self.axes:
            axis.values()

    @classmethod
    def of(cls, grid: Mapping[str, ArrayLike]) -> GridPoints:
        """Return the grid with these values of each parameter, arrays (n_k,), increasing."""
        return cls(tuple(Axis.of(name, values) for name, values in grid.items()))

    @property
    def names(self) -> tuple[str, ...]:
        """Parameters in the order of the axes."""
        return tuple(axis.name for axis in self.axes)

    @property
    def shape(self) -> tuple[int, ...]:
        """Numbers of values in the order of the axes."""
        return tuple(axis.n for axis in self.axes if axis.n is not None)

    @property
    def n_points(self) -> int:
        """Number of combinations."""
        return prod(self.shape)

    @property
    def order(self) -> tuple[int, ...]:
        """Places of the axes, the slowest first."""
        return tuple(sorted(range(len(self.axes)), key=lambda k: not is_mass(self.names[k])))

    def ranges(self) -> dict[str, tuple[float, float]]:
        """Return the range of every parameter."""
        return {axis.name: (axis.low, axis.high) for axis in self.axes}

    def values(self, places: slice) -> dict[str, FloatArray]:
        """Return the values of every parameter at points start to stop, arrays (stop - start,)."""
        found = dict(zip(self.order, self._index(places), strict=True))
        return {axis.name: axis.values()[found[k]] for k, axis in enumerate(self.axes)}

    def array(self, column: FloatArray) -> FloatArray:
        """Return a number per point, (n_points,), as an array over the axes in their order."""
        slow = column.reshape([self.shape[k] for k in self.order])
        return np.moveaxis(slow, range(len(self.axes)), self.order)

    def to_dict(self) -> dict[str, Any]:
        """Return what defines the points as plain values."""
        return {"kind": "grid", "axes": [axis.to_dict() for axis in self.axes]}

    def _index(self, places: slice) -> tuple[NDArray[np.intp], ...]:
        """Places on the axes, the slowest first."""
        return np.unravel_index(np.arange(places.start, places.stop), [self.shape[k] for k in self.order])
