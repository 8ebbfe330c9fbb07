"""Intervals of one parameter from pseudo-experiments: Feldman-Cousins, upper limits and CLs, nuisances profiled.

Where asymptotic formulas fail, next to a bound, for few counts, for counts quadratic in the parameter, the
distribution of the test statistic is taken from toys thrown at each tested value. The asymptotic interval
stands beside, and every number that toys give has its Monte Carlo error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np

from nulight.inference.coordinates import Profile, baseline, domain, lookup
from nulight.inference.model import Model, with_planned_data
from nulight.inference.run_manifest import kept
from nulight.inference.toys.asymptotic import ToyIntervalKind, check_kind, expected_root
from nulight.inference.toys.coupled import uncertain
from nulight.inference.toys.monte_carlo import enough
from nulight.inference.toys.problem import ToyProblem
from nulight.inference.toys.reading import typical
from nulight.inference.toys.record import toy_record
from nulight.inference.toys.run import CHUNK, Throws, ToyRun, room
from nulight.inference.toys.values import Curves, Values, even_values, given_values, joined
from nulight.results.toy_limits import ToyLimit
from nulight.runs import Chunks, Executor
from nulight.runs.execute import Track
from nulight.typing import ArrayLike, FloatArray

__all__ = ["toy_limit"]

_STEP, _NOISE = 0.3, 5.0  # values this many standard deviations apart, or so many Monte Carlo errors
_ROUNDS, _FURTHER, _TOO_MANY = 6, 0.2, 0.01  # values are added while more than 1 % of toys go beyond them
_HALVINGS = 3  # of gaps where the p-value jumps


def toy_limit(
    model: Model,
    parameter: str,
    *,
    interval: ToyIntervalKind = "feldman-cousins",
    cl: float = 0.90,
    n_toys: int = 1000,
    seed: int = 1,
    profile: Profile | None = None,
    fixed: Mapping[str, float] | None = None,
    truth: float | None = None,
    values: ArrayLike | None = None,
    impacts: Sequence[str] | Literal["all"] = (),
    executor: Executor | None = None,
    folder: str | Path | None = None,
    track: Track | None = None,
) -> ToyLimit:
    """Return the interval of one parameter from pseudo-experiments, beside the asymptotic one.

    Parameters
    ----------
    model : CountModel or CombinedModel
    parameter : str
        Name of the parameter of interest.
    interval : "feldman-cousins", "upper" or "cls"
        From t, the likelihood ratio to the best fit inside the domain, or from q, which is t for best fits
        below the tested value and zero above. A two-sided interval by toys is the one of Feldman and Cousins.
    cl : float
        Confidence level.
    n_toys : int
        Pseudo-experiments per tested value; 1000 give the ends to 1 or 2 % of the interval.
    seed : int
        The same seed gives the same numbers, whoever does the work.
    profile, fixed : as for `nulight.limit`
    truth : float, optional
        Value of the parameter in the data sets of the expected bands, and in the denominator of CLs;
        otherwise its default, no signal.
    values : array, shape (n_values,), optional
        Values to test; otherwise some around the asymptotic interval of the data and the expected ones,
        and more where the interval from toys goes beyond them.
    impacts : sequence of str, or "all"
        Nuisances and profiled parameters to hold at their best fit, one at a time and all together
        (`statistical`); each costs about half the time of the interval.
    folder : str or Path, optional
        Where finished chunks are kept; the same call goes on there after an interruption of any kind.
    executor : Executor, optional
        Who does the work; otherwise this process.
    track : Track, optional
        A progress bar.

    Returns
    -------
    ToyLimit

    Raises
    ------
    ValueError
        If a name, the level, the interval, a value or the number of toys makes no sense, or the folder holds
        another run.
    LockedError
        If another process is working in the folder.

    Notes
    -----
    A value is accepted while the fraction of toys with at least the statistic of the data, or CLs, is above
    1 - cl. Toys are thrown at the nuisances and parameters profiled for the data at each value, with new
    outcomes of the measurements behind Gaussian nuisances and priors, and fitted like the data. With nuisances
    profiled the coverage is that of the interval at the best nuisances, not at all of them. Expected ends:
    each of the data sets thrown at `truth` is read against the same toys.

    References
    ----------
    Feldman:1997qc; Read:2002hq; Cowan:2010js (the statistics and their asymptotic distributions).
    """
    check_kind(interval, cl)
    enough(n_toys, 2)
    problem = _problem(model, parameter, interval, cl, truth, dict(profile or {}), dict(fixed or {}))
    names = _names(problem, impacts)
    tested = None if values is None else _tested(problem, values)
    toys = Chunks(n_items=n_toys, size=CHUNK)
    with kept(
        folder,
        problem.model,
        kind="toy-limit",
        chunks=room(toys, 2 + len(names) if names else 1),
        parameters=(parameter,),
        profile=problem.profile,
        fixed=problem.fixed,
        what=_what(problem, tested, names, n_toys, seed),
    ) as store:
        throws = Throws(toys=toys, seed=seed, store=store, executor=executor, track=track)
        closed, curves, chosen, run = _begin(problem, tested, n_toys, throws)
        if tested is None:
            chosen = _refine(run, _extend(run, chosen, curves, closed))
        return toy_record(run, chosen, curves, names)


def _problem(
    model: Model,
    parameter: str,
    kind: ToyIntervalKind,
    cl: float,
    truth: float | None,
    profile: Profile,
    fixed: Mapping[str, float],
) -> ToyProblem:
    poi = lookup(model, parameter)
    low, high = domain(poi)
    true = baseline(poi) if truth is None else float(truth)
    if not low <= true <= high:
        raise ValueError(f"truth: {parameter} = {true:g} lies outside its domain, {low:g} to {high:g}")
    return ToyProblem(
        model=with_planned_data(model, fixed),
        parameter=parameter,
        kind=kind,
        cl=cl,
        truth=true,
        order=uncertain(model, profile),
        profile=profile,
        fixed=fixed,
    )


def _names(problem: ToyProblem, impacts: Sequence[str] | str) -> tuple[str, ...]:
    if impacts == "all":
        return problem.order
    names = (impacts,) if isinstance(impacts, str) else tuple(impacts)
    if unknown := [name for name in names if name not in problem.order]:
        raise ValueError(
            f"impacts: {', '.join(unknown)} is neither a nuisance nor profiled; there are "
            f"{', '.join(problem.order) or 'none'}, or 'all'"
        )
    return names


def _what(
    problem: ToyProblem, tested: FloatArray | None, names: tuple[str, ...], n_toys: int, seed: int
) -> dict[str, Any]:
    return {
        "interval": problem.kind,
        "cl": problem.cl,
        "truth": problem.truth,
        "values": None if tested is None else tested.tolist(),
        "impacts": list(names),
        "n_toys": n_toys,
        "seed": seed,
    }


def _begin(
    problem: ToyProblem, tested: FloatArray | None, n_toys: int, throws: Throws
) -> tuple[tuple[bool, bool], Curves, Values, ToyRun]:
    """First values and their toys."""
    level = expected_root("feldman-cousins" if problem.kind == "feldman-cousins" else "upper", problem.cl, 0)
    spans, closed = problem.spans(level)
    ends = [problem.truth, *([] if tested is None else tested), *(end for span in spans for end in span)]
    problem = problem.reaching(min(ends), max(ends))
    run = ToyRun(problem=problem, ratio=problem.ratio(), throws=throws)
    curves = problem.curves(run.ratio)
    step = max(_STEP, _NOISE * _noise(problem.kind, problem.cl, level, n_toys))
    chosen = even_values(curves, spans, step) if tested is None else given_values(curves, tested)
    run.throw(chosen.value)
    return closed, curves, chosen, run


def _tested(problem: ToyProblem, values: ArrayLike) -> FloatArray:
    tested = np.unique(np.asarray(values, float))
    low, high = problem.domain
    if len(tested) < 2 or not np.all((tested >= low) & (tested <= high)):
        raise ValueError(f"values: give at least two of {problem.parameter} between {low:g} and {high:g}")
    return tested


def _noise(kind: str, cl: float, level: float, n_toys: int) -> float:
    """Monte Carlo error of a p-value of 1 - cl, in standard deviations."""
    density = np.exp(-(level**2) / 2) / np.sqrt(2 * np.pi) * (2 if kind == "feldman-cousins" else 1)
    return float(np.sqrt(cl * (1 - cl) / n_toys) / density)


def _extend(run: ToyRun, values: Values, curves: Curves, closed: tuple[bool, bool]) -> Values:
    """Add values until the intervals of the data and of nearly all toys end among them."""
    for _ in range(_ROUNDS):
        belt = run.belt(values)
        assert belt.background is not None
        lower, upper = belt.ends(belt.background)
        regions = belt.regions(run.observed(values.value))
        width = float(values.value[-1] - values.value[0])
        new = values
        if closed[1] and (_beyond(upper) or (regions and regions[-1][1].value is None)):
            new = _further(run, new, curves, float(values.value[-1]), width)
        sides = run.problem.kind == "feldman-cousins"
        if sides and closed[0] and (_beyond(lower) or (regions and regions[0][0].value is None)):
            new = _further(run, new, curves, float(values.value[0]), -width)
        if len(new.value) == len(values.value):
            break
        run.widen(float(new.value[0]), float(new.value[-1]))
        run.throw(np.setdiff1d(new.value, values.value))
        values = new
    return values


def _refine(run: ToyRun, values: Values) -> Values:
    """Halve the gaps in which ends fall where p-values jump: with few counts outcomes change places there."""
    for _ in range(_HALVINGS):
        belt = run.belt(values)
        gaps = belt.steep(np.column_stack([run.observed(values.value), typical(belt)]))
        if not len(gaps):
            break
        new = values.halved(gaps)
        run.throw(np.setdiff1d(new.value, values.value))
        values = new
    return values


def _beyond(ends: FloatArray) -> bool:
    return float(np.mean(np.isinf(ends))) > _TOO_MANY


def _further(run: ToyRun, values: Values, curves: Curves, edge: float, width: float) -> Values:
    """Values from an edge on, as far apart as the others; none where the likelihood hardly changes any more."""
    low, high = run.problem.domain
    far = float(np.clip(edge + _FURTHER * width, low, high))
    step = float(np.median(np.diff(values.place)))
    more = even_values(curves, [(min(edge, far), max(edge, far))], step, fewest=1)
    return joined(values, more) if more.place[-1] > step / 2 else values
