"""Planes of sterile mass and dipole coupling: our limits, published curves under them, one look for all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from nulight.constants import MU_B
from nulight.experiments import Experiment, load
from nulight.figures.numbers import Curves
from nulight.inference.levels import IntervalKind
from nulight.literature.curves import PublishedCurve, published_curves, unavailable_curves
from nulight.plotting.style import COLOURS
from nulight.results.portal import PortalLimit
from nulight.studies.portal import portal_limit
from nulight.studies.portal_kinematics import kinematic_ends
from nulight.typing import FloatArray
from nulight.units import MeV

__all__ = ["COLUMNS", "Label", "Limit", "curve", "draw_limit", "draw_published", "frame", "masses", "not_available"]

COLUMNS = {"m_4": "MeV", "d": "1/GeV", "mu": "mu_B", "d_lower": "1/GeV", "d_expected": "1/GeV", "decay_length": "m"}
"""Columns of the numbers behind a plane; d = mu of L = (d/2) Nbar sigma nu F, the decay N -> nu gamma at the limit."""

_LIGHTEST = 0.01 * MeV
_CLOSING = 0.7  # of the heaviest mass: from here on masses close in on it
_OTHERS = {"laboratory": "#8A8A8A", "astrophysical": "#B06A8A", "cosmological": "#6A86B0"}
_MARKS = {"laboratory": "", "astrophysical": " (astro)", "cosmological": " (cosmo)"}


@dataclass(frozen=True, slots=True)
class Limit:
    """One of our lines: experiments as ``name:variant``, legend entry, colour and line."""

    experiments: tuple[str, ...]
    label: str
    colour: str
    style: Any = "-"
    width: float = 1.3
    interval: IntervalKind = "two-sided"


@dataclass(frozen=True, slots=True)
class Label:
    """Where the name of a published curve stands: mass (MeV), coupling (1/GeV), slope (degrees)."""

    m_4: float
    d: float
    rotation: float = 0.0


@lru_cache(maxsize=64)
def _experiment(name: str) -> Experiment:
    # kept, so that planes of several flavours fold every mass once
    return load(name)


@lru_cache(maxsize=128)
def masses(experiment: str, coupling: str, n: int) -> tuple[float, ...]:
    """Return masses of a plane, keV: 10 keV, then densely from where they begin to matter to beyond the heaviest."""
    ends = kinematic_ends([_experiment(experiment)], coupling).values()
    first, end, near = min(ends) / 100, max(ends), n // 4
    far = np.geomspace(first, _CLOSING * end, n - near, endpoint=False)
    close = end * (1 - np.geomspace(1 - _CLOSING, 1e-3, near))
    grid = np.concatenate([[_LIGHTEST], far[far > _LIGHTEST], close])
    return tuple(grid.tolist())


@lru_cache(maxsize=128)
def curve(limit: Limit, coupling: str, n: int) -> PortalLimit:
    """Return the limit at 90 % CL of a line, at the masses of its first experiment."""
    members = [_experiment(name) for name in limit.experiments]
    grid = masses(limit.experiments[0], coupling, n)
    seen = not all(member.planned for member in members)  # otherwise the limit is the expected one
    return portal_limit(members, coupling, grid, interval=limit.interval, expected=seen)


def draw_limit(ax: Axes, limit: Limit, coupling: str, n: int, table: Curves | None = None, panel: str = "") -> None:
    """Draw the upper end of one of our lines, and note both ends down if wanted."""
    found = curve(limit, coupling, n)
    style = {"color": COLOURS[limit.colour], "linestyle": limit.style, "linewidth": limit.width, "zorder": 4}
    ax.plot(found.m_4 / MeV, found.d_per_GeV, label=limit.label, **style)
    if table is not None:
        _note(table, panel, limit, found)


def _note(table: Curves, panel: str, limit: Limit, found: PortalLimit) -> None:
    known = np.isfinite(found.upper)
    columns = {"m_4": found.m_4 / MeV, "d": found.d_per_GeV, "mu": found.upper, "d_lower": found.lower * MU_B}
    columns["decay_length"] = found.decay_length_m
    if found.expected_upper is not None:
        columns["d_expected"] = found.expected_upper * MU_B
    name = " + ".join(limit.experiments) + ("" if limit.interval == "two-sided" else ", one-sided")
    table.add(panel, name, **{key: values[known] for key, values in columns.items()})


def draw_published(
    ax: Axes,
    coupling: str,
    labels: Mapping[str, Label],
    table: Curves | None = None,
    panel: str = "",
    *,
    unnamed: bool = True,
) -> None:
    """Draw published curves in the package's convention, named where `labels` says, and note them down if wanted."""
    for published in published_curves(coupling, names=None if unnamed else list(labels)):
        m, d = _outline(published)
        colour = _OTHERS[published.kind]
        style = "-" if published.kind == "laboratory" else (0, (5, 1.5, 1, 1.5))
        ax.plot(m / MeV, d, color=colour, linestyle=style, linewidth=0.8, zorder=2)
        if published.region == "excluded between":
            ax.fill(m / MeV, d, color=colour, alpha=0.08, linewidth=0, zorder=1)
        if published.name in labels:
            _name(ax, published, labels[published.name], colour)
        if table is None:
            continue
        name = f"{published.label}{_MARKS[published.kind]}, {published.reference}, convention {published.status}"
        table.add(panel, name, m_4=published.m_4 / MeV, d=published.d, mu=published.mu)


def _outline(published: PublishedCurve) -> tuple[FloatArray, FloatArray]:
    if published.region != "excluded between":
        return published.m_4, published.d
    return np.append(published.m_4, published.m_4[0]), np.append(published.d, published.d[0])


def _name(ax: Axes, published: PublishedCurve, label: Label, colour: str) -> None:
    text = ax.text(
        label.m_4,
        label.d,
        f"{published.label.replace('4He', '$^4$He')}{_MARKS[published.kind]}",
        rotation=label.rotation,
        color=colour,
        fontsize=6.5,
        ha="center",
        va="center",
        zorder=6,
    )
    text.set_path_effects([withStroke(linewidth=1.5, foreground="white")])


def frame(ax: Axes, flavour: str, m_4: tuple[float, float], d: tuple[float, float], *, second: bool = True) -> None:
    """Make both axes logarithmic, masses in MeV and d in 1/GeV, with mu in mu_B on the right."""
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set(xlim=m_4, ylim=d, xlabel="$m_4$ [MeV]", ylabel=rf"$d_{{{flavour}}}$ [GeV$^{{-1}}$]")
    ax.tick_params(axis="y", which="both", right=False)
    if second:
        axis = ax.secondary_yaxis("right", functions=(_moment, _coupling))
        axis.set_ylabel(rf"$\mu_{{{flavour}4}}$ [$\mu_\mathrm{{B}}$]")


def _moment(d: Any) -> Any:
    return d / MU_B


def _coupling(mu: Any) -> Any:
    return mu * MU_B


def not_available(coupling: str) -> str:
    """Return the references whose curves exist as drawings only, for the note of a figure."""
    return ", ".join(entry.reference.removeprefix("arXiv:") for entry in unavailable_curves(coupling))
