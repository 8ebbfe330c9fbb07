"""Do the intervals keep their promise? Coverage from pseudo-experiments, one true value after the other.

An asymptotic interval takes its threshold from Wilks' theorem, which fails next to a bound, for counts that
are quadratic in the parameter, and for few counts. How much that matters is a number: the fraction of data
sets, thrown at a true value, whose interval contains it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

import numpy as np

from nulight.inference.coordinates import Profile, baseline, citations, domain, lookup
from nulight.inference.levels import interval_threshold
from nulight.inference.model import Model, parts, with_planned_data
from nulight.inference.run_manifest import kept
from nulight.inference.toys.monte_carlo import TIE, Estimate, enough, fraction, quantile
from nulight.inference.toys.statistics import likelihood_ratio
from nulight.results.coverage import Coverage
from nulight.runs import Chunks, Executor, Store, execute
from nulight.runs.execute import Track
from nulight.studies.coverage_toys import CoverageToys, TrueNuisances
from nulight.typing import ArrayLike, FloatArray

__all__ = ["IntervalName", "coverage"]

IntervalName: TypeAlias = Literal["two-sided", "upper", "feldman-cousins", "cls"]
_INTERVALS: tuple[IntervalName, ...] = get_args(IntervalName)
_REFERENCES = {"feldman-cousins": "Feldman:1997qc", "cls": "Read:2002hq"}
_LEVELS = np.array([0.68, 0.90, 0.95])
_AT_ONCE = 500  # toys of a piece of work

_Arrays: TypeAlias = dict[str, FloatArray]


def coverage(
    model: Model,
    parameter: str,
    truths: ArrayLike,
    *,
    intervals: IntervalName | Sequence[IntervalName] | None = None,
    cl: float = 0.90,
    n_toys: int = 2000,
    seed: int = 1,
    nuisances: TrueNuisances = "nominal",
    profile: Profile | None = None,
    fixed: Mapping[str, float] | None = None,
    executor: Executor | None = None,
    folder: str | Path | None = None,
    track: Track | None = None,
) -> Coverage:
    """Return how often intervals of a parameter contain its true value.

    Parameters
    ----------
    model : CountModel or CombinedModel
    parameter : str
    truths : array, shape (n_truths,)
        True values, in the parameter's unit.
    intervals : one or several of "two-sided", "upper", "feldman-cousins", "cls", optional
        Otherwise all of them; "cls" only for a parameter whose smallest value means no signal.
    cl : float
        Confidence level.
    n_toys : int
        Data sets per true value; 2000 give the coverage to 0.7 % at 90 %.
    seed : int
    nuisances : "nominal", "prior", or mapping of str to float
        True nuisances of the data: zero, drawn from their priors toy by toy (again where the model then expects
        negative counts), or so many widths off.
    profile, fixed : as for `nulight.limit`
        Profiled parameters have their default as the true value, or the mean of their prior.
    folder : str or Path, optional
        Where finished chunks are kept; the same call goes on there after an interruption of any kind.
    executor : Executor, optional
        Who does the work; otherwise this process.
    track : Track, optional
        A progress bar.

    Returns
    -------
    Coverage

    Raises
    ------
    ValueError
        If a name, level, interval, true value or number of toys makes no sense, or the folder holds another run.
    LockedError
        If another process is working in the folder.

    Notes
    -----
    Toys are new data and new outcomes of the measurements behind Gaussian nuisances. The asymptotic
    intervals contain the truth if t <= 2.706, or if some value not below it has q <= 1.642 (90 %).
    Feldman-Cousins and CLs take their distributions from further toys thrown at the same value with
    nominal nuisances: an experiment would throw them at the nuisances profiled for its data, which costs
    a set of toys per data set. What this neglects shows when the true nuisances are not nominal. Their
    errors count both sets of toys. An interval of discrete data covers at least as often as it says.

    References
    ----------
    Feldman:1997qc; Read:2002hq; Cowan:2010js (t and q).
    """
    profile, fixed = dict(profile or {}), dict(fixed or {})
    kinds = _kinds(model, parameter, (intervals,) if isinstance(intervals, str) else intervals)
    threshold = _threshold(cl, kinds)
    enough(n_toys)
    true = np.unique(np.asarray(truths, float))
    if true.size == 0:
        raise ValueError("no true values: give at least one")
    model = with_planned_data(model, fixed)
    _check(model, nuisances, profile)
    zero = baseline(lookup(model, parameter))
    task = CoverageToys(
        model=model,
        ratio=likelihood_ratio(model, parameter, [*true, zero], profile=profile, fixed=fixed),
        truths=tuple(true.tolist()),
        no_signal=zero,
        toys=Chunks(n_items=n_toys, size=_AT_ONCE),
        seed=seed,
        fixed=fixed,
        profile=profile,
        nuisances=nuisances if isinstance(nuisances, str) else dict(nuisances),
        threshold=threshold,
        calibrate=bool({"feldman-cousins", "cls"} & set(kinds)),
        background="cls" in kinds,
    )
    with kept(
        folder,
        model,
        kind="coverage",
        chunks=Chunks(n_items=len(task) * _AT_ONCE, size=_AT_ONCE),
        parameters=(parameter,),
        profile=profile,
        fixed=fixed,
        what=_what(task, kinds, cl),
    ) as store:
        execute(task, len(task), store, executor=executor, track=track)
        toys = [_read(store, i, len(task.toys)) for i in range(len(true))]
    return _record(task, kinds, cl, toys)


def _kinds(model: Model, parameter: str, intervals: Sequence[str] | None) -> tuple[str, ...]:
    poi = lookup(model, parameter)
    bounded = baseline(poi) == domain(poi)[0]
    if intervals is None:
        return tuple(kind for kind in _INTERVALS if bounded or kind != "cls")
    if unknown := [kind for kind in intervals if kind not in _INTERVALS]:
        raise ValueError(f"interval {', '.join(map(repr, unknown))}; use {', '.join(_INTERVALS)}")
    if "cls" in intervals and not bounded:
        raise ValueError(f"CLs limits a signal that cannot be negative; {parameter} can go below its default")
    return tuple(dict.fromkeys(intervals))


def _threshold(cl: float, kinds: Sequence[str]) -> float | None:
    """Threshold of q, if it is asked for; checks the level."""
    limits = {"upper", "cls"} & set(kinds)
    threshold = interval_threshold(cl, "upper" if limits else "two-sided")
    return threshold if "upper" in kinds else None


def _what(task: CoverageToys, kinds: tuple[str, ...], cl: float) -> dict[str, Any]:
    """What the toys depend on; the level decides about fits of upper limits only."""
    return {
        "truths": list(task.truths),
        "intervals": list(kinds),
        "n_toys": task.toys.n_items,
        "seed": task.seed,
        "true_nuisances": task.nuisances,
        "cl": None if task.threshold is None else cl,
    }


def _check(model: Model, nuisances: TrueNuisances, profile: Profile) -> None:
    known = {nuisance.name for nuisance in model.nuisances}
    if isinstance(nuisances, str):
        if nuisances not in ("nominal", "prior"):
            raise ValueError(f"true nuisances {nuisances!r}; use 'nominal', 'prior' or values in units of their widths")
    elif unknown := sorted(set(nuisances) - known):
        raise ValueError(f"no nuisance {', '.join(unknown)} in {model.name}; it has {', '.join(sorted(known))}")
    for name, choice in profile.items():
        value = baseline(lookup(model, name))
        if isinstance(choice, tuple) and not choice[0] <= value <= choice[1]:
            raise ValueError(
                f"{name}: its default {value:g} is true in the toys but outside [{choice[0]:g}, {choice[1]:g}]"
            )


def _read(store: Store, i: int, n_blocks: int) -> _Arrays:
    """Arrays of all toys at one true value."""
    blocks = [store.read(i * n_blocks + k) for k in range(n_blocks)]
    return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}


def _record(task: CoverageToys, kinds: tuple[str, ...], cl: float, toys: list[_Arrays]) -> Coverage:
    from scipy.special import chdtri

    model, parameter = task.model, task.ratio.parameter
    found = {kind: [_covered(kind, arrays, cl) for arrays in toys] for kind in kinds}
    value, lower, upper = ({k: np.array([e[i] for e in rows]) for k, rows in found.items()} for i in range(3))
    critical = [np.array(column) for column in zip(*(quantile(a["data_t"], _LEVELS) for a in toys), strict=True)]
    provenance = model.provenance()
    return Coverage(
        parameter=parameter,
        unit=lookup(model, parameter).unit,
        experiments=tuple(part.name for part in parts(model)),
        cl=cl,
        truths=np.array(task.truths),
        intervals=kinds,
        coverage=value,
        lower=lower,
        upper=upper,
        levels=_LEVELS,
        critical=critical[0],
        critical_lower=critical[1],
        critical_upper=critical[2],
        chi2_quantiles=chdtri(1, 1 - _LEVELS),
        at_zero=np.array([np.mean(arrays["data_t"] <= TIE) for arrays in toys]),
        n_toys=task.toys.n_items,
        seed=task.seed,
        true_nuisances=task.nuisances,
        fixed=task.fixed,
        definition=_definition(task, kinds, cl),
        conventions=provenance.get("conventions", {}),
        provenance=provenance,
        citations=(
            *citations(model, [parameter, *task.profile, *task.fixed]),
            *(_REFERENCES[kind] for kind in kinds if kind in _REFERENCES),
        ),
        warnings=_warnings(toys),
    )


def _covered(kind: str, toys: _Arrays, cl: float) -> Estimate:
    """Fraction of the data sets whose interval contains the truth, with its error."""
    n = len(toys["data_t"])
    match kind:
        case "two-sided":
            inside = toys["data_t"] <= interval_threshold(cl, "two-sided")
        case "upper":
            inside = toys["data_above"] <= interval_threshold(cl, "upper")
        case "feldman-cousins":
            inside = toys["data_t"] <= quantile(toys["calibration_t"], cl)[0] + TIE
        case _:
            signal = _tail(toys["calibration_q"], toys["data_q"])
            inside = signal > (1 - cl) * _tail(toys["no_signal_q"], toys["data_q"])
    # Critical values from as many toys again double the variance.
    share, trials = np.mean(inside), n if kind in ("two-sided", "upper") else n / 2
    return fraction(share * trials, trials)


def _tail(distribution: FloatArray, values: FloatArray) -> FloatArray:
    """Fraction of a set of toys that is not below each of the values."""
    below = np.searchsorted(np.sort(distribution), values - TIE, side="left")
    return 1 - below / len(distribution)


def _warnings(toys: list[_Arrays]) -> tuple[str, ...]:
    late = sum(int(arrays[name].sum()) for arrays in toys for name in arrays if name.endswith("_failed"))
    fits = sum(arrays[name].size for arrays in toys for name in arrays if name.endswith("_failed"))
    return (f"{late} of {fits} toys have a fit that did not converge",) if late else ()


def _definition(task: CoverageToys, kinds: tuple[str, ...], cl: float) -> str:
    thresholds = {
        "two-sided": f"two-sided, t <= {interval_threshold(cl, 'two-sided'):.3f}",
        "upper": "" if task.threshold is None else f"upper, q <= {task.threshold:.3f}",
        "feldman-cousins": "Feldman-Cousins, critical value of t from toys at the same true value",
        "cls": "CLs, both tails of q from toys",
    }
    nuisances = task.nuisances if isinstance(task.nuisances, str) else _steps(task.nuisances)
    where = f"; true nuisances: {nuisances}" if task.model.nuisances else ""
    again = "; critical values at nominal nuisances" if task.calibrate and task.model.nuisances else ""
    return f"fraction of toys whose {100 * cl:g} % CL interval contains the truth: " + (
        "; ".join(thresholds[kind] for kind in kinds) + where + again + f"; seed {task.seed}"
    )


def _steps(nuisances: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {steps:+g}" for name, steps in nuisances.items()) + " widths off, others nominal"
