"""What the figures of the paper share: its scan, frequencies that resolve the thresholds, and how those are drawn."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import NullFormatter

from nulight.plotting.style import COLOURS
from nulight.renp import PAIRS, RenpExperiment, thresholds
from nulight.typing import ArrayLike, FloatArray
from nulight.validation.renp_setup import NUFIT_5, THREE, paper_experiment

__all__ = [
    "NOTE",
    "PAIR_COLOURS",
    "SETTING",
    "SOURCE",
    "THREE_NAME",
    "below_end",
    "frequencies",
    "pair_thresholds",
    "scan",
    "zoom",
]

SOURCE = "Ge and Pasquini, Phys. Sci. Forum 8 (2023) 51 (arXiv:2110.03510, arXiv:2206.11717), remade with nulight"
NOTE = (
    "Yb with E_eg = 2.14349 eV, normal ordering, m_1 = 0.01 eV, Dirac neutrinos, summed spins, "
    f"{NUFIT_5.name}; 100 cm^3 with 1e21 atoms and photons per cm^3, no background, no losses"
)
SETTING = r"Yb, Dirac neutrinos, normal ordering, $m_1 = 10$ meV"
"""What the figures say about their neutrinos."""

THREE_NAME = f"{', '.join(f'{omega:g}' for omega in THREE)} eV"
"""The scan of three frequencies in legends."""

PAIR_COLOURS = dict(zip(PAIRS, ("blue", "sky", "orange", "green", "vermillion", "purple"), strict=True))
"""Colours of the pairs of mass states in all figures."""

_STEPS = 60  # points between two thresholds


@lru_cache(maxsize=4)
def scan(three: bool = False) -> RenpExperiment:
    """Return the paper's scan of six trigger frequencies, or of three of them, 10 d each."""
    return paper_experiment(triggers=THREE if three else None)


def pair_thresholds() -> dict[str, float]:
    """Return the threshold of each pair, eV."""
    model = scan()
    ends = thresholds(model.scheme.E_eg, model.neutrinos().masses)
    return {pair: float(ends[index]) for pair, index in PAIRS.items()}


def frequencies(first: float, last: float) -> FloatArray:
    """Return frequencies, eV, that crowd on both sides of every threshold between the ends."""
    inside = [end for end in pair_thresholds().values() if first < end < last]
    edges = np.array([first, *sorted(inside), last])
    share = _crowded(_crowded(np.linspace(0, 1, _STEPS)))
    grid: FloatArray = np.unique(edges[:-1, None] + np.diff(edges)[:, None] * share)
    return grid


def _crowded(share: FloatArray) -> FloatArray:
    """Move numbers between 0 and 1 towards both ends, quadratically there."""
    moved: FloatArray = (1 - np.cos(np.pi * share)) / 2
    return moved


def below_end(omega: ArrayLike) -> FloatArray:
    """Return how far frequencies lie below E_eg/2, where the spectrum of massless neutrinos ends, meV."""
    distance: FloatArray = (scan().scheme.E_eg / 2 - np.asarray(omega, float)) * 1e3
    return distance


def zoom(ax: Axes) -> None:
    """Make the x axis one of `below_end`, frequencies rising to the right, with the thresholds and the triggers."""
    ax.set_xscale("log")
    ax.set_xlim(4.0, 0.08)
    ticks = (4, 2, 1, 0.5, 0.2, 0.1)
    ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    ax.xaxis.set_minor_formatter(NullFormatter())
    frame = ax.get_xaxis_transform()
    place: dict[str, Any] = {"xycoords": frame, "textcoords": "offset points", "ha": "center", "va": "bottom"}
    for pair, end in pair_thresholds().items():
        x = float(below_end(end))
        ax.axvline(x, color=COLOURS["grey"], linewidth=0.5, linestyle=(0, (1, 1.2)), zorder=0)
        ax.annotate(pair, (x, 1.0), _SHIFTS.get(pair, (0, 1)), fontsize=6.5, **place)
    triggers = below_end(scan().triggers)
    ax.plot(triggers, np.zeros(len(triggers)), "^", transform=frame, label="trigger frequencies", **_MARK)


_MARK: dict[str, Any] = {"color": COLOURS["black"], "markersize": 3, "clip_on": False, "zorder": 6}
_SHIFTS = {"13": (3.5, 1), "23": (-3.5, 1), "22": (-5, 1), "11": (5, 1)}
