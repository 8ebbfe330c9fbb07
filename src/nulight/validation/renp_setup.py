"""The scan of trigger frequencies of doi:10.3390/psf2023008051, shared by its targets and its figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nulight.neutrinos.mixing import OscillationParameters
from nulight.renp import PAIRS, RenpExperiment, renp_experiment

__all__ = ["MOMENTS", "NUFIT_5", "THREE", "paper_experiment"]

NUFIT_5 = OscillationParameters(
    s2_12=0.304,
    s2_13=0.02220,
    s2_23=0.573,
    delta_cp=0.0,
    dm2_21=7.42e-5,
    dm2_31=2.515e-3,
    source="Esteban:2020cvm; rounded",
    name="nufit-5-rounded",
)
"""Splittings and angles of the time of the paper, whose own are not known; phases only matter to Majorana neutrinos."""

THREE = (1.069, 1.07, 1.0712)
"""Three of the paper's six trigger frequencies, eV. Which three it used for mediators is not known."""

MOMENTS = tuple(f"{family}_{pair}" for family in ("mu", "eps") for pair in PAIRS)
"""The magnetic and electric moments of Dirac neutrinos."""


def paper_experiment(
    atom: str = "yb-dinh-2012",
    triggers: Sequence[float] | None = None,
    *,
    lightest: float = 0.01,
    oscillation: str | OscillationParameters = NUFIT_5,
    **choices: Any,
) -> RenpExperiment:
    """Return the scan of the paper: its six frequencies, 10 d each, m_1 = 0.01 eV, no background, no losses.

    Parameters
    ----------
    atom : str
    triggers : sequence of float, eV, optional
        In place of the six.
    lightest : float, eV
        0.01 is inferred: the paper's six frequencies lie one by one between the six thresholds there.
    oscillation : str or OscillationParameters
    choices
        Further arguments of `nulight.renp.renp_experiment`.
    """
    return renp_experiment(atom, triggers, lightest=lightest, oscillation=oscillation, **choices)
