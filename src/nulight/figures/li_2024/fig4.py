"""Recoil spectra of coherent scattering and of magnetic moments, by target and source."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nulight.experiments import Experiment, load
from nulight.figures.li_2024.profiles import SOURCE
from nulight.figures.numbers import Curves, Numbers
from nulight.models.couplings import nuclear_terms
from nulight.neutrinos.mixing import get_oscillation, pmns
from nulight.plotting.labels import quantity
from nulight.plotting.style import COLOURS, PAGE_WIDTH, StyledFigure, styled
from nulight.rates import recoil_spectrum
from nulight.targets.nuclei import NuclearTarget
from nulight.typing import FloatArray
from nulight.units import yr

__all__ = ["MOMENTS", "TARGETS", "figure_4", "rate"]

MOMENTS = {1e-9: "-", 1e-10: (0, (4, 1.5))}
"""Moments of every flavour, mu_B, and their lines."""

TARGETS = {
    "CsI": ("coherent-csi-2021", "spallation source, 19.3 m", (0.1, 100.0), (1e-2, 1e3)),
    "Ar": ("coherent-lar-2020", "spallation source, 27.5 m", (0.1, 300.0), (1e-4, 1e2)),
    "Ge": ("dresden-ii-2022", "reactor, 10.39 m", (0.01, 3.0), (1e2, 1e9)),
    "Xe": ("solar-b8-xe", r"solar $^8$B and hep", (0.01, 6.0), (1e-4, 1e2)),
}
"""Experiment whose source is taken, its name, and the ranges of recoil (keV) and rate (1/(keV kg yr))."""


def figure_4(n: int = 241) -> tuple[Figure, Numbers]:
    """Remake the spectra of coherent scattering with a magnetic moment.

    Parameters
    ----------
    n : int
        Recoil energies of each curve.

    Returns
    -------
    Figure, Numbers
        True nuclear recoils before any detector, events per keV, kg and year: the Standard Model,
        and what a moment of 1e-9 or 1e-10 mu_B of every flavour adds to it.

    Notes
    -----
    A moment adds to the weak part without interference and falls as 1/T: it wins below an energy that grows as
    the square of the moment. The talk does not state its sources; these are those of its data.
    """
    table = Curves({"T": "keV", "rate": "1/(keV kg yr)"})
    with styled():
        figure = StyledFigure(figsize=(PAGE_WIDTH, 4.8))
        for ax, target in zip(figure.subplots(2, 2).ravel(), TARGETS, strict=True):
            _panel(ax, target, n, table)
    note = (
        "nuclear recoils before quenching, resolution and efficiency; package conventions; sources of the cards named"
    )
    return figure, table.numbers("Recoil spectra: coherent scattering and magnetic moments", SOURCE, note)


def rate(experiment: Experiment, T: FloatArray, values: dict[str, float]) -> FloatArray:
    """Return the rate of nuclear recoils (n_T,), 1/(keV kg yr), at true recoil energies in keV."""
    target = experiment.targets["nuclear-recoil"]
    assert isinstance(target, NuclearTarget)
    conventions, fluxes = experiment.conventions, [flux for source in experiment.sources for flux in source.fluxes]
    terms = {h: nuclear_terms(values, conventions, h, target) for h in {flux.helicity for flux in fluxes}}
    spectrum = recoil_spectrum(fluxes, target, terms, T, pmns(get_oscillation(conventions.oscillation)))
    total: FloatArray = spectrum.sum(axis=0) * yr
    return total


def _panel(ax: Axes, target: str, n: int, table: Curves) -> None:
    card, text, ends, heights = TARGETS[target]
    experiment, T = load(card), np.geomspace(*ends, n)
    weak = rate(experiment, T, {})
    _curve(ax, table, target, "Standard Model", T, weak, color=COLOURS["blue"], label="SM coherent scattering")
    for moment, line in MOMENTS.items():
        extra = rate(experiment, T, {"mu_nu": moment}) - weak
        label = rf"$\mu_\nu$ = {quantity(moment, 'mu_B')}"
        style: dict[str, Any] = {"color": COLOURS["vermillion"], "linestyle": line, "label": label}
        _curve(ax, table, target, f"mu_nu = {moment:g} mu_B", T, extra, **style)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set(xlim=ends, ylim=heights, xlabel=r"Recoil energy $T$ [keV$_\mathrm{nr}$]")
    ax.set_ylabel(r"Events [keV$^{-1}$ kg$^{-1}$ yr$^{-1}$]")
    ax.legend(loc="upper right", fontsize=7, title=f"{target}, {text}", title_fontsize=8, alignment="left")


def _curve(ax: Axes, table: Curves, panel: str, name: str, T: FloatArray, value: FloatArray, **style: Any) -> None:
    ax.plot(T, np.where(value > 0, value, np.nan), linewidth=1.1, **style)
    table.add(panel, name, T=T, rate=value)
