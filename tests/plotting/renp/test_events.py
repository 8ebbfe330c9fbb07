"""Plots of counts show what the records say."""

from __future__ import annotations

import numpy as np
import pytest

import nulight as nl
from nulight.plotting import plot_renp_events
from nulight.plotting.style import StyledFigure

YB = nl.renp_experiment("yb", days=100, background=0.1)


def labels(ax):
    return ax.get_legend_handles_labels()[1]


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
