"""The overview figure draws what the table says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nulight.plotting import plot_overview
from nulight.plotting.style import COLOURS
from nulight.results import LimitsRow, LimitsTable


def bound(coupling, kind, experiment, lower, upper, regions=None, **more):
    return LimitsRow(
        coupling=coupling,
        unit="mu_B" if coupling.startswith("mu") else "e",
        flavour="e",
        kind=kind,
        experiment=experiment,
        lower=lower,
        upper=upper,
        regions=((lower, upper),) if regions is None else regions,
        cl=more.pop("cl", 0.9),
        **more,
    )


@pytest.fixture
def table():
    rows = (
        bound("mu_nu_e", "ours", "toy", 0.0, 1e-11, expected_lower=0.0, expected_upper=2e-11, published_upper=8e-12),
        bound("mu_nu_e", "ours", "blind", None, None, (), note="no sensitivity"),
        bound("mu_nu_e", "combined", "toy+other", 0.0, 9e-12),
        bound("mu_nu_e", "published", "star", None, 1e-12, year=2020, direct=False, cl=None),
        bound("mu_nu_e", "published", "reactor_reanalysis", None, 3e-11, year=2012),
        bound("mu_nu_e", "published", "old", None, 2e-2, year=1970, cl=0.95, read_in="memory"),
        bound("q_nu_ee", "ours", "toy", -2e-13, 3e-13, ((-2e-13, -1e-13), (-2e-14, 3e-13))),
        bound("q_nu_ee", "published", "size", None, 1e-12, year=2014),
    )
    return LimitsTable(couplings=("mu_nu_e", "q_nu_ee"), experiments=("toy",), cl=0.9, interval="two-sided", rows=rows)


def panels(table):
    return plot_overview(table).axes


def bars(ax, colour):
    """Ends and height of every line of a colour."""
    lines = [line for line in ax.get_lines() if len(line.get_xdata()) == 2 and line.get_color() == colour]
    return [(*line.get_xdata(), line.get_ydata()[0]) for line in lines]


def labels(ax):
    return [text.get_text() for text in ax.get_yticklabels()]


def test_one_logarithmic_panel_a_coupling_with_ours_on_top_and_stars_at_the_bottom(table):
    moment, charge = panels(table)
    assert labels(moment) == [
        "toy",
        "together",
        "reactor 2012*",
        "old 1970\N{DAGGER} (95 %)",
        "star 2020\N{DOUBLE DAGGER}",
    ]
    assert labels(charge) == ["toy", "size 2014"]
    assert {moment.get_xscale(), charge.get_xscale()} == {"log"}
    colours = [text.get_color() for text in moment.get_yticklabels()]
    assert colours == [COLOURS["blue"], COLOURS["vermillion"], "black", "black", "0.45"]


def test_ours_is_filled_to_its_end_and_published_ends_are_open(table):
    moment = panels(table)[0]
    ((low, high, y),) = bars(moment, COLOURS["blue"])
    assert (low, high, y) == (moment.get_xlim()[0], 1e-11, 0)
    circles = [line for line in moment.get_lines() if line.get_marker() == "o"]
    assert [line.get_xdata()[0] for line in circles] == [3e-11, 1e-12]
    assert {line.get_markerfacecolor() for line in circles} == {"white"}


def test_expectation_and_what_is_published_on_the_data_stand_on_our_row(table):
    moment = panels(table)[0]
    marks = {line.get_marker(): (line.get_xdata()[0], line.get_ydata()[0]) for line in moment.get_lines()}
    assert marks["|"] == (2e-11, 0)
    assert marks["D"] == (8e-12, 0)


def test_signed_regions_lie_above_and_below_by_their_sign(table):
    charge = panels(table)[1]
    left = charge.get_xlim()[0]
    found = bars(charge, COLOURS["blue"])
    assert [(low, high, np.sign(y)) for low, high, y in found] == [
        (1e-13, 2e-13, 1),
        (left, 3e-13, -1),
        (left, 2e-14, 1),
    ]
    assert charge.yaxis_inverted()  # a negative height is above
    assert charge.get_title(loc="left").startswith("$|$")


def test_bound_out_of_proportion_is_an_arrow_with_its_value(table):
    moment = panels(table)[0]
    right = moment.get_xlim()[1]
    assert right < 1e-4
    (arrow,) = [line for line in moment.get_lines() if line.get_marker() == ">"]
    assert arrow.get_xdata()[0] == right
    assert [text.get_text() for text in moment.texts] == [r"$0.02$"]


def test_panels_without_rows_are_left_out_and_an_empty_table_is_refused(table):
    blind = tuple(row for row in table.rows if row.coupling == "mu_nu_e" or row.kind == "none")
    assert len(panels(replace(table, rows=blind))) == 1
    with pytest.raises(ValueError, match="nothing to draw"):
        plot_overview(replace(table, rows=()))


@pytest.mark.parametrize(("n", "columns"), [(1, 1), (6, 2), (40, 3)])
def test_columns_follow_the_number_of_rows(table, n, columns):
    rows = [row for row in table.rows if row.coupling == "mu_nu_e" and row.regions]
    names = tuple(f"mu_nu_{i}" for i in range(n))
    many = tuple(replace(row, coupling=name) for name in names for row in rows)
    figure = plot_overview(replace(table, couplings=names, rows=many))
    assert len(figure.axes) == n
    figure.draw_without_rendering()
    assert len({round(ax.get_position().x0, 2) for ax in figure.axes}) == columns


def test_rows_are_equally_high_in_all_panels(table):
    figure = plot_overview(table)
    figure.draw_without_rendering()
    heights = [ax.get_position().height / abs(np.diff(ax.get_ylim())[0]) for ax in figure.axes]
    assert heights[0] == pytest.approx(heights[1], rel=0.02)
