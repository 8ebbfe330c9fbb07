"""Limits in the plane of mass and coupling: agreement with `limit`, with active moments, and kinematics."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pytest

import nulight as nl
from nulight.constants import M_E
from nulight.conventions import get_conventions
from nulight.experiments import load
from nulight.inference.profile import minimise
from nulight.interactions.decay import decay_length
from nulight.interactions.kinematics import E_nu_min, T_min
from nulight.results.portal_region import PortalRegion
from nulight.studies.portal import portal_limit
from nulight.studies.portal_kinematics import automatic_masses, decay_lengths, kinematic_ends
from nulight.studies.portal_limits import _cold, _Task, portal_limits
from nulight.studies.portal_plane import PORTALS, NoSensitivityError, portal_masses
from nulight.studies.portal_region import filled_contours, portal_region

CASES = [
    ("xenonnt-2022-er", "mu_e4", 30.0),
    ("xenon1t-2020-er", "mu_tau4", 120.0),
    ("texono-csi-2010", "mu_e4", 1500.0),
    ("dresden-ii-2022", "mu_e4", 2000.0),  # free parametric backgrounds
    ("coherent-csi-2021", "mu_mu4", 20e3),  # shapes that nuisances change
    ("51cr-lxe-a", "lambda_14", 200.0),
    ("xenonnt-b8-sr1", "lambda_34", 3e3),
]


@pytest.mark.parametrize(("name", "coupling", "mass"), CASES)
def test_curve_has_the_numbers_of_limit(name, coupling, mass):
    experiment = load(name)
    curve = portal_limit(experiment, coupling, [0.8 * mass, mass])
    one = nl.limit(experiment, coupling, fixed={"m_4": mass})
    assert curve.upper[1] == pytest.approx(one.upper, rel=1e-6)
    assert curve.lower[1] == pytest.approx(one.lower, rel=1e-6, abs=0.0)
    assert curve.best_fit[1] == pytest.approx(one.best_fit, rel=1e-3, abs=1e-6 * one.upper)
    assert curve.expected_upper[1] == pytest.approx(one.expected.upper, rel=1e-6)
    assert (curve.unit, curve.threshold) == (one.unit, one.threshold)


@pytest.mark.parametrize("name", ["xenonnt-2022-er", "coherent-csi-2021", "conus-plus-2025"])
def test_vanishing_mass_is_the_active_moment(name):
    experiment = load(name)
    scale = 1e-10
    portal = experiment.expected({"mu_e4": scale, "m_4": 1e-6}) - experiment.expected({})
    active = experiment.expected({"mu_nu_e": scale}) - experiment.expected({})
    np.testing.assert_allclose(portal, active, rtol=1e-10, atol=1e-10 * active.max())
    curve = portal_limit(experiment, "mu_e4", [1e-6], expected=False)
    assert curve.upper[0] == pytest.approx(nl.limit(experiment, "mu_nu_e").upper, rel=1e-6)


@pytest.mark.parametrize(
    ("name", "coupling", "where", "end"),
    [
        ("51cr-lxe-a", "mu_e4", "electrons", 503.7),  # sqrt(M^2 + 2 M 752 keV) - M
        ("51cr-cevns-ge", "mu_e4", "nuclei", 752.0),
        ("coherent-csi-2021", "mu_mu4", "nuclei", 52.83e3),  # half the muon's mass
    ],
)
def test_kinematic_ends_are_those_of_the_source(name, coupling, where, end):
    assert kinematic_ends([load(name)], coupling)[where] == pytest.approx(end, rel=1e-3)


@pytest.mark.parametrize(
    ("name", "coupling", "end", "tolerance"),
    [
        ("texono-csi-2010", "mu_e4", 2.124e3, 0.01),  # recoils of 3 MeV from neutrinos of 8 MeV, the end of the flux
        ("xenonnt-51cr", "mu_e4", 503.7, 0.01),
        ("coherent-csi-2021", "mu_mu4", 52.83e3, 0.01),
        ("51cr-cevns-si", "mu_e4", 752.0, 2e-3),
    ],
)
def test_curve_ends_where_kinematics_says(name, coupling, end, tolerance):
    curve = portal_limit(load(name), coupling, expected=False)
    weak = curve.m_4[curve.upper < 1e3 * np.nanmin(curve.upper)].max()
    assert weak == pytest.approx(end, rel=tolerance)
    beyond = curve.m_4 > 1.01 * end
    assert beyond.any()
    assert np.isnan(curve.upper[beyond & ~curve.reachable]).all()
    assert not curve.reachable[-1]


def test_texono_ends_where_8_MeV_just_give_the_smallest_recoil_counted():
    assert load("texono-csi-2010").bin_edges[0] == 3000
    assert E_nu_min(3000.0, M_E, 2124.0) == pytest.approx(8000.0, rel=1e-3)


def test_51cr_ends_where_its_window_of_recoils_does():
    """The window of recoils ends, and towards 0.5 MeV all recoils of 752 keV neutrinos are larger."""
    experiment = load("51cr-lxe-a")
    curve = portal_limit(experiment, "mu_e4", expected=False)
    last = float(curve.m_4[curve.reachable].max())
    top = experiment.bin_edges[-1]
    assert T_min(752.0, M_E, last * 0.99) < 1.1 * top
    assert T_min(752.0, M_E, last * 1.05) > top


def test_combination_is_the_limit_of_the_combination():
    names = ["xenonnt-2022-er", "lz-ws2024-er"]
    curve = portal_limit(names, "mu_e4", [50.0], expected=False)
    one = nl.limit(nl.combine(*map(load, names)), "mu_e4", fixed={"m_4": 50.0})
    assert curve.upper[0] == pytest.approx(one.upper, rel=1e-6)
    assert curve.experiments == tuple(names)


def test_treated_nuisances_and_held_parameters_are_respected():
    model = nl.with_nuisances(load("xenonnt-2022-er"), {"xenonnt_background": "fixed"})
    curve = portal_limit(model, "mu_e4", [50.0], fixed={"sin2_theta_w": 0.25}, interval="upper")
    one = nl.limit(model, "mu_e4", fixed={"m_4": 50.0, "sin2_theta_w": 0.25}, interval="upper")
    assert curve.upper[0] == pytest.approx(one.upper, rel=1e-6)
    assert curve.expected_upper[0] == pytest.approx(one.expected.upper, rel=1e-6)
    assert curve.lower[0] == 0
    assert curve.kinematic_end["electrons"] > 1e3


def test_correlated_fluxes_are_respected():
    model = nl.correlate(load("xenonnt-2022-er"), {("flux_solar_pp", "flux_solar_Be7"): -0.8})
    model = nl.with_nuisances(model, {"xenonnt_background": 0.05})
    curve = portal_limit(model, "mu_e4", [50.0], interval="upper", expected=False)
    assert curve.upper[0] == pytest.approx(nl.upper_limit(model, "mu_e4", fixed={"m_4": 50.0}).upper, rel=1e-6)
    assert curve.kinematic_end["electrons"] > 1e3


def test_planned_data_are_the_expectation_at_what_is_held():
    experiment = load("51cr-lxe-a")
    fixed = {"sin2_theta_w": 0.2}
    curve = portal_limit(experiment, "mu_e4", [50.0], fixed=fixed)
    assert curve.planned
    assert curve.best_fit[0] == 0
    one = nl.limit(experiment, "mu_e4", fixed={"m_4": 50.0, **fixed})
    assert curve.upper[0] == pytest.approx(one.upper, rel=1e-6)


def test_profiled_parameters_go_mass_by_mass():
    experiment, profile = load("texono-csi-2010"), {"sin2_theta_w": (0.2, 0.28)}
    seen = []

    def track(masses):
        for mass in masses:
            seen.append(mass)
            yield mass

    curve = portal_limit(experiment, "mu_e4", [10.0, 3e3], profile=profile, track=track)
    one = nl.limit(experiment, "mu_e4", fixed={"m_4": 10.0}, profile=profile)
    assert seen == [10.0, 3e3]
    assert curve.upper[0] == pytest.approx(one.upper, rel=1e-9)
    assert curve.expected_upper[0] == pytest.approx(one.expected.upper, rel=1e-9)
    assert np.isnan([curve.upper[1], curve.expected_upper[1], curve.best_fit[1]]).all()
    assert curve.reachable.tolist() == [True, False]


def test_another_coupling_that_is_held_changes_what_is_without():
    """Counts without mu_e4 depend on the mass if mu_mu4 is held: each mass is a limit of its own."""
    experiment = load("xenonnt-2022-er")
    curve = portal_limit(experiment, "mu_e4", [20.0], fixed={"mu_mu4": 5e-12})
    one = nl.limit(experiment, "mu_e4", fixed={"m_4": 20.0, "mu_mu4": 5e-12})
    assert curve.upper[0] == pytest.approx(one.upper, rel=1e-6)


def test_interference_has_a_linear_term():
    experiment, fixed = load("texono-csi-2010"), {"kappa": 1.0, "kappa_phase": 0.0}
    curve = portal_limit(experiment, "mu_e4", [500.0], fixed=fixed, expected=False)
    one = nl.limit(experiment, "mu_e4", fixed={"m_4": 500.0, **fixed})
    assert curve.upper[0] == pytest.approx(one.upper, rel=1e-6)
    without = portal_limit(experiment, "mu_e4", [500.0], expected=False)
    assert abs(curve.upper[0] / without.upper[0] - 1) > 1e-4


def test_dirac_elements_make_the_heavy_state_too():
    conventions = get_conventions("default").with_changes(neutrinos="dirac")
    experiment = load("51cr-lxe-a", conventions=conventions)
    curve = portal_limit(experiment, "lambda_41", [20.0], expected=False)
    assert curve.upper[0] == pytest.approx(nl.limit(experiment, "lambda_41", fixed={"m_4": 20.0}).upper, rel=1e-6)
    assert "lambda_44" in PORTALS
    assert "lambda_12" not in PORTALS


# --- what is refused ----------------------------------------------------------------------------------


def test_flavour_that_is_not_there_is_no_sensitivity():
    with pytest.raises(NoSensitivityError, match="flavour is not in the flux"):
        portal_limit("51cr-lxe-a", "mu_mu4")
    with pytest.raises(NoSensitivityError, match="no mass of 5000 keV or more"):
        portal_limit("51cr-lxe-a", "mu_e4", [5000.0])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"coupling": "mu_nu_e"}, "does not lead to the sterile neutrino"),
        ({"coupling": "mu_x4"}, "unknown parameter"),
        ({"fixed": {"m_4": 10.0}}, "m_4 is the axis"),
        ({"fixed": {"mu_e4": 1e-10}}, "cannot be held"),
        ({"masses": [0.0, 10.0]}, "positive numbers in keV"),
        ({"masses": [[1.0]]}, "positive numbers in keV"),
        ({"masses": ["1 keV"]}, "give numbers in keV"),
        ({"fixed": {"sin2_theta_w": "0.23"}}, "give a number"),
        ({"cl": 1.5}, "between 0 and 1"),
    ],
)
def test_bad_requests_say_why(options, message):
    with pytest.raises(ValueError, match=message):
        portal_limit("texono-csi-2010", **options)


# --- grids, decays ------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", [0.5, 500.0, 52.8e3])
def test_automatic_grid_rises_to_just_beyond_the_end(end):
    grid = automatic_masses(end, 60)
    assert len(grid) == 60
    assert np.all(np.diff(grid) > 0)
    assert grid[-2] < end < grid[-1] < 1.05 * end


def test_masses_come_sorted_with_the_ends():
    grid, ends = portal_masses(load("dresden-ii-2022"), "mu_e4", [20.0, 10.0, 20.0], {})
    assert grid.tolist() == [10.0, 20.0]
    assert ends.keys() == {"electrons", "nuclei"}


def test_decay_length_is_that_of_the_energy_left_to_the_heavy_neutrino():
    """Light enough it carries all the energy, and rates of decay of the four lines are averaged."""
    experiment, masses, mu = load("51cr-lxe-a"), np.array([1.0, 10.0]), np.array([1e-9, 1e-9])
    (flux,) = experiment.folder.fluxes
    E, weights = flux.spectrum.energies, flux.spectrum.weights[:, 0]
    lengths = np.array([decay_length(1e-9, masses, energy) / 100 for energy in E])
    mean = weights.sum() / (weights[:, None] / lengths).sum(axis=0)
    np.testing.assert_allclose(decay_lengths([experiment], "mu_e4", masses, mu), mean, rtol=3e-4)
    assert np.isnan(decay_lengths([experiment], "mu_e4", np.array([900.0]), np.array([1e-9]))).all()


def test_short_flights_are_a_warning_with_their_masses():
    curve = portal_limit("coherent-lar-2020", "mu_mu4", [100.0, 50e3], expected=False)
    assert len(curve.warnings) == 1
    assert "m_4 = 5e+04 keV" in curve.warnings[0]
    assert "decays are not modelled" in curve.warnings[0]
    assert curve.decay_length_m[0] > 1e6
    assert curve.decay_length_m[1] < 30


# --- regions ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def xenon1t():
    return portal_region("xenon1t-2020-er", "mu_e4", np.geomspace(1, 500, 30), cl=("1 sigma", 0.9))


def test_xenon1t_has_a_closed_region_in_the_1e_11_range_up_to_150_keV(xenon1t):
    assert xenon1t.zero_excluded == {"1 sigma": True, "90 %": True}
    (_, heaviest), (low, high) = xenon1t.extent("90 %")
    assert heaviest == pytest.approx(150, rel=0.05)
    assert 1e-11 < low < high < 6e-11
    assert xenon1t.significance == pytest.approx(3.0, abs=0.1)


def test_region_counts_from_the_global_minimum(xenon1t):
    experiment = load("xenon1t-2020-er")
    mass, mu = xenon1t.best_fit
    at = minimise(experiment, {"mu_e4": np.array([mu, 0.0]), "m_4": np.array([mass, mass])}).twice_nll
    assert xenon1t.twice_nll == pytest.approx(at[0], abs=1e-6)
    assert xenon1t.delta_chi2_at_zero == pytest.approx(at[1] - at[0], abs=1e-6)
    assert xenon1t.delta_chi2.min() >= 0
    raster = portal_limit(experiment, "mu_e4", xenon1t.m_4, expected=False)
    assert xenon1t.delta_chi2_at_zero >= np.nanmax(raster.delta_chi2_at_zero) - 1e-9


def test_pieces_of_a_region_say_where_it_leaves_the_grid(xenon1t):
    (island,) = xenon1t.islands("90 %")
    assert (island.leaves_m_4, island.leaves_coupling, island.closed) == ((True, False), (False, False), False)
    assert island.m_4[1] == xenon1t.extent("90 %")[0][1]
    assert island.mass_text() == f"<= {island.m_4[1]:.4g}"
    assert " to " in island.coupling_text()
    assert "zero excluded; m_4 <= " in repr(xenon1t)
    assert "closed" not in repr(xenon1t)
    record = json.loads(json.dumps(xenon1t.to_dict()))
    assert record["islands"]["90 %"][0]["leaves_m_4"] == [True, False]
    assert record["units"]["m_4"] == "keV"
    assert "m_4_keV,coupling_mu_B,coupling_d_per_GeV" in xenon1t.to_csv()


def ring_region(delta, m, mu):
    """A region of any Delta chi2(coupling, mass)."""
    return PortalRegion(
        parameter="mu_e4",
        unit="mu_B",
        experiments=("signal",),
        m_4=m,
        couplings=mu,
        delta_chi2=delta,
        best_fit=(5.0, 2e-11),
        twice_nll=0.0,
        delta_chi2_at_zero=9.0,
        significance=3.0,
        levels={"90 %": 4.605},
        polygons={"90 %": filled_contours(m, mu, delta, 4.605)},
        zero_excluded={"90 %": True},
    )


def test_two_islands_are_two_and_a_hole_is_none():
    m, mu = np.geomspace(1.0, 100.0, 81), np.geomspace(1e-12, 1e-10, 61)
    u, v = np.meshgrid(np.log10(m), np.log10(mu) + 12)
    two = ring_region(np.minimum(np.hypot(u - 0.5, v - 1), np.hypot(u - 1.6, v - 0.1)) ** 2 * 4.605 / 0.04, m, mu)
    first, second = two.islands("90 %")
    assert first.closed
    assert first.m_4 == pytest.approx((10**0.3, 10**0.7), rel=0.01)
    assert first.coupling == pytest.approx((10**-11.2, 10**-10.8), rel=0.01)
    assert (second.leaves_coupling, second.leaves_m_4) == ((True, False), (False, False))
    assert second.coupling_text() == f"< {second.coupling[1]:.3g}"
    assert "zero excluded" in repr(two)
    ring = ring_region((np.hypot(u - 1, v - 1) - 0.5) ** 2 * 4.605 / 0.04, m, mu)
    assert len(ring.polygons["90 %"]) == 2
    (island,) = ring.islands("90 %")
    assert "closed; m_4" in repr(ring)
    assert island.m_4 == pytest.approx((10**0.3, 10**1.7), rel=0.01)


def test_minimum_is_found_between_masses_and_in_the_lowest_of_several_valleys():
    """XENONnT has shallow minima of Delta chi2 at 406, 460 and 531 keV, the second too narrow for the grid."""
    region = portal_region("xenonnt-2022-er", "mu_e4")
    masses = np.linspace(440, 480, 41)
    raster = portal_limit("xenonnt-2022-er", "mu_e4", masses, expected=False)
    assert region.best_fit[0] == pytest.approx(masses[np.argmax(raster.delta_chi2_at_zero)], rel=3e-3)
    assert region.delta_chi2_at_zero == pytest.approx(raster.delta_chi2_at_zero.max(), abs=0.01)
    assert region.delta_chi2_at_zero > 1.9 * raster_at_406()


def raster_at_406():
    return portal_limit("xenonnt-2022-er", "mu_e4", [406.3], expected=False).delta_chi2_at_zero[0]


def test_coarse_grids_of_masses_are_a_warning():
    coarse = portal_region("xenon1t-2020-er", "mu_e4", [1.0, 100.0, 300.0])
    assert any("neighbouring masses differ by" in text for text in coarse.warnings)
    fine = portal_region("xenon1t-2020-er", "mu_e4", np.geomspace(50, 300, 20))
    assert not fine.warnings


def test_grid_of_the_region_is_the_profile_likelihood(xenon1t):
    experiment, (i, j) = load("xenon1t-2020-er"), (40, 12)
    point = {"mu_e4": xenon1t.couplings[i], "m_4": xenon1t.m_4[j]}
    delta = float(minimise(experiment, point).twice_nll[0]) - xenon1t.twice_nll
    assert xenon1t.delta_chi2[i, j] == pytest.approx(delta, rel=1e-6)


def test_region_without_signal_is_open_and_refuses_bad_couplings():
    region = portal_region("xenonnt-2022-er", "mu_e4", [10.0, 100.0, 300.0], np.geomspace(1e-12, 1e-9, 40))
    assert region.zero_excluded == {"90 %": False}
    assert region.significance < 2
    with pytest.raises(ValueError, match="positive numbers in mu_B"):
        portal_region("xenonnt-2022-er", "mu_e4", [10.0], [0.0, 1e-11])


def test_region_beside_another_coupling_to_the_same_neutrino_is_refused():
    with pytest.raises(ValueError, match="because of mu_mu4"):
        portal_region("xenonnt-2022-er", "mu_e4", [10.0, 100.0], fixed={"mu_mu4": 1e-11})


def test_outline_of_a_circle_in_logarithms_is_one():
    x, y = np.geomspace(0.1, 10, 81), np.geomspace(1e-12, 1e-8, 81)
    u, v = np.meshgrid(np.log10(x), np.log10(y) + 10)
    rings = filled_contours(x, y, u**2 + v**2, 0.49)
    assert len(rings) == 1
    radius = np.hypot(np.log10(rings[0][:, 0]), np.log10(rings[0][:, 1]) + 10)
    np.testing.assert_allclose(radius, 0.7, rtol=2e-3)
    assert len(filled_contours(x, y, np.abs(np.hypot(u, v) - 0.5), 0.04)) == 2  # a ring has a hole


# --- many experiments -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def several():
    names = ["texono-csi-2010", "xenonnt-2022-er", "51cr-lxe-a"]
    return names, portal_limits(names, "mu_mu4", [10.0, 100.0], workers=1)


def test_result_does_not_depend_on_the_number_of_workers(several):
    names, one = several
    assert portal_limits(names, "mu_mu4", [10.0, 100.0], workers=2).to_dict() == one.to_dict()


def test_experiments_that_have_computed_something_go_to_workers_too(several):
    names, one = several
    experiments = [load(name) for name in names]
    for experiment in experiments:
        experiment.expected({"mu_nu": 1e-11})
    assert portal_limits(experiments, "mu_mu4", [10.0, 100.0], workers=2).to_dict() == one.to_dict()


def test_cold_copy_of_an_experiment_can_be_sent_to_a_new_process():
    experiment = load("coherent-csi-2021")
    experiment.expected({})
    cold = _cold(_Task(experiment, "mu_e4", {}))
    copy = pickle.loads(pickle.dumps(cold)).experiment
    np.testing.assert_array_equal(copy.expected({}), experiment.expected({}))


def test_blind_experiments_have_a_row_that_says_so(several):
    names, table = several
    assert [curve.name for curve in table.curves] == names
    assert [bool(curve.note) for curve in table.curves] == [True, False, True]
    assert "its flavour is not in the flux" in table.curves[0].note
    assert table.curves[0].upper.size == 0


def test_records_are_json_without_nan_and_csv_to_overlay(several):
    for record in (several[1], portal_limit("texono-csi-2010", "mu_e4", [10.0, 3e3])):
        text = json.dumps(record.to_dict(), allow_nan=False)
        assert "NaN" not in text
        assert "Infinity" not in text
    lines = record.to_csv().splitlines()
    rows = [line for line in lines if not line.startswith("#")]
    assert rows[0].startswith("m_4_keV,upper_mu_B,upper_d_per_GeV,lower_mu_B")
    assert rows[2].startswith("3000.0,,,,")
    first = dict(zip(rows[0].split(","), rows[1].split(","), strict=True))
    assert float(first["upper_d_per_GeV"]) == pytest.approx(296.304 * float(first["upper_mu_B"]), rel=1e-5)


def test_interrupt_keeps_what_is_finished():
    def track(labels):
        yield labels[0]
        raise KeyboardInterrupt

    names = ["texono-csi-2010", "xenonnt-2022-er"]
    table = portal_limits(names, "mu_e4", [10.0], workers=1, track=track)
    assert [curve.name for curve in table.curves] == names[:1]
    assert table.warnings == ("interrupted: 1 of 2 curves are done",)


def test_one_experiment_is_as_good_as_a_list(several):
    name = "texono-csi-2010"
    tables = [portal_limits(given, "mu_e4", [10.0]) for given in (name, load(name), [name])]
    assert [[curve.name for curve in table] for table in tables] == 3 * [[name]]
    assert len(several[1]) == 3


def test_heaviest_mass_with_a_limit_and_what_the_decay_length_means():
    curve = portal_limit("51cr-lxe-a", "mu_e4", [10.0, 400.0, 480.0], expected=False)
    assert curve.heaviest_seen == 400.0
    assert curve.kinematic_end["electrons"] > 500
    assert "harmonic mean energy" in curve.definition
    assert "Majorana" in curve.definition
    assert curve.to_dict()["units"]["m_4"] == "keV"


def test_text_for_a_number_is_refused_by_the_single_limit():
    with pytest.raises(ValueError, match="m_4 = '10 keV': give a number in keV"):
        nl.limit(load("texono-csi-2010"), "mu_e4", fixed={"m_4": "10 keV"})


def test_bad_requests_for_many_are_refused_before_anything_is_computed():
    with pytest.raises(ValueError, match="does not lead to a sterile neutrino"):
        portal_limits(["texono-csi-2010"], "mu_nu")
    with pytest.raises(ValueError, match="at least one process"):
        portal_limits(["texono-csi-2010"], workers=0)
