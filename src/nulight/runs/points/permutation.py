"""Pseudo-random permutations of 0 to n - 1, one value at a time and without a table.

A number is a pair (left, right) of remainders of a and b with a b just above n; each round adds to one a hash
of the other, which can be undone, so the rounds permute all a b numbers. Those that land above n - 1 go
through again: in a permutation of a b numbers their path comes back below n, and no two meet.
"""

from __future__ import annotations

from math import isqrt

import numpy as np
from numpy.typing import NDArray

__all__ = ["permute"]

_N_ROUNDS = 8
_HALF = np.uint64(32)

Words = NDArray[np.uint64]


def permute(places: Words, n: int, key: Words) -> Words:
    """Return where the permutation takes each of `places`.

    Parameters
    ----------
    places : array of uint64, shape (n_places,)
        Each below n.
    n : int
        Positive, below 2^62.
    key : array of uint64, shape (8,)
        Chooses the permutation.

    Returns
    -------
    array of uint64, shape (n_places,)

    References
    ----------
    Black and Rogaway, CT-RSA 2002, doi:10.1007/3-540-45760-7_9 (generalised Feistel network, cycle walking)
    """
    a = isqrt(n - 1) + 1
    b = -(-n // a)
    image = _rounds(places, a, b, key)
    outside = np.flatnonzero(image >= np.uint64(n))
    while outside.size:
        image[outside] = _rounds(image[outside], a, b, key)
        outside = outside[image[outside] >= np.uint64(n)]
    return image


def _rounds(x: Words, a: int, b: int, key: Words) -> Words:
    left, right = np.divmod(x, np.uint64(b))
    for i in range(0, _N_ROUNDS, 2):
        left = _shift(left, _hash(right, key[i]), a)
        right = _shift(right, _hash(left, key[i + 1]), b)
    return np.asarray(left * np.uint64(b) + right, np.uint64)


def _shift(x: Words, hashed: Words, modulus: int) -> Words:
    """(x + hash) mod the modulus, the hash brought below it by a multiplication."""
    m = np.uint64(modulus)
    total = x + ((hashed >> _HALF) * m >> _HALF)
    return np.asarray(np.minimum(total, total - m), np.uint64)  # below zero it wraps around to a large number


def _hash(x: Words, key: np.uint64) -> Words:
    """Mix all bits of x and a key (the finaliser of SplitMix64)."""
    z = x ^ key
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(z ^ (z >> np.uint64(31)), np.uint64)
