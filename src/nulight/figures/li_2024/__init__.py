"""Figures of Y.-F. Li, Probing neutrino magnetic moments with CEvNS, The 6th Magnificent CEvNS, Valencia, 2024.

The limits of the talk are those of arXiv:2205.09484 and arXiv:2309.17380, its planes of the dipole
portal those of arXiv:2406.07477, its scenarios of solar neutrinos those of arXiv:2203.16525.
"""

from __future__ import annotations

from nulight.figures.li_2024.fig1 import figure_1
from nulight.figures.li_2024.fig2 import figure_2
from nulight.figures.li_2024.fig3 import figure_3
from nulight.figures.li_2024.fig4 import figure_4
from nulight.figures.li_2024.fig5 import figure_5
from nulight.figures.li_2024.fig6 import figure_6
from nulight.figures.li_2024.fig7 import figure_7_e, figure_7_mu, figure_7_tau
from nulight.figures.li_2024.fig8 import figure_8

__all__ = [
    "FIGURES",
    "figure_1",
    "figure_2",
    "figure_3",
    "figure_4",
    "figure_5",
    "figure_6",
    "figure_7_e",
    "figure_7_mu",
    "figure_7_tau",
    "figure_8",
]

FIGURES = {
    "li-2024-profiles-cevns": figure_1,
    "li-2024-profiles-xenon": figure_2,
    "li-2024-bounds": figure_3,
    "li-2024-spectra": figure_4,
    "li-2024-gap": figure_5,
    "li-2024-portal-spectra": figure_6,
    "li-2024-portal-e": figure_7_e,
    "li-2024-portal-mu": figure_7_mu,
    "li-2024-portal-tau": figure_7_tau,
    "li-2024-portal-solar": figure_8,
}
"""Figures by the name of their files."""
