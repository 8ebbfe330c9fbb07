"""How large a coupling must be to show in an experiment: the scale that searches for limits start from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from nulight.typing import FloatArray

__all__ = ["one_sigma"]

Counts = Callable[[Mapping[str, FloatArray]], FloatArray]


def one_sigma(new: Counts, names: Sequence[str], start: FloatArray, expected: FloatArray) -> FloatArray:
    """Return the size of each coupling that changes the counts by about one standard deviation, shape (n,).

    Parameters
    ----------
    new : callable
        Counts of new physics, shape (n_points, n_bins), for arrays (n_points,) of couplings.
    names : sequence of n couplings
    start : array (n,)
        Where to probe first; also the answer for couplings without effect.
    expected : array (n_bins,)
        Counts without new physics.

    Notes
    -----
    With :math:`s = l x + k x^2` from :math:`\\pm x`, the smaller of :math:`(\\sum l^2/N)^{-1/2}` and
    :math:`(\\sum k^2/N)^{-1/4}`. The second round probes there, where neither term is the rounding of the other.
    """
    variance = np.maximum(expected, 1.0)
    size = np.asarray(start, float)
    for _ in range(2):
        size = _round(new, names, size, variance)
    return size


def _round(new: Counts, names: Sequence[str], probe: FloatArray, variance: FloatArray) -> FloatArray:
    n = len(names)
    each = np.vstack([np.diag(probe), np.diag(-probe)])
    found = new({name: each[:, i] for i, name in enumerate(names)})
    plus, minus = found[:n], found[n:]
    linear, square = (plus - minus) / 2, (plus + minus) / 2
    with np.errstate(divide="ignore"):
        first = (linear**2 / variance).sum(axis=1) ** -0.5
        second = (square**2 / variance).sum(axis=1) ** -0.25
    factor = np.minimum(first, second)
    return probe * np.where(np.isfinite(factor), factor, 1.0)
