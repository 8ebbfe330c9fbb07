"""Goodness of fit from pseudo-experiments.

The minimum of -2 ln L relative to the saturated model follows a chi2 distribution only where every bin
expects several events. Toys thrown at the best fit, and fitted like the data, say what it follows otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from nulight.inference.coordinates import Prior, Profile, citations, domain, lookup
from nulight.inference.fit import goodness_of_fit
from nulight.inference.intervals import interval_of
from nulight.inference.likelihood import bin_errors, expected_counts
from nulight.inference.model import CountModel, Model, parts, with_planned_data
from nulight.inference.prepared import Prepared, prepare
from nulight.inference.profile import Profiled
from nulight.inference.run_manifest import kept
from nulight.inference.toys.data import Toys, throw_toys
from nulight.inference.toys.monte_carlo import TIE, enough, fraction
from nulight.inference.toys.statistics import search_range
from nulight.results.goodness import Goodness
from nulight.runs import Chunks, Executor, execute, stream
from nulight.runs.execute import Track
from nulight.typing import FloatArray

__all__ = ["GoodnessToys", "goodness"]

Statistic = Literal["saturated", "pearson"]

_AT_ONCE = 500  # toys of a piece of work
_FEW = 5.0  # expected events of a bin below which its share is no chi2
_SIGNIFICANT, _RELEVANT = 3.0, 0.01  # difference of p-values worth a warning: in Monte Carlo errors, and as such


def goodness(
    model: Model,
    parameters: str | Sequence[str] | Profile = (),
    *,
    n_toys: int = 1000,
    seed: int = 1,
    statistic: Statistic = "saturated",
    fixed: Mapping[str, float] | None = None,
    executor: Executor | None = None,
    folder: str | Path | None = None,
    track: Track | None = None,
) -> Goodness:
    """Return the probability that data of the model fit worse than the data do.

    Parameters
    ----------
    model : CountModel or CombinedModel
    parameters : str, sequence of str, or mapping of str to (lower, upper) or Prior
        Physics parameters fitted beside the nuisances, in the data and in every toy.
    n_toys : int
        1000 give a p-value of 5 % to 0.7 %.
    seed : int
    statistic : "saturated" or "pearson"
        -2 ln L relative to the saturated model, or squared deviations over expected counts; both at the
        minimum of -2 ln L, and with the penalties of nuisances and priors.
    fixed : mapping of str to float, optional
        Physics parameters held at values instead of their defaults.
    folder : str or Path, optional
        Where finished chunks are kept; the same call goes on there after an interruption of any kind.
    executor, track : optional
        Who does the work, and a progress bar.

    Returns
    -------
    Goodness

    Raises
    ------
    ValueError
        If a name is unknown, a parameter both fitted and fixed, or the folder holds another run.
    LockedError
        If another process is working in the folder.

    Notes
    -----
    Toys are thrown at the best fit, with new outcomes of the measurements behind Gaussian nuisances and
    priors about it. As the fitted values are not the true ones the p-value is not exactly uniform under the
    hypothesis; it is in the limit of many events, and does not depend on the values in linear models.

    References
    ----------
    Baker and Cousins, Nucl. Instrum. Meth. 221 (1984) 437.
    """
    if statistic not in get_args(Statistic):
        raise ValueError(f"statistic {statistic!r}; use saturated or pearson")
    enough(n_toys)
    fixed = dict(fixed or {})
    parameters = (parameters,) if isinstance(parameters, str) else parameters
    if both := sorted(set(fixed) & set(parameters)):
        raise ValueError(f"{', '.join(both)}: fitted or fixed; choose one")
    model = with_planned_data(model, fixed)
    ready = prepare(model, fixed=fixed, profile=_ranges(model, parameters, fixed))
    best = ready.minimise()
    observed = float(_value(ready, best, _data(model), statistic)[0])
    task = GoodnessToys(
        ready=ready,
        params={name: float(value[0]) for name, value in best.parameters.items()},
        nuisances={name: float(value[0]) for name, value in best.nuisances.items()},
        toys=Chunks(n_items=n_toys, size=_AT_ONCE),
        seed=seed,
        statistic=statistic,
    )
    with kept(
        folder,
        model,
        kind="goodness",
        chunks=task.toys,
        parameters=tuple(parameters),
        profile=parameters if isinstance(parameters, Mapping) else {},
        fixed=fixed,
        what={"n_toys": n_toys, "seed": seed, "statistic": statistic},
    ) as store:
        execute(task, len(task.toys), store, executor=executor, track=track)
        blocks = [store.read(chunk) for chunk in range(len(task.toys))]
    values = np.concatenate([block["value"] for block in blocks])
    late = int(sum(block["failed"].sum() for block in blocks)) + int(not best.converged[0])
    return _record(task, observed, values, late)


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodnessToys:
    """Task of a goodness of fit: the statistic of toys thrown at one point.

    Attributes
    ----------
    ready : Prepared
    params, nuisances : mapping of str to float
        Best fit to the data.
    toys : Chunks
    seed : int
    statistic : "saturated" or "pearson"
    """

    ready: Prepared
    params: Mapping[str, float]
    nuisances: Mapping[str, float]
    toys: Chunks
    seed: int
    statistic: Statistic = field(default="saturated")

    def __call__(self, chunk: int) -> dict[str, FloatArray]:
        """Return the statistic of the toys of a chunk, and which fits failed."""
        places, ready = self.toys.places(chunk), self.ready
        toys = throw_toys(
            ready.model,
            {**ready.fixed, **self.params},
            self.nuisances,
            places.stop - places.start,
            stream(self.seed, chunk),
            priors=ready.profile,
        )
        found = ready.minimise(toys=toys)
        return {"value": _value(ready, found, toys, self.statistic), "failed": (~found.converged).astype(float)}


def _ranges(
    model: Model, parameters: Sequence[str] | Profile, fixed: Mapping[str, float]
) -> dict[str, tuple[float, float] | Prior]:
    """Where parameters are fitted: with finite ends if there can be any, so that no minimum is missed."""
    if isinstance(parameters, Mapping):
        return dict(parameters)
    whole = {name: domain(lookup(model, name)) for name in parameters}
    ranges: dict[str, tuple[float, float] | Prior] = {}
    for name in whole:
        others = {other: ends for other, ends in whole.items() if other != name}
        best = interval_of(model, name, profile=others, fixed=fixed).best_fit
        ranges[name] = search_range(model, name, [best], profile=others, fixed=fixed)
    return ranges


def _data(model: Model) -> Toys:
    return Toys(counts=tuple(np.asarray(part.observed, float)[None] for part in parts(model)))


def _value(ready: Prepared, found: Profiled, toys: Toys, statistic: Statistic) -> FloatArray:
    """Statistic of every data set at its best fit, (n_toys,)."""
    if statistic == "saturated":
        return found.twice_nll
    params = {**ready.fixed, **found.parameters}
    total: FloatArray = np.zeros(toys.n_toys)
    for part, counts in zip(parts(ready.model), toys.counts, strict=True):
        total = total + _pearson(part, counts, expected_counts(part, params, found.nuisances))
    known = [(n.name, 0.0, n.width, found.nuisances) for n in ready.model.nuisances if n.kind == "gaussian"]
    known += [(n, p.mean, p.width, found.parameters) for n, p in ready.profile.items() if isinstance(p, Prior)]
    for name, centre, width, values in known:
        total = total + ((values[name] - toys.centres.get(name, centre)) / (width or 1.0)) ** 2
    return total


def _pearson(part: CountModel, counts: FloatArray, expected: FloatArray) -> FloatArray:
    variance = expected if part.statistic == "poisson" else np.broadcast_to(bin_errors(part) ** 2, expected.shape)
    some = variance > 0
    squares = np.where(some, (counts - expected) ** 2 / np.where(some, variance, 1.0), 0.0)
    total: FloatArray = squares.sum(axis=1)
    return total


def _record(task: GoodnessToys, observed: float, toys: FloatArray, late: int) -> Goodness:
    ready = task.ready
    model, provenance = ready.model, ready.model.provenance()
    n_known = sum(isinstance(choice, Prior) for choice in ready.profile.values())
    n_known += sum(nuisance.kind == "gaussian" for nuisance in model.nuisances)
    n_bins = sum(len(part.observed) for part in parts(model))
    ndof = n_bins + n_known - len(ready.profile) - len(model.nuisances)
    p, lower, upper = (float(x) for x in fraction(np.count_nonzero(toys >= observed - TIE), len(toys)))
    asymptotic = goodness_of_fit(observed, ndof)
    texts = [
        f"{late} fits did not converge" if late else "",
        _few(task),
        _differ(asymptotic, p, lower, upper),
    ]
    return Goodness(
        experiments=tuple(part.name for part in parts(model)),
        statistic=task.statistic,
        observed=observed,
        ndof=ndof,
        p_value=p,
        p_lower=lower,
        p_upper=upper,
        p_asymptotic=asymptotic,
        toys=toys,
        values={**task.params, **task.nuisances},
        units={name: lookup(model, name).unit for name in task.params},
        seed=task.seed,
        fixed=ready.fixed,
        definition=_definition(task),
        conventions=provenance.get("conventions", {}),
        provenance=provenance,
        citations=citations(model, [*ready.profile, *ready.fixed]),
        warnings=tuple(text for text in texts if text),
    )


def _few(task: GoodnessToys) -> str:
    """Say how many bins expect too few events for a chi2 distribution."""
    params = {**task.ready.fixed, **task.params}
    counts = [
        expected_counts(part, params, task.nuisances)[0]
        for part in parts(task.ready.model)
        if part.statistic == "poisson"
    ]
    bins = np.concatenate([*counts, np.zeros(0)])
    n = int(np.count_nonzero(bins < _FEW))
    return f"{n} of {len(bins)} bins expect fewer than {_FEW:g} events: use the toys, not the chi2" if n else ""


def _differ(asymptotic: float, p: float, lower: float, upper: float) -> str:
    error = upper - p if asymptotic > p else p - lower
    if not abs(asymptotic - p) > max(_SIGNIFICANT * error, _RELEVANT):
        return ""
    return f"the asymptotic p-value, {100 * asymptotic:.3g} %, is not that of the toys, {100 * p:.3g} %"


def _definition(task: GoodnessToys) -> str:
    what = {
        "saturated": "the minimum of -2 ln L relative to the saturated model",
        "pearson": "Pearson's chi2 at the minimum of -2 ln L",
    }[task.statistic]
    fitted = [*task.params, *(nuisance.describe() for nuisance in task.ready.model.nuisances)]
    where = f"; fitted: {', '.join(fitted)}" if fitted else ""
    return f"fraction of toys, thrown at the best fit, in which {what} is no smaller than in the data{where}"
