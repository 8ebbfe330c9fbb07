"""Figure 4: dark anapole moments, and what reaches them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nulight.constants import ALPHA, HBAR_C
from nulight.experiments import load
from nulight.figures.herrera_huber_2024.common import PRESET, SM_EE, SOURCE
from nulight.figures.numbers import Curves, Numbers
from nulight.inference import asimov, with_nuisances
from nulight.inference.intervals import interval_of
from nulight.inference.levels import confidence
from nulight.inference.model import Model
from nulight.literature.limits import published_limits
from nulight.models.dark_sector import anapole_band
from nulight.plotting.style import COLOURS, PAGE_WIDTH, StyledFigure, styled
from nulight.units import GeV, MeV

__all__ = ["MIXINGS", "SCALARS", "figure_4", "reach_lines"]

SCALARS = (10 * MeV, 100 * MeV, 1000 * MeV)
MIXINGS = (1e-6, 1e-3)
"""Scalar masses (keV) and kinetic mixings; the paper gives no values, these are ours for "MeV scale"."""

ANGLE = 0.2312
_FIXED = {"sin2_theta_w": ANGLE}
_ZERO = 2.92871248  # m_chi / m_phi where the loop vanishes
_AXIS = (1e-36, 1e-28)


def figure_4(n: int = 601) -> tuple[Figure, Numbers]:
    """Remake Figure 4: |a| of the scalar loop against the mass of the dark fermion.

    Parameters
    ----------
    n : int
        Masses along the axis, 1 MeV to 1 GeV.

    Returns
    -------
    Figure, Numbers
        Left: range of |a| over all masses and mixings between `SCALARS` and `MIXINGS`, with limits at two sigma (1 dof,
        sin^2(theta_W) = 0.2312, statistical errors) and lines marked as indicative. Right: the
        curves themselves, Q = 1, |c_L|^2 - |c_R|^2 = 1.

    Notes
    -----
    |a| dips to zero at m_chi = 2.929 m_phi, where the loop changes sign: the range has no lower end above
    m_chi = 29 MeV. The logarithm is that of
    the squared mass ratio; as printed in the paper's Eq. (14) it diverges at equal masses. See
    `reach_lines` for the horizontal lines, which are not all those of the paper.
    """
    m_chi = np.geomspace(1 * MeV, 1000 * MeV, n)
    table = Curves({"m_chi": "MeV", "a_low": "cm^2", "a_high": "cm^2"})
    with styled():
        figure = StyledFigure(figsize=(PAGE_WIDTH, 3.1))
        left, right = figure.subplots(1, 2, sharey=True)
        _left(left, m_chi, table)
        _right(right, np.union1d(m_chi, _ZERO * np.array(SCALARS)), table)
        for ax in (left, right):
            ax.set_xscale("log")
            ax.set_yscale("log")
            ax.set_xlim(1, 1000)
            ax.set_ylim(*_AXIS)
            ax.set_xlabel(r"$m_\chi$ [MeV]")
        left.set_ylabel(r"$|a_{ee}|$ [cm$^2$]")
    note = (
        f"conventions {PRESET} with sin2_theta_w = {ANGLE}; limits: two sigma, 1 dof, the larger end of the region "
        "around zero, statistical errors; m_phi 10 to 1000 MeV, epsilon 1e-6 to 1e-3, Q = 1, unit couplings"
    )
    return figure, table.numbers("Figure 4: dark anapole moments", SOURCE, note)


def reach_lines() -> dict[str, float]:
    """Return the horizontal lines of the left panel, |a| in cm^2.

    Notes
    -----
    "Sun" is from the shipped XENONnT data, 1-140 keV, with fixed background; a second region near
    1.4e-31, where the moment flips the sign of the coupling, is left out. "51Cr, 1.16 t yr" is the
    source at the exposure of those data.

    Indicative only: red giants from the scale 100 GeV in the abstract of arXiv:1908.00553,
    a = 1/(e Lambda^2), for light particles below a few keV; e+e- colliders from TRISTAN,
    r2(nu_tau) < 3.1e-31 cm^2 (hep-ph/0002170), over 6. The paper shows LEP, whose level we could not
    recover. Collider bounds do not apply to loops of light particles.
    """
    data = load("xenonnt-2022-er", variant="1-140keV", conventions=PRESET)
    trial = load("xenonnt-51cr", variant="no-nuisance", changes={"exposure": "1.16 t yr"})
    planned = load("xenonnt-51cr", variant="no-nuisance")
    tristan = next(b for b in published_limits("a_nu_tautau", conventions=PRESET) if b.experiment == "TRISTAN")
    assert tristan.lower is not None
    return {
        "red giants, indicative": HBAR_C**2 / (100 * GeV) ** 2 / math.sqrt(4 * math.pi * ALPHA),
        "e+e- (TRISTAN nu_tau), indicative": abs(tristan.lower),
        "Sun, XENONnT 2022": _reach(with_nuisances(data, {"xenonnt_background": "fixed"})),
        "51Cr, 1.16 t yr": _reach(asimov(trial, _FIXED)),
        "51Cr, 60 t x run": _reach(asimov(planned, _FIXED)),
        "Standard Model": SM_EE,
    }


def _reach(model: Model) -> float:
    """Larger end of the two-sigma region around zero."""
    interval = interval_of(model, "a_nu_ee", cl=confidence("2 sigma"), fixed=_FIXED)
    for low, high in interval.regions:
        if low is not None and high is not None and low <= 0 <= high:
            return max(-low, high)
    raise ValueError(f"{model.name}: no bounded region around a_nu_ee = 0 at two sigma")


def _left(ax: Axes, m_chi: np.ndarray, table: Curves) -> None:
    low, high = _range(m_chi)
    ax.fill_between(m_chi / MeV, low, high, color=COLOURS["green"], alpha=0.3, linewidth=0)
    ax.annotate("dark sector", (130, 3e-35), fontsize=8, color="#00543D")
    ax.annotate(r"limits: 2$\sigma$, statistical errors", (1.3, 1.7e-36), fontsize=7)
    table.add("left", "dark sector", m_chi=m_chi / MeV, a_low=low, a_high=high)
    for (name, value), (label, colour, line, x, above) in zip(reach_lines().items(), _LOOKS, strict=True):
        ax.axhline(value, color=colour, linestyle=line, linewidth=1)
        place: dict[str, Any] = {"va": "bottom" if above else "top", "ha": "left" if x < 30 else "right"}
        ax.annotate(label, (x, value), (0, 1 if above else -2), textcoords="offset points", fontsize=7, **place)
        table.add("left", name, a_low=value, a_high=value)


def _range(m_chi: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Smallest and largest |a| over all masses and mixings between those of the curves."""
    band = anapole_band(m_chi, m_phi=np.geomspace(SCALARS[0], SCALARS[-1], 121), epsilon=MIXINGS)
    changes_sign = (band.curves.min(axis=(0, 1)) < 0) & (band.curves.max(axis=(0, 1)) > 0)
    return np.where(changes_sign, 0.0, band.lower), band.upper


