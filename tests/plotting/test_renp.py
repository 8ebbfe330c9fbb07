"""Plots of RENP show what the records say."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure

import nulight as nl
from nulight.plotting import plot_renp_events, plot_renp_limits, plot_renp_spectrum
from nulight.plotting.style import StyledFigure
from nulight.results import LimitResult
from nulight.results.renp import RenpLimits

YB = nl.renp_experiment("yb", days=100, background=0.1)


def texts(ax):
    return {text.get_text() for text in ax.texts}


def labels(ax):
    return ax.get_legend_handles_labels()[1]


def limit(name, *regions, unit="mu_B"):
    return LimitResult(
        parameter=name,
        unit=unit,
        experiments=("toy",),
        lower=regions[0][0],
        upper=regions[-1][1],
        regions=regions,
        best_fit=0.0,
        cl=0.9,
        interval="two-sided",
        threshold=2.706,
        twice_nll=0.0,
    )


def limits(*found):
    return RenpLimits(
        experiment="toy",
        atom="yb",
        limits=found,
        cl=0.9,
        interval="two-sided",
        asimov=False,
        observed=np.ones(1),
        triggers=np.ones(1),
    )


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


def test_events_are_stacked_to_the_total_above_their_pairs():
    result = nl.renp_events(YB, {"mu_11": 2e-11})
    above, below = plot_renp_events(result).axes
    heights = np.array([[patch.get_height() for patch in bars] for bars in above.containers[:3]])
    np.testing.assert_allclose(heights.sum(axis=0), result.total)
    tops = [patch.get_y() + patch.get_height() for patch in above.containers[2]]
    np.testing.assert_allclose(tops, result.total)
    assert [text.get_text() for text in below.get_xticklabels()] == [f"{w:.7g}" for w in result.triggers]
    filled = [line for line in below.get_lines() if line.get_fillstyle() == "full"]
    assert sum(len(line.get_xdata()) for line in filled) == sum(len(pairs) for pairs in result.open_pairs) == 21
    assert above.get_ylabel() == "Counts in 100 d"


def test_counts_taken_away_hang_from_the_top():
    result = nl.renp_events(YB, {"gg_axial": 2e-24, "m_vector": 1e-3})
    assert result.new.min() < 0 < result.new.max()
    ax = plot_renp_events(result).axes[0]
    assert labels(ax) == ["background", "weak pairs", "new physics", "taken by interference", "total, Poisson error"]
    hanging = ax.containers[3][-1]
    assert hanging.get_y() + hanging.get_height() == pytest.approx(result.total[-1])


def test_many_frequencies_keep_their_labels_apart():
    result = nl.renp_events(nl.renp_experiment("yb", np.linspace(1.06, 1.0716, 100)))
    figure = plot_renp_events(result)
    assert len(figure.axes[1].get_xticks()) <= 16
    ax = StyledFigure().subplots()
    assert plot_renp_events(result, ax).axes == [ax]


def test_limits_have_a_panel_for_each_kind_of_coupling():
    result = limits(
        limit("mu_11", (0.0, 2e-11)),
        limit("eps_12", (0.0, 4e-11)),
        limit("gg_axial_11", (-1e-27, 1e-27), (2e-27, 3e-27), unit=""),
        limit("m_lightest", (0.008, 0.012), unit="eV"),
    )
    moments, vector, mass = plot_renp_limits(result).axes
    assert [(p.get_x(), p.get_width()) for p in moments.patches] == [(0.0, 2e-11), (0.0, 4e-11)]
    assert len(vector.patches) == 2
    assert r"10^{-11}" in moments.get_xlabel()
    assert mass.get_xlabel() == "$m_0$ [eV]"
    assert [t.get_text() for t in moments.get_yticklabels()] == [r"$|\mu_{11}|$", r"$|\epsilon_{12}|$"]
    assert "limits, two-sided, 90 % CL" in moments.get_title()


def test_open_ends_have_arrows_and_wide_spans_powers_of_ten():
    (ax,) = plot_renp_limits(limits(limit("a_11", (None, 1e-30), unit="cm^2"))).axes
    assert [line.get_marker() for line in ax.get_lines()].count("<") == 1
    (ax,) = plot_renp_limits(
        limits(*(limit(f"gg_axial_1{j}", (-size, size), unit="") for j, size in ((1, 2e-28), (2, 3e-25))))
    ).axes
    assert ax.get_xscale() == "symlog"
    ticks = [text.get_text() for text in ax.get_xticklabels()]
    assert ticks.count("0") == 1
    assert "$10^{-25}$" in ticks
    assert "$-$$10^{-25}$" in ticks
