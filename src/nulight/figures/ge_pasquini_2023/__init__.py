"""Figures of Ge and Pasquini, Phys. Sci. Forum 8 (2023) 51: light mediators and moments in atoms' neutrino pairs.

The text of the paper as read here has lost its numbers in formulas. Couplings of spectral functions, three of the
frequencies and the lightest mass are therefore ours; each docstring and table says so.
"""

from __future__ import annotations

from nulight.figures.ge_pasquini_2023.fig1 import figure_mediators
from nulight.figures.ge_pasquini_2023.fig2 import figure_moments

__all__ = ["FIGURES", "figure_mediators", "figure_moments"]

FIGURES = {
    "ge-pasquini-2023-mediators": figure_mediators,
    "ge-pasquini-2023-moments": figure_moments,
}
"""Figures by the name of their files."""
