"""Delta chi2 on a grid of any one, two or three parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

import numpy as np

from nulight.inference.coordinates import Profile, citations, lookup
from nulight.inference.model import Model, parts, with_planned_data
from nulight.inference.profile import Profiled, minimise
from nulight.results.scan import ScanResult
from nulight.typing import ArrayLike, FloatArray

__all__ = ["scan_grid"]

Track: TypeAlias = Callable[[Sequence[slice]], Iterable[slice]]

_AT_ONCE = 500  # points between two steps of a progress bar


def scan_grid(
    model: Model,
    grid: Mapping[str, ArrayLike],
    *,
    profile: Profile | None = None,
    fixed: Mapping[str, float] | None = None,
    track: Track = iter,
) -> ScanResult:
    """Return Delta chi2 on a grid of parameters, everything else at its minimum.

    Parameters
    ----------
    model : CountModel or CombinedModel
    grid : mapping of str to array, each (n_k,)
        Values of one to three parameters in their units.
    profile : mapping of str to (lower, upper) or Prior, optional
        Parameters minimised over at every point, besides the nuisances.
    fixed : mapping of str to float, optional
        Parameters held; the data of planned experiments are the expectation there.
    track : callable
        Wraps the pieces of the grid, as a progress bar does.

    Returns
    -------
    ScanResult

    Raises
    ------
    ValueError
        If a name is unknown or stands twice, or there are no or more than three axes.
    """
    profile, fixed = dict(profile or {}), dict(fixed or {})
    axes = {name: np.atleast_1d(np.asarray(values, float)) for name, values in grid.items()}
    _check(model, axes, {**profile, **fixed})
    model = with_planned_data(model, fixed)
    shape = tuple(len(values) for values in axes.values())
    points = dict(zip(axes, (a.ravel() for a in np.meshgrid(*axes.values(), indexing="ij")), strict=True))
    found = _profiled(model, points, profile, fixed, track)
    chi2 = np.concatenate([piece.twice_nll for piece in found])
    if not np.isfinite(chi2).any():
        raise ValueError(f"{model.name}: the data are impossible everywhere on the grid")
    lowest = int(np.nanargmin(chi2))
    best = {name: float(values[lowest]) for name, values in points.items()}
    best |= {name: float(np.concatenate([piece.parameters[name] for piece in found])[lowest]) for name in profile}
    late = int(sum(np.count_nonzero(~piece.converged) for piece in found))
    provenance = model.provenance()
    return ScanResult(
        parameters=tuple(axes),
        units=tuple(lookup(model, name).unit for name in axes),
        experiments=tuple(part.name for part in parts(model)),
        grid=axes,
        delta_chi2=(chi2 - chi2[lowest]).reshape(shape),
        best=best,
        twice_nll=float(chi2[lowest]),
        fixed=fixed,
        definition=_definition(model, profile),
        conventions=provenance.get("conventions", {}),
        provenance=provenance,
        citations=citations(model, [*axes, *profile, *fixed]),
        warnings=(f"{late} of {len(chi2)} points did not converge",) if late else (),
    )


def _check(model: Model, axes: Mapping[str, FloatArray], others: Mapping[str, object]) -> None:
    if not 1 <= len(axes) <= 3:
        raise ValueError(f"a grid has one to three parameters, got {len(axes)}")
    for name in (*axes, *others):
        lookup(model, name)
    if twice := sorted(set(axes) & set(others)):
        raise ValueError(f"{', '.join(twice)}: an axis of the grid cannot be held or profiled as well")


def _profiled(
    model: Model, points: Mapping[str, FloatArray], profile: Profile, fixed: Mapping[str, float], track: Track
) -> list[Profiled]:
    n = len(next(iter(points.values())))
    pieces = [slice(i, min(i + _AT_ONCE, n)) for i in range(0, n, _AT_ONCE)]
    return [
        minimise(model, {**fixed, **{name: values[piece] for name, values in points.items()}}, profile=profile)
        for piece in track(pieces)
    ]


def _definition(model: Model, profile: Profile) -> str:
    text = "Delta(-2 ln L) from the lowest point of the grid"
    if names := [n.describe() for n in model.nuisances] + list(profile):
        text += "; profiled: " + ", ".join(names)
    return text
