"""Plots of spectral functions show what the records say."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure

import nulight as nl
from nulight.plotting import plot_renp_spectrum

YB = nl.renp_experiment("yb", days=100, background=0.1)


def texts(ax):
    return {text.get_text() for text in ax.texts}


def labels(ax):
    return ax.get_legend_handles_labels()[1]


def test_spectrum_has_a_panel_of_thresholds_marked_by_pair():
    result = nl.renp_spectrum(YB)
    left, right = plot_renp_spectrum(result).axes
    line = left.get_lines()[0]
    np.testing.assert_array_equal(line.get_ydata(), result.total)
    assert labels(left) == ["weak"]
    named = "".join(sorted(texts(right)))
    for pair in result.thresholds:
        assert pair in named
    marks = [line.get_xdata()[0] for line in right.get_lines() if line.get_linestyle() == ":"]
    assert sorted(marks) == pytest.approx([1e3 * (result.E_eg / 2 - w) for w in result.thresholds.values()])
    low, high = sorted(right.get_xlim())
    assert low < min(marks) < max(marks) < high
    assert right.get_xlim()[0] > right.get_xlim()[1]  # frequency grows to the right


def test_parts_are_apart_and_negative_ones_dashed():
    result = nl.renp_spectrum(YB, params={"gg_axial": 2e-24, "m_vector": 1e-3, "mu_11": 1e-11})
    left, right = plot_renp_spectrum(result).axes
    assert labels(left) == ["weak", "vector mediator", "magnetic moments", "total", "negative"]
    assert left.get_yscale() == right.get_yscale() == "log"
    dashed = [line for line in left.get_lines() if line.get_linestyle() == "--" and len(line.get_xdata())]
    drawn = np.concatenate([line.get_ydata() for line in dashed])
    vector = result.parts["vector"]
    np.testing.assert_allclose(drawn[np.isfinite(drawn)], -vector[vector < 0])
    low, high = left.get_ylim()
    assert low < result.parts["magnetic"].max() < result.total.max() < high


def test_range_without_thresholds_has_one_panel():
    figure = plot_renp_spectrum(nl.renp_spectrum(YB, np.linspace(0.5, 1.0, 30)))
    assert len(figure.axes) == 1
    ax = Figure().subplots()
    assert plot_renp_spectrum(nl.renp_spectrum(YB), ax) is ax.figure
    assert len(ax.figure.axes) == 1


def test_thresholds_that_touch_share_a_name():
    result = nl.renp_spectrum(nl.renp_experiment("yb", lightest=0.05, ordering="inverted", triggers=[1.06]))
    assert r"$\omega_{11,12,22}$" in texts(plot_renp_spectrum(result).axes[1])


def test_massless_pair_has_no_place_on_a_logarithmic_axis():
    result = nl.renp_spectrum(nl.renp_experiment("yb", lightest=0.0))
    right = plot_renp_spectrum(result).axes[1]
    assert not any("11" in text for text in texts(right))
    assert all(np.isfinite(right.get_xlim()))


def test_a_pole_leaves_the_frame_and_is_marked_but_the_weak_spectrum_stays():
    result = nl.renp_spectrum(YB, params={"gg_axial": 1e-25, "m_vector": 5e-4})
    left = plot_renp_spectrum(result).axes[0]
    low, high = left.get_ylim()
    assert high < np.nanmax(result.total) / 10
    assert "pole of a mediator" in labels(left)
    between = (result.omega > result.thresholds["12"]) & (result.omega < result.thresholds["11"])
    assert low < np.median(result.parts["weak"][between])
    title = left.get_legend().get_title().get_text()
    assert "Dirac neutrinos, normal ordering, $m_0 = 10$ meV" in title
    assert "gg_axial = 1e-25, m_vector = 0.0005 keV" in title
