"""Light mediators: their spectral functions, and the reach on their couplings against their mass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from nulight.figures.ge_pasquini_2023.common import NOTE, SOURCE, THREE_NAME, below_end, frequencies, scan, zoom
from nulight.figures.numbers import Curves, Numbers
from nulight.plotting.style import COLOURS, PAGE_WIDTH, StyledFigure, styled
from nulight.renp import (
    POLE,
    NewPhysics,
    RenpExperiment,
    ScalarMediator,
    VectorMediator,
    momentum_transfer_squared,
    spectral_parts,
)
from nulight.results.renp.reach import RenpReach
from nulight.studies.renp.reach import renp_reach
from nulight.typing import FloatArray

__all__ = ["LIGHT", "SCALAR", "VECTOR", "figure_mediators", "masses", "poles"]

LIGHT = 1e-3
"""Mass of the mediators of the spectral functions, eV; that of the paper is not known."""
VECTOR, SCALAR = 1e-26, 1e-19
"""Products of couplings of the spectral functions, about those the paper reaches; its own are not known."""

_MASS_RANGE = (1e-3, 1e4)
_DASHED: Any = (0, (4, 1.5))
_DOTTED: Any = (0, (1, 1))
_POLE_RANGE = (0.015, 0.16)
_MARK: dict[str, Any] = {"color": COLOURS["black"], "markersize": 2.5, "zorder": 6}
_COLUMNS = {
    "omega": "eV",
    "I": "",
    "mass": "eV",
    "lower": "",
    "upper": "",
    "lower_95": "",
    "upper_95": "",
    "outer_lower": "",
    "outer_upper": "",
    "masked": "",
}


def figure_mediators(n: int = 240) -> tuple[Figure, Numbers]:
    """Remake Figure 1: spectral functions with light mediators, and reach against the mediator's mass.

    Parameters
    ----------
    n : int
        Masses of each curve, besides those that crowd around the poles.

    Returns
    -------
    Figure, Numbers
        Spectral functions for mediators of 1 meV; reach at 90 % (Delta chi2 = 2.71) on the products of couplings that
        are the same for every mass state, 10 d at each frequency. The table has the ends at Delta chi2 = 3.84 too,
        and the outermost allowed values where a larger coupling turns the weak amplitude over and is allowed again.

    Notes
    -----
    The text of the paper as read here has lost the couplings of its spectral functions and which three frequencies it
    used; ours are 1.069, 1.07 and 1.0712 eV. Where q^2 at a frequency meets the squared mass the reach has a pole; the
    frequency is left out within 1e-3 of q^2, a gap in the line. Thin lines are not in the paper: the part
    q_mu q_nu/m^2 of the vector's propagator, which the spectral functions do not have, and the pseudoscalar coupling of
    the neutrinos.
    """
    table = Curves(_COLUMNS)
    with styled():
        figure = StyledFigure(figsize=(PAGE_WIDTH, 5.9))
        panels = figure.subplots(2, 2).ravel()
        _spectra(panels[0], panels[1], table)
        _vector(panels[2], n, table)
        _scalar(panels[3], n, table)
    note = f"{NOTE}; 10 d at each frequency; pole of a mediator: |q^2 - m^2| < {POLE:g} q^2 left out"
    return figure, table.numbers("Figure 1: light mediators in radiative emission of neutrino pairs", SOURCE, note)


def _spectra(whole: Axes, end: Axes, table: Curves) -> None:
    """Draw the spectral functions as the paper does, and their end."""
    omega = frequencies(0.9, 1.0717)
    for name, label, new, style in _interactions():
        spectral = _total(omega, new)
        whole.plot(omega, spectral, label=label, **style)
        end.plot(below_end(omega), spectral, **style)
        table.add("spectral function", name, omega=omega, I=spectral)
    whole.set(xlim=(0.9, 1.0717), ylim=(0, 0.16), xlabel=r"$\omega$ [eV]", ylabel=r"$\mathcal{I}(\omega)$")
    whole.legend(loc="lower left", title=rf"mediators of {1e3 * LIGHT:g} meV, $m_1 = 10$ meV", title_fontsize=8)
    zoom(end)
    end.legend(loc="upper left", frameon=True, edgecolor="none", framealpha=1)
    end.set(ylim=(0, 0.16), xlabel=r"$E_{eg}/2-\omega$ [meV]", ylabel=r"$\mathcal{I}(\omega)$")


def _interactions() -> list[tuple[str, str, NewPhysics | None, dict[str, Any]]]:
    """Name, legend entry, couplings and line of each spectral function."""

    def vector(sign: int) -> NewPhysics:
        return NewPhysics(vector=VectorMediator(mass=LIGHT, left=sign * VECTOR * np.eye(3)))

    scalar = NewPhysics(scalar=ScalarMediator(mass=LIGHT, scalar=SCALAR * np.eye(3)))
    red, blue = {"color": COLOURS["vermillion"]}, {"color": COLOURS["blue"]}
    return [
        ("Standard Model", "Standard Model", None, {"color": COLOURS["black"]}),
        ("vector, +1e-26", r"vector, $g_A^eg_L=+10^{-26}$", vector(1), {**red, "linestyle": _DASHED}),
        ("vector, -1e-26", r"vector, $g_A^eg_L=-10^{-26}$", vector(-1), {**red, "linestyle": _DOTTED}),
        ("scalar, 1e-19", r"scalar, $y_P^ey_S=10^{-19}$", scalar, blue),
    ]


def _total(omega: FloatArray, new: NewPhysics | None) -> FloatArray:
    model = scan()
    total: FloatArray = sum(spectral_parts(omega, model.scheme, model.neutrinos(), new).values(), np.zeros(len(omega)))
    return total


def masses(n: int) -> FloatArray:
    """Return masses of mediators, eV: evenly in the logarithm, and crowding towards every pole and on it."""
    beside = np.geomspace(0.55 * POLE, 0.4, 26)
    around = np.concatenate([-beside, [0.0], beside])
    crowd = (poles()[:, None] * (1 + around)).ravel()
    grid: FloatArray = np.unique(np.concatenate([np.geomspace(*_MASS_RANGE, n), crowd]))
    return grid


def poles() -> FloatArray:
    """Return the invariant mass of the pair at each of the six frequencies, eV."""
    model = scan()
    mass: FloatArray = np.sqrt(momentum_transfer_squared(model.triggers, model.scheme.E_eg))
    return mass


def _vector(ax: Axes, n: int, table: Curves) -> None:
    curves = [
        _Line(scan(three=True), "gg_axial", "three frequencies", "vermillion"),
        _Line(scan(), "gg_axial", "six frequencies", "blue"),
        _Line(replace(scan(), longitudinal=True), "gg_axial", r"six, with $q_\mu q_\nu/m^2$", "grey", is_extra=True),
    ]
    inset = _reaches(ax, curves, n, table)
    _frame(ax, inset, r"$|g_A^e g_L|$", (1e-31, 1e-14), (3e-31, 1e-25))


def _scalar(ax: Axes, n: int, table: Curves) -> None:
    curves = [
        _Line(scan(three=True), "yy_scalar", "three frequencies", "vermillion"),
        _Line(scan(), "yy_scalar", "six frequencies", "blue"),
        _Line(scan(), "yy_pseudo", r"six, $|y_P^e y_P|$", "grey", is_extra=True),
    ]
    inset = _reaches(ax, curves, n, table)
    _frame(ax, inset, r"$|y_P^e y_S|$", (1e-24, 1e-7), (1e-23, 3e-18))


@dataclass(frozen=True, slots=True, eq=False)
class _Line:
    """One coupling in one scan; what is not in the paper is extra."""

    model: RenpExperiment
    coupling: str
    label: str
    colour: str
    is_extra: bool = False


def _reaches(ax: Axes, lines: Sequence[_Line], n: int, table: Curves) -> Axes:
    """Draw both signs as one, in the inset around the poles apart, and note everything down; return the inset."""
    grid = masses(n)
    inset = ax.inset_axes((0.53, 0.085, 0.44, 0.37))
    for line in lines:
        found = renp_reach(line.model, line.coupling, masses=grid)
        style: dict[str, Any] = {"color": COLOURS[line.colour], "linewidth": 0.7 if line.is_extra else 1.1}
        reach = found.reach(line.coupling)
        ax.plot(grid, _shown(found, reach), label=line.label, **style)
        if found.further_regions.any() and not line.is_extra:
            _again(ax, found, reach, style["color"])
        inset.plot(grid, _shown(found, found.upper[0]), **style)
        inset.plot(grid, _shown(found, -found.lower[0]), **style, linestyle=_DOTTED)
        _note(table, line, found)
    return inset


def _again(ax: Axes, found: RenpReach, reach: FloatArray, colour: str) -> None:
    """Shade up to the largest couplings that are allowed where those in between are not."""
    largest = np.maximum(-found.outer_lower[0], found.outer_upper[0])
    shade: dict[str, Any] = {"color": colour, "alpha": 0.25, "linewidth": 0}
    ax.fill_between(found.values, reach, largest, where=found.further_regions[0], label="allowed again", **shade)


def _shown(found: RenpReach, size: FloatArray) -> FloatArray:
    """Sizes without those at a mass where a frequency is left out."""
    shown: FloatArray = np.where(found.masked > 0, np.nan, size)
    return shown


def _note(table: Curves, line: _Line, found: RenpReach) -> None:
    stricter = renp_reach(line.model, line.coupling, masses=found.values, cl=0.95)
    table.add(
        line.coupling,
        line.label.replace("$", "").replace("\\", ""),
        mass=found.values,
        lower=found.lower[0],
        upper=found.upper[0],
        lower_95=stricter.lower[0],
        upper_95=stricter.upper[0],
        outer_lower=found.outer_lower[0],
        outer_upper=found.outer_upper[0],
        masked=found.masked,
    )


def _frame(ax: Axes, inset: Axes, label: str, ends: tuple[float, float], inside: tuple[float, float]) -> None:
    ax.set(xscale="log", yscale="log", xlim=_MASS_RANGE, ylim=ends, xlabel="mediator mass [eV]", ylabel=label)
    inset.set(xscale="log", yscale="log", xlim=_POLE_RANGE, ylim=inside)
    inset.tick_params(labelsize=6.5, pad=1.5)
    inset.text(0.97, 0.05, "dotted: negative", transform=inset.transAxes, fontsize=6.5, ha="right")
    inset.set_xticks([0.02, 0.05, 0.1], ["0.02", "0.05", "0.1"])
    for axes in (ax, inset):
        axes.xaxis.set_minor_formatter(NullFormatter())
        height = np.full(len(poles()), 0.985)
        axes.plot(poles(), height, "v", transform=axes.get_xaxis_transform(), label="poles of the six", **_MARK)
    ax.legend(loc="upper left", title=f"three: {THREE_NAME}", title_fontsize=8)
