"""Spectra of the dipole portal: what the talk says about light and heavy sterile neutrinos."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest

from nulight.experiments import load
from nulight.figures.li_2024.fig4 import rate
from nulight.figures.li_2024.fig6 import PANELS, figure_6, mean_recoil
from nulight.interactions.kinematics import T_max, T_min


def test_mean_recoil_of_a_flat_spectrum_is_its_middle() -> None:
    T = np.linspace(1.0, 3.0, 101)
    assert mean_recoil(T, np.ones(101)) == pytest.approx(2.0, rel=1e-12)


@pytest.mark.parametrize("target", PANELS)
def test_light_sterile_neutrinos_distort_low_energies_and_heavy_ones_high(target: str) -> None:
    panel = PANELS[target]
    experiment, T = load(panel.card), np.geomspace(*panel.T, 241)
    weak = rate(experiment, T, {})
    extra = [rate(experiment, T, {panel.parameter: panel.moment, "m_4": m}) - weak for m in panel.masses]
    means = [mean_recoil(T, e) for e in extra]
    assert means == sorted(means)
    middle, some = len(T) // 2, weak > 0
    T, share = T[some], [e[some] / weak[some] for e in extra]
    assert share[0][0] > share[0][middle]
    assert share[2][0] < share[2][middle]


def test_no_recoil_outside_the_kinematic_limits() -> None:
    panel = PANELS["CsI"]
    experiment, T = load(panel.card), np.geomspace(*panel.T, 241)
    m_4, E = panel.masses[2], 52_830.0
    extra = rate(experiment, T, {panel.parameter: panel.moment, "m_4": m_4}) - rate(experiment, T, {})
    masses = [nuclide.mass for nuclide in experiment.targets["nuclear-recoil"].nuclides]  # type: ignore[attr-defined]
    low, high = min(T_min(E, M, m_4) for M in masses), max(T_max(E, M, m_4) for M in masses)
    assert np.all(extra[(T < low) | (T > high)] == 0)
    assert np.all(extra[(T > 1.1 * low) & (T < 0.9 * high)] > 0)


def test_figure_has_three_targets_with_numbers() -> None:
    figure, numbers = figure_6(n=31)
    assert len(figure.axes) == 3
    assert numbers.to_csv().count("m_4 = ") == 3 * 3 * 32
    plt.close(figure)