_LOOKS: tuple[tuple[str, str, Any, float, bool], ...] = (
    ("red giants (indicative)", COLOURS["grey"], (0, (4, 1.5)), 1.3, True),
    (r"$e^+e^-\to\nu\bar\nu\gamma$ (indicative)", COLOURS["grey"], ":", 1.3, True),
    ("Sun, XENONnT 2022", COLOURS["vermillion"], "-", 1.3, False),
    (r"$^{51}$Cr, 1.16 t yr", COLOURS["blue"], "--", 1.3, True),
    (r"$^{51}$Cr, 60 t run", COLOURS["blue"], "-", 1.3, False),
    ("SM", "black", "-", 800.0, True),
)
"""Label, colour and line of the `reach_lines`, where the label stands, and whether above the line."""


def _right(ax: Axes, m_chi: np.ndarray, table: Curves) -> None:
    band = anapole_band(m_chi, m_phi=SCALARS, epsilon=MIXINGS)
    colours, lines = ("blue", "vermillion", "purple"), ("--", "-")
    for i, (m_phi, colour) in enumerate(zip(band.m_phi, colours, strict=True)):
        for j, (epsilon, line) in enumerate(zip(band.epsilon, lines, strict=True)):
            size = np.abs(band.curves[i, j])
            name = rf"$m_\phi$ = {m_phi / MeV:g} MeV" if line == "-" else None
            ax.plot(m_chi / MeV, size, color=COLOURS[colour], linestyle=line, linewidth=1, label=name)
            table.add(
                "right",
                f"m_phi = {m_phi / MeV:g} MeV, epsilon = {epsilon:g}",
                m_chi=m_chi / MeV,
                a_low=size,
                a_high=size,
            )
    ax.plot([], [], color="black", linestyle="-", linewidth=1, label=r"$\epsilon=10^{-3}$")
    ax.plot([], [], color="black", linestyle="--", linewidth=1, label=r"$\epsilon=10^{-6}$")
    ax.axhline(SM_EE, color="black", linewidth=1)
    ax.annotate("SM", (1.3, SM_EE), (0, 1.5), textcoords="offset points", fontsize=7)
    table.add("right", "Standard Model", a_low=SM_EE, a_high=SM_EE)
    ax.legend(loc="upper right", fontsize=7, ncols=2)
