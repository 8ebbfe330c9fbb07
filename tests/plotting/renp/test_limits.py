"""Plots of limits show what the records say."""

from __future__ import annotations

import numpy as np

import nulight as nl
from nulight.plotting import plot_renp_limits
from nulight.results import LimitResult
from nulight.results.renp import RenpLimits

YB = nl.renp_experiment("yb", days=100, background=0.1)


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
