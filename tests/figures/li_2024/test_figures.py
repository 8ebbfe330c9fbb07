"""Numbers behind the figures against direct evaluation and the limits quoted in the talk."""

from __future__ import annotations

import numpy as np
import pytest

from nulight.experiments import load
from nulight.figures.li_2024 import figure_1, figure_2, figure_3, figure_4
from nulight.figures.li_2024.fig1 import ELECTRON, MUON
from nulight.figures.li_2024.fig2 import LINES
from nulight.figures.li_2024.fig3 import rows
from nulight.figures.li_2024.fig4 import TARGETS, rate
from nulight.figures.li_2024.profiles import interval, level, model_of, quoted
from nulight.inference import minimise
from nulight.units import yr

DRESDEN, CSI, LAR = "dresden-ii-2022", "coherent-csi-2021", "coherent-lar-2020:1d"
THREE = ("lz-ws2022-er", "pandax4t-run1-er", "xenonnt-2022-er")

# the slide "Experimental Bounds": limit in mu_B, confidence level in per cent, year
SLIDE = {
    ("mu_nu_e", "Krasnoyarsk"): (2.4e-10, 90, 1992),
    ("mu_nu_e", "Rovno"): (1.9e-10, 95, 1993),
    ("mu_nu_e", "MUNU"): (9e-11, 90, 2005),
    ("mu_nu_e", "TEXONO HPGe"): (7.4e-11, 90, 2006),
    ("mu_nu_e", "GEMMA"): (2.9e-11, 90, 2012),
    ("mu_nu_e", "LAMPF"): (1.1e-9, 90, 1992),
    ("mu_nu_mu", "BNL-E734"): (8.5e-10, 90, 1990),
    ("mu_nu_mu", "LAMPF"): (7.4e-10, 90, 1992),
    ("mu_nu_mu", "LSND"): (6.8e-10, 90, 2001),
    ("mu_nu_tau", "DONUT"): (3.9e-7, 90, 2001),
    ("mu_nu", "SuperK solar"): (1.1e-10, 90, 2004),
    ("mu_nu", "Borexino phase II"): (2.8e-11, 90, 2017),
}


# --- limits ---------------------------------------------------------------------------------------


def test_quoted_values_are_those_of_the_talk():
    assert quoted("mu_nu_e", "2205.09484").upper == 2.13e-10
    assert quoted("mu_nu_mu", "2205.09484").upper == 18e-10
    assert quoted("mu_nu_e", "2309.17380").upper == 10.3e-12
    assert quoted("mu_nu_mu", "2309.17380").upper == quoted("mu_nu_tau", "2309.17380").upper == 15.6e-12


def test_level_is_two_sided():
    assert level() == pytest.approx(2.7055, abs=1e-4)


@pytest.mark.parametrize(
    ("parameter", "talk"), [("mu_nu_e", 10.3e-12), ("mu_nu_mu", 15.6e-12), ("mu_nu_tau", 15.6e-12)]
)
def test_xenon_limits_are_near_those_of_the_talk(parameter, talk):
    # Target fixed beforehand: 30 %, as the samples of LZ and PandaX-4T are others.
    assert interval(THREE, parameter).upper == pytest.approx(talk, rel=0.30)


def test_weaker_flavours_of_the_sun_have_weaker_limits():
    e, mu, tau = (interval(("xenonnt-2022-er",), f"mu_nu_{f}").upper for f in ("e", "mu", "tau"))
    assert e < tau < mu  # s23 below maximal: more nu_tau than nu_mu


@pytest.mark.slow
def test_coherent_limit_is_near_that_of_the_talk():
    assert interval((CSI, LAR), "mu_nu_mu").upper == pytest.approx(18e-10, rel=0.30)


@pytest.mark.slow
def test_dresden_limit_depends_on_the_background_and_the_quenching():
    # 2.13e-10 with the exponential held, within a factor 1.5 with it free; the quenching costs another two.
    held, free, lindhard = (
        interval((f"{DRESDEN}{v}",), "mu_nu_e").upper for v in (":fixed-exponential", "", ":lindhard")
    )
    assert held == pytest.approx(2.13e-10, rel=0.01)
    assert 2.13e-10 < free < 1.5 * 2.13e-10
    assert lindhard > 2 * free


