"""Posterior densities of any named parameters, phases and nuisances, by emcee or dynesty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from nulight.inference.coordinates import citations
from nulight.inference.model import Model, parts
from nulight.inference.posterior.density import LogLikelihood, Treat
from nulight.inference.posterior.handover import Parameters, log_likelihood
from nulight.results.credible import shortest_interval, unwrapped, weighted_quantile
from nulight.results.posterior import Marginal, Posterior
from nulight.studies.sampling.draws import Draws, Say
from nulight.studies.sampling.ensemble import run_ensemble
from nulight.studies.sampling.nested import run_nested
from nulight.studies.sampling.remarks import piled_up, separate_modes
from nulight.typing import FloatArray

__all__ = ["Sampler", "sample"]

Sampler = Literal["emcee", "dynesty", "dynesty-dynamic"]

_CITATIONS = {"emcee": ("arXiv:1202.3665", "arXiv:1903.08008")}
_TREATED = {
    "sample": "integrated over, their penalties as priors",
    "profile": "profiled",
    "fixed": "kept at zero",
}
_NESTED_CITATIONS = ("arXiv:1904.02180",)


def sample(
    model: Model,
    parameters: Parameters,
    *,
    sampler: Sampler = "emcee",
    nuisances: Treat = "sample",
    fixed: Mapping[str, float] | None = None,
    cl: float = 0.90,
    seed: int = 1,
    n_walkers: int | None = None,
    n_steps: int | None = None,
    n_live: int | None = None,
    say: Say | None = None,
) -> Posterior:
    """Sample the posterior density of parameters and nuisances.

    Parameters
    ----------
    model : CountModel or CombinedModel
    parameters : mapping of str to (low, high), Prior or LogUniform, or names
        As for `log_likelihood`; every parameter needs a proper prior. A nuisance that is free and has no end may be
        improper for "emcee".
    sampler : "emcee", "dynesty" or "dynesty-dynamic"
        Walkers of an affine-invariant ensemble, started about all minima; nested sampling, which also gives the
        evidence and finds separate modes by itself, with live points all of a number or added where they help.
    nuisances : "sample", "profile" or "fixed"
        Integrate over the nuisances, minimise over them at every point, or keep them at zero.
    fixed : mapping of str to float, optional
    cl : float
        Probability of the credible intervals in the record.
    seed : int
        Same seed, same samples.
    n_walkers, n_steps : int, optional
        Of emcee: walkers, 64 or more; limit of their steps, 10 000.
    n_live : int, optional
        Of dynesty: live points, 500.
    say : callable, optional
        ``say(text)`` is told how far it is.

    Returns
    -------
    Posterior
        Its `converged` is false, with reasons, where the samples should not be trusted.

    Raises
    ------
    ValueError
        If a name or range is wrong, a prior improper, an option of another sampler is given, or a library is not
        installed.
    """
    if not 0 < cl < 1:
        raise ValueError(f"cl = {cl:g}: a probability between 0 and 1, such as 0.9")
    options = {"n_walkers": n_walkers, "n_steps": n_steps, "n_live": n_live}
    target = log_likelihood(model, parameters, nuisances=nuisances, fixed=fixed)
    target.require_proper(tuple(target.choices))
    draws = _run(target, sampler, {name: value for name, value in options.items() if value is not None}, seed, say)
    provenance = model.provenance()
    evidence, error = draws.evidence or (None, None)
    found = tuple(_marginal(target, draws, k, cl) for k in range(target.n_dim))
    return Posterior(
        names=target.names,
        units=target.units,
        parameters=tuple(target.choices),
        experiments=tuple(part.name for part in parts(model)),
        samples=draws.samples,
        weights=draws.weights,
        log_posterior=target.log_posterior(draws.samples),
        cl=cl,
        marginals=found,
        nuisances=nuisances,
        sampler=sampler,
        settings=draws.settings,
        seed=seed,
        acceptance=draws.acceptance,
        log_evidence=evidence,
        log_evidence_error=error,
        converged=not draws.doubts,
        doubts=draws.doubts,
        fixed=target.fixed,
        definition=_definition(target, cl, draws),
        conventions=provenance.get("conventions", {}),
        provenance=provenance,
        citations=(*citations(model, [*target.choices, *target.fixed]), *_CITATIONS.get(sampler, _NESTED_CITATIONS)),
        warnings=(*_warnings(target, draws), *draws.warnings),
    )


def _run(target: LogLikelihood, sampler: str, options: dict[str, Any], seed: int, say: Say | None) -> Draws:
    own = {"emcee": ("n_walkers", "n_steps"), "dynesty": ("n_live",), "dynesty-dynamic": ("n_live",)}
    if sampler not in own:
        raise ValueError(f"sampler = {sampler!r}: use {', '.join(map(repr, own))}")
    if strange := sorted(set(options) - set(own[sampler])):
        raise ValueError(f"{', '.join(strange)}: no option of {sampler}, which has {', '.join(own[sampler])}")
    if sampler == "emcee":
        return run_ensemble(target, seed=seed, say=say, **options)
    return run_nested(target, seed=seed, dynamic=sampler == "dynesty-dynamic", say=say, **options)


def _marginal(target: LogLikelihood, draws: Draws, k: int, cl: float) -> Marginal:
    x, w = draws.samples[:, k], draws.weights
    circle = (float(target.priors.lower[k]), float(target.priors.upper[k])) if target.periodic[k] else None
    if circle is not None:
        x = unwrapped(x, w, circle)
    mean = float((w * x).sum())
    places = [(1 - cl) / 2, 1 - cl, 0.5, cl, (1 + cl) / 2]
    left, low, median, high, right = (float(q) for q in weighted_quantile(x, w, places))
    return Marginal(
        name=target.names[k],
        unit=target.units[k],
        prior=target.priors.marginals[k].describe(target.units[k]),
        logarithmic=bool(target.priors.logarithmic[k]),
        circle=circle,
        best_fit=float(target.start[k]),
        mean=mean,
        std=float(np.sqrt((w * (x - mean) ** 2).sum())),
        median=median,
        equal_tailed=(left, right),
        highest_density=shortest_interval(x, w, cl),
        lower=low,
        upper=high,
        effective_size=float(draws.size[k]),
        autocorrelation_time=_at(draws.tau, k),
        r_hat=_at(draws.r_hat, k),
    )


def _at(values: FloatArray | None, k: int) -> float | None:
    return None if values is None else float(values[k])


def _warnings(target: LogLikelihood, draws: Draws) -> list[str]:
    texts = []
    for k, name in enumerate(target.names):
        if not target.periodic[k]:
            texts += piled_up(target, k, draws.samples[:, k], draws.weights)
            if name in target.choices:
                texts += separate_modes(name, draws.samples[:, k], draws.weights)
    if target.nuisances == "profile":
        texts.append("nuisances are profiled: a profile likelihood times the prior is not exactly a posterior density")
    return texts


def _definition(target: LogLikelihood, cl: float, draws: Draws) -> str:
    units, marginals = target.units, target.priors.marginals
    priors = [f"{name}: {m.describe(unit)}" for name, m, unit in zip(target.choices, marginals, units, strict=False)]
    text = (
        f"posterior probability density; credible intervals hold {100 * cl:g} % of the probability given the priors "
        f"and are no confidence intervals; priors: {'; '.join(priors) or 'those of the nuisances'}"
    )
    if target.model.nuisances:
        text += "; nuisances " + _TREATED[target.nuisances]
    return text + ("; evidence: L relative to the saturated model, priors normalised" if draws.evidence else "")
