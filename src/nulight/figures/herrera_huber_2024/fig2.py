"""Figure 2: electron-neutrino anapole moment and weak mixing angle, 60 t x source run."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nulight.constants import HBAR_C, M_W
from nulight.conventions import get_conventions
from nulight.experiments import load
from nulight.figures.herrera_huber_2024.common import PRESET, SM_EE, SOURCE, TREATMENTS, texono
from nulight.figures.numbers import Curves, Numbers
from nulight.figures.planes import Axis, linear, logarithmic, plane
from nulight.plotting.contour import plot_contour
from nulight.plotting.style import COLOURS, PAGE_WIDTH, StyledFigure, styled

__all__ = ["degenerate_angle", "figure_2"]

LEVELS = ("1 sigma", "2 sigma")
QUOTED = 5.5e-33
"""TEXONO's bound as the paper quotes it, cm^2."""

_OUTLINES: dict[str, tuple[str, Any]] = {
    "box": (COLOURS["vermillion"], "--"),
    "gauss": (COLOURS["green"], (0, (4, 1, 1, 1))),
}


def figure_2(n: int = 81) -> tuple[Figure, Numbers]:
    """Remake Figure 2: one and two sigma in the plane of a_ee and sin^2(theta_W).

    Parameters
    ----------
    n : int
        Grid points a side.

    Returns
    -------
    Figure, Numbers
        Left, positive moments on a logarithmic axis as in the paper; right, both signs. Filled:
        statistical errors only, as the caption says; outlines at two sigma: with mass and activity
        in hard boxes, as the text says, or as Gaussian widths.

    Notes
    -----
    The rule s2w (1 - 2 m_W^2 a) makes the two parameters degenerate for a source of nu_e alone:
    the contours are open bands along the dotted line of equal rate, and "detection" holds for
    one value of the angle. At s2w = 0.231 the SM moment has Delta chi2 = 6.8 (statistical), 0.005
    (boxes), 0.3 (Gaussian). The rule also turns TEXONO's bound around: see `texono`.
    """
    table = Curves({"line": "", "a_nu_ee": "cm^2", "sin2_theta_w": ""})
    with styled():
        figure = StyledFigure(figsize=(PAGE_WIDTH, 3.15))
        left, right = figure.subplots(1, 2, sharey=True)
        left.set_xscale("log")
        angle = linear("sin2_theta_w", 0.20, 0.26, n)
        _panel(left, "positive", logarithmic("a_nu_ee", 1e-34, 2e-32, n), angle, table)
        _panel(right, "both signs", linear("a_nu_ee", -1.25e-32, 1.25e-32, 2 * n - 1), angle, table)
        _texono_quoted(left, table)
        _texono_interval(right, table)
        right.set_ylabel("")
        handles, labels = left.get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=3, fontsize=7, columnspacing=1.4)
    note = f"10 t yr, conventions {PRESET}, Asimov data at a_ee = 0, sin2_theta_w = 0.231; levels for 2 dof"
    return figure, table.numbers("Figure 2: a_ee and sin^2 theta_W, 60 t x source run", SOURCE, note)


def degenerate_angle(a: np.ndarray) -> np.ndarray:
    """Return sin^2(theta_W) that gives the rate of a = 0 and the preset's angle, for a in cm^2."""
    return get_conventions(PRESET).sin2_theta_w / (1 - 2 * (M_W / HBAR_C) ** 2 * a)


def _panel(ax: Axes, name: str, x: Axis, y: Axis, table: Curves) -> None:
    for treatment, (variant, label) in TREATMENTS.items():
        result = plane(load("xenonnt-51cr", variant=variant or None), x, y, levels=LEVELS)
        if treatment == "statistical":
            plot_contour(result, ax, label=label)
        else:
            colour, line = _OUTLINES[treatment]
            text = rf"{label}, 2$\sigma$"
            plot_contour(result, ax, levels=["2 sigma"], filled=False, colour=colour, linestyle=line, label=text)
        table.add_contour(name, treatment, result, LEVELS)
    angle = degenerate_angle(x[1])
    ax.plot(x[1], angle, color="black", linestyle=":", linewidth=0.8, label="equal rate")
    table.add(name, "equal rate", a_nu_ee=x[1], sin2_theta_w=angle)
    ax.axvline(SM_EE, color="black", linewidth=0.9)
    ax.set_ylim(y[1][0], y[1][-1])
    table.add(name, "Standard Model", a_nu_ee=SM_EE)


def _texono_quoted(ax: Axes, table: Curves) -> None:
    """Mark the bound as quoted, and the same bound in the paper's own rule."""
    ax.annotate("SM", (SM_EE, 0.202), (2, 0), textcoords="offset points", fontsize=8)
    for a, text, line in ((QUOTED, "TEXONO, as quoted", "-"), (2 * QUOTED, "the same $|a|$ in rule (4)", "--")):
        ax.axvline(a, 0.0, 0.62, color=COLOURS["purple"], linewidth=0.9, linestyle=line)
        ax.annotate("", (0.78 * a, 0.2365), (a, 0.2365), arrowprops=_ARROW)
        ax.annotate(text, (a, 0.2015), (-8, 0), textcoords="offset points", rotation=90, fontsize=7, color="#8F4A77")
        table.add("positive", text.replace("$", ""), a_nu_ee=a)


def _texono_interval(ax: Axes, table: Curves) -> None:
    ax.annotate("SM", (SM_EE, 0.202), (2, 0), textcoords="offset points", fontsize=8)
    bound = texono()
    assert bound.lower is not None
    assert bound.upper is not None
    ends = np.array([bound.lower, bound.upper])
    ax.errorbar(ends.mean(), 0.2535, xerr=np.ptp(ends) / 2, color=COLOURS["purple"], capsize=2.5, linewidth=1)
    ax.annotate("TEXONO 90 %, in rule (4)", (bound.lower, 0.2548), fontsize=7, color="#8F4A77")
    table.add("both signs", "TEXONO 90 %, in rule (4)", a_nu_ee=ends)


_ARROW = {"arrowstyle": "-|>", "color": COLOURS["purple"], "shrinkA": 0, "shrinkB": 0, "mutation_scale": 7}
