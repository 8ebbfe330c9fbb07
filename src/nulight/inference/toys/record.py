"""The record of an interval from toys: everything read, put in words, and what one should know about it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nulight.inference.coordinates import Prior, citations, domain, lookup
from nulight.inference.model import parts
from nulight.inference.toys.belt import Belt
from nulight.inference.toys.impacts import Held, toy_impacts
from nulight.inference.toys.monte_carlo import TIE
from nulight.inference.toys.problem import ToyProblem
from nulight.inference.toys.reading import (
    asymptotic_interval,
    asymptotic_values,
    expected_ends,
    expected_p_values,
    read_interval,
)
from nulight.inference.toys.run import ToyRun
from nulight.inference.toys.values import Curves, Values
from nulight.results.toy_limits import ToyLimit
from nulight.typing import FloatArray

__all__ = ["toy_record"]

_FEW = 10.0  # toys in the tail below which an end is unreliable
_NEAR = 1.0  # standard deviations outside the interval up to which values matter for what is held
_REFERENCES = {
    "feldman-cousins": ("Feldman:1997qc",),
    "upper": ("Cowan:2010js",),
    "cls": ("Read:2002hq", "Cowan:2010js"),
}
_ABOVE = "Delta(-2 ln L) from the best fit, zero if that lies above the value"
_WORDS = {
    "feldman-cousins": "values for which more than {alpha} of the toys have at least the Delta(-2 ln L) of the data, "
    "from the global minimum",
    "upper": f"values for which more than {{alpha}} of the toys have at least the q of the data; q is {_ABOVE}",
    "cls": "values for which the fraction of toys with at least the q of the data is more than {alpha} of the same "
    f"fraction of toys at {{truth}}; q is {_ABOVE}",
}


def toy_record(run: ToyRun, values: Values, curves: Curves, names: tuple[str, ...]) -> ToyLimit:
    """Return the record of a finished run, impacts of `names` included."""
    problem, belt = run.problem, run.belt(values)
    statistic = run.observed(values.value)
    best = run.ratio.anywhere.minimise()
    at_best = {name: float(column[0]) for name, column in {**best.nuisances, **best.parameters}.items()}
    best_fit = at_best[problem.parameter] = _best_fit(run)
    found = read_interval(belt, statistic, best_fit)
    critical, critical_error = belt.critical()
    provenance = problem.model.provenance()
    return ToyLimit(
        parameter=problem.parameter,
        unit=lookup(problem.model, problem.parameter).unit,
        experiments=tuple(part.name for part in parts(problem.model)),
        interval=problem.kind,
        cl=problem.cl,
        lower=found.lower,
        upper=found.upper,
        lower_error=found.lower_error,
        upper_error=found.upper_error,
        best_fit=best_fit,
        regions=found.regions,
        asymptotic=asymptotic_interval(problem, values, curves, best_fit),
        expected=expected_ends(belt, problem, values, curves),
        truth=problem.truth,
        value=values.value,
        statistic=statistic,
        critical_value=critical,
        critical_error=critical_error,
        p_value=belt.p_values(statistic[:, None])[:, 0],
        p_error=belt.p_errors(statistic[:, None])[:, 0],
        asymptotic_p_value=asymptotic_values(problem, curves, values.value, best_fit),
        background_p_value=_background(belt, statistic),
        expected_p_value=expected_p_values(belt),
        **_impacts(run, values, belt, statistic, at_best, names),
        n_toys=run.throws.toys.n_items,
        chunk_size=run.throws.toys.size,
        seed=run.throws.seed,
        n_unconverged=run.unconverged(),
        nuisances={name: at_best[name] for name in best.nuisances},
        profiled={name: at_best[name] for name in problem.profile},
        fixed=problem.fixed,
        definition=_definition(problem),
        conventions=provenance.get("conventions", {}),
        provenance=provenance,
        citations=(
            *citations(problem.model, [problem.parameter, *problem.profile, *problem.fixed]),
            *_REFERENCES[problem.kind],
        ),
        warnings=tuple(_warnings(run, _share_in_tail(belt, values, statistic, found.upper), found.regions == ())),
    )


def _best_fit(run: ToyRun) -> float:
    """Best fit of the data, a bound of the domain itself where the fit stops just short of it."""
    best = run.ratio.best()
    bounds = [bound for bound in run.problem.domain if math.isfinite(bound) and bound in run.ratio.span]
    on = [bound for bound in bounds if run.ratio.two_sided(bound, best)[0] <= TIE]
    return on[0] if on else float(best.value[0])


def _background(belt: Belt, statistic: FloatArray) -> FloatArray:
    _, below = belt.tails(statistic[:, None])
    return below[:, 0] if belt.kind == "cls" and below is not None else np.zeros(0)


def _impacts(
    run: ToyRun, values: Values, belt: Belt, statistic: FloatArray, best: dict[str, float], names: tuple[str, ...]
) -> dict[str, Any]:
    if not names:
        return {}
    near = belt.near(statistic, _NEAR)
    held = Held(run=run, values=values, belt=belt, statistic=statistic, near=near, best=best)
    return {"statistical": held.interval(run.problem.order, 1)[0], "impacts": toy_impacts(held, names)}


def _definition(problem: ToyProblem) -> str:
    poi = lookup(problem.model, problem.parameter)
    low, high = domain(poi)
    limits = [f">= {low:g}"] * math.isfinite(low) + [f"<= {high:g}"] * math.isfinite(high)
    truth = f"{problem.parameter} = {problem.truth:g} {poi.unit}".rstrip()
    text = f"{problem.kind} at {100 * problem.cl:g} % CL from pseudo-experiments: "
    text += _WORDS[problem.kind].format(alpha=f"{100 * (1 - problem.cl):.3g} %", truth=truth)
    if limits:
        text += f"; {problem.parameter} {' and '.join(limits)}"
    if problem.model.nuisances:
        text += "; nuisances profiled in data and toys, toys thrown at those profiled for the data, their measurements "
        text += "too: " + ", ".join(nuisance.describe() for nuisance in problem.model.nuisances)
    if problem.profile:
        text += "; parameters profiled: " + ", ".join(_range_text(n, c) for n, c in problem.profile.items())
    if problem.fixed:
        units = {name: lookup(problem.model, name).unit for name in problem.fixed}
        text += "; fixed: " + ", ".join(f"{n} = {v:g} {units[n]}".rstrip() for n, v in problem.fixed.items())
    return text + f"; expected: data thrown at {truth}"


def _range_text(name: str, choice: tuple[float, float] | Prior) -> str:
    if isinstance(choice, Prior):
        return f"{name} = {choice.mean:g} +- {choice.width:g}"
    return f"{name} in [{choice[0]:g}, {choice[1]:g}]"


def _share_in_tail(belt: Belt, values: Values, statistic: FloatArray, upper: float | None) -> float:
    """Fraction of toys in the tail at the end of the interval; for CLs the data may be rare without a signal too."""
    below = _background(belt, statistic)
    return (1 - belt.cl) * (float(np.interp(upper, values.value, below)) if len(below) and upper is not None else 1.0)


def _warnings(run: ToyRun, share: float, nothing: bool) -> list[str]:
    texts = []
    n = run.throws.toys.n_items
    if n * share < _FEW * (1 - 1e-9):
        texts.append(f"{n} toys have {n * share:.2g} in the tail of {100 * share:.3g} %; throw more")
    if failed := run.unconverged():
        texts.append(f"{failed} of {n * (len(run.value) + run.background)} toys have a fit that did not converge")
    if nothing:
        texts.append("no tested value is accepted; test values closer to the best fit")
    return texts
