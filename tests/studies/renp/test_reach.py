"""Reach of a scan of trigger frequencies: the statistic of `limit`, both sides of every pole, known scalings."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from nulight.inference.intervals import interval_of
from nulight.inference.levels import interval_threshold
from nulight.models.parameter import ParameterError
from nulight.renp import RENP_PARAMETERS, momentum_transfer_squared, renp_experiment
from nulight.renp.pairs import POLE
from nulight.studies.renp.reach import renp_reach
from nulight.validation.renp_setup import MOMENTS, NUFIT_5, THREE

PLAIN = renp_experiment("yb-dinh-2012", oscillation=NUFIT_5)
NOISY = renp_experiment("yb-dinh-2012", background=5.0, rate_error=0.3, background_error=0.2)
THREE_ONLY = renp_experiment("yb-dinh-2012", THREE, oscillation=NUFIT_5)
ONE = renp_experiment("yb-dinh-2012", [1.07])
EXPERIMENTS = {
    "plain": PLAIN,
    "noisy": NOISY,
    "rate": renp_experiment("yb", rate_error=0.1),
    "days": renp_experiment("yb", [1.0, 1.07, 1.0712], days=[1.0, 20.0, 300.0], background=[0.0, 3.0, 1.0]),
    "majorana": renp_experiment("yb", nature="majorana", alpha_21=1.0, background=1.0, background_error=0.5),
    "inverted": renp_experiment("xe", [4.1565], ordering="inverted", days=1000.0),
}
POLES = np.sqrt(momentum_transfer_squared(PLAIN.triggers, PLAIN.scheme.E_eg))


def chi2(experiment, coupling, values):
    """Plain definition at several couplings, from the counts themselves."""
    counts = experiment.expected({coupling: np.append(0.0, values)}).sum(axis=1)
    n_0, n = counts[0], counts[1:]
    return np.sum(2 * (n - n_0 - n_0 * np.log(n / n_0)), axis=-1)


def first_root(experiment, coupling, far):
    """Where the plain chi2 first passes 90 % CL between zero and a far coupling."""

    def height(share):
        return chi2(experiment, coupling, far * np.atleast_1d(share)) - 2.7055434540954146

    shares = np.linspace(0, 1, 1001)
    k = np.argmax(height(shares) > 0)
    return far * brentq(lambda share: height(share)[0], shares[k - 1], shares[k], rtol=1e-12)


@pytest.mark.parametrize(
    ("name", "coupling", "fixed"),
    [
        ("plain", "mu_11", {}),
        ("plain", "eps_33", {}),
        ("plain", "gg_right_13", {"m_vector": 1e-5}),
        ("plain", "yy_pseudo_12", {"m_scalar": 1e-2}),
        ("plain", "r2_22", {}),
        ("plain", "a_12", {"mu_11": 2e-11}),
        ("plain", "gg_axial_11", {"m_vector": 2e-4, "gg_right": 1e-27}),
        ("plain", "lambda_21", {}),
        ("plain", "mu_11", {"r2_11": 3e-25}),
        ("plain", "mu_12", {"r2_12": -2e-24}),
        ("majorana", "eps_12", {"a_12": 1e-24}),
        ("plain", "yy_scalar", {"gg_axial": 5e-27, "m_scalar": 1e-4}),
        ("noisy", "mu_22", {}),
        ("noisy", "gg_axial", {"m_vector": 3e-5}),
        ("noisy", "gg_axial", {"m_vector": 3e-5, "m_lightest": 0.001}),
        ("rate", "gg_axial", {"m_vector": 9e-5}),
        ("rate", "eps_12", {"mu_12": 1e-10}),
        ("days", "gg_axial_13", {}),
        ("majorana", "mu_12", {}),
        ("majorana", "gg_axial", {}),
        ("inverted", "yy_scalar", {}),
    ],
)
def test_ends_are_those_of_limit(name, coupling, fixed):
    """The time of the experiment first; `limit` lists all regions."""
    experiment = EXPERIMENTS[name]
    if np.ptp(experiment.time):
        experiment = experiment.with_time(7.0)
    days = experiment.time[0] / 86400
    found = renp_reach(experiment, coupling, days=[days / 3, days, 5 * days], fixed=fixed)
    expected = interval_of(experiment, coupling, fixed=fixed)
    low, high = next((a, b) for a, b in expected.regions if a <= 0 <= b)
    scale = 1e-6 * expected.upper
    assert found.lower[0, 1] == pytest.approx(low, rel=1e-6, abs=scale)
    assert found.upper[0, 1] == pytest.approx(high, rel=1e-6)
    assert found.outer_lower[0, 1] == pytest.approx(expected.lower, rel=1e-6, abs=scale)
    assert found.outer_upper[0, 1] == pytest.approx(expected.upper, rel=1e-6)
    assert found.further_regions[0, 1] == (len(expected.regions) > 1)


@pytest.mark.parametrize("name", ["plain", "noisy", "days"])
@pytest.mark.parametrize("mass", [1e-3, 0.0335, 0.0866, 0.11, 40.0, 1e6])
def test_curve_against_mass_is_that_of_limit(name, mass):
    experiment = EXPERIMENTS[name]
    found = renp_reach(experiment, "gg_axial", masses=[0.5 * mass, mass, 3 * mass], cl=0.95)
    at = experiment.with_defaults(m_vector=mass / 1e3)
    expected = interval_of(at, "gg_axial", cl=0.95)
    low, high = next((a, b) for a, b in expected.regions if a <= 0 <= b)
    assert [found.lower[0, 1], found.upper[0, 1]] == pytest.approx([low, high], rel=1e-6)
    assert [found.outer_lower[0, 1], found.outer_upper[0, 1]] == pytest.approx(
        [expected.lower, expected.upper], rel=1e-6
    )


def test_upper_limits_are_those_of_limit():
    found = renp_reach(NOISY, ["mu_11", "eps_11"], days=[10.0], interval="upper")
    for name, upper in zip(found.couplings, found.upper[:, 0], strict=True):
        assert upper == pytest.approx(interval_of(NOISY, name, interval="upper").upper, rel=1e-6)
    assert found.lower.tolist() == [[0.0], [0.0]]
    signed = renp_reach(PLAIN, "gg_axial", days=[10.0], interval="upper", fixed={"m_vector": 1.0})
    assert np.isneginf(signed.lower).all()
    assert signed.upper[0, 0] == pytest.approx(
        interval_of(PLAIN, "gg_axial", interval="upper", fixed={"m_vector": 1.0}).upper, rel=1e-6
    )


@pytest.mark.parametrize("pole", POLES.tolist())
@pytest.mark.parametrize("side", [-1, 1])
@pytest.mark.parametrize("coupling", ["gg_axial", "yy_scalar"])
def test_curve_is_right_on_both_sides_of_every_pole(coupling, pole, side):
    mass = pole * (1 + side * 2 * POLE)
    found = renp_reach(PLAIN, coupling, masses=[mass])
    mediator = {"gg_axial": "m_vector", "yy_scalar": "m_scalar"}[coupling]
    at = PLAIN.with_defaults(**{mediator: mass / 1e3})
    assert found.masked.tolist() == [0]
    for end in (found.upper[0, 0], found.lower[0, 0]):
        assert end == pytest.approx(first_root(at, coupling, 3 * end), rel=1e-9)
    beside = renp_reach(PLAIN, coupling, masses=[pole * (1 + side * 0.05)])
    assert 5 * found.reach(coupling) < beside.reach(coupling)


@pytest.mark.parametrize("k", range(6))
def test_trigger_on_the_pole_is_left_out_and_flagged(k):
    inside = POLES[k] * (1 + np.array([-0.4, 0.0, 0.4]) * POLE)
    found = renp_reach(PLAIN, ["gg_axial", "yy_pseudo"], masses=inside)
    rest = renp_experiment("yb-dinh-2012", np.delete(PLAIN.triggers, k), oscillation=NUFIT_5)
    without = renp_reach(rest, ["gg_axial", "yy_pseudo"], masses=inside)
    assert found.masked.tolist() == [1, 1, 1]
    assert without.masked.tolist() == [0, 0, 0]
    assert found.upper == pytest.approx(without.upper, rel=1e-9)
    assert found.lower == pytest.approx(without.lower, rel=1e-9)
    assert any("pole of the mediator" in text for text in found.warnings)


def test_pole_of_another_mediator_does_not_mask_a_moment():
    fixed = {"gg_axial": 1e-28, "m_vector": POLES[0] / 1e3}
    assert renp_reach(PLAIN, "mu_11", days=[10.0], fixed=fixed).masked.tolist() == [0]
    assert renp_reach(PLAIN, "gg_right", days=[10.0], fixed=fixed).masked.tolist() == [1]


def test_light_mediators_are_massless_and_heavy_ones_a_contact_interaction():
    masses = np.array([0.0001, 0.001, 100.0, 1e4, 1e6])
    found = renp_reach(PLAIN, ["gg_axial", "yy_scalar"], masses=masses)
    for name in found.couplings:
        size = found.reach(name)
        assert size[0] == pytest.approx(size[1], rel=0.01)  # (m^2 / q^2) = 1/450 at the highest frequency
        assert size[2:] / masses[2:] ** 2 == pytest.approx(size[4] / masses[4] ** 2, rel=1e-5)


def test_reach_on_moments():
    """Numbers of an independent prototype, printed with two digits."""
    found = renp_reach(PLAIN, days=[10.0, 100.0, 1000.0])
    assert found.couplings == MOMENTS
    ten = [2.7, 2.5, 3.5, 3.8, 3.5, 6.6, 4.4, 3.2, 4.8, 4.7, 5.2, 33]
    assert found.upper[:, 0] / 1e-11 == pytest.approx(ten, rel=0.02)
    assert found.reach("mu_11")[1:] == pytest.approx([1.4e-11, 7.4e-12], rel=0.05 / 1.4)
    assert found.reach("eps_11")[1:] == pytest.approx([2.4e-11, 1.4e-11], rel=0.05 / 1.4)


@pytest.mark.parametrize(
    ("experiment", "vector", "scalar"),
    [
        (THREE_ONLY, [(1.2e-26, 1.2e-26), (3e-22, 4e-22), (3e-16, 4e-16)], [1.7e-19, 2.8e-15, 2.8e-9]),
        (PLAIN, [(1.0e-27, 1.4e-27), (2.0e-22, 2.6e-22), (2.0e-16, 2.6e-16)], [1.4e-19, 2.7e-15, 2.7e-9]),
    ],
)
def test_reach_on_mediators(experiment, vector, scalar):
    """Numbers of an independent prototype: a vector of either sign, some with one digit, and a scalar."""
    found = renp_reach(experiment, ["gg_axial", "yy_scalar"], masses=[1e-3, 10.0, 1e4])
    ends = np.sort([-found.lower[0], found.upper[0]], axis=0)
    assert ends.T == pytest.approx(np.array(vector), rel=0.5 / 4)
    assert found.upper[1] == pytest.approx(scalar, rel=0.05 / 1.4)


def test_moments_scale_with_the_fourth_root_of_time_where_counts_are_gaussian():
    experiment = renp_experiment("yb", background=1000.0)
    found = renp_reach(experiment, days=[1e4, 16e4])
    assert found.upper[:, 0] / found.upper[:, 1] == pytest.approx(2.0, rel=2e-3)


def test_interference_scales_with_the_root_of_time():
    found = renp_reach(PLAIN, ["gg_axial", "gg_axial_11"], days=[1e6, 4e6], fixed={"m_vector": 1.0})
    assert found.upper[:, 0] / found.upper[:, 1] == pytest.approx(2.0, rel=2e-3)
    assert found.lower[:, 0] / found.lower[:, 1] == pytest.approx(2.0, rel=2e-3)


def test_one_trigger_and_a_quadratic_signal_in_closed_form():
    """N - N_0 - N_0 ln(N / N_0) = threshold / 2 has one root above N_0, and the moment is the root of the excess."""
    n_0 = ONE.observed[0]
    unit = ONE.expected({"mu_13": 1e-11})[0, 1, 0]
    excess = brentq(lambda x: 2 * (x - n_0 * np.log1p(x / n_0)) - interval_threshold(0.9, "two-sided"), 1e-3, 1e3)
    found = renp_reach(ONE, "mu_13", days=[10.0])
    assert found.upper[0, 0] == pytest.approx(1e-11 * np.sqrt(excess / unit), rel=1e-10)


@settings(max_examples=25, deadline=None)
@given(
    days=st.lists(st.floats(1e-2, 1e6), min_size=2, max_size=6),
    name=st.sampled_from([*MOMENTS, "gg_axial_12", "yy_pseudo", "r2_11"]),
    experiment=st.sampled_from([PLAIN, NOISY, EXPERIMENTS["rate"]]),
)
def test_more_time_is_never_worse(days, name, experiment):
    found = renp_reach(experiment, name, days=np.sort(days))
    assert np.all(np.diff(found.upper[0]) <= 1e-9 * found.upper[0, :-1])
    assert np.all(np.diff(found.lower[0]) >= 1e-9 * found.lower[0, :-1])
    assert np.all(found.outer_upper >= found.upper)
    assert np.all(found.outer_lower <= found.lower)


@settings(max_examples=12, deadline=None)
@given(mass=st.floats(1e-4, 1e5), cl=st.floats(0.6, 0.999), experiment=st.sampled_from([PLAIN, NOISY]))
def test_curve_does_not_depend_on_the_other_masses_and_grows_with_confidence(mass, cl, experiment):
    alone = renp_reach(experiment, "gg_axial", masses=[mass], cl=cl)
    among = renp_reach(experiment, ["yy_scalar", "gg_axial"], masses=[1e-3, mass, 0.05, 1.0], cl=cl)
    assert among.upper[1, 1] == pytest.approx(alone.upper[0, 0], rel=1e-9)
    assert among.outer_lower[1, 1] == pytest.approx(alone.outer_lower[0, 0], rel=1e-9)
    more = renp_reach(experiment, "gg_axial", masses=[mass], cl=1 - (1 - cl) / 2)
    assert more.upper[0, 0] > alone.upper[0, 0]
    assert more.lower[0, 0] < alone.lower[0, 0]


@pytest.mark.parametrize(("mass", "sign"), [(1.0, 1), (1e-6, -1)])
def test_cancelling_amplitude_leaves_further_regions(mass, sign):
    """One trigger: the same count comes back where the new amplitude is minus twice the weak one.

    The sign of the propagator, and so of the coupling, changes where m^2 (here in keV^2) passes q^2.
    """
    found = renp_reach(ONE, "gg_axial_11", days=[1e5], fixed={"m_vector": mass})
    at = ONE.with_time(1e5).with_defaults(m_vector=mass)
    ends = {1: (found.upper[0, 0], found.outer_upper[0, 0]), -1: (found.lower[0, 0], found.outer_lower[0, 0])}
    inner, outer = ends[sign]
    assert found.further_regions.all()
    assert ends[-sign][0] == ends[-sign][1]
    assert sign * outer > 3 * sign * inner > 0
    assert chi2(at, "gg_axial_11", [inner, outer]) == pytest.approx(found.threshold, rel=1e-7)
    assert chi2(at, "gg_axial_11", [(inner + outer) / 2, 1.01 * outer]).min() > found.threshold
    assert any("cancels" in text for text in found.warnings)


def test_uncertain_rate_hides_a_signal_of_one_frequency():
    """With a rate uncertain by 70 % no excess is worth more than (1 / 0.7)^2 < 2.706."""
    experiment = replace(ONE, rate_error=0.7)
    found = renp_reach(experiment, "mu_11", days=[1.0, 1e3])
    assert np.isposinf(found.upper).all()
    assert np.isposinf(found.outer_upper).all()
    assert not found.further_regions.any()
    assert any("nothing bounds it" in text for text in found.warnings)
    bounded = renp_reach(replace(ONE, rate_error=0.6), "mu_11", days=[1e3])
    assert np.isfinite(bounded.upper).all()


def test_what_atoms_cannot_see_is_unbounded():
    found = renp_reach(renp_experiment("yb", spin_sum="coherent"), "yy_scalar", masses=[1.0])
    assert np.isposinf(found.upper).all()
    assert np.isneginf(found.lower).all()
    assert not found.further_regions.any()


def test_uncertainties_and_background_cost_reach():
    clean, noisy = (renp_reach(e, days=[100.0]).upper for e in (renp_experiment("yb-dinh-2012"), NOISY))
    assert np.all(noisy > clean)


def test_defaults_by_nature_and_by_what_varies():
    majorana = renp_reach(EXPERIMENTS["majorana"], days=[10.0])
    assert majorana.couplings == ("mu_12", "mu_13", "mu_23", "eps_12", "eps_13", "eps_23")
    assert renp_reach(PLAIN, masses=[1.0]).couplings == ("gg_axial", "yy_scalar")
    assert renp_reach(PLAIN, "mu", days=[1.0]).couplings == MOMENTS[:6]


def test_data_of_the_experiment_are_not_used():
    seen = replace(PLAIN, data=2 * PLAIN.observed)
    assert renp_reach(seen, "mu_11", days=[10.0]).upper == pytest.approx(renp_reach(PLAIN, "mu_11", days=[10.0]).upper)


@pytest.mark.parametrize(
    ("couplings", "options", "message"),
    [
        (None, {"days": [1.0], "masses": [1.0]}, "must be given, not both"),
        (None, {}, "one of days= .* and masses= .* must be given, not none"),
        ("mu_11", {"days": [1.0, -2.0]}, r"days = -2 d must be positive"),
        ("mu_11", {"days": [np.nan]}, "days = nan d must be positive"),
        ("mu_11", {"days": []}, "one list of values"),
        ("mu_11", {"days": [[1.0]]}, r"shape \(1, 1\)"),
        ("gg_axial", {"masses": [0.0]}, "mass = 0 eV must be positive"),
        ("mu_11", {"masses": [1.0]}, "mu_11 needs no mediator"),
        ("gg_axial", {"masses": [1.0], "fixed": {"m_vector": 1.0}}, "m_vector is fixed and varies"),
        ("mu_11", {"days": [1.0], "fixed": {"mu_11": 1e-11}}, "mu_11 is the coupling of interest"),
        ("mu_11", {"days": [1.0], "fixed": {"mu_44": 1e-11}}, "mu_44"),
        (["mu_11", "r2_11"], {"days": [1.0]}, r"different units \(cm\^2, mu_B\)"),
        ([], {"days": [1.0]}, "none given"),
        ("m_vector", {"days": [1.0]}, "m_vector is no coupling"),
        ("lambda_21_phase", {"days": [1.0]}, "lambda_21_phase is no coupling"),
        ("mu_44", {"days": [1.0]}, "mu_44"),
        ("mu_11", {"days": [1.0], "cl": 1.2}, "confidence level"),
        ("mu_11", {"days": [1.0], "interval": "both"}, "interval"),
    ],
)
def test_errors_teach(couplings, options, message):
    with pytest.raises(ValueError, match=message):
        renp_reach(PLAIN, couplings, **options)


@pytest.mark.parametrize("name", ["mu_11", "eps_33", "r2_22", "gg_right"])
def test_couplings_majorana_neutrinos_do_not_have_are_refused(name):
    with pytest.raises((ParameterError, ValueError), match="Majorana"):
        renp_reach(EXPERIMENTS["majorana"], name, days=[1.0])


def test_record_says_what_was_done():
    found = renp_reach(NOISY, ["gg_axial", "yy_scalar"], masses=[1.0, 2.0], fixed={"m_lightest": 0.02})
    assert found.vary == "mass"
    assert found.vary_unit == "eV"
    assert found.unit == RENP_PARAMETERS["gg_axial"].unit == ""
    assert found.values.tolist() == [1.0, 2.0]
    assert found.upper.shape == found.lower.shape == found.further_regions.shape == (2, 2)
    for text in ("renp_rate (gaussian 0.3)", "m_lightest = 0.02 eV", "90 % CL", "2.706"):
        assert text in found.definition
    assert "arXiv:2110.03510" in found.citations
    assert found.conventions["spin_sum"] == "trace"
