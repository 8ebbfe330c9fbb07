"""The figure of one matrix in every source draws what the record says."""

from __future__ import annotations

import pytest
from matplotlib.figure import Figure

from nulight.plotting import plot_moments
from nulight.plotting.style import COLOURS
from nulight.results import MomentsResult, MomentsRow, ScaleLimit
from nulight.results.moments import FlavourMoment


def row(name, mu_eff, regions, *, heavy=0.0, delta_chi2=0.0, status="data"):
    return MomentsRow(
        experiment=name,
        status=status,
        conventions="default",
        sources=("sun",),
        mu_eff=mu_eff,
        mu_eff_heavy=heavy,
        events=1.0,
        events_heavy=float(bool(heavy)),
        heaviest=500.0,
        limit=ScaleLimit(regions=regions, best=0.0, delta_chi2=delta_chi2, threshold=2.706),
        components=(),
    )


def result(*rows, heavy=0.0):
    return MomentsResult(
        values={"lambda_12": 1e-11, "lambda_12_phase": 0.5, "m_4": 50.0},
        neutrinos="majorana",
        cl=0.9,
        flavours=(FlavourMoment(flavour="nu_e", mu_eff=1e-11, mu_eff_heavy=heavy),),
        rows=rows,
    )


LIGHT = result(
    row("allowed", 1e-11, ((0.0, 5.0),)),
    row("excluded", 2e-11, ((0.0, 0.5),), delta_chi2=9.0),
    row("excess", 1e-11, ((1.5, 3.0),), delta_chi2=5.0, status="planned"),
    row("open", 1e-11, ((0.0, None),)),
    row("blind", 1e-27, ((0.0, 1e17),)),
    row("nothing", 0.0, ()),
)


def drawn(ax, colour=COLOURS["blue"]):
    """Ends of the lines, and places and faces of the points, by height."""
    lines, points = {}, {}
    for line in ax.get_lines():
        x, y = line.get_xdata(), float(line.get_ydata()[0])
        if line.get_color() == colour and len(x) == 2:
            lines.setdefault(y, []).append(tuple(map(float, x)))
        elif line.get_color() == colour and line.get_marker() in ("o", "<"):
            points[y] = (float(x[0]), line.get_marker(), line.get_markerfacecolor())
    return lines, points


def test_points_are_moments_and_lines_are_what_is_allowed():
    (ax,) = plot_moments(LIGHT).axes
    lines, points = drawn(ax)
    left, right = ax.get_xlim()
    assert [text.get_text() for text in ax.get_yticklabels()] == [
        f"{name} (sun)" for name in ("allowed", "excluded", "excess", "open", "blind")
    ]
    assert lines[0] == [pytest.approx((left, 5e-11))]
    assert lines[1] == [pytest.approx((left, 1e-11))]
    assert lines[2] == [pytest.approx((1.5e-11, 3e-11))]
    assert lines[3] == [pytest.approx((left, right))]
    assert points[0] == (1e-11, "o", COLOURS["blue"])
    assert points[2] == (1e-11, "o", "white")
    assert points[4] == (left, "<", COLOURS["blue"])  # far below everything else: an arrow at the edge


def test_axis_is_logarithmic_and_holds_all_limits():
    (ax,) = plot_moments(LIGHT).axes
    low, high = ax.get_xlim()
    assert ax.get_xscale() == "log"
    assert 1e-13 < low < 1e-11
    assert 1e-10 < high < 1e-9
    assert "10^{-11}" in ax.get_title()
    assert ax.get_title().endswith("Majorana neutrinos")


def test_excluded_ones_are_bold():
    (ax,) = plot_moments(LIGHT).axes
    assert [text.get_fontweight() == "bold" for text in ax.get_yticklabels()] == [False, True, False, False, False]


def test_heavy_final_states_have_their_own_line_below():
    both = result(row("both", 1e-11, ((0.0, 2.0),), heavy=3e-11), heavy=1e-11)
    figure = plot_moments(both)
    (ax,) = figure.axes
    light, heavy = drawn(ax), drawn(ax, COLOURS["vermillion"])
    ((y_light, (line,)),) = light[0].items()
    ((y_heavy, (other,)),) = heavy[0].items()
    assert y_light < 0 < y_heavy  # the axis points down
    assert (line[1], other[1]) == pytest.approx((2e-11, 6e-11))
    texts = [text.get_text() for text in figure.legends[0].get_texts()]
    assert texts == ["to light neutrinos", r"to $\nu_4$", "allowed at 90 % CL"]


def test_axes_may_be_given():
    ax = Figure().subplots()
    assert plot_moments(LIGHT, ax) is ax.figure
    assert ax.get_legend() is not None


def test_nothing_to_draw_is_said():
    with pytest.raises(ValueError, match="no experiment has an effective moment"):
        plot_moments(result(row("nothing", 0.0, ())))
