"""Quadrature in the true recoil energy: Gauss-Legendre panels with the response on their nodes.

Panels are at most three local widths of the response and a factor of 1.5 long, and never straddle a
shell edge or a kink of the response. What is averaged over the flux is mostly much smoother than a sharp
response: on stretches of many panels it is needed at a few nodes only, where the response enters
through its integrals over the panels. Recoil limits cut some panels, for every target and final state
others: that is the business of `layout`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from nulight.detector.response import Response
from nulight.typing import FloatArray

__all__ = ["ORDER", "Grid", "panel_edges", "panel_nodes"]

ORDER = 8
"""Nodes of a panel."""

_WIDTHS = 3  # of the response in a panel: 8 nodes hold a Gaussian to 1e-9
_LONGEST = 0.5  # of its lower edge: with 8 nodes, tabulated spectra and 1/T cross sections to 1e-7
_STRETCH = 1.3  # between the ends of a stretch: the polynomial through 8 nodes is 1/T^2 to 1e-8
_WORTH_IT = 3  # panels that a stretch replaces at least
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(ORDER)


def panel_edges(response: Response, fixed: FloatArray) -> FloatArray:
    """Return edges of panels for a response, keV, with those of `fixed` that lie inside its support."""
    low, high = response.support
    edges = [low]
    while edges[-1] < high:
        edges.append(edges[-1] + min(_WIDTHS * float(response.width(np.array(edges[-1]))), _LONGEST * edges[-1]))
    every = np.concatenate([edges, fixed, response.breakpoints, [high]])
    return np.unique(every[(every >= low) & (every <= high)])


def panel_nodes(low: FloatArray, high: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return nodes and weights of panels between `low` and `high` (n_panels,), keV, `ORDER` a panel."""
    half = (high - low) / 2
    T = (low + half)[:, None] + half[:, None] * _NODES
    return T.ravel(), (half[:, None] * _WEIGHTS).ravel()


@dataclass(frozen=True, eq=False)
class Grid:
    """Quadrature nodes in the true recoil energy with the response evaluated on them.

    Attributes
    ----------
    edges : array, shape (n_panels + 1,), keV
    stretches : array, shape (n_stretches, 2)
        First panel of each stretch, and the one after its last.
    T, weights : arrays, shape (n_T,), keV
        Nodes of the panels and their weights.
    response : array, shape (n_bins, n_columns)
        P(bin | T) at the nodes of the panels, then at those of the stretches what stands for it there.
    source : Response
        Where it comes from.
    """

    edges: FloatArray
    stretches: np.ndarray
    T: FloatArray
    weights: FloatArray
    response: FloatArray
    source: Response

    @classmethod
    def build(cls, edges: FloatArray, source: Response, *, smooth: bool) -> Grid:
        """Return the grid of panels between `edges`, with stretches if what is folded is `smooth` between them."""
        T, weights = panel_nodes(edges[:-1], edges[1:])
        response = source.matrix(T)
        stretches = _stretches(edges, np.array(source.trusted)) if smooth else np.empty((0, 2), dtype=int)
        on_stretches = [_on_stretch(edges[[a, b]], T, weights, response, ORDER * a, ORDER * b) for a, b in stretches]
        return cls(edges, stretches, T, weights, np.concatenate([response, *on_stretches], axis=1), source)

    @cached_property
    def stretch_of(self) -> np.ndarray:
        """Stretch each panel belongs to, -1 if to none, shape (n_panels,)."""
        result = np.full(self.n_panels, -1)
        for i, (a, b) in enumerate(self.stretches):
            result[a:b] = i
        return result

    @cached_property
    def coarse_edges(self) -> FloatArray:
        """Edges that do not lie inside a stretch."""
        inside = (self.stretch_of[1:] == self.stretch_of[:-1]) & (self.stretch_of[1:] >= 0)
        return np.asarray(self.edges[np.concatenate([[True], ~inside, [True]])])

    def stretch_at(self, T: FloatArray) -> np.ndarray:
        """Stretch that recoils T (n,) belong to, -1 if to none; shape (n,)."""
        panel = np.searchsorted(self.edges, T, side="right") - 1
        outside = (panel < 0) | (panel >= self.n_panels)
        return np.where(outside, -1, self.stretch_of[np.where(outside, 0, panel)])

    @property
    def n_panels(self) -> int:
        """Number of panels."""
        return len(self.edges) - 1

    @property
    def n_columns(self) -> int:
        """Number of nodes of panels and stretches."""
        return int(self.response.shape[1])

    @property
    def stretch_ends(self) -> tuple[FloatArray, FloatArray]:
        """Where each stretch begins and ends, keV, shape (n_stretches,)."""
        return self.edges[self.stretches[:, 0]], self.edges[self.stretches[:, 1]]

    @property
    def n_needed(self) -> int:
        """Number of nodes where stretches stand for all of their panels."""
        return ORDER * (self.n_panels - int(np.diff(self.stretches).sum()) + len(self.stretches))


def _stretches(edges: FloatArray, borders: FloatArray) -> np.ndarray:
    """First panel and the one after the last of each stretch, shape (n_stretches, 2); none has a border inside."""
    found, a = [], 0
    while a < len(edges) - 1:
        end = min(_STRETCH * edges[a], *borders[borders > edges[a]], np.inf)
        b = max(int(np.searchsorted(edges, end, side="right")) - 1, a + 1)
        if b - a >= _WORTH_IT:
            found.append((a, b))
        a = b
    return np.array(found, dtype=int).reshape(-1, 2)


def _on_stretch(
    ends: FloatArray, T: FloatArray, weights: FloatArray, response: FloatArray, first: int, last: int
) -> FloatArray:
    """Response at the nodes of a stretch (n_bins, ORDER): exact for polynomials through them times the response."""
    nodes, own_weights = panel_nodes(ends[:1], ends[1:])
    distance = T[first:last] - nodes[:, None]
    others = ~np.eye(ORDER, dtype=bool)
    gaps = np.where(others, nodes[:, None] - nodes, 1.0)
    basis = np.stack([np.prod(distance[row], axis=0) for row in others]) / np.prod(gaps, axis=1)[:, None]
    folded: FloatArray = (response[:, first:last] * weights[first:last]) @ (basis / own_weights[:, None]).T
    return folded
