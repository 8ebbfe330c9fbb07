"""Reach of a 51Cr source beside a xenon detector: limits, significance, fillings, solar data added.

Arguments as in `nulight.validation.anapole`. Data are the expectation of the card, so that
Delta chi2 is zero at the defaults.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from nulight.experiments import Experiment
from nulight.inference.levels import interval_threshold, region_threshold
from nulight.inference.model import Model, Treatment
from nulight.inference.profile import minimise
from nulight.models.standard_model import standard_model_anapole
from nulight.validation.verdicts import Measured
from nulight.validation.workspace import (
    Workspace,
    at_exposure,
    end_of_interval,
    exposure_t_yr,
    normalisation_freedom,
    shift_per_radius,
    signal_counts,
    sm_hypotheses,
    source_flux,
)

__all__ = [
    "anapole_reach",
    "muon_reach",
    "significance_after_fillings",
    "sm_delta_chi2",
    "sm_significance",
    "solar_improvement",
]

_ANGLES = (0.22, 0.25)  # range of the weak angle that arXiv:2408.11904 minimises over
_ACCURACY = 1e-9  # of the minimiser in -2 ln L: less is nothing
_MUON_RANGE = (1e-34, 1e-32)  # cm^2, its range of a_mumu


def anapole_reach(
    work: Workspace,
    *,
    experiment: str | Sequence[str],
    sigma: float | None = None,
    cl: float | None = None,
    angle_free: bool = False,
    angle: float | None = None,
    muon_free: bool = False,
    lower: bool = False,
) -> Measured:
    """Expected upper end of a_nu_ee, cm^2, beyond its true value; with `lower`, both ends."""
    cl = math.erf((sigma or 0.0) / math.sqrt(2)) if cl is None else cl
    threshold = interval_threshold(cl, "two-sided")
    choices: dict[str, Any] = {} if angle is None else {"sin2_theta_w": angle}
    labels = [experiment] if isinstance(experiment, str) else list(experiment)
    model = work.model(labels, **choices)
    profile = _profile(angle_free, muon_free)
    known = model.parameters()["a_nu_ee"]
    true = float(known.default or 0.0)
    up, _ = work.kept(
        ("reach", *labels, threshold, angle, angle_free, muon_free),
        lambda: end_of_interval(model, "a_nu_ee", threshold, true + 8e-32, profile),
    )
    details = {"true": true, **_source_setup(work, labels[0])}
    if not lower:
        return Measured(up - true, details)
    down, _ = end_of_interval(model, "a_nu_ee", threshold, true - 8e-32, profile)
    return Measured((down - true, up - true), details)


def sm_delta_chi2(work: Workspace, *, experiment: str, factor: float = 1.0) -> Measured:
    """Expected Delta chi2 between the Standard Model anapole and none."""
    measured = sm_significance(work, experiment=experiment, factor=factor)
    assert isinstance(measured.value, float)
    return Measured(measured.value**2, {**measured.details, "sigma": measured.value})


def sm_significance(
    work: Workspace, *, experiment: str, factor: float = 1.0, angle_free: bool = False, angle: float | None = None
) -> Measured:
    """Expected significance, sigma, of the Standard Model anapole against none.

    The details say why: the change of the source rate, how far the nuisances let the normalisation
    move, and the significance that statistics alone would give.
    """
    choices: dict[str, Any] = {} if angle is None else {"sin2_theta_w": angle}
    e = work.experiment(experiment, **choices)
    _, tested = sm_hypotheses(e, factor)
    sigma = _significance(e, tested, _profile(angle_free, False))
    stat = _significance(work.model(experiment, _no_nuisances(e), **choices), tested, {})
    return Measured(sigma, {"stat": stat, **_causes(work, e, factor)})


def significance_after_fillings(
    work: Workspace, *, experiment: str, mass_t: float, fillings: int, treatment: str = ""
) -> Measured:
    """Significance of the Standard Model anapole after some fillings of the source, a run of 1/6 yr each.

    The details give the number of fillings for one and for two sigma, with the nuisances and
    without.
    """
    label = f"{experiment}{treatment}"
    e = work.experiment(label)
    _, tested = sm_hypotheses(e)
    per_filling = mass_t / 6 / exposure_t_yr(e)
    bare = work.model(label, _no_nuisances(e))
    sigma = _significance_at(e, tested, fillings * per_filling)
    details = {
        "one": _significance_at(e, tested, per_filling),
        "stat": _significance_at(bare, tested, fillings * per_filling),
        "need_1": _factor_for(e, tested, 1.0) / per_filling,
        "need_2": _factor_for(e, tested, 2.0) / per_filling,
        "stat_need_1": _factor_for(bare, tested, 1.0) / per_filling,
        "stat_need_2": _factor_for(bare, tested, 2.0) / per_filling,
        **_causes(work, e, 1.0),
    }
    return Measured(sigma, details)


def muon_reach(work: Workspace, *, experiments: Sequence[str], angle_free: bool) -> Measured:
    """Two-sigma contour (2 dof) of a_nu_mumu, over the Standard Model value: its far end, a_nu_ee profiled."""
    model = work.model(experiments)
    true = model.parameters()["a_nu_mumu"].default
    centre = float(model.parameters()["a_nu_ee"].default or 0.0)
    profile = {"a_nu_ee": (centre - 5e-33, centre + 5e-33), **_profile(angle_free, False)}
    threshold = region_threshold(math.erf(math.sqrt(2)), 2)
    end, at = work.kept(
        ("muon", *experiments, angle_free),
        lambda: end_of_interval(model, "a_nu_mumu", threshold, float(true or 0.0) + 1e-31, profile),
    )
    sm = float(standard_model_anapole(work.experiment(experiments[0]).conventions)[1])
    return Measured(end / sm, {"end": end, "sm": sm, "a_ee": at["a_nu_ee"]})


def solar_improvement(
    work: Workspace, *, source: str, solar: str, angle_free: bool = False, muon_free: bool = False
) -> Measured:
    """Relative gain of the two-sigma reach of a_nu_ee when solar data are added to the source run."""
    alone = anapole_reach(work, experiment=source, sigma=2.0, angle_free=angle_free, muon_free=muon_free).value
    both = anapole_reach(work, experiment=[source, solar], sigma=2.0, angle_free=angle_free, muon_free=muon_free).value
    assert isinstance(alone, float)
    assert isinstance(both, float)
    s, o = work.experiment(source), work.experiment(solar)
    n_source, n_solar = signal_counts(s, "cr51").sum(), signal_counts(o, "solar").sum()
    background = sum(counts.sum() for counts in o.backgrounds.values())
    details = {
        "alone": alone,
        "both": both,
        "events": float(n_solar / n_source),
        "noise": float(background / n_solar),
    }
    return Measured(1 - both / alone, details)


def _source_setup(work: Workspace, label: str) -> dict[str, float]:
    """Flux of the source over the paper's, and the freedom of its normalisation."""
    e = work.experiment(label)
    if "cr51" not in e.folder.components:
        return {}
    shift = shift_per_radius(e.conventions) / shift_per_radius("herrera-huber-2024")
    return {"of_paper": work.flux_share(label), "freedom": normalisation_freedom(e), "shift": shift}


