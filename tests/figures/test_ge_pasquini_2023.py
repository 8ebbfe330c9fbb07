"""Numbers behind the figures of the paper against direct evaluation, closed forms and the limits of one point."""

from __future__ import annotations

import numpy as np
import pytest

import nulight as nl
from nulight.figures import reproduce
from nulight.figures.ge_pasquini_2023 import FIGURES, figure_mediators, figure_moments
from nulight.figures.ge_pasquini_2023.common import below_end, frequencies, pair_thresholds, scan
from nulight.figures.ge_pasquini_2023.fig1 import masses, poles
from nulight.figures.ge_pasquini_2023.fig2 import BOUNDS
from nulight.renp import NewPhysics, VectorMediator, spectral_function
from nulight.renp.units import KEV
from nulight.validation.renp_setup import MOMENTS, paper_experiment

SIX, THREE, WHOLE = "six frequencies", "three frequencies", "six, with q_mu q_nu/m^2"


@pytest.fixture(scope="module")
def mediators():
    return figure_mediators(n=40)


@pytest.fixture(scope="module")
def moments():
    return figure_moments(n=9)


# --- what both share ------------------------------------------------------------------------------


def test_frequencies_resolve_every_threshold():
    omega = frequencies(0.9, 1.0717)
    assert np.all(np.diff(omega) > 0)
    for end in pair_thresholds().values():
        k = np.searchsorted(omega, end)
        assert omega[k] == pytest.approx(end, rel=1e-15)
        assert 0 < omega[k] - omega[k - 1] < 1e-5


def test_end_of_the_spectrum_of_massless_neutrinos_is_zero():
    assert below_end(scan().scheme.E_eg / 2) == 0
    assert below_end(1.069) == pytest.approx(2.745)


def test_three_frequencies_are_among_the_six():
    assert set(scan(three=True).triggers) <= set(np.round(scan().triggers, 12))


# --- light mediators ------------------------------------------------------------------------------


def test_spectral_functions_are_those_of_the_package(mediators):
    weak = mediators[1].curve("Standard Model", "spectral function")
    model = scan()
    np.testing.assert_allclose(weak["I"], spectral_function(weak["omega"], model.scheme, model.neutrinos()), rtol=1e-12)


def test_spectral_functions_have_a_kink_at_every_threshold_and_nothing_above(mediators):
    for name in ("Standard Model", "vector, +1e-26", "vector, -1e-26", "scalar, 1e-19"):
        curve = mediators[1].curve(name, "spectral function")
        omega, spectral = curve["omega"], curve["I"]
        for end in pair_thresholds().values():
            k = int(np.argmin(np.abs(omega - end)))
            before, after = np.diff(spectral[k - 1 : k + 2]) / np.diff(omega[k - 1 : k + 2])
            assert before < after  # a channel closes
        assert np.all(spectral[omega > max(pair_thresholds().values())] == 0)


def test_light_mediators_show_at_the_end_of_the_spectrum(mediators):
    weak, vector = (mediators[1].curve(name)["I"] for name in ("Standard Model", "vector, +1e-26"))
    omega = mediators[1].curve("Standard Model")["omega"]
    far, near = omega < 1.0, (omega > 1.0715) & (omega < 1.0716)
    np.testing.assert_allclose(vector[far], weak[far], rtol=0.01)
    assert np.all(vector[near] > 2 * weak[near])


def test_masses_crowd_around_the_poles_and_on_them():
    grid, marks = masses(40), poles()
    assert (grid[0], grid[-1]) == (1e-3, pytest.approx(1e4))
    assert set(marks) <= set(grid)
    for pole in marks:
        assert np.sum(np.abs(grid / pole - 1) < 0.01) > 20


