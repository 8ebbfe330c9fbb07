"""Bounds and fits of the validation against the calls a user makes."""

import pytest

import nulight as nl
from nulight.validation.bounds import (
    bound,
    ends_from_default,
    error_of_fit,
    fitted_events,
    fitted_parameter,
    ratio_of_bounds,
    smallest_chi2,
    upper_bound,
)
from nulight.validation.workspace import Workspace

WORK = Workspace()
LAR = "coherent-lar-2020:1d"


def test_upper_bound_is_the_end_of_the_limit():
    limit = nl.limit(nl.load(LAR), "mu_nu_mu")
    measured = upper_bound(WORK, experiment=LAR, parameter="mu_nu_mu")
    assert (measured.value, measured.details["best_fit"]) == (pytest.approx(limit.upper), pytest.approx(limit.best_fit))
    one_sided = upper_bound(WORK, experiment=LAR, parameter="mu_nu_mu", interval="upper").value
    assert one_sided == pytest.approx(nl.upper_limit(nl.load(LAR), "mu_nu_mu").upper)


def test_upper_bound_counts_parametric_backgrounds_as_expected():
    details = upper_bound(WORK, experiment="dresden-ii-2022:fixed-exponential", parameter="mu_nu_e").details
    assert details["expected"] == pytest.approx(details["observed"], rel=0.01)


def test_upper_bound_of_several_cards_is_that_of_their_combination():
    labels = ["xenonnt-2022-er", "pandax4t-run1-er"]
    both = nl.limit(nl.combine(*(nl.load(label) for label in labels)), "mu_nu")
    measured = upper_bound(WORK, experiment=labels, parameter="mu_nu")
    assert measured.value == pytest.approx(both.upper)
    assert measured.details["observed"] == sum(nl.load(label).observed.sum() for label in labels)


def test_bound_of_the_expectation_is_the_expected_limit():
    limit = nl.limit(nl.load(LAR), "mu_nu_e")
    assert bound(WORK, LAR, "mu_nu_e", expected=True).upper == pytest.approx(limit.expected.upper)


def test_bounds_of_different_setups_are_kept_apart():
    by_setup = [
        upper_bound(WORK, experiment=LAR, parameter="mu_nu_mu", **setup).value
        for setup in ({}, {"treatments": {"lar_signal": "fixed"}}, {"conventions": "tree"}, {"sin2_theta_w": 0.2})
    ]
    assert len(set(by_setup)) == len(by_setup)


def test_ends_from_default_are_distances_from_the_standard_model():
    experiment = nl.load("texono-csi-2010")
    default = experiment.parameters()["r2_nu_ee"].default
    limit = nl.limit(experiment, "r2_nu_ee")
    measured = ends_from_default(WORK, experiment="texono-csi-2010", parameter="r2_nu_ee")
    low, high = limit.regions[-1]
    assert measured.value == pytest.approx((low - default, high - default))
    assert measured.value[0] < 0 < measured.value[1]
    assert measured.details["regions"] == len(limit.regions)


def test_ratio_of_bounds_of_a_card_with_itself_is_one_and_may_have_two_parameters():
    same = {"first": LAR, "second": LAR, "parameter": "mu_nu_mu"}
    assert ratio_of_bounds(WORK, **same).value == 1
    other = ratio_of_bounds(WORK, **same, second_parameter="mu_nu_e")
    assert other.details["second"] == upper_bound(WORK, experiment=LAR, parameter="mu_nu_e").value


def test_smallest_chi2_is_that_of_the_fit():
    fit = nl.fit(nl.load(LAR))
    assert smallest_chi2(WORK, experiment=LAR).value == pytest.approx(fit.chi2, rel=1e-6)


def test_fitted_events_are_the_expected_ones_times_the_strength():
    label = "coherent-csi-2021:free-signal"
    experiment = nl.load(label)
    fit = nl.fit(experiment)
    expected = experiment.signal.standard.sum()
    measured = fitted_events(WORK, experiment=label, nuisance="csi2021_signal")
    assert measured.value == pytest.approx(expected * (1 + fit.values["csi2021_signal"]))
    assert measured.details["error"] == pytest.approx(expected * fit.errors["csi2021_signal"])


def test_fitted_parameter_and_its_error_come_from_one_fit():
    arguments = {"experiment": "texono-csi-2010", "parameter": "sin2_theta_w"}
    value, error = fitted_parameter(WORK, **arguments), error_of_fit(WORK, **arguments)
    fit = nl.fit(nl.load("texono-csi-2010"), ["sin2_theta_w"])
    assert (value.value, value.details["error"]) == pytest.approx((fit.values["sin2_theta_w"], error.value))
    assert error.details["best_fit"] == value.value
