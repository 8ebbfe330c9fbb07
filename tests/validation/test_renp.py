"""Quantities of radiative emission of neutrino pairs against the functions users call and closed forms."""

import math

import pytest

import nulight as nl
from nulight.literature.limits import published_limits
from nulight.renp import POLE, renp_experiment
from nulight.validation.renp import (
    renp_days_to_bound,
    renp_elements_apart,
    renp_ends,
    renp_events_per_day,
    renp_interleaved,
    renp_interleaving_masses,
    renp_kinds_apart,
    renp_momentum_transfer,
    renp_over_recoil,
    renp_range_end,
    renp_scalar_over_vector,
    renp_scaling,
    renp_spectral_function,
    renp_threshold,
    renp_upper_end,
)
from nulight.validation.renp_setup import MOMENTS, NUFIT_5, THREE, paper_experiment
from nulight.validation.workspace import Workspace

WORK = Workspace()
E_EG = 2.14349
MASSES = (0.01, math.sqrt(1e-4 + 7.42e-5), math.sqrt(1e-4 + 2.515e-3))


def test_setup_is_that_of_the_paper():
    model = paper_experiment()
    assert model.triggers == pytest.approx([1.069, 1.07, 1.0708, 1.0712, 1.0716, 1.07164], rel=1e-14)
    assert model.neutrinos().masses == pytest.approx(MASSES, rel=1e-12)
    assert model.time == pytest.approx([864000.0] * 6)
    assert (model.nature, model.spin_sum) == ("dirac", "trace")
    assert set(model.efficiency) == {1.0}
    assert set(model.background_rate) == {0.0}


@pytest.mark.parametrize(("pair", "i", "j"), [("11", 0, 0), ("13", 0, 2), ("33", 2, 2)])
def test_threshold_is_the_closed_form_where_the_pair_weighs_its_masses(pair, i, j):
    total = MASSES[i] + MASSES[j]
    found = renp_threshold(WORK, pair=pair)
    assert found.value == pytest.approx(E_EG / 2 - total**2 / (2 * E_EG), rel=1e-14)
    assert renp_momentum_transfer(WORK, omega=found.value).value == pytest.approx(total, rel=1e-9)
    assert found.details["masses"] == pytest.approx(total, rel=1e-12)


def test_events_are_the_spectral_function_times_the_rate():
    events = renp_events_per_day(WORK, omega=1.07)
    weak = renp_spectral_function(WORK, omega=1.07)
    assert events.value == pytest.approx(events.details["gamma_0"] * weak.value * 86400, rel=1e-12)
    assert weak.value == weak.details["weak"]
    assert 10 * events.value == pytest.approx(paper_experiment().observed[1], rel=1e-12)


def test_moment_adds_as_its_square():
    one, two = (
        renp_spectral_function(WORK, omega=1.07, part="electric", params={"eps_12": k * 1e-11}).value for k in (1, 2)
    )
    assert two == pytest.approx(4 * one, rel=1e-12)


def test_upper_end_is_that_of_the_limit():
    found = renp_upper_end(WORK, parameter="mu_13", days=30.0)
    model = renp_experiment("yb-dinh-2012", days=30.0, oscillation=NUFIT_5)
    assert found.value == pytest.approx(nl.limit(model, "mu_13").upper, rel=1e-6)
    assert found.details["stricter"] == pytest.approx(nl.limit(model, "mu_13", cl=0.95).upper, rel=1e-6)


def test_ends_and_modulus_of_one_region_agree():
    setup = {"parameter": "gg_axial", "mass_eV": 10.0, "triggers": list(THREE)}
    smaller, larger = renp_ends(WORK, **setup).value
    modulus = renp_range_end(WORK, **setup)
    assert modulus.value == larger > smaller > 0
    assert modulus.details["stricter"] > larger
    limit = nl.limit(paper_experiment(triggers=list(THREE)), "gg_axial", fixed={"m_vector": 0.01})
    assert sorted([-limit.lower, limit.upper]) == pytest.approx([smaller, larger], rel=1e-6)


def test_modulus_counts_a_region_beyond_zero_and_the_ends_do_not():
    # light vector, six frequencies: a negative coupling turns the weak amplitude over
    setup = {"parameter": "gg_axial", "mass_eV": 1e-3}
    ends, modulus = renp_ends(WORK, **setup), renp_range_end(WORK, **setup).value
    limit = nl.limit(paper_experiment(), "gg_axial", fixed={"m_vector": 1e-6})
    (outer, _), (low, high) = limit.regions
    assert sorted([-low, high]) == pytest.approx(list(ends.value), rel=1e-6)
    assert modulus == ends.details["beyond"] == pytest.approx(-outer, rel=1e-6)
    assert modulus > 2 * ends.value[1]


def test_heavy_mediators_are_contact_interactions():
    light, heavy = (renp_range_end(WORK, parameter="yy_scalar", mass_eV=m).value for m in (1e2, 1e4))
    assert heavy / light == pytest.approx(1e4, rel=1e-3)


