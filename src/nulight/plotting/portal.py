"""Limits and regions in the plane of a sterile neutrino's mass and its coupling, beside published curves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from nulight.constants import MU_B
from nulight.literature.curves import PublishedCurve
from nulight.plotting.labels import parameter_label
from nulight.plotting.literature import Overlay, overlay_of
from nulight.plotting.overlays import ROW, draw_overlays, inside_frame, legend_below, n_rows
from nulight.plotting.style import COLOURS, PAGE_WIDTH, StyledFigure, figure_of, styled
from nulight.results.portal import PortalLimit, PortalLimits
from nulight.results.portal_region import PortalRegion
from nulight.typing import ArrayLike, FloatArray

__all__ = ["plot_portal"]

_OURS = [COLOURS[name] for name in ("blue", "vermillion", "green", "purple", "orange", "sky", "black")]
_WIDTHS = (1.3, 0.7, 1.9)  # of lines, when the colours come round again
_MANY = 9  # curves from which the legend stands beside the frame
_WEAKER = 300.0  # the frame ends at so many times the weakest of the strongest limits
_MARGIN = 3.0  # and begins at so much below the strongest one
_DEEPEST = 30.0  # unless published curves are stronger, up to so much
_BEYOND = 1.3  # times the last mass with a limit, where it is not the last one asked for
_NEXT = 1.5  # published curves that begin within so many times that mass are seen so far
_IN_MEV = 3e3  # keV: masses above are given in MeV


def plot_portal(
    curves: Sequence[PortalLimit | PortalRegion] | PortalLimit | PortalLimits | PortalRegion,
    overlays: Sequence[PublishedCurve | Overlay] = (),
    ax: Axes | None = None,
) -> Figure:
    """Draw limits and regions in the plane of mass and coupling.

    Parameters
    ----------
    curves : PortalLimit, PortalLimits, PortalRegion, or a sequence of limits and regions
        All on one coupling. Solid for data, dashed for planned experiments; where zero is excluded at a
        mass the allowed band is shaded. Regions that exclude zero are filled, others outlined.
    overlays : sequence of PublishedCurve or Overlay
        Thin, each with a line of its own, named under the frame if they are seen in it; the excluded
        side is marked. Dash-dotted where they are no laboratory bounds. See `literature_overlays`.
    ax : Axes, optional
        Drawn into, masses in keV or MeV as they are; a new figure otherwise.

    Returns
    -------
    Figure
        Logarithmic, with a second axis for d of L = (d/2) Nbar sigma nu F.

    Raises
    ------
    ValueError
        If there is nothing to draw, or the couplings differ.
    """
    given, published = _listed(curves), [o if isinstance(o, Overlay) else overlay_of(o) for o in overlays]
    frame, alone = _frame(given, [o.curve for o in published]), ax is None
    seen = [overlay for overlay in published if inside_frame(overlay, frame.m, frame.mu)]
    unseen = [overlay for overlay in published if overlay not in seen]
    with styled():
        if ax is None:
            height = 0.55 * PAGE_WIDTH + ROW * n_rows(len(seen), unseen)
            ax = StyledFigure(figsize=(0.75 * PAGE_WIDTH, height)).subplots()
        _axes(ax, given[0].parameter, frame)
        handles = draw_overlays(ax, seen, frame.scale)
        for i, record in enumerate(given):
            colour, width = _OURS[i % len(_OURS)], _WIDTHS[i // len(_OURS) % len(_WIDTHS)]
            if isinstance(record, PortalRegion):
                _draw_region(ax, record, colour, frame)
            else:
                _draw_limit(ax, record, colour, width, frame, expected=len(given) == 1)
        _legend(ax, given, alone=alone)
        if published:
            ours = ax.get_legend()
            legend_below(ax, handles, unseen)
            if ours is not None:
                ax.add_artist(ours)
    return figure_of(ax)


@dataclass(frozen=True, slots=True)
class _Frame:
    """Ends of the axes, keV and mu_B, and the unit of masses."""

    m: tuple[float, float]
    mu: tuple[float, float]
    unit: str
    scale: float


def _listed(
    curves: Sequence[PortalLimit | PortalRegion] | PortalLimit | PortalLimits | PortalRegion,
) -> list[PortalLimit | PortalRegion]:
    if isinstance(curves, PortalLimits):
        curves = curves.curves
    given = [curves] if isinstance(curves, PortalLimit | PortalRegion) else list(curves)
    given = [c for c in given if isinstance(c, PortalRegion) or np.isfinite(c.upper).any()]
    if not given:
        raise ValueError("nothing to draw: no curve has a limit")
    if len(names := {record.parameter for record in given}) > 1:
        raise ValueError(f"one plane has one coupling, got {', '.join(sorted(names))}")
    return given


def _frame(given: Sequence[PortalLimit | PortalRegion], overlays: Sequence[PublishedCurve]) -> _Frame:
    strongest = [_strongest(record) for record in given]
    low, high = min(strongest) / _MARGIN, max(strongest) * _WEAKER
    first = min(float(record.m_4[0]) for record in given)
    right = max([_BEYOND * first, *(_last_mass(record, high) for record in given)])
    right = max([right, *(_NEXT * start for o in overlays if (start := float(o.m_4.min())) <= _NEXT * right)])
    deep = [o.mu[(o.m_4 >= first) & (o.m_4 <= right)].min(initial=np.inf) / _MARGIN for o in overlays]
    low = max(min([low, *deep]), low / _DEEPEST)
    unit, scale = ("MeV", 1e3) if right > _IN_MEV else ("keV", 1.0)
    return _Frame((first, right), (low, high), unit, scale)


def _strongest(record: PortalLimit | PortalRegion) -> float:
    if isinstance(record, PortalLimit):
        return float(np.nanmin(record.upper))
    return float(record.best_fit[1] or record.couplings[0] * 3)


def _last_mass(record: PortalLimit | PortalRegion, high: float) -> float:
    if isinstance(record, PortalRegion):
        return float(record.m_4[-1])
    shown = record.upper <= high  # NaN is not
    return float(record.m_4[shown].max()) * (1.0 if shown[np.argmax(record.m_4)] else _BEYOND)


def _axes(ax: Axes, parameter: str, frame: _Frame) -> None:
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlim(frame.m[0] / frame.scale, frame.m[1] / frame.scale)
    ax.set_ylim(*frame.mu)
    ax.set_xlabel(f"$m_4$ [{frame.unit}]")
    ax.set_ylabel(parameter_label(parameter, "mu_B"))
    ax.tick_params(axis="y", which="both", right=False)
    second = ax.secondary_yaxis("right", functions=(_to_d, _to_mu))
    second.set_ylabel(r"$d$ [GeV$^{-1}$]")


def _to_d(mu: ArrayLike) -> FloatArray:
    return np.asarray(mu, float) * MU_B


def _to_mu(d: ArrayLike) -> FloatArray:
    return np.asarray(d, float) / MU_B


def _draw_limit(ax: Axes, record: PortalLimit, colour: str, width: float, frame: _Frame, *, expected: bool) -> None:
    m, style = record.m_4 / frame.scale, "--" if record.planned else "-"
    note = ", planned" if record.planned else ""
    ax.plot(m, record.upper, style, color=colour, linewidth=width, label=f"{record.name}{note}", zorder=4)
    band = np.isfinite(record.upper) & (record.lower > 0)
    if band.any():
        ax.fill_between(m, record.lower, record.upper, where=band.tolist(), color=colour, alpha=0.15, linewidth=0)
        ax.plot(m, np.where(band, record.lower, np.nan), style, color=colour, linewidth=0.7, zorder=4)
    if expected and record.expected_upper is not None and not record.planned:
        ax.plot(m, record.expected_upper, ":", color=colour, linewidth=1.0, label="expected", zorder=4)


def _draw_region(ax: Axes, record: PortalRegion, colour: str, frame: _Frame) -> None:
    names = sorted(record.levels, key=lambda name: record.levels[name])
    for name, shade in zip(names, np.linspace(0.45, 0.15, len(names)), strict=True):
        if not record.polygons[name]:
            continue
        rings = [np.vstack([ring, ring[:1]]) / (frame.scale, 1.0) for ring in record.polygons[name]]
        path = Path.make_compound_path(*(Path(ring, closed=True) for ring in rings))
        face = (colour, float(shade)) if record.zero_excluded[name] else "none"
        level = name.replace(" sigma", r"$\sigma$")
        text = f"{record.name}, {level}, {record.dof} dof"
        ax.add_patch(PathPatch(path, facecolor=face, edgecolor=colour, linewidth=0.9, label=text, zorder=3))
    if any(record.zero_excluded.values()):
        ax.plot(record.best_fit[0] / frame.scale, record.best_fit[1], "+", color=colour, zorder=5)


def _legend(ax: Axes, given: Sequence[PortalLimit | PortalRegion], *, alone: bool) -> None:
    """Above the frame; beside it if there are many curves in a figure of our own."""
    handles, labels = ax.get_legend_handles_labels()
    levels = {f"{100 * c.cl:g} % CL, {c.interval}" for c in given if isinstance(c, PortalLimit)}
    title: dict[str, Any] = {"title": levels.pop() if len(levels) == 1 else None, "title_fontsize": 7}
    if alone and len(handles) >= _MANY:
        figure = figure_of(ax)
        height = max(figure.get_figheight() + 0.05 * PAGE_WIDTH, 0.12 * len(labels) + 0.8)
        figure.set_size_inches(1.1 * PAGE_WIDTH, height)
        figure.legend(handles, labels, loc="outside right center", fontsize=6, **title)
        return
    ours = ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), fontsize=7, ncols=2, columnspacing=1.2, **title)
    ours.set_clip_on(False)  # or the layout takes it for hidden when another legend follows