def _profile(angle_free: bool, muon_free: bool) -> dict[str, tuple[float, float]]:
    angle = {"sin2_theta_w": _ANGLES} if angle_free else {}
    return {**angle, **({"a_nu_mumu": _MUON_RANGE} if muon_free else {})}


def _no_nuisances(e: Experiment) -> dict[str, Treatment]:
    return {n.name: "fixed" for n in e.nuisances}


def _causes(work: Workspace, e: Experiment, factor: float) -> dict[str, float]:
    """Size of the effect against the freedom of the normalisation, and the flux against the paper's."""
    true, tested = sm_hypotheses(e, factor)
    values = [signal_counts(e, "cr51", {"a_nu_ee": a}).sum() for a in (true, tested)]
    with_sm, without = values if true else values[::-1]
    return {
        "effect": float(abs(with_sm / without - 1)),
        "freedom": normalisation_freedom(e),
        "of_paper": source_flux(e) / source_flux(work.experiment("xenonnt-51cr")),
    }


def _significance(model: Model, tested: float, profile: dict[str, tuple[float, float]]) -> float:
    start = {name: float(model.parameters()[name].default or 0.0) for name in profile}
    found = float(minimise(model, {"a_nu_ee": tested}, profile=profile, start=start).twice_nll[0])
    return math.sqrt(found) if found > _ACCURACY else 0.0


def _significance_at(model: Model, tested: float, factor: float) -> float:
    return math.sqrt(factor) * _significance(at_exposure(model, factor), tested, {})


def _factor_for(model: Model, tested: float, sigma: float) -> float:
    """Multiple of the exposure that gives `sigma`, by bisection of its logarithm."""
    low, high = math.log(1e-4), math.log(1e8)
    while high - low > 1e-4:
        middle = (low + high) / 2
        if _significance_at(model, tested, math.exp(middle)) < sigma:
            low = middle
        else:
            high = middle
    return math.exp(high)
