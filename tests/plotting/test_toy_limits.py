"""Plots of limits from pseudo-experiments."""

from __future__ import annotations

import numpy as np
import pytest

import nulight as nl
from nulight.plotting import plot_toy_limit
from nulight.plotting.kinds import KIND_PLOTS


@pytest.fixture(scope="module")
def results():
    model = nl.load("51cr-cevns-ge")
    return {kind: nl.toy_limit(model, "mu_nu_e", interval=kind, n_toys=60) for kind in ("feldman-cousins", "cls")}


@pytest.mark.parametrize(("kind", "label"), [("feldman-cousins", "$p$-value"), ("cls", r"CL$_\mathrm{s}$")])
def test_p_values_stand_against_the_parameter_with_their_errors(results, kind, label):
    result = results[kind]
    (ax,) = plot_toy_limit(result).axes
    assert ax.get_ylabel() == label
    assert "mu_B" not in ax.get_xlabel()
    assert r"\mu_\mathrm{B}" in ax.get_xlabel()
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert set(labels) == {"95 %", "68 %", "median", "asymptotic", "toys"}
    lines = {line.get_label(): line for line in ax.lines}
    assert np.array_equal(lines["asymptotic"].get_ydata(), result.asymptotic_p_value)
    toys = ax.containers[0].lines[0]
    assert np.array_equal(toys.get_xdata(), result.value)
    assert np.array_equal(toys.get_ydata(), result.p_value)


def test_interval_is_marked_on_the_level(results):
    result = results["feldman-cousins"]
    (ax,) = plot_toy_limit(result).axes
    thick = [line for line in ax.lines if line.get_linewidth() == 4]
    assert [line.get_xdata() for line in thick] == [pytest.approx((0.0, result.upper), rel=1e-12, abs=0)]
    assert thick[0].get_ydata() == pytest.approx([0.1, 0.1], rel=1e-9)


def test_axes_of_the_user_are_drawn_into(results):
    from matplotlib.figure import Figure

    ax = Figure().subplots()
    assert plot_toy_limit(results["cls"], ax) is ax.get_figure()


def test_results_read_from_a_file_find_their_plot():
    assert KIND_PLOTS["toy-limit"] is plot_toy_limit
