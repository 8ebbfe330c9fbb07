"""Likelihoods, fits, intervals, contours and forecasts of anything that predicts counts."""

from __future__ import annotations

from nulight.inference.contours import contour
from nulight.inference.expectation import Morph, ParametricCounts, expected_counts
from nulight.inference.fit import fit, goodness_of_fit
from nulight.inference.forecast import forecast, reach
from nulight.inference.gaussian.chi2 import GaussianChi2, gaussian_chi2
from nulight.inference.intervals import discovery_significance, limit
from nulight.inference.likelihood import twice_nll
from nulight.inference.model import CombinedModel, CountModel, Nuisance, asimov, combine, with_nuisances
from nulight.inference.profile import Prior, Profiled, minimise

__all__ = [
    "CombinedModel",
    "CountModel",
    "GaussianChi2",
    "Morph",
    "Nuisance",
    "ParametricCounts",
    "Prior",
    "Profiled",
    "asimov",
    "combine",
    "contour",
    "discovery_significance",
    "expected_counts",
    "fit",
    "forecast",
    "gaussian_chi2",
    "goodness_of_fit",
    "limit",
    "minimise",
    "reach",
    "twice_nll",
    "with_nuisances",
]
