"""Rates of the 51Cr source beside a xenon detector, and what an anapole moment does to them.

Arguments name shipped experiments with their variants, so that every number can be had again from
the command line. "Standard Model anapole" always means: of nu_e, as the conventions quote it.
"""

from __future__ import annotations

import numpy as np

from nulight.experiments import Experiment
from nulight.inference.expectation import expected_counts
from nulight.validation.verdicts import Measured
from nulight.validation.workspace import (
    Workspace,
    exposure_t_yr,
    shift_per_radius,
    signal_counts,
    sm_hypotheses,
    source_flux,
)

__all__ = [
    "bins_beyond_errors",
    "range_gain",
    "rate_change",
    "solar_rate",
    "source_over_solar",
    "source_rate",
]


def source_rate(work: Workspace, *, experiment: str) -> Measured:
    """Events of the source per tonne and year."""
    e = work.experiment(experiment)
    return Measured(_rate(e, "cr51"), {"flux": source_flux(e), "of_paper": work.flux_share(experiment)})


def solar_rate(work: Workspace, *, experiment: str) -> Measured:
    """Events of solar neutrinos per tonne and year."""
    e = work.experiment(experiment)
    return Measured(_rate(e, "solar"), {"events": _rate(e, "solar") * exposure_t_yr(e)})


def source_over_solar(work: Workspace, *, source: str, solar: str, up_to_keV: int | None = None) -> Measured:
    """Events of the source over those of the Sun, in the same detector, time and range."""
    s, o = work.experiment(source, up_to_keV=up_to_keV), work.experiment(solar, up_to_keV=up_to_keV)
    n_source, n_solar = _rate(s, "cr51"), _rate(o, "solar")
    details = {"source": n_source, "solar": n_solar, "of_paper": work.flux_share(source)}
    return Measured(n_source / n_solar, details)


def range_gain(work: Workspace, *, wide: str, narrow: str, a: float) -> Measured:
    """Events that an anapole moment takes away in a wide range over those in a narrow one."""
    experiments = work.experiment(wide), work.experiment(narrow)
    missing = [signal_counts(e, "cr51").sum() - signal_counts(e, "cr51", {"a_nu_ee": a}).sum() for e in experiments]
    rate = [signal_counts(e, "cr51").sum() for e in experiments]
    return Measured(float(missing[0] / missing[1]), {"rate_gain": float(rate[0] / rate[1])})


def rate_change(work: Workspace, *, experiment: str, a: float | None = None) -> Measured:
    """Relative change of the source rate by a given a_nu_ee, or by the Standard Model one.

    Where the Standard Model one is in the weak part already, against the rate without it.
    """
    e = work.experiment(experiment)
    true, tested = sm_hypotheses(e)
    before, after = ({"a_nu_ee": tested}, {"a_nu_ee": true}) if true else ({}, {"a_nu_ee": tested})
    if a is not None:
        before, after = {}, {"a_nu_ee": a}
    start = signal_counts(e, "cr51", before).sum()
    details = {"true": true, "shift": shift_per_radius(e.conventions) / shift_per_radius("herrera-huber-2024")}
    return Measured(float(signal_counts(e, "cr51", after).sum() / start - 1), details)


def bins_beyond_errors(work: Workspace, *, experiment: str, a: float) -> Measured:
    """Share of the bins in which an anapole moment changes the counts by more than their Poisson error."""
    e = work.experiment(experiment)
    plain = expected_counts(e, {})[0]
    change = expected_counts(e, {"a_nu_ee": a})[0] - plain
    strength = change / np.sqrt(plain)
    return Measured(
        float(np.mean(np.abs(strength) > 1)),
        {
            "bins": float(len(plain)),
            "typical": float(np.median(strength)),
            "largest": float(np.abs(strength).max()),
            "total": float(change.sum() / np.sqrt(plain.sum())),
        },
    )


def _rate(e: Experiment, which: str) -> float:
    return float(signal_counts(e, which).sum()) / exposure_t_yr(e)
