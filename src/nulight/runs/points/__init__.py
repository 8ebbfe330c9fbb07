"""Where a scan looks: grids, random points and Latin hypercubes in any number of parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nulight.runs.points.axis import Axis
from nulight.runs.points.grid import GridPoints, is_mass
from nulight.runs.points.latin import LatinHypercube
from nulight.runs.points.protocol import Points
from nulight.runs.points.random import RandomPoints

__all__ = ["Axis", "GridPoints", "LatinHypercube", "Points", "RandomPoints", "is_mass", "points_from_dict"]


def points_from_dict(document: Mapping[str, Any]) -> Points:
    """Return the points whose `to_dict` wrote this.

    Raises
    ------
    ValueError
        If there is no such kind of points.
    """
    axes = tuple(Axis.from_dict(axis) for axis in document["axes"])
    kind = document["kind"]
    if kind == "grid":
        return GridPoints(axes)
    if kind in ("random", "latin"):
        points = RandomPoints if kind == "random" else LatinHypercube
        return points(axes, document["n_points"], document["seed"])
    raise ValueError(f"points of kind {kind!r}; known are grid, random and latin")
