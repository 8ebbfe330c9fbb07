"""Maps of Delta chi2."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure

import nulight as nl
from nulight.plotting import plot_renp_identify


def test_every_number_stands_in_its_cell(drawn):
    found = nl.renp_identify(nl.renp_experiment("yb-dinh-2012"))
    figure = drawn(plot_renp_identify(found))
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


def test_elements_not_seen_are_left_white_and_said_so(drawn):
    found = nl.renp_identify(nl.renp_experiment("yb-dinh-2012", [1.07163, 1.0716]))
    figure = drawn(plot_renp_identify(found))
    ax = figure.axes[0]
    assert len(ax.texts) == 4 * 11
    assert sum("unseen" in label.get_text() for label in ax.get_yticklabels()) == 8


def test_majorana_elements_fit_in_their_own_axes():
    found = nl.renp_identify(nl.renp_experiment("yb-dinh-2012", nature="majorana"))
    ax = Figure().subplots()
    assert plot_renp_identify(found, ax) is ax.figure
    assert len(ax.texts) == 30
    assert "Majorana" in ax.get_title()


def test_lines_stand_between_magnetic_and_electric_elements_in_any_order():
    experiment = nl.renp_experiment("yb-dinh-2012")
    for names, places in ((["mu_11", "eps_11", "mu_12"], {0.5, 1.5}), (["mu_11", "mu_12"], set())):
        ax = Figure().subplots()
        plot_renp_identify(nl.renp_identify(experiment, elements=names), ax)
        assert {float(line.get_ydata()[0]) for line in ax.lines if line.get_ydata()[0] == line.get_ydata()[1]} == places
        assert len(ax.lines) == 2 * len(places)
