"""The lowest value of a scan in every cell of one or two parameters, whatever the others are there.

Points come in pieces and are not kept, so any number of them fits into memory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from nulight.runs.points import Axis
from nulight.typing import FloatArray

__all__ = ["Projection"]

_MOST = 2  # parameters left
_PER_AXIS = 5  # points a cell should have for every axis of the scan: the lowest of few is far above the minimum
_FEW = 4  # points to a cell in the coarsest division
_FEWEST, _BINS = 10, 100


class Projection:
    """Minimum over all parameters but a few.

    Parameters
    ----------
    axes : sequence of Axis
        Of all parameters; those with values of a grid keep them, the others are divided into bins.
    names : sequence of str
        One or two parameters that are left, in this order.
    n_points : int
        Of the whole scan.
    bins : int, optional
        Bins per axis; without it as many as leave 5^d points to a bin, d the number of axes of the scan: at most
        100, and at least 10 if that leaves four points to a bin, or 2.

    Raises
    ------
    ValueError
        If a name is not an axis or stands twice, or there are none or more than two.
    """

    def __init__(self, axes: Sequence[Axis], names: Sequence[str], n_points: int, bins: int | None = None) -> None:
        known = {axis.name: axis for axis in axes}
        if unknown := sorted(set(names) - set(known)):
            raise ValueError(f"{', '.join(unknown)}: not among the scanned parameters, {', '.join(known)}")
        if not 1 <= len(names) <= _MOST or len(set(names)) < len(names):
            raise ValueError(f"profile over {', '.join(names) or 'nothing'}: name one or two different parameters")
        if bins is not None and bins < 1:
            raise ValueError(f"bins = {bins}: use at least one")
        self.names = tuple(names)
        n_bins = bins or _n_bins(n_points, len(axes), len(names))
        cells = [_cells(known[name], n_bins) for name in names]
        self.grid = {name: centres for name, (centres, _) in zip(names, cells, strict=True)}
        self._cuts = [cuts for _, cuts in cells]
        self.lowest = np.full([len(centres) for centres, _ in cells], np.inf)

    def add(self, values: Mapping[str, FloatArray], heights: FloatArray) -> None:
        """Take in points: values (n,) of at least the parameters left, and their heights (n,)."""
        pairs = zip(self.names, self._cuts, strict=True)
        index = [np.searchsorted(cuts, values[name], side="right") for name, cuts in pairs]
        np.fmin.at(self.lowest.reshape(-1), np.ravel_multi_index(index, self.lowest.shape), heights)


def _n_bins(n_points: int, n_axes: int, n_left: int) -> int:
    wanted, most = ((n_points / n) ** (1 / n_left) for n in (_PER_AXIS**n_axes, _FEW))
    return int(np.clip(wanted, max(min(_FEWEST, most), 2), _BINS))


def _cells(axis: Axis, n_bins: int) -> tuple[FloatArray, FloatArray]:
    """Centres of the cells, and the lower ends of all but the first."""
    if axis.n is not None:
        values = axis.values()
        return values, values[1:]
    if axis.low == axis.high:
        return np.array([axis.low]), np.zeros(0)
    edges = axis.at(np.linspace(0, 1, 2 * n_bins + 1))
    return edges[1::2], edges[2:-1:2]
