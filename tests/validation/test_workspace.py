"""The shortcuts of the validation against the long way round."""

import math

import numpy as np
import pytest

from nulight.constants import K_R2
from nulight.experiments import load
from nulight.inference.intervals import interval_of
from nulight.inference.profile import minimise
from nulight.validation.sensitivity import sm_significance
from nulight.validation.workspace import (
    Workspace,
    at_exposure,
    end_of_interval,
    normalisation_freedom,
    shift_per_radius,
    signal_counts,
    sm_hypotheses,
)

WORK = Workspace()
TWO_SIGMA = math.erf(math.sqrt(2))


@pytest.mark.parametrize("variant", ["gauss", "no-nuisance", "mass-1pct"])
def test_scaled_widths_are_a_longer_exposure(variant):
    short, long = WORK.experiment(f"xenonnt-51cr:{variant}"), load(f"xenonnt-51cr:300t+{variant}")
    point = {"a_nu_ee": [7e-34, 2e-33]}
    scaled = 5 * minimise(at_exposure(short, 5.0), point).twice_nll
    # bins with less than one event do not exist in this card, so the two are the same sum
    assert scaled == pytest.approx(minimise(long, point).twice_nll, rel=1e-8)


@pytest.mark.parametrize("label", ["xenonnt-51cr:gauss", "xenonnt-51cr", "xenonnt-51cr:physical"])
def test_end_of_interval_agrees_with_the_interval(label):
    model = WORK.experiment(label)
    true = model.parameters()["a_nu_ee"].default
    expected = interval_of(model, "a_nu_ee", cl=TWO_SIGMA)
    up, _ = end_of_interval(model, "a_nu_ee", 4.0, true + 8e-32)
    down, _ = end_of_interval(model, "a_nu_ee", 4.0, true - 8e-32)
    assert (down - true, up - true) == pytest.approx((expected.lower - true, expected.upper - true), rel=3e-4)


def test_end_of_interval_says_when_it_is_not_reached():
    with pytest.raises(ValueError, match="not reached"):
        end_of_interval(WORK.experiment("xenonnt-51cr"), "a_nu_ee", 4.0, 1e-35)


def test_end_of_interval_with_a_profiled_parameter_is_where_the_profile_reaches_the_threshold():
    model = WORK.experiment("xenonnt-51cr:gauss")
    angles = {"sin2_theta_w": (0.22, 0.25)}
    end, at = end_of_interval(model, "a_nu_ee", 4.0, 8e-32, angles)
    # many starting places instead of one
    assert minimise(model, {"a_nu_ee": end}, profile=angles).twice_nll[0] == pytest.approx(4.0, rel=3e-3)
    assert at["sin2_theta_w"] == pytest.approx(0.25, abs=1e-6)


def test_statistical_significance_is_the_sum_over_bins():
    e = WORK.experiment("xenonnt-51cr:no-nuisance")
    _, tested = sm_hypotheses(e)
    change = e.expected({"a_nu_ee": tested})[0].sum(axis=0) - e.observed
    measured = sm_significance(WORK, experiment="xenonnt-51cr:no-nuisance")
    assert measured.value == pytest.approx(math.sqrt(np.sum(change**2 / e.observed)), rel=1e-9)
    assert measured.details["stat"] == pytest.approx(measured.value, rel=1e-9)


def test_freedom_of_the_normalisation_adds_boxes_and_quadrature_of_gaussians():
    assert normalisation_freedom(WORK.experiment("xenonnt-51cr")) == pytest.approx(1.0275 * 1.01 - 1)
    assert normalisation_freedom(WORK.experiment("xenonnt-51cr:gauss")) == pytest.approx(math.hypot(0.0275, 0.01))
    assert normalisation_freedom(WORK.experiment("xenonnt-51cr:no-nuisance")) == 0.0


def test_standard_model_is_true_where_the_conventions_hold_it_and_tested_where_not():
    assert sm_hypotheses(WORK.experiment("xenonnt-51cr")) == pytest.approx((0.0, 6.896e-34), rel=1e-3)
    assert sm_hypotheses(WORK.experiment("xenonnt-51cr:physical")) == pytest.approx((1.379e-33, 0.0), rel=1e-3)


def test_signals_add_up():
    e = WORK.experiment("xenonnt-51cr:physical")
    parts = signal_counts(e, "cr51") + signal_counts(e, "solar")
    assert signal_counts(e, "all") == pytest.approx(parts, rel=1e-12)


def test_shift_per_radius_is_the_exact_one_by_default():
    assert shift_per_radius("default") == pytest.approx(K_R2, rel=1e-12)


def test_a_positive_anapole_lowers_the_rate():
    e = WORK.experiment("xenonnt-51cr")
    assert signal_counts(e, "cr51", {"a_nu_ee": 1e-33}).sum() < signal_counts(e, "cr51").sum()


def test_experiments_are_loaded_once():
    assert WORK.experiment("xenonnt-51cr") is WORK.experiment("xenonnt-51cr")
    assert WORK.experiment("xenonnt-51cr", sin2_theta_w=0.25).conventions.sin2_theta_w == 0.25
