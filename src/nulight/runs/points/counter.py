"""Uniform random numbers known from their place in a stream: any part of it costs only itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nulight.typing import FloatArray

__all__ = ["keys", "uniform"]

_BLOCK = 4  # numbers that Philox makes from one value of its counter


def keys(seed: int, *place: int, n: int) -> NDArray[np.uint64]:
    """Return n independent keys of 64 bits for one purpose.

    Raises
    ------
    ValueError
        If the seed is negative.
    """
    if seed < 0:
        raise ValueError(f"seed {seed}: use a whole number, zero or positive")
    return np.asarray(np.random.SeedSequence(seed, spawn_key=place).generate_state(n, np.uint64), np.uint64)


def uniform(key: NDArray[np.uint64], places: slice) -> FloatArray:
    """Return the numbers start to stop of a stream, in [0, 1), shape (stop - start,).

    Parameters
    ----------
    key : array of uint64, shape (2,)
    places : slice

    References
    ----------
    Philox-4x64-10: Salmon, Moraes, Dror and Shaw, SC11 (2011), doi:10.1145/2063384.2063405
    """
    first, skipped = divmod(places.start, _BLOCK)
    raw = np.random.Philox(key=key, counter=first).random_raw(skipped + places.stop - places.start)[skipped:]
    return np.asarray((raw >> np.uint64(11)) * 2.0**-53, float)
