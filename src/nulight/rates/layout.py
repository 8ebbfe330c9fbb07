"""Which panels the recoils of each target need, for many targets and final-state masses in one pass.

A target needs the panels of the common grid that its recoils reach. A recoil limit inside a panel
cuts it into pieces; only on those the response is computed anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from nulight.interactions.kinematics import E_nu_min
from nulight.neutrinos.flux import Flux
from nulight.rates.grid import ORDER, Grid, panel_nodes
from nulight.rates.kinks import Particles, SpecialEnergies
from nulight.rates.recoils import Limits, Recoils, flux_moments
from nulight.typing import FloatArray

__all__ = ["lay_out"]


class _Panels(NamedTuple):
    """Panels (n,) between two recoil energies, ordered by the target they belong to."""

    target: np.ndarray
    low: FloatArray
    high: FloatArray
    common: np.ndarray
    """Place in the grid, -1 for a piece."""

    def select(self, chosen: np.ndarray) -> _Panels:
        return _Panels(*(column[chosen] for column in self))


def lay_out(grid: Grid, special: SpecialEnergies, fluxes: tuple[Flux, ...], limits: Sequence[Limits]) -> list[Recoils]:
    """Return the recoils under each of several limits, with their flux moments.

    Columns of the grid come first, those of the pieces of cut panels follow.
    """
    particles = _particles(limits)
    panels = _panels(grid.edges, special, particles, *_breakpoints(limits))
    T, weights = panel_nodes(panels.low, panels.high)
    target = np.repeat(panels.target, ORDER)
    E_min = E_nu_min(T, particles.mass[target], particles.m_final[target])
    moments = flux_moments(fluxes, E_min)
    in_pieces = T[np.repeat(panels.common < 0, ORDER)]
    response = grid.source.matrix(in_pieces) if len(in_pieces) else grid.response[:, :0]

    starts = np.searchsorted(panels.target, np.arange(len(particles.mass) + 1))
    pieces = np.append(0, np.cumsum(panels.common < 0))
    ends, result = np.cumsum([0, *(len(each.masses) for each in limits)]), []
    for first, last in pairwise(ends):
        own = slice(starts[first], starts[last])
        nodes, cut = (slice(ORDER * a, ORDER * b) for a, b in ((own.start, own.stop), pieces[[own.start, own.stop]]))
        result.append(
            Recoils(
                fluxes=fluxes,
                T=T[nodes],
                weights=weights[nodes],
                E_min=E_min[nodes],
                starts=ORDER * (starts[first : last + 1] - own.start),
                columns=_columns(panels.common[own], len(grid.edges) - 1),
                response=response[:, cut],
                known={False: moments[..., nodes]},
            )
        )
    return result


def _columns(common: np.ndarray, n_panels: int) -> np.ndarray:
    """Columns of the nodes of panels: those of the grid, and for pieces new ones."""
    piece = common < 0
    panel = np.where(piece, n_panels + np.cumsum(piece) - 1, common)
    return (ORDER * panel[:, None] + np.arange(ORDER)).ravel()


def _particles(limits: Sequence[Limits]) -> Particles:
    numbers = [len(each.masses) for each in limits]
    m_final = np.repeat([each.m_final for each in limits], numbers)
    return Particles(
        np.concatenate([each.masses for each in limits]), m_final, np.repeat(np.array(numbers, float), numbers)
    )


def _panels(
    edges: FloatArray, special: SpecialEnergies, particles: Particles, target: np.ndarray, T: FloatArray
) -> _Panels:
    """Panels of all particles within the reach of their recoils, cut at recoil limits and at further T of some."""
    limits = special.cuts(edges, particles)
    limited, place = np.nonzero(~np.isnan(limits))
    pieces = _pieces(edges, np.append(limited, target), np.append(limits[limited, place], T))
    whole = np.ones((len(limits), len(edges) - 1), dtype=bool)
    whole[pieces.target, np.searchsorted(edges, pieces.low, side="right") - 1] = False
    owner, panel = np.nonzero(whole)
    common = _Panels(owner, edges[panel], edges[panel + 1], panel)
    every = _Panels(*(np.append(a, b) for a, b in zip(common, pieces, strict=True)))
    first, last = special.reach(particles)
    # not a number where no recoil is possible: no panel is left then
    every = every.select((every.low < last[every.target]) & (every.high > first[every.target]))
    return every.select(np.argsort(every.target, kind="stable"))


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
