"""Figure 2 under the paper's settings beside physical ones: what each assumption is worth."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nulight.experiments import load
from nulight.figures.herrera_huber_2024.common import SOURCE
from nulight.figures.numbers import Curves, Numbers
from nulight.figures.planes import linear, plane
from nulight.inference import minimise, with_nuisances
from nulight.inference.coordinates import baseline
from nulight.inference.model import Model
from nulight.models.standard_model import standard_model_anapole
from nulight.plotting.contour import plot_contour
from nulight.plotting.style import COLOURS, PAGE_WIDTH, StyledFigure, legend_above, styled
from nulight.typing import FloatArray

__all__ = ["SETTINGS", "delta_chi2", "figure_2_settings"]

SETTINGS = {
    "paper": ("gauss", "as in the paper", COLOURS["blue"], "-"),
    "decay": ("gauss+decay-average", "source decays", COLOURS["vermillion"], "--"),
    "decay, wall": ("gauss+decay-average+1m-from-wall", "decays, 1 m from wall", COLOURS["green"], (0, (4, 1, 1, 1))),
    "physical": ("physical", "all physical", COLOURS["black"], (0, (1, 1))),
}
"""Variant of the card, legend entry, colour and line."""


def figure_2_settings(n: int = 81) -> tuple[Figure, Numbers]:
    """Compare the paper's settings with physical ones, 60 t x source run.

    Parameters
    ----------
    n : int
        Grid points a side, and points of each curve.

    Returns
    -------
    Figure, Numbers
        Left: two sigma in a_ee and sin^2(theta_W), statistical errors, crosses at the truth.
        Right: Delta chi2 of a_ee at fixed angle with Gaussian widths (2.75 % mass, 1 % activity),
        the moment counted from the truth in units of the Standard Model's.

    Notes
    -----
    In the paper's settings the truth is a = 0 and the SM moment, 6.9e-34 cm^2 in the rule
    s2w (1 - 2 m_W^2 a), changes the rate by 1.6 %. "All physical" is the card's variant of that
    name: radiative couplings, where the truth contains the SM moment of 1.38e-33 cm^2, a source of
    3.41 MCi that decays 1 m from the wall, solar neutrinos as signal, flux uncertainties.
    """
    table = Curves({"line": "", "a_nu_ee": "cm^2", "sin2_theta_w": "", "a_over_SM": "", "delta_chi2": ""})
    with styled():
        figure = StyledFigure(figsize=(PAGE_WIDTH, 3.2))
        left, right = figure.subplots(1, 2)
        _left(left, n, table)
        _right(right, n, table)
    note = "10 t yr, Asimov data; left: statistical errors, 2 dof; right: Gaussian widths, 1 dof, angle fixed"
    return figure, table.numbers("Figure 2 under other settings", SOURCE, note)


def delta_chi2(setting: str, a_over_sm: FloatArray, *, statistical: bool = False) -> tuple[FloatArray, FloatArray]:
    """Return a_ee and Delta chi2 at a distance from the truth counted in Standard Model moments."""
    model, sm = _model(setting, statistical)
    a = baseline(model.parameters()["a_nu_ee"]) + a_over_sm * sm
    return a, minimise(model, {"a_nu_ee": a}).twice_nll


def _model(setting: str, statistical: bool) -> tuple[Model, float]:
    experiment = load("xenonnt-51cr", variant=SETTINGS[setting][0])
    sm = float(standard_model_anapole(experiment.conventions)[0])
    if statistical:
        return with_nuisances(experiment, {n.name: "fixed" for n in experiment.nuisances}), sm
    return experiment, sm


def _left(ax: Axes, n: int, table: Curves) -> None:
    x, y = linear("a_nu_ee", -1.5e-33, 3.5e-33, n), linear("sin2_theta_w", 0.222, 0.246, n)
    for name, (_, label, colour, line) in SETTINGS.items():
        result = plane(_model(name, True)[0], x, y, levels=("2 sigma",))
        style: dict[str, Any] = {"filled": name == "paper", "colour": colour, "linestyle": line, "label": label}
        plot_contour(result, ax, best_fit=name in ("paper", "physical"), **style)
        table.add_contour("left", name, result, ("2 sigma",))
        table.add("left", f"{name}, truth", a_nu_ee=result.best_fit[0], sin2_theta_w=result.best_fit[1])
    legend_above(ax, ncols=2, title=r"2$\sigma$ (2 dof), statistical errors, + truth", title_fontsize=7)


def _right(ax: Axes, n: int, table: Curves) -> None:
    steps = np.linspace(-3.5, 3.5, n)
    for name, (_, label, colour, line) in SETTINGS.items():
        a, delta = delta_chi2(name, steps)
        ax.plot(steps, delta, color=colour, linestyle=line, label=label, linewidth=1)
        table.add("right", name, a_nu_ee=a, a_over_SM=steps, delta_chi2=delta)
    for side in (-1, 1):
        ax.axvline(side, color=COLOURS["grey"], linewidth=0.6)
    for k in (1, 2):
        ax.axhline(k**2, color=COLOURS["grey"], linewidth=0.6, linestyle=":")
        ax.annotate(rf"{k}$\sigma$", (0, k**2), (0, 1.5), textcoords="offset points", ha="center", fontsize=7)
    ax.set_xlim(-3.5, 3.5)
    ax.set_ylim(0, 9)
    ax.set_xlabel(r"$(a_{ee}-a_{ee}^\mathrm{true})\,/\,a_{ee}^\mathrm{SM}$")
    ax.set_ylabel(r"$\Delta\chi^2$")
    legend_above(ax, ncols=2, title=r"Gaussian widths, $\sin^2\theta_W$ fixed", title_fontsize=7)
