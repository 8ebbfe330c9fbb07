"""Figures of Miranda, Papoulias, Tortola and Valle, arXiv:2109.09545: transition moments to a sterile neutrino.

The text of the paper as read here has lost its numbers. Moments and masses of the figures are
therefore ours, stated in each docstring, legend and table; the settings are those of the cards.
"""

from __future__ import annotations

from nulight.figures.miranda_2021.fig1 import figure_1
from nulight.figures.miranda_2021.fig2 import figure_2

__all__ = ["FIGURES", "figure_1", "figure_2"]

FIGURES = {"miranda-2021-fig1": figure_1, "miranda-2021-fig2": figure_2}
"""Figures by the name of their files."""
