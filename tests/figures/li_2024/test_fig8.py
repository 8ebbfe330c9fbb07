"""Planes of future solar experiments: order of the scenarios, and the region of the excess."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest

import nulight as nl
from nulight.figures.li_2024.fig8 import SCENARIOS, _region, figure_8
from nulight.figures.li_2024.plane import Limit, curve
from nulight.figures.numbers import Numbers


@lru_cache
def numbers() -> Numbers:
    return figure_8(n=8)[1]


def line(coupling: str, threshold: str, target: str, exposure: str) -> np.ndarray:
    name = SCENARIOS[target, exposure] + (":optimal" if threshold == "optimal" else "")
    return numbers().curve(name, f"{coupling}, {threshold} threshold")["d"]


@pytest.mark.slow
@pytest.mark.parametrize("coupling", ["mu_e4", "mu_tau4"])
@pytest.mark.parametrize("target", ["ge", "si", "xe", "ar"])
def test_lower_thresholds_and_more_exposure_are_stronger(coupling: str, target: str) -> None:
    nominal, optimal = line(coupling, "nominal", target, "gen2"), line(coupling, "optimal", target, "gen2")
    assert np.all(line(coupling, "nominal", target, "future") < nominal)
    assert np.all(line(coupling, "optimal", target, "future") < optimal)
    assert len(nominal) <= len(optimal)
    # the bins are others: beyond a threshold they cost or gain a little
    assert np.all(optimal[: len(nominal)] < 1.02 * nominal)


@pytest.mark.slow
def test_figure_has_all_scenarios_twice_a_flavour() -> None:
    figure, table = figure_8(n=8)
    assert len(figure.axes) == 4
    names = [name for name in set(table.columns["curve"]) if name.startswith("solar-cevns")]
    assert len(names) == 2 * len(SCENARIOS) == 16
    assert len(set(table.columns["panel"])) == 4


def test_lines_are_expected_limits() -> None:
    card = SCENARIOS["ge", "gen2"]
    drawn = curve(Limit((card,), "", "blue"), "mu_tau4", 8)
    expected = nl.limit(nl.load(card), "mu_tau4", fixed={"m_4": 10.0}).upper
    assert drawn.upper[0] == pytest.approx(expected, rel=1e-3)


def test_excess_is_explained_up_to_about_150_keV() -> None:
    # arXiv:2109.09545 has 150 keV; a region of its own lies far above
    outline = np.concatenate(_region("mu_e4", 45))
    main = outline[outline[:, 0] < 400]
    assert main[:, 0].max() == pytest.approx(150, rel=0.1)
    assert 1e-11 < main[:, 1].min() < 2e-11
    assert 4e-11 < main[:, 1].max() < 7e-11


def test_tau_neutrinos_need_the_larger_coupling() -> None:
    ends = [np.concatenate(_region(coupling, 12))[:, 1].min() for coupling in ("mu_e4", "mu_tau4")]
    assert 1.2 < ends[1] / ends[0] < 2