@pytest.mark.parametrize(("coupling", "mass"), [("gg_axial", "m_vector"), ("yy_scalar", "m_scalar")])
@pytest.mark.parametrize(("curve", "three"), [(SIX, False), (THREE, True)])
def test_reach_is_that_of_the_limit(mediators, coupling, mass, curve, three):
    found = mediators[1].curve(curve, coupling)
    for k in (0, len(found["mass"]) // 3, -1):
        for suffix, cl in (("", 0.90), ("_95", 0.95)):
            limit = nl.limit(scan(three=three), coupling, cl=cl, fixed={mass: found["mass"][k] / KEV})
            (low, high) = next((a, b) for a, b in limit.regions if a <= 0 <= b)
            assert found[f"lower{suffix}"][k] == pytest.approx(low, rel=1e-4)
            assert found[f"upper{suffix}"][k] == pytest.approx(high, rel=1e-4)


def test_frequencies_on_a_pole_are_left_out(mediators):
    six, three = (mediators[1].curve(name, "gg_axial") for name in (SIX, THREE))
    on = np.isin(six["mass"], poles())
    np.testing.assert_array_equal(six["masked"] > 0, on)
    assert three["masked"].sum() == 3
    beside = np.flatnonzero(on) + 1
    assert np.all(six["upper"][on] > 10 * six["upper"][beside])


def test_more_frequencies_reach_further(mediators):
    for coupling in ("gg_axial", "yy_scalar"):
        six, three = (mediators[1].curve(name, coupling) for name in (SIX, THREE))
        fine = six["masked"] == 0
        assert np.all(six["upper"][fine] < three["upper"][fine] * (1 + 1e-9))


def test_heavy_mediators_are_reached_as_their_mass_squared(mediators):
    for coupling in ("gg_axial", "yy_scalar", "gg_axial"):
        curve = mediators[1].curve(SIX, coupling)
        heavy = curve["mass"] > 30
        scaled = (curve["upper"] / curve["mass"] ** 2)[heavy]
        np.testing.assert_allclose(scaled, scaled[0], rtol=1e-4)


def test_scalar_reach_has_no_sign_and_that_of_the_others_does(mediators):
    scalar = mediators[1].curve(SIX, "yy_scalar")
    np.testing.assert_allclose(scalar["lower"], -scalar["upper"], rtol=1e-6)
    for name, coupling in ((SIX, "gg_axial"), ("six, |y_P^e y_P|", "yy_pseudo")):
        curve = mediators[1].curve(name, coupling)
        assert -curve["lower"][0] != pytest.approx(curve["upper"][0], rel=0.05)


def test_longitudinal_part_matters_to_light_vectors_alone(mediators):
    plain, whole = (mediators[1].curve(name, "gg_axial") for name in (SIX, WHOLE))
    heavy = plain["mass"] > 10
    np.testing.assert_allclose(whole["upper"][heavy], plain["upper"][heavy], rtol=0.01)
    assert whole["upper"][0] < plain["upper"][0] / 10
    # below, the reach falls as the squared mass
    light = whole["mass"] < 3e-3
    slope = np.polyfit(np.log(whole["mass"][light]), np.log(whole["upper"][light]), 1)[0]
    assert slope == pytest.approx(2, abs=0.05)


def test_longitudinal_experiment_is_the_spectral_function_with_that_part():
    model, m, g = paper_experiment(longitudinal=True), 0.01, 3e-27
    vector = VectorMediator(mass=m, left=g * np.eye(3), longitudinal=True)
    wanted = spectral_function(model.triggers, model.scheme, model.neutrinos(), NewPhysics(vector=vector))
    found = sum(model.spectral_parts({"gg_axial": g, "m_vector": m / KEV}).values())
    np.testing.assert_allclose(found[0], wanted, rtol=1e-12)
    np.testing.assert_allclose(model.expected({}), scan().expected({}), rtol=1e-12)


def test_couplings_allowed_again_are_those_of_the_limit(mediators):
    curve = mediators[1].curve(SIX, "gg_axial")
    below, above = (
        curve["outer_lower"] < curve["lower"] * (1 + 1e-6),
        curve["outer_upper"] > curve["upper"] * (1 + 1e-6),
    )
    # lighter than every pair the exchange has one sign, and a negative coupling cancels; between poles either may
    light = curve["mass"] < poles().min() / 2
    assert np.all(below[light])
    assert not np.any(above[light])
    assert not np.any((below | above)[curve["mass"] > 2 * poles().max()])
    limit = nl.limit(scan(), "gg_axial", fixed={"m_vector": curve["mass"][0] / KEV})
    assert curve["outer_lower"][0] == pytest.approx(limit.regions[0][0], rel=1e-4)
    assert len(limit.regions) == 2


# --- moments --------------------------------------------------------------------------------------


def test_each_element_ends_at_its_own_threshold(moments):
    for panel, family in (("magnetic moments", "mu"), ("electric moments", "eps")):
        for pair, end in pair_thresholds().items():
            curve = moments[1].curve(f"{family}_{pair}", panel)
            apart = curve["omega"] != end
            np.testing.assert_array_equal((curve["I"] > 0)[apart], (curve["omega"] < end)[apart])


def test_electric_moments_vanish_faster_at_threshold(moments):
    for pair, end in pair_thresholds().items():
        mu, eps = (moments[1].curve(f"{name}_{pair}") for name in ("mu", "eps"))
        near = (mu["omega"] < end) & (mu["omega"] > end - 1e-4)
        ratio = eps["I"][near] / mu["I"][near]
        assert np.all(np.diff(ratio) < 0)
        if pair[0] == pair[1]:  # S wave against P wave; unlike masses leave some of it
            assert ratio[-1] < 0.01


def test_reach_against_exposure_is_that_of_the_limit(moments):
    for name in ("mu_11", "eps_33"):
        curve = moments[1].curve(name, "reach")
        assert (curve["days"][0], curve["days"][-1]) == (1, pytest.approx(1e4))
        for suffix, cl in (("", 0.90), ("_95", 0.95)):
            limit = nl.limit(scan().with_time(curve["days"][4]), name, cl=cl)
            assert curve[f"upper{suffix}"][4] == pytest.approx(limit.upper, rel=1e-4)


def test_every_reach_improves_with_time_towards_the_fourth_root(moments):
    for name in MOMENTS:
        curve = moments[1].curve(name, "reach")
        slope = np.diff(np.log(curve["upper"])) / np.diff(np.log(curve["days"]))
        assert np.all(slope < -0.24)
        assert slope[-1] == pytest.approx(-0.25, abs=0.005)


def test_hardest_and_easiest_elements(moments):
    at_10_d = {name: moments[1].curve(name, "reach")["upper"][2] for name in MOMENTS}
    assert max(at_10_d, key=at_10_d.get) == "eps_33"
    assert min(at_10_d, key=at_10_d.get) == "mu_12"
    for name in MOMENTS[:6]:
        assert at_10_d[name] < at_10_d[name.replace("mu", "eps")]


def test_bounds_are_those_of_the_table_of_literature(moments):
    columns = moments[1].columns
    rows = zip(columns["panel"], columns["curve"], columns["upper"], strict=True)
    found = {name: upper for panel, name, upper in rows if panel == "bounds"}
    assert [name.split(",")[0] for name in found] == [experiment for _, experiment in BOUNDS]
    assert list(found.values()) == [1.8e-9, 2.13e-10, 1.1e-11, 6.4e-12]


# --- as files -------------------------------------------------------------------------------------


def test_axes_are_labelled(mediators, moments):
    for figure, _ in (mediators, moments):
        assert figure.get_figwidth() == 7.0
        assert all(ax.get_xlabel() for ax in figure.axes)
        figure.canvas.draw()
    reach = mediators[0].axes[2]
    assert reach.get_xlim() == (1e-3, 1e4)
    assert reach.get_legend().get_title().get_text() == "three: 1.069, 1.07, 1.0712 eV"
    assert [text.get_text() for text in reach.get_legend().get_texts()][:2] == ["three frequencies", "six frequencies"]


def test_csv_says_what_was_assumed(mediators, moments):
    for _, numbers in (mediators, moments):
        head = "\n".join(numbers.to_csv().splitlines()[:6])
        for text in ("E_eg = 2.14349 eV", "m_1 = 0.01 eV", "no background", "arXiv:2110.03510"):
            assert text in head


@pytest.mark.slow
def test_paper_as_a_whole(tmp_path):
    written = reproduce("ge-pasquini-2023", tmp_path)
    assert {path.name for path in written} == {f"{name}.{s}" for name in FIGURES for s in ("png", "pdf", "csv")}
    assert all(path.stat().st_size > 20_000 for path in written)
