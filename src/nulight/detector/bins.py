"""What every response shares: sound bin edges, the smallest recoil, and where a reach begins and ends."""

from __future__ import annotations

import numpy as np

from nulight.typing import ArrayLike, FloatArray

__all__ = ["EVERYWHERE", "FLOOR", "checked_edges", "increasing", "reach_limits"]

FLOOR = 1e-3
"""keV: true recoils below 1 eV are never seen."""

EVERYWHERE = (0.0, float("inf"))
"""Trusted range of a response that is known at every true energy, keV."""


def checked_edges(edges: ArrayLike) -> FloatArray:
    """Return bin edges as an array, shape (n_bins + 1,), keV or PE.

    Raises
    ------
    ValueError
        If they are fewer than two, negative, or do not increase.
    """
    edges = np.asarray(edges, dtype=float)
    if edges.ndim != 1 or len(edges) < 2 or edges[0] < 0 or not increasing(edges):
        raise ValueError("bin edges must be at least two energies in keV (or numbers of PE), increasing, not negative")
    return edges


def increasing(values: FloatArray) -> bool:
    """Whether values are finite and each is larger than the one before."""
    return bool(np.all(np.isfinite(values)) and np.all(np.diff(values) > 0))


def reach_limits(T: FloatArray, reach: np.ndarray) -> tuple[float, float]:
    """Return the grid points around the first and the last energy that reaches a bin.

    Parameters
    ----------
    T : array, shape (n_T,), keV
        Increasing.
    reach : array of bool, shape (n_T,)

    Raises
    ------
    ValueError
        If none does.
    """
    if not reach.any():
        raise ValueError("no true energy reaches the bins: check resolution and bins")
    first, last = np.flatnonzero(reach)[[0, -1]]
    return float(T[max(int(first) - 1, 0)]), float(T[min(int(last) + 1, len(T) - 1)])
