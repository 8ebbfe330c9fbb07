"""Limits at one mass after the other, where counts cannot be tabulated: further parameters are profiled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from nulight.inference.coordinates import Profile
from nulight.inference.expectation import row_counts
from nulight.inference.intervals import interval_of
from nulight.inference.levels import IntervalKind
from nulight.inference.masses.raster import Raster
from nulight.inference.model import Model, asimov, parts, with_planned_data
from nulight.inference.profile import minimise
from nulight.models.parameters import PARAMETERS
from nulight.typing import FloatArray

__all__ = ["one_by_one"]


def one_by_one(
    model: Model,
    coupling: str,
    masses: Iterable[float],
    cl: float,
    interval: IntervalKind,
    *,
    fixed: Mapping[str, float],
    profile: Profile,
    expected: bool,
) -> tuple[Raster, FloatArray | None]:
    """Return what `nulight.inference.masses.raster.raster_intervals` does, and upper ends for Asimov data if wanted."""
    rows, uppers = [], []
    for mass in masses:
        held = {**fixed, "m_4": float(mass)}
        rows.append(_row(model, coupling, cl, interval, held, profile))
        if expected:
            data = asimov(model, held)
            uppers.append(_row(data, coupling, cl, interval, held, profile)["upper"])
    found = Raster(**{name: np.array([row[name] for row in rows]) for name in rows[0]})
    upper = np.array(uppers)
    return found, np.where(np.isfinite(upper), upper, np.nan) if expected else None


def _row(
    model: Model, coupling: str, cl: float, interval: IntervalKind, held: Mapping[str, float], profile: Profile
) -> dict[str, float]:
    """One mass; NaN where the coupling changes nothing, an infinite upper end where nothing bounds it."""
    model = with_planned_data(model, held)
    zero = float(minimise(model, {**held, coupling: 0.0}, profile=profile).twice_nll[0])
    if not _matters(model, coupling, held):
        nothing = dict.fromkeys(("lower", "upper", "best_fit"), np.nan)
        return nothing | {"twice_nll": zero, "twice_nll_zero": zero}
    found = interval_of(model, coupling, cl=cl, interval=interval, profile=profile, fixed=held)
    best = float(minimise(model, {**held, coupling: found.best_fit}, profile=profile).twice_nll[0])
    return {
        "lower": found.lower or 0.0,
        "upper": np.inf if found.upper is None else found.upper,
        "best_fit": found.best_fit,
        "twice_nll": min(best, zero),
        "twice_nll_zero": zero,
    }


def _matters(model: Model, coupling: str, held: Mapping[str, float]) -> bool:
    points = {**held, coupling: PARAMETERS[coupling].scale * np.array([0.0, 1.0])}
    return any(np.ptp(row_counts(part, points), axis=0).any() for part in parts(model))
