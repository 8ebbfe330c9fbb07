"""The likelihood of a model handed over as a plain function: what varies, where, and with which prior."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nulight.inference.coordinates import Prior, domain, lookup
from nulight.inference.expectation import expected_counts
from nulight.inference.model import Model, ParameterLike, parts
from nulight.inference.posterior.density import LogLikelihood, Treat
from nulight.inference.posterior.priors import LogUniform, Marginal, PriorChoice, Priors, marginal, nuisance_marginal

__all__ = ["Parameters", "log_likelihood"]

Parameters: TypeAlias = str | Sequence[str] | Mapping[str, PriorChoice | None]

_TURN = 2 * np.pi


def log_likelihood(
    model: Model,
    parameters: Parameters,
    *,
    nuisances: Treat = "sample",
    fixed: Mapping[str, float] | None = None,
) -> LogLikelihood:
    """Return the likelihood of a model as a plain function, for a sampler or minimiser of your choice.

    Parameters
    ----------
    model : CountModel or CombinedModel
    parameters : sequence of str, or mapping of str to (low, high), Prior, LogUniform or None
        Physics parameters and what is known of them: a flat prior between two ends, a Gaussian, or one flat in the
        logarithm. None, or names alone: flat over the physical domain, for a phase one turn.
    nuisances : "sample", "profile" or "fixed"
        Make the nuisances coordinates, minimise over them at every point, or keep them at zero.
    fixed : mapping of str to float, optional
        Physics parameters held at values instead of their defaults.

    Returns
    -------
    LogLikelihood

    Raises
    ------
    ValueError
        If a name is unknown or stands twice, a range is empty, or there is nothing to vary.

    Examples
    --------
    Three lines to a minimiser that knows nothing of neutrinos:

    >>> import nulight as nl
    >>> ln_l = log_likelihood(nl.load("xenonnt-2022-er"), {"mu_nu": (0, 1e-10)}, nuisances="profile")
    >>> print(f"{2 * (ln_l([0.0]) - ln_l([1e-11])):.2f}")
    5.85
    """
    fixed = dict(fixed or {})
    choices = _choices(model, parameters)
    if twice := sorted(set(choices) & set(fixed)):
        raise ValueError(f"{', '.join(twice)}: varied and fixed; choose one")
    for name in fixed:
        lookup(model, name)
    if nuisances not in ("sample", "profile", "fixed"):
        raise ValueError(f"nuisances = {nuisances!r}: use 'sample', 'profile' or 'fixed'")
    known = {name: lookup(model, name) for name in choices}
    marginals = [marginal(choice, domain(known[name])) for name, choice in choices.items()]
    sampled = model.nuisances if nuisances == "sample" else ()
    names = (*choices, *(n.name for n in sampled))
    if not names:
        raise ValueError(f"nothing to vary: {model.name} has no nuisance and no parameter was named")
    marginals += [nuisance_marginal(n) for n in sampled]
    for name, prior in zip(names, marginals, strict=True):
        _check(name, prior, known[name].unit if name in known else "")
    priors = Priors(marginals)
    result = LogLikelihood(
        model=model,
        names=names,
        units=(*(p.unit for p in known.values()), *("" for _ in sampled)),
        choices=choices,
        priors=priors,
        periodic=_periodic(model, known, priors, fixed),
        nuisances=nuisances,
        fixed=fixed,
    )
    _ = result.ready  # faults of the model show here, not in the middle of a run
    return result


def _choices(model: Model, parameters: Parameters) -> dict[str, PriorChoice]:
    if not isinstance(parameters, Mapping):
        parameters = dict.fromkeys((parameters,) if isinstance(parameters, str) else parameters)
    return {name: _choice(lookup(model, name), choice) for name, choice in parameters.items()}


def _choice(parameter: ParameterLike, choice: PriorChoice | None) -> PriorChoice:
    if choice is None:
        return _whole(parameter)
    if isinstance(choice, Prior):
        return choice
    if isinstance(choice, LogUniform):
        _check_domain(parameter, choice.low, choice.high)
        return choice
    if np.shape(choice) != (2,):
        raise ValueError(f"{parameter.name}: {choice!r}; give (low, high), Prior(mean, width) or LogUniform(low, high)")
    low, high = float(choice[0]), float(choice[1])
    _check_domain(parameter, low, high)
    return low, high


def _check_domain(parameter: ParameterLike, low: float, high: float) -> None:
    lowest, highest = domain(parameter)
    margin = 1e-9 * abs(high - low)  # rounding of a multiple of pi
    if -np.inf < low < lowest - margin or highest + margin < high < np.inf:
        raise ValueError(
            f"{parameter.name}: a prior from {low:g} to {high:g} leaves its domain, {lowest:g} to {highest:g} "
            f"{parameter.unit}".rstrip()
        )


def _check(name: str, prior: Marginal, unit: str) -> None:
    if not prior.lower < prior.upper:
        ends = f"[{prior.lower:g}, {prior.upper:g}] {unit}".rstrip()
        raise ValueError(f"{name}: empty range, {ends}; to hold a value use fixed")
    if not prior.width > 0:
        raise ValueError(f"{name}: a prior of width {prior.width:g}; it must be positive")


def _whole(parameter: ParameterLike) -> tuple[float, float]:
    """The domain of a parameter; of a phase that may go round several times one turn."""
    low, high = domain(parameter)
    several = parameter.unit == "rad" and np.isfinite(high - low) and high - low > _TURN
    return (-np.pi, np.pi) if several else (low, high)


def _periodic(
    model: Model, known: Mapping[str, ParameterLike], priors: Priors, fixed: Mapping[str, float]
) -> NDArray[np.bool_]:
    """Phases over whole turns at whose ends the counts are the same, the other parameters somewhere in their ranges."""
    periodic = np.zeros(len(priors.lower), bool)
    span = priors.upper - priors.lower
    low = np.where(np.isfinite(priors.lower), priors.lower, np.minimum(priors.upper, 0.0))
    inside = np.where(priors.gaussian, priors.mean, low + 0.37 * np.where(np.isfinite(span), span, 0.0))
    for k, (name, parameter) in enumerate(known.items()):
        if parameter.unit != "rad" or not _TURN * (1 - 1e-6) < span[k] < np.inf or priors.gaussian[k]:
            continue
        point: dict[str, Any] = {**fixed, **{other: np.full(2, inside[i]) for i, other in enumerate(known)}}
        point[name] = np.array([priors.lower[k], priors.upper[k]])
        ends = [expected_counts(part, point) for part in parts(model)]
        periodic[k] = all(np.allclose(c[0], c[-1], rtol=1e-6, atol=1e-6 * np.abs(c).max()) for c in ends)
    return periodic
