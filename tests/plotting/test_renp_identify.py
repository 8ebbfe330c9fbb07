"""Maps of Delta chi2, and trigger frequencies among thresholds."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from matplotlib.figure import Figure

import nulight as nl
from nulight.plotting import plot_placement, plot_renp_identify, save_figure
from nulight.renp import atomic_scheme, load_scheme, neutrinos

CARD = load_scheme("yb")


def _drawn(figure, path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a layout that does not fit warns
        assert save_figure(figure, path).stat().st_size > 10_000
    return figure


def test_every_number_stands_in_its_cell(tmp_path):
    found = nl.renp_identify(nl.renp_experiment("yb"))
    figure = _drawn(plot_renp_identify(found), tmp_path / "map.png")
    ax = figure.axes[0]
    texts = {tuple(text.get_position()): text.get_text() for text in ax.texts}
    assert len(texts) == 132
    assert texts[6, 0] == "13"  # fitted eps_11, true mu_11
    assert texts[11, 5] == "0"
    assert texts[0, 1] == f"{found.separation('mu_12', 'mu_11'):.0f}"
    assert len(ax.patches) == len(found.confused)
    shown = ax.images[0].get_array()
    assert shown[0, 6] == pytest.approx(5 * np.sqrt(found.separation("mu_11", "eps_11")))
    labels = [label.get_text() for label in ax.get_xticklabels()]
    assert labels[0] == r"$\mu_{11}$"
    assert labels[-1] == r"$\epsilon_{33}$"


def test_elements_not_seen_are_left_white_and_said_so(tmp_path):
    found = nl.renp_identify(nl.renp_experiment("yb", [1.07163, 1.0716]))
    figure = _drawn(plot_renp_identify(found), tmp_path / "map.png")
    ax = figure.axes[0]
    assert len(ax.texts) == 4 * 11
    assert sum("unseen" in label.get_text() for label in ax.get_yticklabels()) == 8


def test_majorana_elements_fit_in_their_own_axes():
    found = nl.renp_identify(nl.renp_experiment("yb", nature="majorana"))
    ax = Figure().subplots()
    assert plot_renp_identify(found, ax) is ax.figure
    assert len(ax.texts) == 30
    assert "Majorana" in ax.get_title()


def _placed(ordering="normal", n=7, **options):
    nu = neutrinos(0.01, ordering=ordering, **options)
    return nl.renp_placement(CARD.scheme, nu, nl.place_triggers(CARD.scheme, nu, n))


@pytest.mark.parametrize("ordering", ["normal", "inverted"])
def test_every_group_of_thresholds_has_a_panel_and_every_trigger_a_mark(ordering, tmp_path):
    placed = _placed(ordering)
    figure = _drawn(plot_placement(placed), tmp_path / "placed.png")
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


def test_thresholds_in_one_group_need_no_panels(tmp_path):
    scheme, nu = atomic_scheme("generic"), neutrinos(0.1)
    placed = nl.renp_placement(scheme, nu, nl.place_triggers(scheme, nu, 5))
    figure = _drawn(plot_placement(placed), tmp_path / "placed.png")
    assert len(figure.axes) == 1
    assert figure.axes[0].get_xscale() == "linear"


def test_a_massless_neutrino_and_axes_of_ones_own():
    nu = neutrinos(0.0)
    placed = nl.renp_placement(CARD.scheme, nu, nl.place_triggers(CARD.scheme, nu, 6))
    ax = Figure().subplots()
    assert plot_placement(placed, ax) is ax.figure
    assert "11" not in [text.get_text() for text in ax.texts]  # its threshold is E_eg / 2 itself
