"""Contours of Delta chi2 in the plane of two parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from nulight.inference.coordinates import Profile, baseline, citations, domain, lookup
from nulight.inference.levels import confidence, region_threshold
from nulight.inference.model import Model, parts, with_planned_data
from nulight.inference.profile import minimise
from nulight.results import ContourResult
from nulight.typing import FloatArray

__all__ = ["contour"]

_LEVELS = ("1 sigma", "2 sigma", "3 sigma", "90 %")


def contour(
    model: Model,
    p1: str,
    p2: str,
    ranges: tuple[tuple[float, float], tuple[float, float]],
    *,
    levels: Sequence[str] = _LEVELS,
    dof: int = 2,
    profile: Profile | None = None,
    fixed: Mapping[str, float] | None = None,
    n: tuple[int, int] = (101, 101),
) -> ContourResult:
    """Map Delta chi2 over two parameters and draw its contours.

    Parameters
    ----------
    model : CountModel or CombinedModel
    p1, p2 : str
        Parameters along x and y.
    ranges : ((x_low, x_high), (y_low, y_high))
        What the grid covers, in the parameters' units; cut at their physical bounds.
    levels : sequence of str
        Such as ``"2 sigma"`` or ``"90 %"``.
    dof : 1 or 2
        Degrees of freedom of the levels: 2.30 or 1 for one sigma.
    profile, fixed : mappings
        Other physics parameters to minimise over, or held; as for `limit`.
    n : tuple of two int
        Grid points along x and y.

    Returns
    -------
    ContourResult
        Delta chi2 counts from the global minimum in the physical domain, even if it lies off the grid.

    Raises
    ------
    ValueError
        If a parameter is unknown, stands twice, or a range is empty.
    """
    others = {"profile": profile or {}, "fixed": fixed or {}}
    if p1 == p2 or any(p in other for p in (p1, p2) for other in others.values()):
        raise ValueError(f"{p1} and {p2} span the plane: each must stand once and be neither profiled nor fixed")
    model = with_planned_data(model, fixed)
    levels_cl = {str(level): region_threshold(confidence(level), dof) for level in levels}
    x, y = _axis(model, p1, ranges[0], n[0]), _axis(model, p2, ranges[1], n[1])
    points = {p1: np.tile(x, len(y)), p2: np.repeat(y, len(x))}
    found = minimise(model, {**(fixed or {}), **points}, profile=profile)
    grid = found.twice_nll.reshape(len(y), len(x))
    best, minimum, profiled = _global_minimum(model, (p1, p2), x, y, grid, profile or {}, fixed or {})
    delta = np.maximum(grid - minimum, 0.0)
    provenance = model.provenance()
    late = int(np.sum(~found.converged & (delta.ravel() < 2 * max(levels_cl.values(), default=0.0))))
    return ContourResult(
        parameters=(p1, p2),
        units=(lookup(model, p1).unit, lookup(model, p2).unit),
        experiments=tuple(part.name for part in parts(model)),
        x=x,
        y=y,
        delta_chi2=delta,
        best_fit=best,
        twice_nll=minimum,
        levels=levels_cl,
        paths={name: contour_paths(x, y, delta, level) for name, level in levels_cl.items()},
        dof=dof,
        profiled=profiled,
        fixed=dict(fixed or {}),
        definition=_definition(dof, profile or {}, model),
        conventions=provenance.get("conventions", {}),
        provenance=provenance,
        citations=citations(model, [p1, p2, *(profile or {}), *(fixed or {})]),
        warnings=_warnings(late, delta, levels_cl),
    )


def _warnings(late: int, delta: FloatArray, levels: Mapping[str, float]) -> tuple[str, ...]:
    texts = [f"{late} grid points near the contours did not converge"] if late else []
    finite = delta[np.isfinite(delta)]
    if missed := [name for name, level in levels.items() if not finite.size or finite.min() > level]:
        texts.append(f"no grid point inside {', '.join(missed)}: the grid is too wide for it, or elsewhere")
    if whole := [name for name, level in levels.items() if finite.size == delta.size and finite.max() <= level]:
        texts.append(f"all of the grid is inside {', '.join(whole)}")
    return tuple(texts)


def contour_paths(x: FloatArray, y: FloatArray, z: FloatArray, level: float) -> tuple[FloatArray, ...]:
    """Return the lines where z(y, x) equals `level`, each of shape (n_points, 2)."""
    import contourpy

    # contourpy needs coordinates of order one; cells with an infinite corner are left out.
    span_x, span_y = np.ptp(x), np.ptp(y)
    generator = contourpy.contour_generator(
        (x - x[0]) / span_x, (y - y[0]) / span_y, np.ma.masked_invalid(z), name="serial"
    )
    lines = generator.lines(level)
    return tuple(np.asarray(line, float) * (span_x, span_y) + (x[0], y[0]) for line in lines)


def _axis(model: Model, name: str, ends: tuple[float, float], n: int) -> FloatArray:
    low, high = domain(lookup(model, name))
    low, high = max(low, ends[0]), min(high, ends[1])
    if not low < high or n < 2:
        raise ValueError(f"{name}: {n} grid points from {ends[0]:g} to {ends[1]:g} make no grid in its physical range")
    return np.linspace(low, high, n)


def _global_minimum(
    model: Model,
    names: tuple[str, str],
    x: FloatArray,
    y: FloatArray,
    grid: FloatArray,
    profile: Profile,
    fixed: Mapping[str, float],
) -> tuple[tuple[float, float], float, dict[str, float]]:
    """Continue from the lowest dips of the grid to the minimum in the physical domain."""
    boxes = {name: domain(lookup(model, name)) for name in names}
    begins = [{name: baseline(lookup(model, name)) for name in names}]
    begins += [{names[0]: float(x[column]), names[1]: float(y[row])} for row, column in _dips(grid)]
    tries = [minimise(model, fixed, profile={**boxes, **profile}, start=begin) for begin in begins]
    # Along a flat valley every point is as good: the first, from the baseline, is the least surprising.
    lowest = min(float(found.twice_nll[0]) for found in tries)
    best = next(found for found in tries if found.twice_nll[0] <= lowest + 1e-9)
    at = {name: float(values[0]) for name, values in best.parameters.items()}
    position = (at.pop(names[0]), at.pop(names[1]))
    return position, min(lowest, float(grid.min())), at


def _dips(grid: FloatArray) -> list[tuple[int, int]]:
    """Indices of the lowest few local minima of the grid."""
    padded = np.pad(grid, 1, constant_values=np.inf)
    is_dip = np.isfinite(grid)
    for dy, dx in ((0, 1), (2, 1), (1, 0), (1, 2)):
        is_dip &= grid <= padded[dy : dy + grid.shape[0], dx : dx + grid.shape[1]]
    rows, columns = np.nonzero(is_dip)
    order = np.argsort(grid[rows, columns])[:4]
    return [(int(rows[k]), int(columns[k])) for k in order]


def _definition(dof: int, profile: Profile, model: Model) -> str:
    text = f"Delta(-2 ln L) from the global minimum in the physical domain, {dof} dof"
    if names := [n.describe() for n in model.nuisances] + list(profile):
        text += "; profiled: " + ", ".join(names)
    return text
