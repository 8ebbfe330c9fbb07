"""Figure 2: coherent scattering with a transition moment, in COHERENT and beside a 51Cr source."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nulight.experiments import Experiment, load
from nulight.figures.miranda_2021.common import PRESET, SOURCE, dipole, expected, record, upper_limit
from nulight.figures.numbers import Curves, Numbers
from nulight.inference import asimov
from nulight.interactions.kinematics import T_max
from nulight.plotting.labels import quantity
from nulight.plotting.spectrum import step_line
from nulight.plotting.style import COLOURS, PAGE_WIDTH, StyledFigure, styled
from nulight.targets.nuclei import NuclearTarget
from nulight.typing import FloatArray
from nulight.units import eV

__all__ = ["LINE", "MU_COHERENT", "MU_CR51", "M_4", "TARGETS", "figure_2", "largest_recoils"]

M_4 = 10.0
MU_COHERENT, MU_CR51 = 3e-9, 3e-11
"""Mass (keV) and moments (mu_B) of the figure, ours: below the limits of both detectors, and two orders lower."""

LINE = 752.0
"""Highest line of 51Cr, keV."""
TARGETS = {"Si": "blue", "Ge": "vermillion", "Al2O3": "green", "CaWO4": "purple"}
"""Targets beside the source, and their colours."""

_FINE = {"bins": {"from": "8 eVnr", "to": "77 eVnr", "n": 138}}
_NAMES = {"Si": "Si", "Ge": "Ge", "Al2O3": r"Al$_2$O$_3$", "CaWO4": r"CaWO$_4$"}
_DASHED = (0, (3, 1.5))


def figure_2() -> tuple[Figure, Numbers]:
    """Remake Figure 2: nuclear recoils with a moment of nu_mu (COHERENT) or nu_e (51Cr) to a sterile neutrino.

    Returns
    -------
    Figure, Numbers
        Above: residual counts of CsI (2017) and of liquid argon with their errors, the prediction
        and what a moment of 3e-9 mu_B of nu_mu adds. Below: the four targets beside the source, in
        bins of 0.5 eV, and a moment of 3e-11 mu_B of nu_e. The table has checks beside the curves.

    Notes
    -----
    Settings of the cards' variants miranda-2021; the energy-dependent quenching of CsI is the
    polynomial of 2021, a proxy. Masses of one litre and 25 cm from the source are assumptions.
    """
    units = {"PE_low": "", "PE_high": "", "E_low": "keV", "E_high": "keV", "counts": "", "error": ""}
    table = Curves(units | {"moment": "mu_B", "T_max": "keV", "number": ""})
    csi, lar = (load(f"coherent-{name}", variant="miranda-2021") for name in ("csi-2017", "lar-2020"))
    with styled():
        figure = StyledFigure(figsize=(PAGE_WIDTH, 5.0))
        cells = figure.add_gridspec(2, 2)
        _coherent(figure.add_subplot(cells[0, 0]), "CsI", csi, table)
        _coherent(figure.add_subplot(cells[0, 1]), "LAr", lar, table)
        _chromium(figure.add_subplot(cells[1, :]), table)
    for name, model in (("CsI", csi), ("LAr", lar)):
        record(table, {f"{name}, 90 % upper limit": upper_limit(model, "mu_mu4", 0.0)}, "moment")
        record(table, {f"{name}, 90 % expected upper limit": upper_limit(asimov(model), "mu_mu4", 0.0)}, "moment")
    note = (
        f"conventions {PRESET}, m_4 = {M_4:g} keV, mu_mu4 = {MU_COHERENT:g} mu_B (COHERENT), mu_e4 = {MU_CR51:g} mu_B "
        "(51Cr), nuisances at their nominal values; counts of 51Cr are per eV; limits are two-sided, 1 dof"
    )
    return figure, table.numbers("Figure 2: transition moments in coherent scattering", SOURCE, note)


def largest_recoils() -> dict[str, float]:
    """Return the largest recoil (keV) of each element beside the source: the lightest isotope, the highest line."""
    elements = ("Si", "Ge", "Al", "O", "Ca", "W")
    masses = {n.symbol: n.mass for material in TARGETS for n in reversed(_nuclei(_load(material)).nuclides)}
    return {element: float(T_max(LINE, masses[element])) for element in elements}


def _load(material: str, changes: dict[str, Any] | None = None) -> Experiment:
    return load(f"51cr-cevns-{material.lower()}", conventions=PRESET, changes=changes)


def _nuclei(model: Experiment) -> NuclearTarget:
    target = model.targets["nuclear-recoil"]
    assert isinstance(target, NuclearTarget)
    return target


def _coherent(ax: Axes, name: str, model: Experiment, table: Curves) -> None:
    edges = model.bin_edges
    ends = ("PE_low", "PE_high") if name == "CsI" else ("E_low", "E_high")
    place = dict(zip(ends, (edges[:-1], edges[1:]), strict=True))
    neutrons = sum(model.backgrounds.values(), np.zeros(len(edges) - 1))
    weak = expected(model)
    total = weak + dipole(model, {"mu_mu4": MU_COHERENT, "m_4": M_4})
    ax.stairs(neutrons, edges, fill=True, color="#C8C8C8", label="beam neutrons")
    step_line(ax, edges, weak, color=COLOURS["blue"], linewidth=1, label="SM + neutrons")
    text = rf"and $\mu_{{\mu 4}}$ = {quantity(MU_COHERENT, 'mu_B')}"
    step_line(ax, edges, total, color=COLOURS["vermillion"], linewidth=1, linestyle=_DASHED, label=text)
    assert model.sigma is not None
    style: dict[str, Any] = {"fmt": "o", "color": "black", "markersize": 2.2, "elinewidth": 0.7, "label": "data"}
    ax.errorbar((edges[:-1] + edges[1:]) / 2, model.observed, yerr=model.sigma, **style)
    ax.axhline(0, color=COLOURS["grey"], linewidth=0.5)
    ax.set_xlim(edges[0], edges[-1])
    ax.set_ylim(top=1.15 * ax.get_ylim()[1])
    ax.set_xlabel("Photoelectrons" if name == "CsI" else r"Reconstructed energy [keV$_\mathrm{ee}$]")
    ax.set_ylabel("Events per 2 PE" if name == "CsI" else r"Events per 10 keV$_\mathrm{ee}$")
    ax.legend(loc="upper right", fontsize=7, title=f"COHERENT {name}, $m_4$ = {M_4:g} keV", title_fontsize=8)
    table.add(name, "data", counts=model.observed, error=model.sigma, **place)
    for curve, counts in (("neutrons", neutrons), ("SM + neutrons", weak), ("SM + neutrons + dipole", total)):
        table.add(name, curve, counts=counts, **place)
    sums = {"data": model.observed, "SM": weak - neutrons, "neutrons": neutrons, "dipole": total - weak}
    record(table, {f"{name}, {key} events": counts.sum() for key, counts in sums.items()}, "number")


def _chromium(ax: Axes, table: Curves) -> None:
    values = {"mu_e4": MU_CR51, "m_4": M_4}
    for material, colour in TARGETS.items():
        model, card = _load(material, _FINE), _load(material)
        width = np.diff(model.bin_edges) / eV
        weak, extra = model.signal.standard.sum(axis=0) / width, dipole(model, values) / width
        _spectrum(ax, model.bin_edges, weak, color=COLOURS[colour], label=_NAMES[material])
        _spectrum(ax, model.bin_edges, extra, color=COLOURS[colour], linestyle=_DASHED)
        for name, counts in (("SM", weak), ("dipole", extra)):
            table.add(
                "51Cr", f"{material}, {name}", E_low=model.bin_edges[:-1], E_high=model.bin_edges[1:], counts=counts
            )
        signal, background = card.signal.standard.sum(), card.backgrounds["background"].sum()
        sums = {"SM": signal, "dipole": dipole(card, values).sum(), "background": background}
        record(table, {f"51Cr {material}, {key} events": n for key, n in sums.items()}, "number")
        record(table, {f"51Cr {material}, 90 % upper limit": upper_limit(card, "mu_e4", M_4)}, "moment")
    _edges(ax, table)
    for label, line in (("Standard Model", "-"), (rf"dipole, $\mu_{{e4}}$ = {quantity(MU_CR51, 'mu_B')}", _DASHED)):
        ax.plot([], [], color="black", linewidth=1, linestyle=line, label=label)
    ax.set_yscale("log")
    ax.set(xlim=(0, 80), ylim=(0.003, 5e3), xlabel="Nuclear recoil energy [eV]", ylabel="Events per eV")
    title = rf"$^{{51}}$Cr, one litre at 25 cm, above 8 eV, $m_4$ = {M_4:g} keV"
    ax.legend(loc="upper right", ncols=2, fontsize=7, title=title, title_fontsize=8)


def _spectrum(ax: Axes, edges: FloatArray, rate: FloatArray, **style: Any) -> None:
    """Draw a spectrum up to its last recoil."""
    reached = int(np.flatnonzero(rate > 0)[-1]) + 1
    step_line(ax, edges[: reached + 1] / eV, rate[:reached], linewidth=1, **style)


def _edges(ax: Axes, table: Curves) -> None:
    """Mark the largest recoil of each element; tungsten's lies below the threshold."""
    ax.axvspan(0, 8, color="#EEEEEE", linewidth=0)
    ax.annotate("threshold", (6.3, 0.6), xycoords=("data", "axes fraction"), rotation=90, va="center", fontsize=7)
    for element, end in largest_recoils().items():
        ax.axvline(end / eV, 0, 0.035, color="black", linewidth=0.8)
        side: dict[str, Any] = {"ha": "right" if element == "Si" else "left" if element == "Al" else "center"}
        ax.annotate(element, (end / eV, 0.04), xycoords=("data", "axes fraction"), fontsize=7, **side)
        table.add("checks", f"largest recoil of {element}", T_max=end)
    tungsten = _load("CaWO4", {"target": {"material": "W"}})
    seen = expected(tungsten, {"mu_e4": MU_CR51, "m_4": M_4}).sum()
    record(table, {"51Cr W, events with the dipole": seen}, "number")
