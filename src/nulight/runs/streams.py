"""Random numbers of their own for every piece of work, so that they do not depend on who does it and when."""

from __future__ import annotations

import numpy as np

__all__ = ["stream"]


def stream(seed: int, *key: int) -> np.random.Generator:
    """Return the generator of one piece of work.

    Parameters
    ----------
    seed : int
        Of the whole study, not negative.
    *key : int
        Which piece: study, hypothesis, chunk... Streams of different keys are independent.

    Returns
    -------
    numpy.random.Generator

    Raises
    ------
    ValueError
        If the seed is negative.

    Examples
    --------
    >>> float(stream(1, 0, 7).random()) == float(stream(1, 0, 7).random())
    True
    """
    if seed < 0:
        raise ValueError(f"seed {seed}: use a whole number, zero or positive")
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)))
