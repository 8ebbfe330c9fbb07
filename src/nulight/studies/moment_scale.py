"""Limit on a common factor of all moments of a point, whatever the matrix.

Counts are a polynomial of second degree in the factor: what scatters without moments, interference
of a massive final neutrino with the weak current, and the moments squared. Three nodes tell it
exactly; the profile likelihood of the one parameter `scale` then costs no new integrals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nulight.conventions import Conventions
from nulight.experiments import Experiment
from nulight.inference.expectation import Morph, ParametricCounts, morphs, parametric, row_counts
from nulight.inference.levels import interval_threshold
from nulight.inference.model import CountModel, Model, Nuisance, Statistic, combine, parts, with_planned_data
from nulight.inference.profile import minimise
from nulight.inference.scan import Curve, scan_within
from nulight.models.matrix_checks import Nature
from nulight.models.mixing_parameters import TRANSITIONS
from nulight.models.moment_input import MomentInput, given_point
from nulight.models.parameter import Parameter
from nulight.neutrinos.flux import FLAVOURS
from nulight.results.limits import Region
from nulight.results.moments import ScaleLimit
from nulight.studies.limits import combine as combine_experiments
from nulight.studies.moment_experiments import ExperimentChoice, for_nature, loaded
from nulight.typing import FloatArray

__all__ = ["MOMENTS", "ScaledModel", "check_any_moment", "moment_counts", "no_limit", "scale_limit", "scaled_model"]

MOMENTS = frozenset(
    ("mu_nu", *(f"mu_nu_{a}" for a in FLAVOURS), *(f"mu_{a}4" for a in FLAVOURS), *(f"lambda_{p}" for p in TRANSITIONS))
)
"""Parameters that are moments, and scale together."""

_LIGHT, _HEAVY = {"magnetic", "transition"}, {"dipole"}  # labels of the interactions of `models.moments`
_NODES = np.array([0.0, 1.0, 2.0])
_FIRST = np.geomspace(1e-2, 1e2, 25)  # factors around the one whose signal is as large as the statistical error
_FAR = 1e10  # factors still allowed here have no bound


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaledModel:
    """A count model with one parameter, the common factor `scale` of all moments.

    Attributes
    ----------
    unit : float
        Factor whose signal is about as large as the statistical error; infinite if there is no signal.
    coefficients : array, shape (3, n_rows, n_bins)
        Counts of components and changes of shape as a polynomial in scale / unit.
    others : as of the experiment
    """

    name: str
    statistic: Statistic
    observed: FloatArray
    sigma: FloatArray | None
    components: tuple[str, ...]
    scales: Mapping[str, tuple[str, ...]]
    nuisances: tuple[Nuisance, ...]
    morphs: tuple[Morph, ...]
    parametric: tuple[ParametricCounts, ...]
    unit: float
    coefficients: FloatArray
    origin: Mapping[str, Any]

    def expected(self, params: Mapping[str, Any]) -> FloatArray:
        """Return counts, shape (n_points, n_components, n_bins)."""
        return self._rows(params)[:, : len(self.components)]

    def morph_counts(self, params: Mapping[str, Any]) -> FloatArray:
        """Return counts of the changes of shape, shape (n_points, n_morphs, n_bins)."""
        return self._rows(params)[:, len(self.components) :]

    def parameters(self) -> dict[str, Parameter]:
        """Return the one parameter."""
        text = "common factor of all moments"
        unit = self.unit if np.isfinite(self.unit) else 1.0
        return {"scale": Parameter(name="scale", unit="", latex="s", description=text, lower=0.0, scale=unit)}

    def provenance(self) -> dict[str, Any]:
        """Return the provenance of the experiment."""
        return dict(self.origin)

    def _rows(self, params: Mapping[str, Any]) -> FloatArray:
        t = np.atleast_1d(np.asarray(params.get("scale", 0.0), float)) / self.unit
        return np.tensordot(np.stack([np.ones_like(t), t, t**2], axis=1), self.coefficients, axes=1)


def moment_counts(experiment: Experiment, values: Mapping[str, float]) -> dict[str, FloatArray]:
    """Return what moments add to the counts at one point.

    Parameters
    ----------
    experiment : Experiment
    values : mapping of str to float
        Parameters as for `Experiment.expected`.

    Returns
    -------
    dict of str to array, shape (n_bins,)
        ``"light"``: with light final states; ``"heavy"``: with the fourth state; ``"interference"``: of the latter.
    """
    counts = {kind: np.zeros(len(experiment.observed)) for kind in ("light", "heavy", "interference")}
    for label, found in experiment.by_interaction(values).items():
        words = set(label.partition(" ")[0].split("*"))
        if words & (_LIGHT | _HEAVY):
            counts["interference" if len(words) > 1 else "heavy" if words & _HEAVY else "light"] += found
    return counts


def scaled_model(experiment: Experiment, values: Mapping[str, float]) -> ScaledModel:
    """Return an experiment whose one parameter is the common factor of the moments in `values`.

    Parameters
    ----------
    experiment : Experiment
    values : mapping of str to float
        What is no moment keeps its value; data of a planned experiment are the expectation without moments.
    """
    held = {name: value for name, value in values.items() if name not in MOMENTS}
    (part,) = parts(with_planned_data(experiment, held))
    unit = _unit(part, np.sum(list(moment_counts(experiment, values).values()), axis=0))
    nodes = _NODES * (unit if np.isfinite(unit) else 0.0)
    at_nodes = row_counts(part, held | {name: values[name] * nodes for name in values if name in MOMENTS})
    coefficients = np.tensordot(np.linalg.inv(np.vander(_NODES, increasing=True)), at_nodes, axes=1)
    return ScaledModel(
        name=part.name,
        statistic=part.statistic,
        observed=part.observed,
        sigma=part.sigma,
        components=part.components,
        scales=part.scales,
        nuisances=part.nuisances,
        morphs=morphs(part),
        parametric=parametric(part),
        unit=unit,
        coefficients=coefficients,
        origin=part.provenance(),
    )


def scale_limit(
    values: MomentInput,
    experiments: ExperimentChoice,
    *,
    neutrinos: Nature | None = None,
    conventions: str | Path | Conventions | None = None,
    cl: float = 0.90,
) -> ScaleLimit:
    r"""Return the limit on a common factor of all moments, everything else as it stands in `values`.

    Parameters
    ----------
    values : mapping of str to float, path, or MomentPoint
        A point with at least one moment that is not zero, of mass states or of flavours. A path is that of a YAML
        file with the matrix, see `read_moment_file`; oscillation parameters of the first experiment turn it from the
        flavour basis.
    experiments : str, Path, Experiment, or sequence of them
        Names, paths of cards, or experiments: one, or several to combine.
    neutrinos : "majorana" or "dirac", optional
        What `lambda_kj` belong to; otherwise as the file or the experiments say.
    conventions : preset name, path of a YAML file, or Conventions, optional
        For the experiments given by name; otherwise each its own.
    cl : float
        Confidence level, two-sided: Delta chi2 of 2.706 at 90 %.

    Returns
    -------
    ScaleLimit
        Without regions if no count depends on the moments.

    Raises
    ------
    TypeError
        If `values` is neither a mapping nor a path, such as experiments in its place.
    ValueError
        If there is no moment in `values`, a parameter is unknown or outside its domain, the file is wrong, or the
        experiments cannot be loaded or must not be combined.
    OSError
        If the file cannot be read.

    Notes
    -----
    .. math:: N(s) = N_0 + s\,N_{\rm int} + s^2 N_\mu, \qquad s \ge 0

    from the global minimum with all nuisances profiled. One factor has one limit however many elements the matrix
    has; limits on the elements themselves would need the others profiled.

    Examples
    --------
    >>> found = scale_limit({"mu_nu": 1e-12}, "xenonnt-2022-er")
    >>> f"{found.upper:.2f}"  # times 1e-12 mu_B
    '7.44'
    """
    threshold = interval_threshold(cl, "two-sided")
    members = loaded(experiments, conventions)
    values, neutrinos = given_point(values, neutrinos, members[0].conventions)
    check_any_moment(values)
    members = [for_nature(member, neutrinos) for member in members]
    combine_experiments(*members)  # refuses what must not be combined
    models = [scaled_model(member, values) for member in members]
    unit = min(model.unit for model in models)
    if not np.isfinite(unit):
        return no_limit(cl)
    return _search(models[0] if len(models) == 1 else combine(models), unit, threshold)


def check_any_moment(values: Mapping[str, float]) -> None:
    """Raise ValueError if no moment of the point differs from zero."""
    if not any(values[name] for name in values if name in MOMENTS):
        raise ValueError("no moment is set: give at least one, such as lambda_12 = 1e-11 mu_B")


def no_limit(cl: float) -> ScaleLimit:
    """Return what `scale_limit` does where no count depends on the moments."""
    return ScaleLimit(regions=(), best=None, delta_chi2=None, threshold=interval_threshold(cl, "two-sided"))


def _unit(part: CountModel, signal: FloatArray) -> float:
    """Factor that makes the signal (n_bins,), as its square, one standard deviation of the counts."""
    variance = part.observed + 1 if part.sigma is None else part.sigma**2
    information = float(np.sum(signal**2 / variance))
    return information**-0.25 if information > 0 else np.inf


def _search(model: Model, unit: float, threshold: float) -> ScaleLimit:
    def curve(s: FloatArray) -> FloatArray:
        return minimise(model, {"scale": s}).twice_nll

    s = np.concatenate([[0.0], unit * _FIRST])
    y = curve(s)
    while y[-1] <= y.min() + threshold and s[-1] < unit * _FAR:
        more = s[-1] * _FIRST[_FIRST > 1]
        s, y = np.append(s, more), np.append(y, curve(more))
    best = _polished(model, s, y)
    found = minimise(model, {"scale": np.array([best, 1.0])})
    return ScaleLimit(
        regions=_regions(curve, s, y <= found.twice_nll[0] + threshold, best, threshold),
        best=best,
        delta_chi2=max(float(found.twice_nll[1] - found.twice_nll[0]), 0.0),
        threshold=threshold,
        converged=bool(found.converged[0]),
    )


def _polished(model: Model, s: FloatArray, y: FloatArray) -> float:
    """Place of the minimum, between the neighbours of the lowest of the points."""
    i = int(np.argmin(y))
    if i == 0:  # below the first factor -2 ln L changes by its fourth power
        return 0.0
    box = (float(s[max(i - 1, 0)]), float(s[min(i + 1, len(s) - 1)]))
    found = minimise(model, profile={"scale": box}, start={"scale": float(s[i])})
    return float(found.parameters["scale"][0] if found.twice_nll[0] < y[i] else s[i])


def _regions(curve: Curve, s: FloatArray, below: NDArray[np.bool_], best: float, level: float) -> tuple[Region, ...]:
    """Regions of allowed factors; the points `below` the level and the best one lie inside."""
    inside = np.append(s[below], best)
    low, high = s[s < inside.min()].max(initial=0.0), s[s > inside.max()].min(initial=np.inf)
    bounded = bool(np.isfinite(high))
    top = float(high) if bounded else float(max(inside.min(), best))
    scan = scan_within(curve, best, float(low), top, lower=0.0, upper=np.inf, level=level)
    return scan.regions if bounded else ((scan.regions[0][0], None),)
