"""Which frequencies out of many tell a set of elements apart best: coordinate exchange.

One frequency after the other goes to the best of all places while the others stay, until none wants to
move; from several starting sets, the same every time.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nulight.typing import FloatArray

__all__ = ["exchange", "same_shapes"]

_STARTS, _SWEEPS = 10, 50
_GOLDEN = (np.sqrt(5.0) - 1) / 2  # starting sets are a sequence without gaps
_ROUNDING = 1e-14  # of the largest sensitivity: less is no separation
_SAME = 1e-9  # squared sine of the angle between two shapes at all frequencies below which they are the same


def exchange(shapes: FloatArray, apart: NDArray[np.bool_], n: int) -> NDArray[np.intp]:
    r"""Return the places of n frequencies that best tell each element from its closest rival.

    Parameters
    ----------
    shapes : array (n_el, n_c)
        Signals over the root of the weak counts at n_c frequencies, each element in units of its largest.
    apart : array of bool (n_c, n_c)
        Whether two frequencies may both be taken.
    n : int

    Returns
    -------
    array of int (n,), ascending

    Notes
    -----
    Largest is :math:`\prod_a\min_b(S_{aa} - S_{ab}^2/S_{bb})` over elements a and rivals b, nothing at all among
    them; see `nulight.renp.separation`. Every element counts alike: the worst pair alone, which may be hopeless,
    would take all frequencies. Rivals of the same shape at all places do not count. Sums over frequencies are
    sums of each one's products, so that all places of one frequency are judged at once.
    """
    n_c = shapes.shape[1]
    products, same = np.einsum("ac,bc->cab", shapes, shapes), same_shapes(shapes)
    best, found = -np.inf, np.arange(n)
    for start in range(_STARTS):
        places = (n_c * np.modf((start * n + np.arange(n) + 1) * _GOLDEN)[0]).astype(np.intp)
        value = _climb(products, same, apart, places)
        if value > best:
            best, found = value, places
    return np.sort(found)


def same_shapes(shapes: FloatArray) -> NDArray[np.bool_]:
    """Whether two elements differ by a factor only, (n_el, n_el): mu_1j and eps_1j of a massless nu_1 do."""
    overlap = shapes @ shapes.T
    own = np.diag(overlap)
    same: NDArray[np.bool_] = own * own[:, None] - overlap**2 < _SAME * own * own[:, None]
    return same


def _climb(products: FloatArray, same: NDArray[np.bool_], apart: NDArray[np.bool_], places: NDArray[np.intp]) -> float:
    """Move `places` one by one until nothing is gained; return the merit reached."""
    reached, value = -np.inf, -np.inf
    for _ in range(_SWEEPS):
        for k in range(len(places)):
            others = np.delete(places, k)
            values = _merit(products[others].sum(axis=0) + products, same)
            values[~apart[others].all(axis=0)] = -np.inf
            places[k] = values.argmax()
            value = float(values[places[k]])
        if value <= reached + 1e-9:
            break
        reached = value
    return value


def _merit(overlap: FloatArray, same: NDArray[np.bool_]) -> FloatArray:
    """Mean logarithm of the separation of each element from its closest rival, for overlaps S (n_c, n_el, n_el)."""
    own = np.einsum("caa->ca", overlap)
    rival = np.where(own > 0, own, np.inf)
    left = np.where(same, 0.0, overlap**2 / rival[:, None, :])
    merit: FloatArray = np.log(np.maximum(own - left.max(axis=2), _ROUNDING)).mean(axis=1)
    return merit
