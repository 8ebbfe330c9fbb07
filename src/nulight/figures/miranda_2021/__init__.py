"""Figures and tables of Miranda, Papoulias, Tortola and Valle, arXiv:2109.09545: moments to a sterile neutrino.

The text of the paper as read here has lost its numbers. Moments and masses of the figures are
therefore ours, stated in each docstring, legend and table; the settings are those of the cards.
"""

from __future__ import annotations

from nulight.figures.miranda_2021.fig1 import figure_1
from nulight.figures.miranda_2021.fig2 import figure_2
from nulight.figures.miranda_2021.fig3 import figure_3
from nulight.figures.miranda_2021.fig4 import figure_4
from nulight.figures.miranda_2021.interference import figure_interference
from nulight.figures.miranda_2021.tables import table_1, table_2

__all__ = [
    "FIGURES",
    "figure_1",
    "figure_2",
    "figure_3",
    "figure_4",
    "figure_interference",
    "table_1",
    "table_2",
]

FIGURES = {
    "miranda-2021-fig1": figure_1,
    "miranda-2021-fig2": figure_2,
    "miranda-2021-fig3": figure_3,
    "miranda-2021-fig4": figure_4,
    "miranda-2021-table1": table_1,
    "miranda-2021-table2": table_2,
    "miranda-2021-interference": figure_interference,
}
"""Figures and tables by the name of their files."""
