"""Which panels the recoils of each target need, for many targets and final-state masses in one pass.

A target needs the panels of the common grid that its recoils reach. A recoil limit inside a panel
cuts it into pieces; only on those the response is computed anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np

from nulight.interactions.kinematics import E_nu_min
from nulight.neutrinos.flux import Flux
from nulight.rates.grid import ORDER, Grid, panel_nodes
from nulight.rates.kinks import Particles, SpecialEnergies
from nulight.rates.moments import FluxMoments
from nulight.rates.recoils import Limits, Recoils, Strengths
from nulight.typing import FloatArray

__all__ = ["lay_out"]


class _Panels(NamedTuple):
    """Panels (n,) between two recoil energies, ordered by the target they belong to."""

    target: np.ndarray
    low: FloatArray
    high: FloatArray
    common: np.ndarray
    """Place among the panels of the grid and, after them, its stretches; -1 for a piece."""

    def select(self, chosen: np.ndarray) -> _Panels:
        return _Panels(*(column[chosen] for column in self))


def lay_out(grid: Grid, special: SpecialEnergies, fluxes: tuple[Flux, ...], limits: Sequence[Limits]) -> list[Recoils]:
    """Return the recoils under each of several limits, with their flux moments.

    Columns of the grid come first, those of the pieces of cut panels follow.
    """
    particles = _particles(limits)
    panels = _panels(grid, special, particles, *_breakpoints(limits))
    T, weights = panel_nodes(panels.low, panels.high)
    particle = np.repeat(panels.target, ORDER)
    moments = FluxMoments(fluxes, E_nu_min(T, particles.mass[particle], particles.m_final[particle]))
    moments.above()
    in_pieces = T[np.repeat(panels.common < 0, ORDER)]
    response = grid.source.matrix(in_pieces) if len(in_pieces) else grid.response[:, :0]
    strengths = Strengths(T, [np.flatnonzero(particles.place[particle] == i) for i in range(max(particles.place) + 1)])

    starts = ORDER * np.searchsorted(panels.target, np.arange(len(particles.mass) + 1))
    pieces, result = ORDER * np.append(0, np.cumsum(panels.common < 0)), []
    for first, last in pairwise(accumulate((len(each.masses) for each in limits), initial=0)):
        a, b = int(starts[first]), int(starts[last])
        result.append(
            Recoils(
                T=T[a:b],
                weights=weights[a:b],
                starts=starts[first : last + 1] - a,
                columns=_columns(panels.common[a // ORDER : b // ORDER], grid.n_columns // ORDER),
                response=response[:, pieces[a // ORDER] : pieces[b // ORDER]],
                moments=moments.part(a, b),
                strengths=strengths,
                first=a,
            )
        )
    return result


def _columns(common: np.ndarray, n_panels: int) -> np.ndarray:
    """Columns of the nodes of panels: those of the grid, and for pieces new ones."""
    piece = common < 0
    panel = np.where(piece, n_panels + np.cumsum(piece) - 1, common)
    return (ORDER * panel[:, None] + np.arange(ORDER)).ravel()


def _particles(limits: Sequence[Limits]) -> Particles:
    """Target particles of the first final state, then those of the next."""
    numbers = [len(each.masses) for each in limits]
    return Particles(
        mass=np.concatenate([each.masses for each in limits]),
        m_final=np.repeat([each.m_final for each in limits], numbers),
        share=np.concatenate([each.shares for each in limits]),
        place=np.concatenate([np.arange(n) for n in numbers]),
    )


def _panels(grid: Grid, special: SpecialEnergies, particles: Particles, target: np.ndarray, T: FloatArray) -> _Panels:
    """Panels of all particles within the reach of their recoils, cut at recoil limits and at further T of some."""
    limits = special.limits(particles)

    def cuts(edges: FloatArray) -> tuple[np.ndarray, FloatArray]:
        limited, place = np.nonzero(special.cutting(limits, edges, particles))
        return np.append(limited, target), np.append(limits[limited, place], T)

    # a last column for panels that belong to no stretch, which is what -1 finds
    smooth = np.zeros((len(limits), len(grid.stretches) + 1), dtype=bool)
    if len(grid.stretches):
        smooth[:, :-1] = ~special.fading(*grid.stretch_ends, particles)
        cut, at = cuts(grid.coarse_edges)
        smooth[cut, grid.stretch_at(at)] = False
    cut, at = cuts(grid.edges)
    left = ~smooth[cut, grid.stretch_at(at)]
    pieces = _pieces(grid.edges, cut[left], at[left])
    whole = ~smooth[:, grid.stretch_of]
    whole[pieces.target, np.searchsorted(grid.edges, pieces.low, side="right") - 1] = False
    parts = [
        _whole(grid.edges[:-1], grid.edges[1:], whole, 0),
        _whole(*grid.stretch_ends, smooth[:, :-1], grid.n_panels),
        pieces,
    ]
    every = _Panels(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
    first, last = special.reach(particles)
    # not a number where no recoil is possible: no panel is left then
    every = every.select((every.low < last[every.target]) & (every.high > first[every.target]))
    return every.select(np.argsort(every.target, kind="stable"))


def _whole(low: FloatArray, high: FloatArray, chosen: np.ndarray, first: int) -> _Panels:
    """Panels (n,) or stretches, of which each target takes the `chosen` (n_targets, n)."""
    target, panel = np.nonzero(chosen)
    return _Panels(target, low[panel], high[panel], first + panel)


def _pieces(edges: FloatArray, target: np.ndarray, T: FloatArray) -> _Panels:
    """What is left of the panels of each target (n,) that have one of its T (n,) inside."""
    inside = (T > edges[0]) & (T < edges[-1])
    target, T = target[inside], T[inside]
    panel = np.searchsorted(edges, T, side="right") - 1
    inside = edges[panel] < T
    place = (target * len(edges) + panel)[inside]
    cut = np.unique(place)
    place = np.concatenate([place, cut, cut])
    T = np.concatenate([T[inside], edges[cut % len(edges)], edges[cut % len(edges) + 1]])
    order = np.lexsort((T, place))
    place, T = place[order], T[order]
    piece = np.flatnonzero((place[1:] == place[:-1]) & (T[1:] > T[:-1]))
    return _Panels(place[piece] // len(edges), T[piece], T[piece + 1], np.full(len(piece), -1))


def _breakpoints(limits: Sequence[Limits]) -> tuple[np.ndarray, FloatArray]:
    """Targets, counted through all limits, and recoil energies at which their cross sections jump."""
    found = [np.frombuffer(each.breakpoints) for each in limits for _ in each.masses]
    return np.repeat(np.arange(len(found)), [len(T) for T in found]), np.concatenate(found)
