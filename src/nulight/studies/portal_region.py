"""Allowed regions in the plane of a sterile neutrino's mass and its coupling, from the global minimum.

Where data prefer a signal zero is excluded. The minimum is looked for at masses close to each other,
and then between those around the lowest few of its minima.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from nulight.inference.coordinates import citations
from nulight.inference.levels import confidence, interval_threshold, region_threshold
from nulight.inference.masses.lines import profile_curves
from nulight.inference.masses.mass_grid import mass_table
from nulight.inference.masses.raster import Raster, raster_intervals
from nulight.inference.model import Model, parts, with_planned_data
from nulight.models.parameters import PARAMETERS
from nulight.results.portal_region import PortalRegion
from nulight.studies.portal_plane import Experiments, portal_masses, portal_model
from nulight.typing import ArrayLike, FloatArray

__all__ = ["filled_contours", "portal_region"]

_POINTS = 121  # couplings of an automatic grid
_HIGH, _DECADES = 100.0, 4.0  # an automatic grid ends at so many times the strongest limit, so many decades up
_STEP = 1.05  # ratio of neighbouring masses from which the search for the minimum begins
_MINIMA = 4  # local minima over the mass that are narrowed down
_BETWEEN = 9  # masses of each round of the search between grid points
_ROUNDS = 3
_COARSE = 1.2  # ratio of neighbouring masses between which the edge of a region is a guess


def portal_region(
    experiments: Experiments,
    coupling: str = "mu_e4",
    masses: ArrayLike | None = None,
    couplings: ArrayLike | None = None,
    *,
    cl: float | str | Sequence[float | str] = 0.90,
    dof: int = 2,
    fixed: Mapping[str, float] | None = None,
    conventions: str | None = None,
) -> PortalRegion:
    """Return Delta chi2 in the plane of mass and coupling, and the regions within confidence levels.

    Parameters
    ----------
    experiments, coupling, masses, fixed, conventions
        As for `portal_limit`.
    couplings : array, shape (n_couplings,), mu_B, optional
        Otherwise 121 in equal ratios around the strongest limit.
    cl : float, str or sequence of them
        Confidence levels: 0.9, ``"90 %"``, ``"2 sigma"``.
    dof : 1 or 2
        Degrees of freedom of the levels.

    Returns
    -------
    PortalRegion
        Nuisances profiled, Delta chi2 from the global minimum.

    Raises
    ------
    NoSensitivityError, ValueError
        As for `portal_limit`; also if the grid of couplings is not positive.
    """
    fixed = dict(fixed or {})
    model = portal_model(experiments, conventions)
    grid, _ = portal_masses(model, coupling, masses, fixed)
    given = [cl] if isinstance(cl, float | str) else list(cl)
    levels = {_label(level): region_threshold(confidence(level), dof) for level in given}
    data = with_planned_data(model, fixed)
    table = mass_table(model, coupling, grid, fixed=fixed).with_data(data)
    if any(len(part.terms[0]) > 1 for part in table.parts):
        raise ValueError(
            f"counts without {coupling} depend on m_4, because of {', '.join(fixed)}: no coupling is then no single "
            "point of the plane; use scan_grid, or nulight scan"
        )
    raster = raster_intervals(table, interval_threshold(0.9, "two-sided"))
    mus = _couplings(couplings, raster)
    chi2 = profile_curves(table, mus).T
    null_height = float(raster.twice_nll_zero.min())
    place, minimum = _global_minimum(data, coupling, fixed, grid, null_height, float(mus[-1]))
    if chi2.min() < minimum - 1e-6:  # on the upper edge of the grid
        row, column = np.unravel_index(int(np.argmin(chi2)), chi2.shape)
        place, minimum = (float(grid[column]), float(mus[row])), float(chi2.min())
    null = null_height - minimum
    delta = np.maximum(chi2 - minimum, 0.0)
    polygons = {name: filled_contours(grid, mus, delta, level) for name, level in levels.items()}
    provenance = model.provenance()
    return PortalRegion(
        parameter=coupling,
        unit=PARAMETERS[coupling].unit,
        experiments=tuple(part.name for part in parts(model)),
        m_4=grid,
        couplings=mus,
        delta_chi2=delta,
        best_fit=place,
        twice_nll=minimum,
        delta_chi2_at_zero=null,
        significance=math.sqrt(max(null, 0.0)),
        levels=levels,
        polygons=polygons,
        zero_excluded={name: null > level for name, level in levels.items()},
        dof=dof,
        fixed=fixed,
        definition=_definition(model, dof),
        conventions=provenance.get("conventions", {}),
        provenance=provenance,
        citations=citations(model, [coupling, "m_4", *fixed]),
        warnings=(*_warnings(delta, levels), *_coarse(grid, polygons)),
    )


def filled_contours(x: FloatArray, y: FloatArray, z: FloatArray, level: float) -> tuple[FloatArray, ...]:
    """Return closed outlines of where z(y, x) <= `level`, each (n_points, 2), on positive axes.

    Interpolated in the logarithms of x and y and the root of z, in which a likelihood is smooth.
    """
    import contourpy

    u, v = ((np.log(axis / axis[0]) / math.log(axis[-1] / axis[0])) for axis in (x, y))
    height = np.ma.masked_invalid(np.sqrt(z))
    generator = contourpy.contour_generator(u, v, height, name="serial", fill_type=contourpy.FillType.OuterOffset)
    filled: Any = generator.filled(-1.0, math.sqrt(level))  # a pair of lists for this type of filling
    rings = [
        np.asarray(ring[a:b], float)
        for ring, ends in zip(*filled, strict=True)
        for a, b in pairwise(np.asarray(ends).tolist())
    ]
    first, ratio = np.array([x[0], y[0]]), np.array([x[-1] / x[0], y[-1] / y[0]])
    return tuple(first * ratio**ring for ring in rings)


def _label(level: float | str) -> str:
    return level if isinstance(level, str) else f"{100 * level:.10g} %"


def _couplings(couplings: ArrayLike | None, raster: Raster) -> FloatArray:
    if couplings is not None:
        grid = np.unique(np.asarray(couplings, float))
        if grid.size < 2 or not np.all(np.isfinite(grid) & (grid > 0)):
            raise ValueError(
                "couplings of a region must be at least two positive numbers in mu_B: its axis is logarithmic"
            )
        return grid
    known = raster.upper[np.isfinite(raster.upper)]
    low = known.min() / 10
    high = min(max(known.max(), 10 * known.min()) * 2, low * 10**_DECADES, _HIGH * 10 * known.max())
    return np.geomspace(low, high, _POINTS)


def _global_minimum(
    model: Model, coupling: str, fixed: Mapping[str, float], grid: FloatArray, null: float, largest: float
) -> tuple[tuple[float, float], float]:
    """Mass and coupling at the lowest -2 ln L, and the minimum: narrowed down around the lowest local minima.

    Where next to nothing is left of the signal, near the kinematic end, an absurd coupling can explain
    any one bin; only minima up to the `largest` coupling of the grid count. `null` is -2 ln L without any.
    """
    best, lowest = (float(grid[0]), 0.0), null
    pieces = [_dense(grid)]  # neighbourhoods that are searched, ascending masses of each
    for _ in range(_ROUNDS + 1):
        table = mass_table(model, coupling, np.concatenate(pieces), fixed=fixed).with_data(model)
        found = raster_intervals(table, interval_threshold(0.9, "two-sided"))
        counts = (found.best_fit > 0) & (found.best_fit <= largest)
        heights = np.where(counts, found.twice_nll, np.inf)
        i = int(np.argmin(heights))
        if heights[i] < lowest - 1e-9:
            best, lowest = (float(table.masses[i]), float(found.best_fit[i])), float(heights[i])
        ends = np.cumsum([len(piece) for piece in pieces])[:-1]
        pieces = [
            _around(piece, j)
            for piece, part in zip(pieces, np.split(heights, ends), strict=True)
            for j in _minima(part)[: _MINIMA if len(pieces) == 1 else 1]
        ]
        if not pieces:
            break  # without a signal every mass is as good
    return best, lowest


def _dense(grid: FloatArray) -> FloatArray:
    """The masses of the grid with others in equal ratios between them."""
    between = [np.geomspace(a, b, math.ceil(math.log(b / a) / math.log(_STEP)) + 1)[:-1] for a, b in pairwise(grid)]
    return np.concatenate([*between, grid[-1:]])


def _minima(heights: FloatArray) -> list[int]:
    """Places of the local minima, the lowest first."""
    inner = np.pad(heights, 1, constant_values=np.inf)
    places = np.flatnonzero(np.isfinite(heights) & (heights <= inner[:-2]) & (heights <= inner[2:]))
    ordered: list[int] = places[np.argsort(heights[places], kind="stable")].tolist()
    return ordered


def _around(masses: FloatArray, i: int) -> FloatArray:
    return np.geomspace(masses[max(i - 1, 0)], masses[min(i + 1, len(masses) - 1)], _BETWEEN)


def _definition(model: Model, dof: int) -> str:
    text = (
        f"Delta(-2 ln L) from the global minimum over the masses and couplings of the grid, {dof} dof; outlines follow "
        "the edge of the grid where a region leaves it; d = mu in L = (d/2) Nbar sigma nu F"
    )
    return text + (
        "; nuisances profiled: " + ", ".join(n.describe() for n in model.nuisances) if model.nuisances else ""
    )


def _warnings(delta: FloatArray, levels: Mapping[str, float]) -> list[str]:
    return [
        f"no grid point inside {name}: the grid is too wide for it, or elsewhere"
        for name, level in levels.items()
        if delta.min() > level
    ]


def _coarse(grid: FloatArray, polygons: Mapping[str, tuple[FloatArray, ...]]) -> list[str]:
    """Say where neighbouring masses are too far from each other to tell where an outline turns."""
    turns = [end for rings in polygons.values() for ring in rings for end in (ring[:, 0].min(), ring[:, 0].max())]
    inside = [m for m in turns if grid[0] * (1 + 1e-9) < m < grid[-1] * (1 - 1e-9)]
    steps = [(grid[i] / grid[i - 1], m) for m in inside for i in [int(np.searchsorted(grid, m))]]
    widest, mass = max(steps, default=(1.0, 0.0))
    if widest <= _COARSE:
        return []
    return [
        f"the grid of masses is coarse: near {mass:.4g} keV, where a region ends, neighbouring masses differ by "
        f"{100 * (widest - 1):.0f} %"
    ]
