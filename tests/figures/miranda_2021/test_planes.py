"""Figures 3 and 4 and the interference: numbers behind the curves against limits, mixing and kinematics."""

from __future__ import annotations

import numpy as np
import pytest

import nulight as nl
from nulight.constants import M_E, MU_B
from nulight.figures.miranda_2021.common import SOURCE
from nulight.figures.miranda_2021.fig3 import NOT_AVAILABLE, PUBLISHED, figure_3
from nulight.figures.miranda_2021.fig4 import LAMBDAS, M_4, figure_4
from nulight.figures.miranda_2021.interference import FEEL, STATED, figure_interference
from nulight.figures.miranda_2021.panels import UNITS, draw_limit, draw_published, frame
from nulight.figures.miranda_2021.setups import ACCELERATOR, CHROMIUM, REACTOR, SETUPS, limit
from nulight.figures.miranda_2021.tables import mixing
from nulight.figures.numbers import Curves
from nulight.literature.curves import published_curves
from nulight.neutrinos.mixing import get_oscillation, pmns
from nulight.plotting.style import StyledFigure

REGION, INTERVAL = "90 % region (2 dof)", "90 % interval at every mass (1 dof)"


@pytest.fixture(scope="module")
def fig3():
    return figure_3()


@pytest.fixture(scope="module")
def fig4():
    return figure_4()


@pytest.fixture(scope="module")
def interference():
    return figure_interference()


def _at(curve, m_4, column="moment"):
    return float(np.exp(np.interp(np.log(m_4), np.log(curve["m_4"]), np.log(curve[column]))))


# --- the panels -----------------------------------------------------------------------------------


def test_data_are_solid_and_plans_broken():
    for setup in SETUPS.values():
        assert (setup.line != "-") == setup.load().planned


def test_panel_draws_the_limit_up_to_a_wall_and_notes_it_down():
    ax, table = StyledFigure().subplots(), Curves(UNITS)
    frame(ax, "mu_e4", (1.0, 1e4), (1e-12, 1e-8))
    found = limit(REACTOR["TEXONO"], "mu_e4")
    draw_limit(ax, table, "p", REACTOR["TEXONO"], found, "TEXONO")
    (line,) = ax.get_lines()
    assert line.get_ydata()[-1] == 1e-8
    noted = table.numbers("t", SOURCE, "n").curve("TEXONO")
    np.testing.assert_array_equal(noted["moment"], found.upper[np.isfinite(found.upper)])
    assert noted["m_4"][-1] == pytest.approx(2122, rel=0.01)
    assert np.isnan(noted["lower"]).all()


def test_axis_on_the_right_is_the_dipole_coupling():
    figure = StyledFigure()
    ax = figure.subplots()
    frame(ax, "mu_mu4", (1.0, 1e4), (1e-12, 1e-8))
    figure.draw_without_rendering()
    (right,) = ax.child_axes
    np.testing.assert_allclose(right.get_ylim(), np.array([1e-12, 1e-8]) * MU_B, rtol=1e-9)


def test_published_curve_is_drawn_as_it_is_stored():
    ax, table = StyledFigure().subplots(), Curves(UNITS)
    (curve,) = published_curves("mu_mu4", names=["CHARM-II"])
    draw_published(ax, table, "p", curve, {"xy": (1.0, 1.0)}, "text")
    numbers = table.numbers("t", SOURCE, "n")
    np.testing.assert_array_equal(numbers.curve(numbers.columns["curve"][0])["moment"], curve.mu)
    assert "1707.08573" in numbers.columns["curve"][0]


# --- figure 3 -------------------------------------------------------------------------------------


@pytest.mark.slow
def test_figure_3_curves_are_limits_of_the_cards(fig3):
    for name, coupling in (("CsI", "mu_mu4"), ("TEXONO", "mu_e4"), ("LXe A", "mu_e4"), ("Ge", "mu_e4")):
        curve = fig3[1].curve(name, coupling)
        i = len(curve["m_4"]) // 2
        single = nl.limit(SETUPS[name].load(), coupling, fixed={"m_4": curve["m_4"][i]})
        assert curve["moment"][i] == pytest.approx(single.upper, rel=1e-3)


@pytest.mark.slow
def test_figure_3_has_every_experiment_and_published_curve(fig3):
    table = fig3[1]
    for panel, names in (("mu_mu4", ACCELERATOR), ("mu_e4", {**REACTOR, **CHROMIUM})):
        curves = {c for c, p in zip(table.columns["curve"], table.columns["panel"], strict=True) if p == panel}
        assert set(names) <= curves
        published = {c.split(" (")[0].removeprefix("published: ") for c in curves if c.startswith("published")}
        assert published == set(PUBLISHED[panel])
    assert all(f"arXiv:{number}" in table.note for number in NOT_AVAILABLE)


@pytest.mark.slow
def test_figure_3_region_holds_the_interval_of_every_mass(fig3):
    # 90 % of two degrees of freedom from the global minimum is wider than of one from that of the mass.
    for panel, flavour in (("mu_mu4", "nu_mu"), ("mu_e4", "nu_e"), ("mu_e4", "nu_tau")):
        region = fig3[1].curve(f"XENON1T, {flavour}, {REGION}", panel)
        light = region["m_4"] < 2
        ends = region["moment"][light].min(), region["moment"][light].max()
        interval = fig3[1].curve(f"XENON1T, {flavour}, {INTERVAL}", panel)
        assert ends[0] < interval["lower"][0] < interval["moment"][0] < ends[1]


