"""Quadrature in the true recoil energy: Gauss-Legendre panels with the response on their nodes.

Panels are at most two local widths of the response and a factor of 1.5 long, and never straddle a
shell edge or a kink of the response. Recoil limits cut some of them, for every target and final state
others: that is the business of `recoils`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nulight.detector.response import Response
from nulight.typing import FloatArray

__all__ = ["ORDER", "Grid", "panel_edges", "panel_nodes"]

ORDER = 8
"""Nodes of a panel."""

_LONGEST = 0.5  # of its lower edge: with 8 nodes, tabulated spectra and 1/T cross sections to 1e-7
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(ORDER)


def panel_edges(response: Response, fixed: FloatArray) -> FloatArray:
    """Return edges of panels for a response, keV, with those of `fixed` that lie inside its support."""
    low, high = response.support
    edges = [low]
    while edges[-1] < high:
        edges.append(edges[-1] + min(2 * float(response.width(np.array(edges[-1]))), _LONGEST * edges[-1]))
    every = np.concatenate([edges, fixed, response.breakpoints, [high]])
    return np.unique(every[(every >= low) & (every <= high)])


def panel_nodes(low: FloatArray, high: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return nodes and weights of panels between `low` and `high` (n_panels,), keV, `ORDER` a panel."""
    half = (high - low) / 2
    T = (low + half)[:, None] + half[:, None] * _NODES
    return T.ravel(), (half[:, None] * _WEIGHTS).ravel()


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
        T, weights = panel_nodes(edges[:-1], edges[1:])
        return cls(edges, T, weights, source.matrix(T), source)