def test_scalar_over_vector_are_the_two_reaches():
    found = renp_scalar_over_vector(WORK, mass_eV=10.0)
    scalar, vector = (renp_range_end(WORK, parameter=name, mass_eV=10.0).value for name in ("yy_scalar", "gg_axial"))
    assert 10**found.value == pytest.approx(scalar / vector, rel=1e-12)
    assert found.details["spin"] == pytest.approx(1.07164 / (2 * 510998.95), rel=1e-6)


def test_recoil_limit_is_the_square_of_the_coupling():
    found = renp_over_recoil(WORK, experiment="xenonnt-2022-er", mass_eV=1e3)
    limit = nl.limit(nl.load("xenonnt-2022-er"), "g_vector", fixed={"m_vector": 1.0})
    assert found.details["recoil"] == pytest.approx(limit.upper**2, rel=1e-6)
    assert found.value == pytest.approx(found.details["recoil"] / found.details["reach"], rel=1e-12)


def test_after_the_days_of_a_bound_the_limit_is_the_bound():
    found = renp_days_to_bound(WORK, coupling="mu_nu", experiment="LZ_reanalysis", elements="fastest")
    days = min(found.details[name] for name in MOMENTS)
    assert found.value == days == found.details["fastest"] == found.details["mu_11"]
    (bound,) = [row.upper for row in published_limits("mu_nu") if row.experiment == "LZ_reanalysis"]
    assert nl.limit(paper_experiment(days=days), "mu_11").upper == pytest.approx(bound, rel=1e-6)


def test_slowest_element_decides_unless_some_are_named():
    bound = {"coupling": "mu_nu_e", "experiment": "Dresden-II_reanalysis"}
    slowest = renp_days_to_bound(WORK, **bound)
    assert slowest.value == slowest.details["eps_33"] == max(slowest.details[name] for name in MOMENTS)
    some = renp_days_to_bound(WORK, elements=["mu_11", "mu_33"], **bound)
    assert some.value == slowest.details["mu_33"]


def test_scaling_of_a_quadratic_signal_without_much_weak_rate_is_steeper():
    # few weak pairs at the last frequency, where mu_11 shows best: the likelihood is not yet Gaussian
    early, late = (renp_scaling(WORK, parameter="mu_11", days=d).value for d in ([10, 100], [1e5, 1e6]))
    assert early < late == pytest.approx(-0.25, abs=1e-3)


def test_interleaving_ends_where_a_pair_closes_at_its_frequency():
    low, high = renp_interleaving_masses(WORK).value
    assert high == pytest.approx(renp_momentum_transfer(WORK, omega=1.07164).value / 2, abs=1e-6)  # pair 11
    steps = {m: renp_interleaved(WORK, lightest=m).value for m in (low - 2e-6, low, high)}
    assert [steps[m] == 6 for m in steps] == [False, True, True]


def test_no_mass_interleaves_in_the_inverted_ordering():
    details = renp_interleaved(WORK, atom="yb", oscillation="nufit-6.0-io").details
    assert math.isnan(details["lowest"])
    assert details["mass"] == 0.01


def test_pole_is_left_out_of_the_reach():
    pole = renp_momentum_transfer(WORK, omega=1.07).value
    setup = {"parameter": "yy_scalar", "triggers": list(THREE)}
    on = renp_range_end(WORK, mass_eV=pole * (1 + POLE / 4), **setup).value
    beside = renp_range_end(WORK, mass_eV=pole * (1 + POLE), **setup).value
    without = renp_range_end(WORK, parameter="yy_scalar", mass_eV=pole * (1 + POLE / 4), triggers=[1.069, 1.0712]).value
    assert on == pytest.approx(without, rel=1e-6)
    assert on > 100 * beside


def test_one_frequency_of_a_pair_cannot_part_its_moments():
    # 33 is emitted at 1.069 eV alone: one number, two moments
    six = renp_kinds_apart(WORK, pairs=["33"])
    assert six.value == 0
    assert six.details["overlap"] == pytest.approx(1, rel=1e-12)
    seven = renp_kinds_apart(WORK, pairs=["33"], triggers=[1.0, *paper_experiment().triggers])
    assert seven.value > 3
    assert seven.details["overlap"] < 0.9


def test_worst_pair_decides():
    found = renp_kinds_apart(WORK, pairs=["11", "22"])
    assert found.value == found.details["pair_22"] < found.details["pair_11"]


def test_elements_are_told_apart_as_their_signals_overlap():
    found = renp_elements_apart(WORK, one_kind=True)
    assert found.details["pairs"] == 60
    # many weak pairs, small signal: what the rival does not take up is the sine of the angle
    sine = math.sqrt(1 - found.details["overlap"] ** 2)
    assert found.value == pytest.approx(5 * sine, rel=0.15)
    both = renp_elements_apart(WORK)
    assert both.details["pairs"] == 132
    assert both.value <= found.value


def test_stronger_signals_are_told_apart_better():
    weak, strong = (renp_elements_apart(WORK, one_kind=True, strength=s) for s in (5.0, 20.0))
    assert strong.value > 3 * weak.value
    assert strong.details["apart"] >= weak.details["apart"]
