"""Plots of the reach: lines, styles, labels, gaps and legends."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nulight.plotting import plot_renp_reach, save_figure
from nulight.plotting.style import COLOURS, StyledFigure
from nulight.results.renp.reach import RenpReach

MOMENTS = tuple(f"{kind}_{pair}" for kind in ("mu", "eps") for pair in ("11", "12", "13", "22", "23", "33"))


def record(couplings=MOMENTS, vary="days", unit="mu_B", **changes):
    values = np.geomspace(1.0, 1e4, 9)
    upper = 1e-10 * np.arange(1, len(couplings) + 1)[:, None] * values**-0.25
    lower = np.zeros_like(upper)
    found = RenpReach(
        experiment="toy",
        vary=vary,
        values=values,
        vary_unit="d" if vary == "days" else "eV",
        couplings=couplings,
        unit=unit,
        lower=lower,
        upper=upper,
        outer_lower=lower,
        outer_upper=upper,
        further_regions=np.zeros(upper.shape, bool),
        masked=np.zeros(9, int),
        cl=0.95,
        interval="two-sided",
        threshold=3.84,
    )
    return replace(found, **changes)


def lines(figure):
    return {line.get_label(): line for line in figure.axes[0].lines}


def test_one_line_a_coupling_with_electric_ones_dashed_in_the_colour_of_their_pair():
    drawn = lines(plot_renp_reach(record()))
    assert len(drawn) == 12
    for pair in ("11", "12", "13", "22", "23", "33"):
        mu, eps = drawn[rf"$|\mu_{{{pair}}}|$"], drawn[rf"$|\epsilon_{{{pair}}}|$"]
        assert (mu.get_linestyle(), eps.get_linestyle()) == ("-", "--")
        assert mu.get_color() == eps.get_color()
    assert len({line.get_color() for line in drawn.values()}) == 6


def test_numbers_are_those_of_the_record_in_order():
    shuffled = record(("mu_11",))
    order = np.random.default_rng(1).permutation(9)
    mixed = replace(shuffled, values=shuffled.values[order], upper=shuffled.upper[:, order])
    (line,) = lines(plot_renp_reach(mixed)).values()
    assert np.allclose(line.get_xdata(), shuffled.values, rtol=1e-15)
    assert np.allclose(line.get_ydata(), shuffled.upper[0], rtol=1e-15)


@pytest.mark.parametrize(
    ("given", "x_label", "y_label"),
    [
        (record(), "Days at each trigger frequency [d]", r"95 % CL reach [$\mu_\mathrm{B}$]"),
        (record(("mu_12",)), "Days at each trigger frequency [d]", r"95 % CL reach on $|\mu_{12}|$"),
        (record(("gg_axial", "yy_scalar"), "mass", ""), "Mass of the mediator [eV]", "95 % CL reach"),
    ],
)
def test_axes_are_logarithmic_and_labelled(given, x_label, y_label):
    ax = plot_renp_reach(given).axes[0]
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert ax.get_xlabel() == x_label
    assert ax.get_ylabel().startswith(y_label)
    assert ax.get_xlim() == pytest.approx((1.0, 1e4))


def test_couplings_of_one_look_get_colours_of_their_own():
    drawn = lines(plot_renp_reach(record(("gg_axial", "gg_right", "yy_scalar"), "mass", "")))
    assert len({line.get_color() for line in drawn.values()}) == 3


def test_weaker_end_is_drawn_and_open_ends_are_not():
    given = record(("gg_axial",), "mass", "")
    lower = -3 * given.upper
    upper = given.upper.copy()
    upper[0, -1] = np.inf
    (line,) = lines(plot_renp_reach(replace(given, lower=lower, upper=upper))).values()
    assert np.allclose(line.get_ydata()[:-1], -lower[0, :-1])
    assert np.isnan(line.get_ydata()[-1])


def test_poles_are_gaps_of_curves_against_mass_only():
    masked = np.array([0, 0, 1, 0, 0, 0, 2, 0, 0])
    (line,) = lines(plot_renp_reach(record(("gg_axial",), "mass", "", masked=masked))).values()
    assert np.flatnonzero(np.isnan(line.get_ydata())).tolist() == [2, 6]
    (line,) = lines(plot_renp_reach(record(("gg_axial",), "days", "", masked=masked))).values()
    assert np.isfinite(line.get_ydata()).all()


def test_references_are_black_lines_at_their_values_and_named():
    figure = plot_renp_reach(record(("mu_11",)), references={"XENONnT": 6.4e-12, "goal": 1e-11})
    drawn = lines(figure)
    assert set(drawn["XENONnT"].get_ydata()) == {6.4e-12}
    assert drawn["XENONnT"].get_linestyle() != drawn["goal"].get_linestyle()
    assert drawn["goal"].get_color() in ("black", COLOURS["black"])
    assert "XENONnT" in {text.get_text() for text in figure.axes[0].get_legend().get_texts()}


def test_many_lines_have_their_legend_outside_the_frame(tmp_path):
    figure = plot_renp_reach(record())
    save_figure(figure, tmp_path / "reach.png")
    frame = figure.axes[0].get_window_extent()
    (legend,) = figure.legends
    assert legend.get_window_extent().x0 > frame.x1
    assert legend.get_window_extent().x1 <= figure.bbox.x1


def test_given_axes_are_drawn_into():
    figure = StyledFigure(figsize=(7, 3))
    left, right = figure.subplots(1, 2)
    assert plot_renp_reach(record(), left) is figure
    assert plot_renp_reach(record(("mu_11",)), right) is figure
    assert len(left.lines) == 12
    assert not figure.legends
    assert left.get_legend() is not None


def test_single_value_can_be_drawn():
    one = record(("mu_11",))
    ax = plot_renp_reach(
        replace(one, values=one.values[:1], upper=one.upper[:, :1], lower=one.lower[:, :1], masked=one.masked[:1])
    ).axes[0]
    assert ax.get_xlim()[0] < 1.0 < ax.get_xlim()[1]
    assert ax.lines[0].get_marker() == "o"


def test_couplings_that_are_allowed_again_are_shaded():
    given = record(("gg_axial", "yy_scalar"), "mass", "")
    again = np.zeros((2, 9), bool)
    again[0, 2:5] = True
    far = given.upper * np.where(again, 10.0, 1.0)
    for largest in (far, np.where(again, np.inf, far)):
        ax = plot_renp_reach(replace(given, further_regions=again, outer_upper=largest)).axes[0]
        shade, nothing, _ = ax.collections
        x, y = shade.get_paths()[0].vertices.T
        assert (x.min(), x.max()) == pytest.approx((given.values[2], given.values[4]))
        assert y.min() == pytest.approx(given.upper[0, 2:5].min())
        assert np.isfinite(y).all()
        assert not nothing.get_paths()
        assert ax.get_legend().get_texts()[-1].get_text() == "allowed again"
    assert not plot_renp_reach(given).axes[0].collections


def test_title_has_the_atom_and_what_is_assumed():
    made = {"nature": "majorana", "ordering": "inverted", "lightest_eV": 0.02}
    source = {"atom": "generic", "days": (10.0, 10.0)}
    title = plot_renp_reach(record(("gg_axial",), "mass", "", conventions=made, provenance=source)).axes[0].get_title()
    assert title == "toy (made-up atom)\nMajorana neutrinos, inverted ordering, $m_0 = 20$ meV, 10 d each"
    assert plot_renp_reach(record()).axes[0].get_title() == "toy"
