"""Electric and magnetic moments: spectral functions of single elements, and their reach against the exposure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from nulight.figures.ge_pasquini_2023.common import (
    NOTE,
    PAIR_COLOURS,
    SETTING,
    SOURCE,
    below_end,
    frequencies,
    scan,
    zoom,
)
from nulight.figures.numbers import Curves, Numbers
from nulight.literature.limits import PublishedLimit, published_limits
from nulight.plotting.style import COLOURS, PAGE_WIDTH, StyledFigure, styled
from nulight.renp import NewPhysics, element, spectral_parts
from nulight.renp.kinematics import PAIRS
from nulight.studies.renp.reach import renp_reach
from nulight.typing import FloatArray
from nulight.validation.renp_setup import MOMENTS

__all__ = ["BOUNDS", "MOMENT", "bounds", "figure_moments", "spectra"]

MOMENT = 1e-11
"""Size of every element of the spectral functions, mu_B."""

BOUNDS = {
    ("mu_nu_mu", "COHERENT_CsI+Ar_reanalysis"): "COHERENT",
    ("mu_nu_e", "Dresden-II_reanalysis"): "Dresden-II",
    ("mu_nu", "LZ_reanalysis"): "LZ",
    ("mu_nu", "XENONnT_SR0"): "XENONnT",
}
"""Published bounds beside the reach: coherent scattering, then detectors of dark matter."""

_SEES = {"mu_nu_e": r"$\nu_e$", "mu_nu_mu": r"$\nu_\mu$", "mu_nu": r"solar $\nu$"}
_DAYS = (1.0, 1e4)
_DASHED: Any = (0, (4, 1.5))
_STYLES: dict[str, Any] = {"mu": "-", "eps": _DASHED}
_KINDS = {"mu": ("magnetic", r"\mu"), "eps": ("electric", r"\epsilon")}


def figure_moments(n: int = 81) -> tuple[Figure, Numbers]:
    """Remake Figure 2: spectral functions of electric and magnetic moments, and reach against exposure.

    Parameters
    ----------
    n : int
        Exposures of each curve.

    Returns
    -------
    Figure, Numbers
        Spectral functions of one element (and its mirror image) of 1e-11 mu_B at a time; reach at 90 % (Delta chi2 =
        2.71) of each of the twelve with six trigger frequencies, against the days spent at each. The table has
        Delta chi2 = 3.84 too.

    Notes
    -----
    The size of the moments in the paper is not known to us. The bounds beside the reach are on moments of flavours or
    on an effective one of solar neutrinos, each of which mixes the elements; the paper's are re-analyses whose
    numbers the text as read here has lost.
    """
    table = Curves({"omega": "eV", "I": "", "days": "d", "upper": "mu_B", "upper_95": "mu_B"})
    with styled():
        figure = StyledFigure(figsize=(PAGE_WIDTH, 3.3))
        panels = figure.subplots(1, 3, width_ratios=(1, 1, 1.15))
        for ax, family in zip(panels, ("eps", "mu"), strict=False):
            _spectral(ax, family, table)
        panels[0].set_ylabel(r"$\mathcal{I}(\omega)$")
        _reach(panels[2], n, table)
        style: dict[str, Any] = {"title": SETTING, "title_fontsize": 7, "fontsize": 8, "columnspacing": 1.2}
        figure.legend(handles=_handles(), loc="outside upper center", ncols=10, **style)
    note = f"{NOTE}; moments of {MOMENT:g} mu_B; reach: one element at a time, six trigger frequencies"
    return figure, table.numbers("Figure 2: moments in radiative emission of neutrino pairs", SOURCE, note)


def spectra(family: str, omega: FloatArray) -> Iterator[tuple[str, FloatArray]]:
    """Yield the spectral function of each element of size `MOMENT`, by pair; `family` is "mu" or "eps"."""
    model, (part, _) = scan(), _KINDS[family]
    for pair in PAIRS:
        moment = element(pair, MOMENT)
        new = NewPhysics(mu=moment) if family == "mu" else NewPhysics(epsilon=moment)
        yield pair, spectral_parts(omega, model.scheme, model.neutrinos(), new)[part]


def bounds() -> Iterator[tuple[str, PublishedLimit]]:
    """Yield the published bounds beside the reach, with their names on the figure."""
    for (coupling, experiment), label in BOUNDS.items():
        yield label, next(limit for limit in published_limits(coupling) if limit.experiment == experiment)


def _spectral(ax: Axes, family: str, table: Curves) -> None:
    omega = frequencies(float(scan().scheme.E_eg / 2 - 4.2e-3), 1.0717)
    model, panel = scan(), f"{_KINDS[family][0]} moments"
    weak = spectral_parts(omega, model.scheme, model.neutrinos())["weak"]
    _line(ax, omega, weak, color=COLOURS["black"], linewidth=0.9)
    table.add(panel, "Standard Model", omega=omega, I=weak)
    for pair, spectral in spectra(family, omega):
        _line(ax, omega, spectral, color=COLOURS[PAIR_COLOURS[pair]], linestyle=_STYLES[family])
        table.add(panel, f"{family}_{pair}", omega=omega, I=spectral)
    zoom(ax)
    label = rf"$|{_KINDS[family][1]}_{{ij}}| = 10^{{-11}}\,\mu_\mathrm{{B}}$"
    box = {"facecolor": "white", "edgecolor": "none", "pad": 1}
    ax.text(0.05, 0.72, label, transform=ax.transAxes, fontsize=8, bbox=box)
    ax.set(yscale="log", ylim=(3e-7, 0.2), xlabel=r"$E_{eg}/2-\omega$ [meV]")


def _line(ax: Axes, omega: FloatArray, spectral: FloatArray, **style: Any) -> None:
    """Draw what is not zero, down to the bottom of the frame."""
    ax.plot(below_end(omega), np.where(spectral > 0, spectral, 1e-12), **style)


def _reach(ax: Axes, n: int, table: Curves) -> None:
    days = np.geomspace(*_DAYS, n)
    found, stricter = (renp_reach(scan(), list(MOMENTS), days=days, cl=cl) for cl in (0.90, 0.95))
    for i, name in enumerate(MOMENTS):
        family, _, pair = name.partition("_")
        ax.plot(days, found.upper[i], color=COLOURS[PAIR_COLOURS[pair]], linestyle=_STYLES[family])
        table.add("reach", name, days=days, upper=found.upper[i], upper_95=stricter.upper[i])
    for label, bound in bounds():
        assert bound.upper is not None
        ax.axhline(bound.upper, color=COLOURS["grey"], linewidth=0.8, linestyle=(0, (1, 1)), zorder=1)
        text = f"{label} ({_SEES[bound.coupling]})"
        ax.annotate(text, (_DAYS[0], bound.upper), (4, 1.5), textcoords="offset points", fontsize=6.5)
        table.add("bounds", f"{bound.experiment}, {bound.coupling}, {bound.reference}", upper=bound.upper)
    ax.set_title("dotted: bounds on effective moments", fontsize=7)
    ax.set(xscale="log", yscale="log", xlim=_DAYS, ylim=(3e-12, 3e-9), xlabel="days at each frequency")
    ax.set_ylabel(r"$|\mu_{ij}|$, $|\epsilon_{ij}|$ [$\mu_\mathrm{B}$]")


def _handles() -> list[Line2D]:
    pairs = [Line2D([], [], color=COLOURS[colour], label=f"${pair}$") for pair, colour in PAIR_COLOURS.items()]
    kinds = [
        Line2D([], [], color=COLOURS["grey"], linestyle=_STYLES[family], label=f"${symbol}_{{ij}}$")
        for family, (_, symbol) in _KINDS.items()
    ]
    weak = Line2D([], [], color=COLOURS["black"], label="SM", linewidth=0.9)
    return [weak, *pairs, *kinds, Line2D([], [], linestyle="", marker="^", color=COLOURS["black"], label="triggers")]