# --- profiles -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def fig2():
    return figure_2(n=31)


def _check_profiles(table, lines, parameter):
    for line in lines:
        name = " + ".join(line.experiments)
        curve, end = table.curve(name, parameter), table.curve(f"{name}, 90 % upper end", parameter)
        model = model_of(line.experiments)
        best = table.curve(f"{name}, best fit", parameter)["moment"][0]
        chi2 = minimise(model, {parameter: [best, end["moment"][0]]}).twice_nll
        assert chi2[1] - chi2[0] == pytest.approx(level(), abs=1e-4)
        assert curve["delta_chi2"].min() >= -1e-6
        inside = curve["moment"] <= end["moment"][0]
        assert np.all(curve["delta_chi2"][inside] <= level() + 1e-6)
        assert np.all(curve["delta_chi2"][~inside] >= level() - 1e-6)


def test_figure_2_profiles_cross_the_level_at_the_stated_ends(fig2):
    for parameter in ("mu_nu_e", "mu_nu_mu"):
        _check_profiles(fig2[1], LINES, parameter)


def test_figure_2_marks_the_talk(fig2):
    assert fig2[1].curve("talk, arXiv:2309.17380", "mu_nu_e")["moment"][0] == 10.3e-12
    marks = [line.get_xdata()[0] for line in fig2[0].axes[0].lines if len(set(line.get_xdata())) == 1]
    assert marks == [10.3e-12]


@pytest.mark.slow
def test_figure_1_profiles_cross_the_level_at_the_stated_ends():
    table = figure_1(n=21)[1]
    _check_profiles(table, ELECTRON, "mu_nu_e")
    _check_profiles(table, MUON, "mu_nu_mu")


# --- bounds ---------------------------------------------------------------------------------------


@pytest.mark.slow
def test_figure_3_has_the_table_of_the_talk_and_ours():
    found = list(rows())
    table = {
        (row.parameter, row.label): (row.upper, row.cl and 100 * row.cl, row.year)
        for row in found
        if row.kind == "table"
    }
    assert table == SLIDE
    assert sorted(row.upper for row in found if row.kind == "quoted") == [
        10.3e-12,
        15.6e-12,
        15.6e-12,
        2.13e-10,
        18e-10,
    ]
    assert all(row.cl == 0.9 for row in found if row.kind == "ours")
    figure, numbers = figure_3()
    assert len(numbers) == len(found)
    figure.canvas.draw()


# --- spectra --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def fig4():
    return figure_4(n=61)


def test_figure_4_rate_integrates_to_the_counts_of_the_card():
    model = load("solar-b8-xe")
    counts = model.expected({"mu_nu": 1e-9})[0].sum()
    T = np.linspace(model.bin_edges[0], model.bin_edges[-1], 4001)
    integral = np.trapezoid(rate(model, T, {"mu_nu": 1e-9}), T) * model.card.exposure / yr
    assert integral == pytest.approx(counts, rel=1e-4)


def test_figure_4_moments_add_as_their_squares_and_fall_as_one_over_recoil(fig4):
    for target in TARGETS:
        large, small = (fig4[1].curve(f"mu_nu = {mu} mu_B", target) for mu in ("1e-09", "1e-10"))
        seen = large["rate"] > 0
        np.testing.assert_allclose(large["rate"][seen], 100 * small["rate"][seen], rtol=1e-4)
    slow = fig4[1].curve("mu_nu = 1e-09 mu_B", "CsI")
    np.testing.assert_allclose((slow["rate"] * slow["T"])[:20], slow["rate"][0] * slow["T"][0], rtol=0.05)


def test_figure_4_moments_win_at_low_recoil_only(fig4):
    for target in ("CsI", "Ar", "Xe"):
        weak, moment = (fig4[1].curve(name, target)["rate"] for name in ("Standard Model", "mu_nu = 1e-09 mu_B"))
        assert moment[0] > weak[0]
        assert moment[40] < weak[40]


def test_figures_can_be_drawn_at_the_width_of_a_page(fig2, fig4):
    for figure, _ in (fig2, fig4):
        assert figure.get_figwidth() == 7.0
        figure.canvas.draw()
