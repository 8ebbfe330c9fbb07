"""Figures of Herrera and Huber, arXiv:2408.11904: anapole moments with a 51Cr source beside xenon.

Each function returns the figure and the numbers behind it. Where the paper does not say how a
curve was made, the docstring says what was taken; where our result contradicts its text, it says so.
"""

from __future__ import annotations

from nulight.figures.herrera_huber_2024.fig1 import figure_1
from nulight.figures.herrera_huber_2024.fig2 import figure_2
from nulight.figures.herrera_huber_2024.fig3 import figure_3
from nulight.figures.herrera_huber_2024.fig4 import figure_4
from nulight.figures.herrera_huber_2024.settings import figure_2_settings

__all__ = ["FIGURES", "figure_1", "figure_2", "figure_2_settings", "figure_3", "figure_4"]

FIGURES = {
    "fig1": figure_1,
    "fig2": figure_2,
    "fig2_settings": figure_2_settings,
    "fig3": figure_3,
    "fig4": figure_4,
}
"""Figures by the name of their files; fig2_settings is ours, the paper's beside physical settings."""
