"""Nested sampling by dynesty: weighted samples of any number of modes, and the evidence.

References
----------
Speagle, MNRAS 493 (2020) 3132, arXiv:1904.02180; Skilling, Bayesian Analysis 1 (2006) 833; Higson, Handley, Hobson and
Lasenby, Statistics and Computing 29 (2019) 891, arXiv:1704.03459 for the dynamic allocation
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nulight.inference.posterior.density import LogLikelihood
from nulight.studies.sampling.diagnostics import weighted_sample_size
from nulight.studies.sampling.draws import MOST_ROWS, Draws, Say, wanted
from nulight.typing import FloatArray

__all__ = ["representative", "run_nested"]

_REMAINING = 0.01  # of ln Z that may be left in the live points when it stops
_SIZE = 400  # effective samples below which intervals are not converged
_EFFECTIVE = 4000  # samples that a dynamic run goes for
_NEGLIGIBLE = 1e-7  # total weight of samples that are left out


def run_nested(
    target: LogLikelihood, *, seed: int, n_live: int = 500, dynamic: bool = False, say: Say | None = None
) -> Draws:
    """Sample a posterior with dynesty and integrate it.

    Parameters
    ----------
    target : LogLikelihood
        All priors proper.
    seed : int
    n_live : int
        Live points, more than twice the number of coordinates; of a dynamic run those of its first pass.
    dynamic : bool
        Add points where they help the posterior most, up to 4000 effective samples.
    say : callable, optional

    Returns
    -------
    Draws

    Raises
    ------
    ValueError
        If a prior is improper, there are too few live points, or the library is not installed.
    """
    dynesty = wanted("dynesty")
    target.require_proper(target.names)
    if n_live <= 2 * target.n_dim:
        raise ValueError(f"n_live = {n_live}: {target.n_dim} coordinates need more than {2 * target.n_dim}")
    options: dict[str, Any] = {
        "ndim": target.n_dim,
        "periodic": _periodic(target),
        "rstate": np.random.default_rng(np.random.SeedSequence(seed)),
    }
    run: dict[str, Any] = {"print_progress": say is not None, "print_func": _reporter(say)}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        if dynamic:
            sampler = dynesty.DynamicNestedSampler(target, target.prior_transform, nlive=n_live, **options)
            sampler.run_nested(dlogz_init=_REMAINING, n_effective=_EFFECTIVE, **run)
        else:
            sampler = dynesty.NestedSampler(target, target.prior_transform, nlive=n_live, **options)
            sampler.run_nested(dlogz=_REMAINING, **run)
    return _draws(sampler.results, n_live, tuple(dict.fromkeys(f"dynesty: {w.message}" for w in caught)))


def _periodic(target: LogLikelihood) -> list[int] | None:
    """Places of the phases; dynesty fails if there is nothing else."""
    places: list[int] = np.flatnonzero(target.periodic).tolist()
    return (places if len(places) < target.n_dim else places[1:]) or None


def _reporter(say: Say | None) -> Any:
    def report(results: Any, n_iterations: int, n_calls: int, *_: Any, **__: Any) -> None:
        if say and n_iterations % 20 == 0:
            say(f"iteration {n_iterations}, {n_calls} calls, ln Z {results.logz:.2f}, {results.delta_logz:.2g} left")

    return report


def representative(weights: FloatArray) -> tuple[NDArray[np.intp], FloatArray]:
    """Return rows that stand for all of a weighted sample, and their weights, adding up to one.

    Without those of no weight; of too many a systematic choice by weight, which keeps the tails.
    """
    order = np.argsort(-weights, kind="stable")
    heavier = np.cumsum(weights[order]) - weights[order]
    kept = np.sort(order[heavier < (1 - _NEGLIGIBLE) * weights.sum()])
    if len(kept) <= MOST_ROWS:
        return kept, weights[kept] / weights[kept].sum()
    share = np.cumsum(weights[kept]) / weights[kept].sum()
    chosen = np.searchsorted(share, (np.arange(MOST_ROWS) + 0.5) / MOST_ROWS)
    rows, times = np.unique(chosen, return_counts=True)
    return kept[rows], times / MOST_ROWS


def _draws(results: Any, n_live: int, caught: tuple[str, ...]) -> Draws:
    weights: FloatArray = np.asarray(results.importance_weights(), float)
    samples: FloatArray = np.asarray(results.samples, float)
    size = weighted_sample_size(weights)
    kept, weights = representative(weights)
    doubts = () if size > _SIZE else (f"{size:.0f} effective samples, {_SIZE} are needed; take more live points",)
    return Draws(
        samples=samples[kept],
        weights=weights,
        size=np.full(samples.shape[1], size),
        evidence=(float(results.logz[-1]), float(results.logzerr[-1])),
        settings={"n_live": n_live, "n_iterations": int(results.niter), "n_calls": int(np.sum(results.ncall))},
        doubts=doubts,
        warnings=caught,
    )
