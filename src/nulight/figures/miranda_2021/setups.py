"""The experiments of Figures 3 and 4: cards, looks, limits against the mass and the region of the XENON1T excess."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from nulight.experiments import Experiment, load
from nulight.figures.miranda_2021.common import PRESET
from nulight.plotting.style import COLOURS
from nulight.results.portal import PortalLimit
from nulight.results.portal_region import PortalRegion
from nulight.studies.portal import portal_limit
from nulight.studies.portal_region import portal_region

__all__ = ["ACCELERATOR", "CHROMIUM", "REACTOR", "SETUPS", "XENON1T", "Excess", "Setup", "excess", "limit"]

_PLANNED = (0, (4, 1.5))
_XENON = (0, (5, 1.2, 1, 1.2))


@dataclass(frozen=True, slots=True)
class Setup:
    """An experiment as the paper has it.

    Attributes
    ----------
    card : str
        Name and variant, ``name:variant``.
    label : str
    colour : str
    line : str or dash pattern
        Solid for data, broken for planned experiments.
    """

    card: str
    label: str
    colour: str
    line: Any = "-"

    def load(self) -> Experiment:
        """Return the experiment with the conventions of the paper."""
        return load(self.card, conventions=PRESET)


ACCELERATOR = {
    "CsI": Setup("coherent-csi-2017:miranda-2021", "COHERENT CsI 2017", COLOURS["blue"]),
    "LAr": Setup("coherent-lar-2020:miranda-2021", "COHERENT LAr 2020", COLOURS["vermillion"]),
    "CENNS-750": Setup("cenns-750", "CENNS-750, 3 yr", COLOURS["black"], _PLANNED),
}
REACTOR = {"TEXONO": Setup("texono-csi-2010", "TEXONO (stand-in for its data)", COLOURS["black"])}
CHROMIUM = {
    "Si": Setup("51cr-cevns-si", r"$^{51}$Cr, Si", COLOURS["blue"], _PLANNED),
    "Ge": Setup("51cr-cevns-ge", r"$^{51}$Cr, Ge", COLOURS["vermillion"], _PLANNED),
    "Al2O3": Setup("51cr-cevns-al2o3", r"$^{51}$Cr, Al$_2$O$_3$", COLOURS["green"], _PLANNED),
    "CaWO4": Setup("51cr-cevns-cawo4", r"$^{51}$Cr, CaWO$_4$", COLOURS["purple"], _PLANNED),
    "LXe A": Setup("51cr-lxe-a", r"$^{51}$Cr, LXe A", COLOURS["blue"], _XENON),
    "LXe B": Setup("51cr-lxe-b", r"$^{51}$Cr, LXe B", COLOURS["green"], _XENON),
    "LXe C": Setup("51cr-lxe-c", r"$^{51}$Cr, LXe C", COLOURS["purple"], _XENON),
}
SETUPS = {**ACCELERATOR, **REACTOR, **CHROMIUM}
"""Experiments by the names of their curves."""

XENON1T = Setup("xenon1t-2020-er:gaussian", "XENON1T", COLOURS["sky"])

_MASSES = np.concatenate(
    [np.geomspace(1, 50, 8), np.geomspace(60, 200, 18), np.geomspace(230, 540, 6), np.geomspace(570, 800, 16)]
)  # keV, dense where the regions end; boron-8 neutrinos make heavier ones, too few to be seen
_COUPLINGS = 73


@dataclass(frozen=True, slots=True)
class Excess:
    """What the XENON1T data prefer: the region in the plane, and the interval at every mass."""

    region: PortalRegion
    interval: PortalLimit


def limit(setup: Setup, coupling: str, model: Experiment | None = None) -> PortalLimit:
    """Return the limit at 90 %, two-sided with one degree of freedom, at masses up to the last one seen."""
    return portal_limit(model or setup.load(), coupling, expected=False)


def excess(coupling: str) -> Excess:
    """Return the 90 % region (2 dof) of the XENON1T excess, and the 90 % interval (1 dof) at every mass."""
    model = XENON1T.load()
    interval = portal_limit(model, coupling, _MASSES, expected=False)
    first = float(interval.upper[0])
    couplings = np.geomspace(first / 30, first * 1e3, _COUPLINGS)
    return Excess(portal_region(model, coupling, _MASSES, couplings, cl=0.90, dof=2), interval)
