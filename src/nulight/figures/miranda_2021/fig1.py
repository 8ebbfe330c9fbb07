"""Figure 1: electron recoils with a transition moment, in XENON1T, in TEXONO and with a 51Cr source beside xenon."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nulight.experiments import Experiment, load
from nulight.figures.miranda_2021.common import PRESET, SOURCE, dipole, expected, record, upper_limit
from nulight.figures.miranda_2021.stepping import Atomic, changes, signal
from nulight.figures.numbers import Curves, Numbers
from nulight.inference.intervals import interval_of
from nulight.plotting.labels import quantity
from nulight.plotting.spectrum import step_line
from nulight.plotting.style import COLOURS, PAGE_WIDTH, StyledFigure, styled
from nulight.results import Interval
from nulight.typing import FloatArray
from nulight.units import MeV

__all__ = ["MU_LXE", "MU_TEXONO", "M_4", "figure_1", "fitted"]

M_4 = 10.0
"""Mass of the sterile neutrino, keV, as in the paper."""
MU_TEXONO, MU_LXE = 2.2e-10, 1e-11
"""Moments of the panels, mu_B; ours. That of TEXONO is its published limit, that of XENON1T is `fitted`."""

_CONFIGURATIONS = {"A": ("blue", "5 MCi, 50 d"), "B": ("green", "5 MCi, 100 d"), "C": ("purple", "10 MCi, 100 d")}
_DATA: dict[str, Any] = {"fmt": "o", "color": "black", "markersize": 2.2, "elinewidth": 0.7}
_SM, _DIPOLE = COLOURS["blue"], COLOURS["vermillion"]
_DASHED = (0, (3, 1.5))


def figure_1() -> tuple[Figure, Numbers]:
    """Remake Figure 1: nu_e to a sterile neutrino of 10 keV by its transition moment.

    Returns
    -------
    Figure, Numbers
        XENON1T data and background with the best fit of the paper's chi2; what shells do to that
        signal; TEXONO with the moment of its limit, 2.2e-10 mu_B; the three configurations of 51Cr
        beside liquid xenon with 1e-11 mu_B. The table has checks beside the curves.

    Notes
    -----
    The second panel is ours, for the statement that the efficiency washes out the correction by the
    step function. The points of TEXONO are a stand-in with one error for all bins, not its data,
    which are not public. Activities and times of A, B and C are assumptions of the cards.
    """
    rates = {"rate": "events/(t yr keV) of XENON1T, events/(kg d MeV) of TEXONO, events per bin of 51Cr", "error": ""}
    table = Curves({"E_low": "keV", "E_high": "keV", **rates, "moment": "mu_B", "number": ""})
    fit = fitted()
    best = fit.best_fit
    with styled():
        figure = StyledFigure(figsize=(PAGE_WIDTH, 5.0))
        panels = figure.subplots(2, 2).ravel()
        _xenon1t(panels[0], fit, table)
        _stepping(panels[1], best, table)
        _texono(panels[2], table)
        _chromium(panels[3], table)
    note = (
        f"conventions {PRESET}, m_4 = {M_4:g} keV, nuisances at their nominal values; moments: XENON1T {best:.3g} mu_B "
        f"(best fit), TEXONO {MU_TEXONO:g} mu_B, 51Cr {MU_LXE:g} mu_B; the points of TEXONO are a proxy, not data"
    )
    return figure, table.numbers("Figure 1: transition moment of nu_e in electron recoils", SOURCE, note)


def fitted() -> Interval:
    """Return the best fit of mu_e4 (mu_B) to the XENON1T data, and its 90 % interval, at the mass of the figure."""
    return interval_of(_xenon(), "mu_e4", fixed={"m_4": M_4})


def _xenon(atomic: str = "stepping") -> Experiment:
    changes = {"target": {"atomic": atomic}}
    return load("xenon1t-2020-er", variant="gaussian", conventions=PRESET, changes=changes)


def _point(moment: float) -> dict[str, float]:
    return {"mu_e4": moment, "m_4": M_4}


def _moment_text(moment: float) -> str:
    return rf"$\mu_{{e4}}$ = {quantity(moment, 'mu_B')}"


def _line(
    ax: Axes,
    table: Curves,
    panel: str,
    name: str,
    edges: FloatArray,
    rate: FloatArray,
    energy: float = 1.0,
    **style: Any,
) -> None:
    """Draw one curve, energies in units of `energy`, and note it down in keV."""
    step_line(ax, edges / energy, rate, linewidth=1, **style)
    table.add(panel, name, E_low=edges[:-1], E_high=edges[1:], rate=rate)


def _points(
    ax: Axes, table: Curves, panel: str, model: Experiment, scale: float, label: str, energy: float = 1.0
) -> None:
    assert model.sigma is not None
    edges, rate, error = model.bin_edges, model.observed * scale, model.sigma * scale
    ax.errorbar((edges[:-1] + edges[1:]) / 2 / energy, rate, yerr=error, label=label, **_DATA)
    table.add(panel, label, E_low=edges[:-1], E_high=edges[1:], rate=rate, error=error)


def _xenon1t(ax: Axes, fit: Interval, table: Curves) -> None:
    model, best = _xenon(), fit.best_fit
    scale, b0 = 1 / 0.648, expected(model)  # per t yr; bins of 1 keV
    edges = model.bin_edges
    _points(ax, table, "XENON1T", model, scale, "data")
    _line(ax, table, "XENON1T", "B0", edges, b0 * scale, color=_SM, label="$B_0$")
    for atomic, style in (("stepping", "-"), ("free", _DASHED)):
        rate = (b0 + dipole(_xenon(atomic), _point(best))) * scale
        text = "$B_0$ + dipole" + (", free electrons" if atomic == "free" else "")
        _line(ax, table, "XENON1T", text.replace("$", ""), edges, rate, color=_DIPOLE, linestyle=style, label=text)
    ax.set(xlim=(1, 30), ylim=(0, 142), xlabel="Reconstructed energy [keV]", ylabel=_PER_T_YR)
    title = rf"XENON1T, $m_4$ = {M_4:g} keV, {_moment_text(best)} (best fit)"
    ax.legend(loc="upper center", ncols=2, fontsize=7, title=title, title_fontsize=8)
    record(table, {"XENON1T best fit of mu_e4": best}, "moment")
    ends = {"lower": fit.lower, "upper": fit.upper}
    record(table, {f"XENON1T 90 % {side} end": end for side, end in ends.items() if end is not None}, "moment")
    counts = {"observed": model.observed, "B0": b0, "dipole": dipole(model, _point(best))}
    record(table, {f"XENON1T {name}, events in 1-7 keV": n[:6].sum() for name, n in counts.items()}, "number")


def _stepping(ax: Axes, best: float, table: Curves) -> None:
    for losses, width, text in ((False, 0.7, "before the efficiency"), (True, 1.4, "after it")):
        for (atomic, how), line in zip(_ATOMIC.items(), (_DASHED, "-"), strict=True):
            edges, counts = signal(atomic, _point(best), losses=losses)
            rate = counts / np.diff(edges) / 0.648
            style: dict[str, Any] = {"color": _DIPOLE if losses else COLOURS["grey"], "linestyle": line}
            step_line(ax, edges, rate, linewidth=width, label=f"{how}, {text}", **style)
            table.add("stepping", f"{atomic}, {text}", E_low=edges[:-1], E_high=edges[1:], rate=rate)
    ax.axvspan(1, 7, color=COLOURS["sky"], alpha=0.15, linewidth=0)
    ax.set(xlim=(0, 10), ylim=(0, 48), xlabel="Reconstructed energy [keV]", ylabel=_PER_T_YR)
    found = changes(_point(best))
    lines = [_effect(low, high, found) for low, high in ((0.0, 30.0), (1.0, 7.0))]
    title = "XENON1T, dipole signal alone\neffect of the shells on the counts:\n" + "\n".join(lines)
    ax.legend(loc="upper right", fontsize=7, title=title, title_fontsize=7, alignment="right")
    names = {key: f"shells, {key[0]:g}-{key[1]:g} keV, {'after' if key[2] else 'before'} efficiency" for key in found}
    record(table, {names[key]: value for key, value in found.items()}, "number")


def _effect(low: float, high: float, found: Mapping[tuple[float, float, bool], float]) -> str:
    before, after = (f"{100 * found[low, high, losses]:.1f} %".replace("-", "\u2212") for losses in (False, True))
    return f"{low:g}\N{EN DASH}{high:g} keV: {before} before, {after} after"


def _texono(ax: Axes, table: Curves) -> None:
    model = load("texono-csi-2010", conventions=PRESET)
    edges = model.bin_edges
    scale = 1 / 29882 / 0.5  # kg d, MeV
    _points(ax, table, "TEXONO", model, scale, "proxy points with one error, not data", MeV)
    weak, extra = expected(model), dipole(model, _point(MU_TEXONO))
    _line(ax, table, "TEXONO", "Standard Model", edges, weak * scale, MeV, color=_SM, label="Standard Model")
    text = f"SM + {_moment_text(MU_TEXONO)}"
    _line(ax, table, "TEXONO", "SM + dipole", edges, (weak + extra) * scale, MeV, color=_DIPOLE, label=text)
    ax.axhline(0, color=COLOURS["grey"], linewidth=0.5)
    ax.set(xlim=(3, 8), ylim=(-0.006, 0.031), xlabel="Electron recoil energy [MeV]")
    ax.set_ylabel(r"Events [kg$^{-1}$ d$^{-1}$ MeV$^{-1}$]")
    ax.legend(loc="upper right", fontsize=7, title=f"TEXONO, $m_4$ = {M_4:g} keV", title_fontsize=8)
    record(table, {"TEXONO proxy, 90 % upper limit": upper_limit(model, "mu_e4", M_4)}, "moment")


def _chromium(ax: Axes, table: Curves) -> None:
    for name, (colour, text) in _CONFIGURATIONS.items():
        model = load(f"51cr-lxe-{name.lower()}", conventions=PRESET)
        weak, extra = model.signal.standard.sum(axis=0), dipole(model, _point(MU_LXE))
        style: dict[str, Any] = {"color": COLOURS[colour]}
        _line(ax, table, "51Cr-LXe", f"{name}, SM", model.bin_edges, weak, label=f"{name}: {text}", **style)
        _line(ax, table, "51Cr-LXe", f"{name}, dipole", model.bin_edges, extra, linestyle=_DASHED, **style)
        counts = {"SM": weak, "dipole": extra, "background": model.backgrounds["background"]}
        record(table, {f"51Cr-LXe {name}, {key} events": n.sum() for key, n in counts.items()}, "number")
        record(table, {f"51Cr-LXe {name}, 90 % upper limit": upper_limit(model, "mu_e4", M_4)}, "moment")
    for label, line in (("Standard Model", "-"), (f"dipole, {_moment_text(MU_LXE)}", _DASHED)):
        ax.plot([], [], color="black", linewidth=1, linestyle=line, label=label)
    ax.set_yscale("log")
    ax.set(xlim=(0, 30), ylim=(0.5, 900), xlabel="Electron recoil energy [keV]", ylabel="Events per 0.5 keV")
    title = rf"$^{{51}}$Cr beside 6 t of liquid xenon, $m_4$ = {M_4:g} keV"
    ax.legend(loc="upper right", ncols=2, fontsize=7, title=title, title_fontsize=8)


_ATOMIC: dict[Atomic, str] = {"free": "free electrons", "stepping": "by shells"}
_PER_T_YR = r"Events [keV$^{-1}$ (t yr)$^{-1}$]"
