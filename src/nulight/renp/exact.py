"""Differences of products without loss of precision, by error-free transformations.

Close to a threshold q^2 - (m_i + m_j)^2 is a difference of nearly equal products. The rounding of
each product is itself a floating-point number and can be computed, so that nothing is lost but the
rounding of the result.
"""

from __future__ import annotations

import numpy as np

from nulight.typing import ArrayLike, FloatArray

__all__ = ["product_minus_square_of_sum", "two_product", "two_sum"]

_SPLIT = 2.0**27 + 1  # halves of a double, Dekker 1971


def two_sum(a: ArrayLike, b: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return the rounded sum and its rounding error, whose sum is exactly a + b (Knuth)."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    total = a + b
    part = total - a
    error: FloatArray = (a - (total - part)) + (b - part)
    return total, error


def two_product(a: ArrayLike, b: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return the rounded product and its rounding error, whose sum is exactly a b (Dekker)."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    product = a * b
    (a_high, a_low), (b_high, b_low) = _halves(a), _halves(b)
    error: FloatArray = a_low * b_low - (((product - a_high * b_high) - a_low * b_high) - a_high * b_low)
    return product, error


def product_minus_square_of_sum(a: ArrayLike, b: ArrayLike, x: ArrayLike, y: ArrayLike) -> FloatArray:
    """Return a b - (x + y)^2, accurate to rounding of the result.

    Parameters
    ----------
    a, b, x, y : array, any shapes that broadcast
        Numbers between 1e-100 and 1e100 in size, or zero.

    Returns
    -------
    array, broadcast shape

    References
    ----------
    Dekker, Numer. Math. 18 (1971) 224.

    Examples
    --------
    >>> float(product_minus_square_of_sum(1.0, 1.0 + 2**-50, 0.5, 0.5)) == 2**-50
    True
    """
    product, product_error = two_product(a, b)
    total, total_error = two_sum(x, y)
    square, square_error = two_product(total, total)
    # The two leading numbers cancel; what is left of them is exact where it matters.
    difference: FloatArray = (product - square) + ((product_error - square_error) - 2 * total * total_error)
    return difference


def _halves(a: FloatArray) -> tuple[FloatArray, FloatArray]:
    scaled = _SPLIT * a
    high = scaled - (scaled - a)
    return high, a - high
