"""Recoil spectra of the dipole portal: a light sterile neutrino shows at low energies, a heavy one at high energies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nulight.experiments import load
from nulight.figures.li_2024.fig4 import rate
from nulight.figures.li_2024.profiles import SOURCE
from nulight.figures.numbers import Curves, Numbers
from nulight.plotting.labels import quantity
from nulight.plotting.style import COLOURS, PAGE_WIDTH, StyledFigure, styled
from nulight.typing import FloatArray
from nulight.units import MeV

__all__ = ["PANELS", "Panel", "figure_6", "mean_recoil"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One target beside one source: card, name, moment and its value in mu_B, masses in keV, ranges."""

    card: str
    text: str
    parameter: str
    moment: float
    masses: tuple[float, float, float]
    T: tuple[float, float]
    rates: tuple[float, float]


PANELS: dict[str, Panel] = {
    "Ge": Panel(
        card="dresden-ii-2022",
        text=r"reactor $\bar\nu_e$, 10.39 m",
        parameter="mu_e4",
        moment=3e-10,
        masses=(0.1 * MeV, 2 * MeV, 6 * MeV),
        T=(0.01, 3.0),
        rates=(1e1, 1e9),
    ),
    "CsI": Panel(
        card="coherent-csi-2021",
        text=r"spallation $\nu_\mu, \bar\nu_\mu$, 19.3 m",
        parameter="mu_mu4",
        moment=3e-9,
        masses=(1 * MeV, 20 * MeV, 40 * MeV),
        T=(0.1, 60.0),
        rates=(1e-2, 1e4),
    ),
    "Xe": Panel(
        card="solar-b8-xe",
        text=r"solar $^8$B and hep $\nu_\tau$",
        parameter="mu_tau4",
        moment=1e-9,
        masses=(0.1 * MeV, 5 * MeV, 10 * MeV),
        T=(0.01, 6.0),
        rates=(1e-4, 1e3),
    ),
}
"""Sources and targets of the talk. It does not print its moments and masses; these are ours."""

_COLOURS = ("sky", "orange", "vermillion")


def figure_6(n: int = 241) -> tuple[Figure, Numbers]:
    """Remake the spectra of the dipole portal.

    Parameters
    ----------
    n : int
        Recoil energies of each curve.

    Returns
    -------
    Figure, Numbers
        True nuclear recoils before any detector, events per keV, kg and year: the Standard Model,
        and what the transition to a sterile neutrino of three masses adds.

    Notes
    -----
    Below ``T = m_4^4 / (4 M (M + 2 E) T_max)`` there is nothing. A heavy sterile neutrino takes the 1/T rise away, and
    the mean recoil grows; it is in the table.
    """
    table = Curves({"T": "keV", "rate": "1/(keV kg yr)", "mean_recoil": "keV"})
    with styled():
        figure = StyledFigure(figsize=(PAGE_WIDTH, 2.7))
        for ax, target in zip(figure.subplots(1, 3), PANELS, strict=True):
            _panel(ax, target, PANELS[target], n, table)
    note = "nuclear recoils before quenching, resolution and efficiency; package conventions; moments and masses ours"
    return figure, table.numbers("Recoil spectra: coherent scattering and the dipole portal", SOURCE, note)


def mean_recoil(T: FloatArray, rates: FloatArray) -> float:
    """Return the mean of T (n_T,), keV, over a spectrum between its first and last energy."""
    return float(np.trapezoid(T * rates, T) / np.trapezoid(rates, T))


def _panel(ax: Axes, target: str, panel: Panel, n: int, table: Curves) -> None:
    experiment, T = load(panel.card), np.geomspace(*panel.T, n)
    weak = rate(experiment, T, {})
    ax.plot(T, weak, color=COLOURS["blue"], linewidth=1.1, label="SM coherent scattering")
    table.add(target, "Standard Model", T=T, rate=weak)
    for m_4, colour in zip(panel.masses, _COLOURS, strict=True):
        extra = rate(experiment, T, {panel.parameter: panel.moment, "m_4": m_4}) - weak
        name = f"{panel.parameter} = {panel.moment:g} mu_B, m_4 = {m_4 / MeV:g} MeV"
        label = f"$m_4$ = {m_4 / MeV:g} MeV"
        ax.plot(T, np.where(extra > 0, extra, np.nan), color=COLOURS[colour], linewidth=1.1, label=label)
        table.add(target, name, T=T, rate=extra)
        table.add(f"{target}, mean", name, mean_recoil=mean_recoil(T, extra))
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set(xlim=panel.T, ylim=panel.rates, xlabel=r"Recoil energy $T$ [keV$_\mathrm{nr}$]")
    symbol = {"mu_e4": r"\mu_{e4}", "mu_mu4": r"\mu_{\mu4}", "mu_tau4": r"\mu_{\tau4}"}[panel.parameter]
    title = f"{target}, {panel.text}\n${symbol}$ = {quantity(panel.moment, 'mu_B')}"
    ax.set_title(title, fontsize=8)
    if target == "Ge":
        ax.set_ylabel(r"Events [keV$^{-1}$ kg$^{-1}$ yr$^{-1}$]")
    ax.legend(loc="upper right", fontsize=6.5)
