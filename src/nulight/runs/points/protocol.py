"""What a scan has to know about its points, whatever kind they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from nulight.runs.points.axis import Axis
from nulight.typing import FloatArray

__all__ = ["Points", "check_axes", "check_ranges"]


class Points(Protocol):
    """Places in a space of parameters, each known from its number alone.

    Attributes
    ----------
    axes : tuple of Axis
        Parameters with their ranges.
    n_points : int
    """

    @property
    def axes(self) -> tuple[Axis, ...]: ...
    @property
    def n_points(self) -> int: ...
    @property
    def names(self) -> tuple[str, ...]: ...
    def ranges(self) -> dict[str, tuple[float, float]]:
        """Return the range of every parameter."""

    def values(self, places: slice) -> dict[str, FloatArray]:
        """Return the values of every parameter at points start to stop, arrays (stop - start,).

        They do not depend on how the points are divided; the memory is that of the points asked for.
        """

    def to_dict(self) -> dict[str, Any]:
        """Return what defines the points as plain values, for `points_from_dict`."""


def check_axes(axes: Sequence[Axis]) -> tuple[Axis, ...]:
    """Return the axes as a tuple.

    Raises
    ------
    ValueError
        If there are none, or a parameter stands twice.
    """
    names = [axis.name for axis in axes]
    if not names:
        raise ValueError("no axis: give at least one parameter with its range")
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"{', '.join(twice)}: one axis for each parameter")
    return tuple(axes)


def check_ranges(axes: Sequence[Axis]) -> tuple[Axis, ...]:
    """Return the axes of points that are no grid as a tuple.

    Raises
    ------
    ValueError
        As `check_axes`, or if an axis has steps.
    """
    if steps := [axis.name for axis in axes if axis.n is not None]:
        raise ValueError(f"{', '.join(steps)}: steps are for grids; leave out n")
    return check_axes(axes)