@pytest.mark.slow
def test_figure_3_flavour_that_arrives_most_needs_the_smallest_moment(fig3):
    best = {
        flavour: float(fig3[1].curve(f"XENON1T, {flavour}, best fit", panel)["moment"][0])
        for flavour, panel in (("nu_e", "mu_e4"), ("nu_mu", "mu_mu4"), ("nu_tau", "mu_e4"))
    }
    assert best["nu_e"] < best["nu_tau"] < best["nu_mu"]
    # shares: 1/best^2 add up to that of a universal moment, 2.01e-11 by the chi2 with sqrt(n) errors
    universal = sum(value**-2 for value in best.values()) ** -0.5
    assert universal == pytest.approx(2.01e-11, rel=0.03)


@pytest.mark.slow
def test_figure_3_only_liquid_xenon_covers_the_region(fig3):
    edge = fig3[1].curve(f"XENON1T, nu_e, {INTERVAL}", "mu_e4")
    for name in CHROMIUM:
        curve = fig3[1].curve(name, "mu_e4")
        below = [_at(curve, m) < low for m, low in zip(edge["m_4"], edge["lower"], strict=True)]
        assert all(below) == name.startswith("LXe"), name


# --- figure 4 -------------------------------------------------------------------------------------


@pytest.mark.slow
def test_figure_4_electron_neutrinos_feel_a_row_of_the_mixing_matrix(fig3, fig4):
    row = np.abs(mixing()[0])
    for name in ("TEXONO", "Ge", "LXe A"):
        flavour = fig3[1].curve(name, "mu_e4")
        for j, coupling in enumerate(LAMBDAS):
            mass = fig4[1].curve(name, coupling)
            np.testing.assert_allclose(mass["moment"][0] * row[j], flavour["moment"][0], rtol=2e-3)


def test_coherent_adds_its_fluxes():
    # lambda_j4 makes |U_ej|^2 of the counts of mu_e4 and |U_muj|^2 of those of mu_mu4.
    model, U = ACCELERATOR["CsI"].load(), mixing()
    weak = model.expected({}).sum()
    counts = {name: model.expected({name: 1e-9, "m_4": M_4}).sum() - weak for name in ("mu_e4", "mu_mu4", *LAMBDAS)}
    for j, coupling in enumerate(LAMBDAS):
        parts = abs(U[0, j]) ** 2 * counts["mu_e4"] + abs(U[1, j]) ** 2 * counts["mu_mu4"]
        assert counts[coupling] == pytest.approx(parts, rel=1e-6)


@pytest.mark.slow
def test_figure_4_dirac_phase_moves_the_limits_of_coherent_as_the_mixing_does(fig4):
    def check(name, coupling, suffix=""):
        return float(fig4[1].curve(f"{name}, {coupling}, 90 % upper limit{suffix}", "checks")["moment"][0])

    with_phase, without = mixing(), pmns(get_oscillation("desalas-2020-no"), delta_cp=0.0)
    for name in ("CsI", "LAr"):
        for j, coupling in enumerate(LAMBDAS):
            ratio = check(name, coupling, ", delta_cp = 0") / check(name, coupling)
            larger = abs(without[1, j]) - abs(with_phase[1, j])
            assert ratio == pytest.approx(1, abs=1e-6) if abs(larger) < 1e-9 else (ratio < 1) == (larger > 0)


@pytest.mark.slow
def test_figure_4_region_of_solar_mass_states_goes_with_their_arrival(fig4):
    best = [float(fig4[1].curve("XENON1T, best fit", coupling)["moment"][0]) for coupling in LAMBDAS]
    shares = np.array(best) ** -2 / np.sum(np.array(best) ** -2)
    assert shares[2] == pytest.approx(0.0220, rel=0.02)  # s13^2, whatever the energy
    assert 0.6 < shares[0] < 0.667  # between beryllium and the vacuum of pp


# --- interference ---------------------------------------------------------------------------------


@pytest.mark.slow
def test_interference_table_has_kappa_of_a_tenth(interference):
    table = interference[1]
    for name in (*SETUPS, "XENON1T"):
        curve = table.curve(name, "interference")
        np.testing.assert_allclose(curve["kappa"] * curve["share"], FEEL, rtol=1e-12)
        assert (curve["largest"] >= 0.999 * curve["share"]).mean() > 0.5
        assert curve["share"][0] < 0.05  # a light neutrino flips its helicity entirely


@pytest.mark.slow
def test_interference_of_coherent_grows_with_the_mass_so_that_the_stated_order_needs_another_mixing(interference):
    # As stated, seven orders of magnitude at masses of MeV and five at keV: no common kappa gives both.
    weak, strong = (interference[1].curve(f"CsI, share {share:g}", "checks") for share in STATED)
    assert (np.diff(weak["kappa"]) < 0).all()
    assert weak["kappa"][2] == pytest.approx(2.2e-6, rel=0.05)  # 1 MeV
    assert strong["kappa"][1] / weak["kappa"][2] == pytest.approx(1000, rel=0.01)  # 100 keV against 1 MeV
    nuclear = weak["kappa_nuclear_mass"] / weak["kappa"]
    np.testing.assert_allclose(nuclear, 129.9 * 931494 / M_E, rtol=1e-3)  # CsI: (133 + 127)/2 u
