"""Data sets for questions about the neutrinos: frequencies, exposures, and the time an answer takes.

Without uncertainties of the rate or the background everything is proportional to the exposure, and one
fit says it all; with them every exposure is a fit of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from nulight.inference.levels import confidence, interval_threshold
from nulight.renp.experiment import RenpExperiment
from nulight.renp.units import DAY
from nulight.studies.renp.families import Family
from nulight.studies.renp.minimum import BestFit, best_fit
from nulight.studies.renp.triggers import Question, triggers_for
from nulight.typing import ArrayLike, FloatArray

__all__ = [
    "NEEDED",
    "Placement",
    "Places",
    "Sample",
    "Track",
    "check_masses",
    "exposures",
    "fits",
    "levels",
    "samples",
    "steps",
    "time_needed",
]

Placement: TypeAlias = Literal["fixed", "matched"]
Places: TypeAlias = NDArray[np.intp]

NEEDED = ("3 sigma", "90 %")
"""Confidence levels for which the time is given."""

_STEP = 16  # masses
_NOISE = 1e-9  # of the counts: smaller minima are the search's error, and no experiment has as many events
_LONGEST = 1e12  # in units of the experiment's time
_ROUNDS = 15


@dataclass(frozen=True, slots=True)
class Sample:
    """True masses (n,), eV, looked at with the same frequencies."""

    experiment: RenpExperiment
    masses: FloatArray


Track: TypeAlias = Callable[[Sequence[Sample]], Iterable[Sample]]
"""Passes the steps of a study on, one after the other, to show how far it is."""


def check_masses(lightest: ArrayLike) -> FloatArray:
    """Return true masses of the lightest neutrino (n,), eV.

    Raises
    ------
    ValueError
        If there are none, or one is negative or not finite.
    """
    masses: FloatArray = np.atleast_1d(np.asarray(lightest, float))
    if masses.ndim != 1 or not masses.size:
        raise ValueError(f"lightest: give one list of masses in eV, not an array of shape {masses.shape}")
    bad = ~((masses >= 0) & np.isfinite(masses))
    if bad.any():
        raise ValueError(f"lightest = {masses[bad][0]:g} eV must be zero or positive")
    return masses


def exposures(experiment: RenpExperiment, days: ArrayLike | None) -> tuple[RenpExperiment, FloatArray, FloatArray]:
    """Return the experiment with a unit of time, exposures (k,) in this unit, and days at each frequency (k,).

    Without `days` the unit is the experiment's own time; the days are those of its average frequency.

    Raises
    ------
    ValueError
        If a time is not positive and finite.
    """
    if days is None:
        return experiment, np.ones(1), np.array([experiment.time.mean() / DAY])
    values: FloatArray = np.atleast_1d(np.asarray(days, float))
    if values.ndim != 1 or not values.size or not np.all((values > 0) & np.isfinite(values)):
        raise ValueError(f"days = {days}: give positive times at each frequency, d")
    return experiment.with_time(1.0), values, values


def samples(question: Question, experiment: RenpExperiment, masses: FloatArray, placement: Placement) -> list[Sample]:
    """Return the experiment with its own frequencies, or with those that suit the question for each mass.

    Raises
    ------
    ValueError
        If the placement is unknown, or masses are not positive with "matched".
    """
    if placement not in get_args(Placement):
        raise ValueError(f"placement {placement!r}; use one of: {', '.join(get_args(Placement))}")
    if placement == "fixed":
        return [Sample(experiment, masses)]
    n = len(experiment.triggers)
    return [
        Sample(replace(experiment, triggers=triggers_for(question, experiment.scheme, mass, n)), np.array([mass]))
        for mass in masses
    ]


def steps(parts: Sequence[Sample]) -> list[Sample]:
    """Return samples of at most 16 masses each, in the same order."""
    return [
        Sample(part.experiment, part.masses[start : start + _STEP])
        for part in parts
        for start in range(0, len(part.masses), _STEP)
    ]


def levels(names: tuple[str, ...]) -> FloatArray:
    """Return Delta chi2 (n_levels,) of two-sided confidence levels, one degree of freedom."""
    return np.array([interval_threshold(confidence(name), "two-sided") for name in names])


def fits(family: Family, observed: FloatArray, times: FloatArray) -> BestFit:
    """Return best fits to data (n, n_triggers), at unit exposure, for exposures (k,).

    Returns
    -------
    BestFit
        Arrays (k, n) and phases (k, n, 2).
    """
    if not family.widths.any():
        one = best_fit(family, observed)
        return BestFit(
            times[:, None] * one.value,
            np.broadcast_to(one.mass, (len(times), len(observed))),
            np.broadcast_to(one.phases, (len(times), len(observed), 2)),
        )
    each = np.repeat(times, len(observed))
    found = best_fit(family, each[:, None] * np.tile(observed, (len(times), 1)), each)
    shape = (len(times), len(observed))
    return BestFit(found.value.reshape(shape), found.mass.reshape(shape), found.phases.reshape(*shape, 2))


def time_needed(chi2: Callable[[Places, FloatArray], FloatArray], counts: FloatArray, *, linear: bool) -> FloatArray:
    """Return exposures (n_levels, n) at which Delta chi2 reaches those of `NEEDED`; infinite for never.

    Parameters
    ----------
    chi2 : callable
        Maps data sets by number (m,) and exposures (m,) to Delta chi2 (m,).
    counts : array (n,)
        Events at unit exposure: smaller differences than their rounding are none.
    linear : bool
        Whether Delta chi2 is proportional to the exposure.
    """
    n, thresholds = len(counts), levels(NEEDED)
    which, level = np.tile(np.arange(n), len(thresholds)), np.repeat(thresholds, n)
    first = np.tile(chi2(np.arange(n), np.ones(n)), len(thresholds))
    seen = first > _NOISE * counts[which]
    time = np.where(seen, level / np.where(seen, first, 1.0), np.inf)
    if not linear and seen.any():
        time[seen] = _solved(chi2, which[seen], level[seen], first[seen])
    return time.reshape(len(thresholds), n)


def _solved(
    chi2: Callable[[Places, FloatArray], FloatArray], which: Places, level: FloatArray, first: FloatArray
) -> FloatArray:
    """Secants in the logarithms; Delta chi2 grows with the exposure, at most in proportion, and may saturate."""
    x, f = np.zeros(len(which)), np.log(first / level)
    slope = np.ones(len(which))
    for _ in range(_ROUNDS):
        live = (np.abs(f) > 1e-4) & (x < np.log(_LONGEST))
        if not live.any():
            break
        before, height = x[live], f[live]
        x[live] = np.minimum(before - height / slope[live], np.log(_LONGEST))
        f[live] = np.log(np.maximum(chi2(which[live], np.exp(x[live])), 1e-300) / level[live])
        moved = x[live] != before
        slope[live] = np.clip((f[live] - height) / np.where(moved, x[live] - before, 1.0), 0.05, 1.0)
    return np.where(np.abs(f) < 1e-2, np.exp(x), np.inf)
