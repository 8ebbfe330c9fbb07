"""The same limit under other choices, and what the differences come from.

A published limit rarely says how the background was treated or whether it is one- or two-sided.
Here both are varied, and what drives the answer is computed: the definition of the interval, the
background normalisation that the fit prefers, and the bins that make the limit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from nulight.experiments import Experiment
from nulight.experiments.axes import bin_text
from nulight.inference.coordinates import Profile
from nulight.inference.intervals import interval_of
from nulight.inference.levels import IntervalKind, interval_threshold
from nulight.inference.likelihood import expected_counts, gaussian_twice_nll, poisson_twice_nll
from nulight.inference.model import Model, Nuisance, Treatment, asimov, parts, with_nuisances
from nulight.inference.profile import minimise
from nulight.studies.limits import combine

__all__ = [
    "Alternative",
    "DrivingBin",
    "alternatives",
    "background_nuisances",
    "driving_bins",
]

Background = Literal["fixed", "free", "prior"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """A limit under one background treatment and one definition of the interval.

    Attributes
    ----------
    background : "fixed", "free" or "prior"
        Background normalisations at their nominal values, floating, or constrained as the card says.
    interval : "two-sided" or "upper"
    threshold : float
        Delta chi2 of the definition.
    lower, upper, expected_lower, expected_upper : float or None
        Ends on the data and on Asimov data at the baseline; None where open or not stated.
    because : str
        The numbers that make it differ from the others.
    """

    background: Background
    interval: IntervalKind
    threshold: float
    lower: float | None
    upper: float | None
    expected_lower: float | None
    expected_upper: float | None
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrivingBin:
    """One bin and the share of Delta chi2 at a limit that it makes.

    Attributes
    ----------
    experiment : str
    low, high : float
        Reconstructed energies, in the unit of the bins.
    where : str
        The bin in every observable, with units.
    observed, best_fit, at_limit : float, counts
        Seen, and expected at the best fit and at the limit.
    share : float
        Of Delta chi2 between the two; negative where the bin prefers the limit.
    """

    experiment: str
    low: float
    high: float
    where: str
    observed: float
    best_fit: float
    at_limit: float
    share: float


def background_nuisances(experiments: Sequence[Experiment]) -> dict[str, Nuisance]:
    """Return the nuisances that scale nothing but backgrounds, by name."""
    signal = {n for e in experiments for component in e.signal.components for n in e.scales[component]}
    scaled = {n for e in experiments for component in e.backgrounds for n in e.scales[component]}
    scaled |= {n for e in experiments for form in e.parametric for n in form.scaled[form.parameters[0]]}
    return {n.name: n for e in experiments for n in e.nuisances if n.name in scaled - signal}


def alternatives(
    experiments: Sequence[Experiment],
    parameter: str,
    *,
    cl: float = 0.90,
    profile: Profile | None = None,
    fixed: Mapping[str, float] | None = None,
    treatments: Mapping[str, Treatment] | None = None,
) -> tuple[Alternative, ...]:
    """Return the interval of a parameter for every background treatment and interval definition.

    Parameters
    ----------
    experiments : sequence of Experiment
        One, or several to combine.
    parameter : str
    cl, profile, fixed
        As for `limit`.
    treatments : mapping, optional
        Nuisances other than those of backgrounds that are treated otherwise, as for `with_nuisances`.

    Returns
    -------
    tuple of Alternative
        Empty if no nuisance scales a background.

    Raises
    ------
    ValueError
        If the same data would count twice, or a name is unknown.
    """
    model = combine(*experiments)
    nuisances = background_nuisances(experiments)
    if not nuisances:
        return ()
    others = {name: choice for name, choice in (treatments or {}).items() if name not in nuisances}
    options: dict[str, Any] = {"cl": cl, "profile": profile, "fixed": fixed}
    rows = []
    for background in get_args(Background):
        choices = {name: _treatment(background, nuisance) for name, nuisance in nuisances.items()}
        if background == "prior" and all(choice == "free" for choice in choices.values()):
            continue  # the card states no size
        treated = with_nuisances(model, {**others, **choices})
        rows += [_alternative(treated, parameter, background, interval, options, nuisances) for interval in _INTERVALS]
    return tuple(rows)


_INTERVALS: tuple[IntervalKind, ...] = get_args(IntervalKind)


def _treatment(background: Background, nuisance: Nuisance) -> Treatment:
    return nuisance if background == "prior" else background


def _alternative(
    model: Model,
    parameter: str,
    background: Background,
    interval: IntervalKind,
    options: dict[str, Any],
    nuisances: Mapping[str, Nuisance],
) -> Alternative:
    seen = interval_of(model, parameter, interval=interval, **options)
    expected = interval_of(asimov(model, options["fixed"]), parameter, interval=interval, **options)
    threshold = interval_threshold(options["cl"], interval)
    reasons = [f"Delta chi2 = {threshold:.3f}"]
    if background != "fixed" and seen.upper is not None:
        reasons += _pulled(model, parameter, seen.best_fit, seen.upper, options, nuisances)
    return Alternative(
        background=background,
        interval=interval,
        threshold=threshold,
        lower=seen.lower,
        upper=seen.upper,
        expected_lower=expected.lower,
        expected_upper=expected.upper,
        because="; ".join(reasons),
    )


def _pulled(
    model: Model,
    parameter: str,
    best: float,
    upper: float,
    options: dict[str, Any],
    nuisances: Mapping[str, Nuisance],
) -> list[str]:
    """What the background normalisations do between the best fit and the limit."""
    found = minimise(
        model, {**(options["fixed"] or {}), parameter: np.array([best, upper])}, profile=options["profile"]
    )
    shifts = {name: 100 * found.nuisances[name] for name in nuisances}
    return [f"{name} {u[0]:+.2g} % at the best fit, {u[1]:+.2g} % at the limit" for name, u in shifts.items()]


def driving_bins(
    model: Model,
    parameter: str,
    best_fit: float,
    at_limit: float,
    *,
    profile: Profile | None = None,
    fixed: Mapping[str, float] | None = None,
    n: int = 3,
) -> tuple[DrivingBin, ...]:
    """Return the bins that make most of Delta chi2 between the best fit and a limit.

    Parameters
    ----------
    model : CountModel or CombinedModel
        Experiments made by `load`, possibly with other nuisances.
    parameter : str
    best_fit, at_limit : float
        Two values of the parameter.
    profile, fixed
        As for `limit`.
    n : int
        How many bins.

    Returns
    -------
    tuple of DrivingBin
        The largest shares in size first.
    """
    held = dict(fixed or {})
    found = minimise(model, {**held, parameter: np.array([best_fit, at_limit])}, profile=profile)
    point = held | {parameter: np.array([best_fit, at_limit])} | found.parameters
    total = float(np.diff(found.twice_nll)[0])
    rows: list[DrivingBin] = []
    for part in parts(model):
        counts = expected_counts(part, point, found.nuisances)
        if part.statistic == "poisson":
            chi2 = poisson_twice_nll(part.observed, counts)
        else:
            assert part.sigma is not None
            chi2 = gaussian_twice_nll(part.observed, counts, part.sigma)
        frame = _base(part).frame
        energy, place = frame.energy.edges, np.unravel_index(np.arange(frame.n_bins), frame.shape)[0]
        rows += [
            DrivingBin(
                experiment=part.name,
                low=float(energy[place[i]]),
                high=float(energy[place[i] + 1]),
                where=bin_text(frame, i),
                observed=float(part.observed[i]),
                best_fit=float(counts[0, i]),
                at_limit=float(counts[1, i]),
                share=float(step / total) if total > 0 else 0.0,
            )
            for i, step in enumerate(chi2[1] - chi2[0])
        ]
    return tuple(sorted(rows, key=lambda row: -abs(row.share))[:n])


def _base(part: Any) -> Any:
    """An experiment, also behind other data or nuisances."""
    return getattr(part, "base", part)
