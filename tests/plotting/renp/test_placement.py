"""Trigger frequencies among thresholds."""

from __future__ import annotations

import pytest
from matplotlib.figure import Figure

import nulight as nl
from nulight.plotting import plot_placement
from nulight.renp import atomic_scheme, load_scheme, neutrinos

CARD = load_scheme("yb")


def _placed(ordering="normal", n=7, **options):
    nu = neutrinos(0.01, ordering=ordering, **options)
    return nl.renp_placement(CARD.scheme, nu, nl.place_triggers(CARD.scheme, nu, n))


@pytest.mark.parametrize("ordering", ["normal", "inverted"])
def test_every_group_of_thresholds_has_a_panel_and_every_trigger_a_mark(ordering, drawn):
    placed = _placed(ordering)
    figure = drawn(plot_placement(placed))
    overview, *panels = figure.axes
    assert len(panels) == 3
    marks = [line.get_xdata()[0] for line in overview.lines if line.get_marker() == "^"]
    assert sorted(marks) == pytest.approx(sorted(1e6 * (placed.E_eg / 2 - placed.triggers)))
    names = sorted(name for text in overview.texts for name in text.get_text().split(", "))
    assert names == ["11", "12", "13", "22", "23", "33"]
    assert sorted(name for panel in panels for text in panel.texts for name in text.get_text().split(", ")) == names
    left, right = overview.get_xlim()
    assert left > right
    assert overview.get_xscale() == "log"


def test_curves_are_the_spectra_of_the_record():
    placed = _placed()
    ax = plot_placement(placed).axes[0]
    curve = ax.lines[0]
    seen = placed.signals[0] > 0
    assert curve.get_xdata() == pytest.approx(1e6 * (placed.E_eg / 2 - placed.omega[seen]))
    assert curve.get_ydata() == pytest.approx(1e4 * placed.signals[0][seen])


def test_marks_outside_a_panel_are_not_drawn():
    figure = plot_placement(_placed())
    for panel in figure.axes:
        left, right = panel.get_xlim()
        places = [line.get_xdata()[0] for line in panel.lines if line.get_marker() == "^"]
        assert all(right < place < left for place in places)


def test_thresholds_in_one_group_need_no_panels(drawn):
    scheme, nu = atomic_scheme("generic"), neutrinos(0.1)
    placed = nl.renp_placement(scheme, nu, nl.place_triggers(scheme, nu, 5))
    figure = drawn(plot_placement(placed))
    assert len(figure.axes) == 1
    assert figure.axes[0].get_xscale() == "linear"


def test_a_massless_neutrino_and_axes_of_ones_own():
    nu = neutrinos(0.0)
    placed = nl.renp_placement(CARD.scheme, nu, nl.place_triggers(CARD.scheme, nu, 6))
    ax = Figure().subplots()
    assert plot_placement(placed, ax) is ax.figure
    assert "11" not in [text.get_text() for text in ax.texts]  # its threshold is E_eg / 2 itself
