"""Two moments at once: where recoil experiments leave a direction open and RENP closes it.

Both take the same matrix lambda; their likelihoods have no nuisance in common, so that the joint
likelihood is the sum of both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from nulight.experiments import Experiment
from nulight.inference import asimov, minimise
from nulight.inference.levels import interval_threshold, region_threshold
from nulight.inference.model import Model
from nulight.neutrinos.mixing import get_oscillation, pmns
from nulight.renp.experiment import RenpExperiment
from nulight.renp.units import DAY
from nulight.results.renp.joint import JointPlane
from nulight.studies.limits import combine
from nulight.studies.moment_scale import scale_limit
from nulight.studies.renp.basis import absorbed, blind_directions, majorana_phases, moment, recoil_values, renp_values
from nulight.typing import ComplexArray, FloatArray

__all__ = ["blind_plane", "kinds_plane"]

_BELOW, _ABOVE = 0.2, 6.0  # of the smallest and the largest limit, the axes of the blind plane
_ROOM = 2.4  # least length of the axes of the other plane in units of the moment in the data
_BEYOND = 1.15  # of where RENP ends there
_UNIT = 1e-11  # mu_B
_BLIND = 1e6  # times less sensitive along a line than beside it: the rest is rounding
_SIZES = np.geomspace(1e-14, 1e-6, 801)  # mu_B, 100 a decade

Directions = tuple[ComplexArray, ComplexArray]
"""lambda = x first + y second."""


def blind_plane(
    recoils: Sequence[Experiment], scans: Sequence[RenpExperiment], *, cl: float = 0.90, n: int = 81
) -> JointPlane:
    """Return the plane of two moments whose effects on nu_e cancel along a line; no data have a signal.

    Parameters
    ----------
    recoils : sequence of Experiment
        Of the same neutrinos as `scans`; their mixing is that of the first.
    scans : sequence of RenpExperiment
        The same scan at several exposures.
    cl : float
    n : int
        Grid points along each axis, logarithmic, with the line on the diagonal.

    Returns
    -------
    JointPlane
    """
    renp = scans[-1]
    U = pmns(get_oscillation(recoils[0].conventions.oscillation))
    first, second, slope = blind_directions(U, renp.nature)
    back = -majorana_phases(renp)
    directions = absorbed(first, back), absorbed(second, back)
    line = directions[0] + slope * directions[1]
    beside = {model.name: _recoil_end(model, directions[0], renp, cl) for model in recoils}
    along = {model.name: _recoil_end(model, line, renp, cl) for model in recoils}
    along = {name: end if end < _BLIND * beside[name] else np.inf for name, end in along.items()}
    along |= {_name(scan): _renp_end(scan, line, cl) for scan in scans}
    wide = [beside[name] for name in beside if np.isinf(along[name])] or list(along.values())
    x = np.geomspace(_BELOW * min(along.values()), _ABOVE * max(wide), n)
    names = ("lambda_11", "lambda_12") if renp.nature == "dirac" else ("lambda_23", "lambda_13")
    return JointPlane(
        title="no signal",
        parameters=names,
        x=x,
        y=slope * x,
        log=True,
        delta_chi2=_grids(directions, x, slope * x, recoils, scans),
        threshold=region_threshold(cl, 2),
        slope=slope,
        along=along,
    )


def kinds_plane(
    recoils: Sequence[Experiment],
    scans: Sequence[RenpExperiment],
    pair: str,
    size: float,
    *,
    cl: float = 0.90,
    n: int = 81,
) -> JointPlane:
    """Return the plane of the magnetic and the electric moment of one element.

    Parameters
    ----------
    recoils, scans, cl, n
        As for `blind_plane`; the axes are linear, begin at zero, and reach beyond what the longest scan allows.
    pair : str
        "11", "12"...
    size : float, mu_B
        Magnetic moment that the data of `scans` contain; recoil experiments have their own data.

    Returns
    -------
    JointPlane
    """
    renp = scans[-1]
    directions = moment(pair, renp.nature, mu=1.0), moment(pair, renp.nature, epsilon=1.0)
    axis = np.linspace(0.0, _reach_of_axes(renp, directions, size, cl), n)
    truth = {f"mu_{pair}": size}
    return JointPlane(
        title=f"mu_{pair} = {size:.2g} mu_B in the data of RENP",
        parameters=(f"mu_{pair}", f"eps_{pair}"),
        x=axis,
        y=axis,
        log=False,
        delta_chi2=_grids(directions, axis, axis, recoils, scans, truth),
        threshold=region_threshold(cl, 2),
        truth=(size, 0.0),
    )


def _reach_of_axes(scan: RenpExperiment, directions: Directions, size: float, cl: float) -> float:
    """Length of the axes, mu_B: with counts linear in x^2, Delta chi2 of two degrees is reached where x^2 - size^2 is
    so much larger than without a signal."""
    more = np.sqrt(region_threshold(cl, 2) / interval_threshold(cl, "two-sided"))
    ends = [_renp_end(scan, direction, cl) for direction in directions]
    found = [_BEYOND * float(np.sqrt(size**2 + more * end**2)) for end in ends if np.isfinite(end)]
    return max(_ROOM * size, *found) if found else _ROOM * size


def _grids(
    directions: Directions,
    x: FloatArray,
    y: FloatArray,
    recoils: Sequence[Experiment],
    scans: Sequence[RenpExperiment],
    truth: Mapping[str, float] | None = None,
) -> dict[str, FloatArray]:
    """Delta chi2 (n_y, n_x) of each recoil experiment, of RENP at each exposure, and of all together at the last."""
    renp = scans[-1]
    together = combine(*recoils)

    def recoil(model: Model) -> Callable[[ComplexArray], FloatArray]:
        return lambda matrix: minimise(model, recoil_values(matrix, renp)).twice_nll

    def scan(model: RenpExperiment) -> Callable[[ComplexArray], FloatArray]:
        data = asimov(model, truth)
        return lambda matrix: minimise(data, renp_values(matrix, renp.nature)).twice_nll

    heights = {model.name: recoil(model) for model in recoils}
    heights |= {_name(model): scan(model) for model in scans}
    points = _points(x, y, _extra(directions, recoils, renp, truth))
    matrix = points[0][:, None, None] * directions[0] + points[1][:, None, None] * directions[1]
    found = {name: height(matrix) for name, height in heights.items()}
    if _share_nuisances(recoils):
        found["all"] = recoil(together)(matrix) + found[_name(renp)]
    else:  # then the sum of the minima is the minimum of the sum
        found["all"] = sum((found[model.name] for model in recoils), found[_name(renp)])
    return {name: (value - value.min())[: x.size * y.size].reshape(y.size, x.size) for name, value in found.items()}


def _points(x: FloatArray, y: FloatArray, extra: FloatArray) -> FloatArray:
    """Grid points, x fastest, followed by the `extra` ones (m, 2); shape (2, n_points)."""
    grid = np.array([np.tile(x, y.size), np.repeat(y, x.size)])
    return np.concatenate([grid, extra.T], axis=1)


def _extra(
    directions: Directions, recoils: Sequence[Experiment], renp: RenpExperiment, truth: Mapping[str, float] | None
) -> FloatArray:
    """Where the minima are that the grid may miss: no moments, the truth, the best fits along the axes."""
    found = [(0.0, 0.0), *((size, 0.0) for size in (truth or {}).values())]
    for model in recoils:
        best = [scale_limit(recoil_values(_UNIT * d, renp), model).best or 0.0 for d in directions]
        found += [(best[0] * _UNIT, 0.0), (0.0, best[1] * _UNIT)]
    return np.array(found)


def _share_nuisances(recoils: Sequence[Experiment]) -> bool:
    names = [nuisance.name for model in recoils for nuisance in model.nuisances]
    return len(set(names)) < len(names)


def _name(scan: RenpExperiment) -> str:
    return f"renp_{scan.time[0] / DAY:g}d"


def _recoil_end(model: Experiment, direction: ComplexArray, renp: RenpExperiment, cl: float) -> float:
    """Largest factor allowed of a direction alone, mu_B; infinite for none."""
    upper = scale_limit(recoil_values(_UNIT * direction, renp), model, cl=cl).upper
    return np.inf if upper is None else _UNIT * upper


def _renp_end(scan: RenpExperiment, direction: ComplexArray, cl: float) -> float:
    """The same for a scan without a signal, where Delta chi2 rises with the factor."""
    values = renp_values(_SIZES[:, None, None] * direction, scan.nature)
    height = minimise(scan, values).twice_nll
    target = np.log(interval_threshold(cl, "two-sided"))
    return float(np.exp(np.interp(target, np.log(height), np.log(_SIZES), right=np.inf)))
