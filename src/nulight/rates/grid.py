"""Quadrature in the true recoil energy: Gauss-Legendre panels with the response on their nodes.

Panels are at most two local widths of the response and a factor of 1.5 long, and never straddle a
shell edge, a recoil limit or a kink of the response.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nulight.detector.response import Response
from nulight.typing import FloatArray

__all__ = ["Grid", "panel_edges"]

_ORDER = 8
_LONGEST = 0.5  # of its lower edge: with 8 nodes, tabulated spectra and 1/T cross sections to 1e-7
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(_ORDER)


def panel_edges(response: Response, fixed: FloatArray) -> FloatArray:
    """Return edges of panels for a response, keV, with those of `fixed` that lie inside its support."""
    low, high = response.support
    edges = [low]
    while edges[-1] < high:
        edges.append(edges[-1] + min(2 * float(response.width(np.array(edges[-1]))), _LONGEST * edges[-1]))
    every = np.concatenate([edges, fixed, response.breakpoints, [high]])
    return np.unique(every[(every >= low) & (every <= high)])


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Quadrature nodes in the true recoil energy with the response evaluated on them.

    Attributes
    ----------
    edges : array, shape (n_panels + 1,), keV
    T, weights : arrays, shape (n_T,), keV
        Nodes and their weights.
    response : array, shape (n_bins, n_T)
        P(bin | T).
    source : Response
        Where it comes from.
    """

    edges: FloatArray
    T: FloatArray
    weights: FloatArray
    response: FloatArray
    source: Response

    @classmethod
    def build(cls, edges: FloatArray, source: Response) -> Grid:
        """Return the grid of panels between `edges`."""
        T, weights = _panel_nodes(edges)
        return cls(edges, T, weights, source.matrix(T), source)

    def refined(self, extra: FloatArray) -> Grid:
        """Return a grid with further panel edges; the response is computed on cut panels only."""
        extra = np.unique(extra[(extra > self.edges[0]) & (extra < self.edges[-1])])
        edges = np.unique(np.concatenate([self.edges, extra]))
        if len(edges) == len(self.edges):
            return self
        T, weights = _panel_nodes(edges)
        old = np.searchsorted(self.edges, edges[:-1], side="right") - 1
        kept = (self.edges[old] == edges[:-1]) & (self.edges[old + 1] == edges[1:])
        response = np.empty((len(self.response), len(T)))
        kept_nodes = np.repeat(kept, _ORDER)
        response[:, kept_nodes] = self.response[:, (_ORDER * old[kept][:, None] + np.arange(_ORDER)).ravel()]
        response[:, ~kept_nodes] = self.source.matrix(T[~kept_nodes])
        return Grid(edges, T, weights, response, self.source)


def _panel_nodes(edges: FloatArray) -> tuple[FloatArray, FloatArray]:
    half = np.diff(edges) / 2
    T = (edges[:-1] + half)[:, None] + half[:, None] * _NODES
    return T.ravel(), (half[:, None] * _WEIGHTS).ravel()
