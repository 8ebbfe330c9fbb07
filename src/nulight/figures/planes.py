"""Contours of planned experiments on any grid, logarithmic ones included, from one start a point.

For the Asimov data of a planned experiment the minimum is known, it is the truth, and -2 ln L has
one minimum along each parameter profiled here (the rate is monotonic in it over its range). One
start a point is then enough, five times fewer than `nulight.inference.contour` takes for data.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from nulight.inference import Prior, minimise
from nulight.inference.contours import contour_paths
from nulight.inference.coordinates import baseline, citations
from nulight.inference.levels import confidence, region_threshold
from nulight.inference.model import Model, parts
from nulight.results import ContourResult
from nulight.typing import FloatArray

__all__ = ["Axis", "linear", "logarithmic", "plane"]

Axis = tuple[str, FloatArray]
"""Name of a parameter and its grid points."""


def linear(name: str, low: float, high: float, n: int) -> Axis:
    """Return an axis with equal steps."""
    return name, np.linspace(low, high, n)


def logarithmic(name: str, low: float, high: float, n: int) -> Axis:
    """Return an axis with equal ratios."""
    return name, np.geomspace(low, high, n)


def plane(
    model: Model,
    x: Axis,
    y: Axis,
    *,
    levels: Sequence[str] = ("1 sigma", "2 sigma"),
    profile: Mapping[str, tuple[float, float] | Prior] | None = None,
) -> ContourResult:
    """Map Delta chi2 of Asimov data over two parameters.

    Parameters
    ----------
    model : CountModel or CombinedModel
        Its data must be its expectation at the default parameters.
    x, y : Axis
    levels : sequence of str
        Such as ``"2 sigma"``, for two degrees of freedom.
    profile : mapping of str to (lower, upper) or Prior, optional
        Parameters to minimise over.

    Returns
    -------
    ContourResult
        Delta chi2 from the truth, the default parameters; lines are interpolated in the logarithm
        along logarithmic axes.

    Raises
    ------
    ValueError
        If a point of the grid lies below the truth by more than 1e-3: the data are not Asimov. (A range
        that leaves out the truth of a profiled parameter makes a difference below that.)
    """
    start = {name: baseline(model.parameters()[name]) for name in profile or {}}
    points = {x[0]: np.tile(x[1], len(y[1])), y[0]: np.repeat(y[1], len(x[1]))}
    found = minimise(model, points, profile=profile, start=start)
    truth = {name: baseline(model.parameters()[name]) for name in (x[0], y[0])}
    at_truth = float(minimise(model, truth, profile=profile, start=start).twice_nll[0])
    minimum = min(at_truth, float(found.twice_nll.min()))
    if minimum < at_truth - 1e-3:
        raise ValueError(f"{model.name}: the grid is {at_truth - minimum:.3g} below the truth; its data are not Asimov")
    delta = found.twice_nll.reshape(len(y[1]), len(x[1])) - minimum
    thresholds = {level: region_threshold(confidence(level), 2) for level in levels}
    provenance = model.provenance()
    return ContourResult(
        parameters=(x[0], y[0]),
        units=(model.parameters()[x[0]].unit, model.parameters()[y[0]].unit),
        experiments=tuple(part.name for part in parts(model)),
        x=x[1],
        y=y[1],
        delta_chi2=delta,
        best_fit=(truth[x[0]], truth[y[0]]),
        twice_nll=minimum,
        levels=thresholds,
        paths={level: _paths(x[1], y[1], delta, value) for level, value in thresholds.items()},
        dof=2,
        definition="Delta chi2 of Asimov data from the truth, 2 dof; " + _treatment(model, profile or {}),
        conventions=provenance.get("conventions", {}),
        provenance=provenance,
        citations=citations(model, [x[0], y[0], *(profile or {})]),
        warnings=_late(found.converged, delta, thresholds),
    )


def _paths(x: FloatArray, y: FloatArray, delta: FloatArray, level: float) -> tuple[FloatArray, ...]:
    logs = tuple(bool(np.ptp(np.diff(axis)) > 1e-6 * np.ptp(axis)) for axis in (x, y))
    u, v = (np.log(axis) if log else axis for axis, log in zip((x, y), logs, strict=True))
    # The root of Delta chi2 is closer to linear between grid points.
    lines = contour_paths(u, v, np.sqrt(delta), math.sqrt(level))
    back = (np.exp if log else np.array for log in logs)
    to_x, to_y = back
    return tuple(np.column_stack([to_x(line[:, 0]), to_y(line[:, 1])]) for line in lines)


def _treatment(model: Model, profile: Mapping[str, tuple[float, float] | Prior]) -> str:
    names = [n.describe() for n in model.nuisances] + [f"{name} in {choice}" for name, choice in profile.items()]
    return "profiled: " + ", ".join(names) if names else "statistical errors only"


def _late(converged: np.ndarray, delta: FloatArray, thresholds: Mapping[str, float]) -> tuple[str, ...]:
    late = int(np.sum(~converged & (delta.ravel() < 2 * max(thresholds.values()))))
    return (f"{late} grid points near the contours did not converge",) if late else ()
