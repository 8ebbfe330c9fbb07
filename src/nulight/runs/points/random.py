"""Points drawn at random, uniform in every parameter or in its logarithm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nulight.runs.points.axis import Axis
from nulight.runs.points.counter import keys, uniform
from nulight.runs.points.protocol import check_ranges
from nulight.typing import FloatArray

__all__ = ["RandomPoints"]

_PURPOSE = 1  # keeps the streams apart from those of other kinds of points


@dataclass(frozen=True, slots=True)
class RandomPoints:
    """Independent points; each is computed from its number, so none are kept.

    Attributes
    ----------
    axes : tuple of Axis
    n_points : int
    seed : int

    Examples
    --------
    >>> points = RandomPoints((Axis("mu_nu", 0.0, 1e-10), Axis("sin2_theta_w", 0.2, 0.28)), 1000, seed=1)
    >>> bool((points.values(slice(10, 20))["mu_nu"] == points.values(slice(0, 20))["mu_nu"][10:]).all())
    True
    """

    axes: tuple[Axis, ...]
    n_points: int
    seed: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "axes", check_ranges(self.axes))
        if self.n_points < 1:
            raise ValueError(f"{self.n_points} points: use at least one")
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
        return {
            axis.name: axis.at(uniform(keys(self.seed, _PURPOSE, k, n=2), places)) for k, axis in enumerate(self.axes)
        }

    def to_dict(self) -> dict[str, Any]:
        """Return what defines the points as plain values."""
        axes = [axis.to_dict() for axis in self.axes]
        return {"kind": "random", "axes": axes, "n_points": self.n_points, "seed": self.seed}
