"""Best fit of physics parameters and nuisances, with errors and goodness of fit.

The batched solver, which looks at several places of each range, finds the global minimum; iminuit
starts there, vouches for it and gives errors and correlations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from nulight.inference.coordinates import Prior, Profile, citations, domain, lookup
from nulight.inference.likelihood import twice_nll
from nulight.inference.model import Model, parts, with_planned_data
from nulight.inference.profile import minimise
from nulight.results import FitResult
from nulight.typing import FloatArray

if TYPE_CHECKING:
    from iminuit import Minuit  # type: ignore[import-untyped]

__all__ = ["fit", "goodness_of_fit"]

_IMPOSSIBLE = 1e30  # stands for an infinite -2 ln L, which Minuit cannot digest


def fit(
    model: Model, parameters: Sequence[str] | Profile = (), *, fixed: Mapping[str, float] | None = None
) -> FitResult:
    """Fit parameters and nuisances together.

    Parameters
    ----------
    model : CountModel or CombinedModel
    parameters : sequence of str, or mapping of str to (lower, upper) or Prior
        Physics parameters to fit: over their physical domain, or inside a range or with a prior.
    fixed : mapping of str to float, optional
        Physics parameters held at values instead of their defaults.

    Returns
    -------
    FitResult
        Symmetric errors from the curvature at the minimum; next to a bound use `limit` instead.

    Raises
    ------
    ValueError
        If there is nothing to fit, or a parameter is unknown or both fitted and fixed.
    """
    model = with_planned_data(model, fixed)
    choices = _choices(model, parameters)
    scale = {n.name: 1.0 for n in model.nuisances} | {name: lookup(model, name).scale for name in choices}
    if not scale:
        raise ValueError(f"nothing to fit: {model.name} has no nuisance and no parameter was named")
    found = minimise(model, fixed, profile=choices)
    minuit = _run_minuit(model, choices, dict(fixed or {}), scale, found.parameters | found.nuisances)
    n_prior = sum(isinstance(c, Prior) for c in choices.values()) + sum(n.kind == "gaussian" for n in model.nuisances)
    ndof = sum(len(part.observed) for part in parts(model)) + n_prior - len(scale)
    chi2, provenance = float(minuit.fval or 0.0), model.provenance()
    return FitResult(
        experiments=tuple(part.name for part in parts(model)),
        values={name: minuit.values[name] * unit for name, unit in scale.items()},
        errors={name: minuit.errors[name] * unit for name, unit in scale.items()},
        units={name: lookup(model, name).unit for name in choices},
        names=tuple(scale),
        correlation=_correlation(minuit),
        chi2=chi2,
        ndof=ndof,
        p_value=goodness_of_fit(chi2, ndof),
        valid=minuit.valid,
        fixed=dict(fixed or {}),
        definition="minimum of -2 ln L relative to the saturated model; errors where the parabola rises by 1",
        conventions=provenance.get("conventions", {}),
        provenance=provenance,
        citations=citations(model, [*choices, *(fixed or {})]),
        warnings=_doubts(model, found.twice_nll[0], chi2),
    )


def goodness_of_fit(chi2: float, ndof: int) -> float:
    """Return the probability of a larger chi2 for `ndof` degrees of freedom; NaN if there are none."""
    from scipy.special import chdtrc

    return float(chdtrc(ndof, chi2)) if ndof > 0 else float("nan")


def _choices(model: Model, parameters: Sequence[str] | Profile) -> dict[str, tuple[float, float] | Prior]:
    if isinstance(parameters, Mapping):
        return dict(parameters)
    return {name: domain(lookup(model, name)) for name in parameters}


def _run_minuit(
    model: Model,
    choices: Profile,
    fixed: dict[str, float],
    scale: dict[str, float],
    start: Mapping[str, FloatArray],
) -> Minuit:
    from iminuit import Minuit

    def cost(x: FloatArray) -> float:
        values = {name: x[i] * unit for i, (name, unit) in enumerate(scale.items())}
        params = fixed | {name: values[name] for name in choices}
        total = twice_nll(model, params, values)[0]
        for name, choice in choices.items():
            if isinstance(choice, Prior):
                total += ((values[name] - choice.mean) / choice.width) ** 2
        return float(min(total, _IMPOSSIBLE))

    limits = {n.name: n.bounds for n in model.nuisances}
    for name, choice in choices.items():
        low, high = (choice.lower, choice.upper) if isinstance(choice, Prior) else choice
        p_low, p_high = domain(lookup(model, name))
        limits[name] = (max(low, p_low) / scale[name], min(high, p_high) / scale[name])
    begin = [_inside(start[name][0] / unit, *limits[name]) for name, unit in scale.items()]
    minuit = Minuit(cost, np.array(begin), name=tuple(scale))
    minuit.errordef, minuit.strategy = Minuit.LEAST_SQUARES, 2
    minuit.errors = [n.width or 0.1 for n in model.nuisances] + [0.1] * len(choices)
    minuit.limits = [limits[name] for name in scale]
    minuit.migrad()
    minuit.hesse()
    return minuit


def _inside(value: float, low: float, high: float) -> float:
    """Step off a bound: Minuit sees no slope exactly there."""
    margin = 1e-4 * min(high - low, 1.0)
    return min(max(value, low + margin), high - margin)


def _correlation(minuit: Minuit) -> FloatArray:
    if minuit.covariance is None:
        return np.full((minuit.npar, minuit.npar), np.nan)
    return np.asarray(minuit.covariance.correlation(), float)


def _doubts(model: Model, solver: float, chi2: float) -> tuple[str, ...]:
    doubts = []
    if any(part.statistic == "poisson" and np.min(part.observed) < 5 for part in parts(model)):
        doubts.append("bins with fewer than 5 events: -2 ln L follows a chi2 distribution only roughly")
    if abs(solver - chi2) > 1e-4 * (1 + abs(chi2)):
        doubts.append(f"two minimisers disagree: {solver:.6g} and {chi2:.6g}")
    return tuple(doubts)
