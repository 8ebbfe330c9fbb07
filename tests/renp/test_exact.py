"""Error-free transformations against rational arithmetic."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nulight.renp.exact import product_minus_square_of_sum, two_product, two_sum

numbers = st.one_of(
    st.just(0.0),
    st.builds(lambda m, e, s: s * m * 2.0**e, st.floats(1, 2), st.integers(-200, 200), st.sampled_from([-1, 1])),
)
near_one = st.floats(0.5, 2.0)


@given(numbers, numbers)
def test_sum_and_its_error_are_exact(a, b):
    total, error = two_sum(a, b)
    assert total == a + b
    assert Fraction(float(total)) + Fraction(float(error)) == Fraction(a) + Fraction(b)


@given(numbers, numbers)
def test_product_and_its_error_are_exact(a, b):
    product, error = two_product(a, b)
    assert product == a * b
    assert Fraction(float(product)) + Fraction(float(error)) == Fraction(a) * Fraction(b)


@given(near_one, near_one, st.floats(0, 1), st.integers(-8, 8))
def test_difference_next_to_where_it_vanishes(a, x, share, steps):
    """b is chosen within a few units in the last place of (x + y)^2 / a."""
    y = share * x
    b = float((Fraction(x) + Fraction(y)) ** 2 / Fraction(a))
    b += steps * np.spacing(b)
    exact = Fraction(a) * Fraction(b) - (Fraction(x) + Fraction(y)) ** 2
    found = Fraction(float(product_minus_square_of_sum(a, b, x, y)))
    # What is dropped is the square of the error of x + y, 2^-106 of the squares.
    assert abs(found - exact) <= abs(exact) * Fraction(2) ** -51 + (x + y) ** 2 * Fraction(2) ** -104


@given(near_one, near_one, st.floats(-1, 1), st.floats(-1, 1))
def test_difference_elsewhere(a, b, x, y):
    exact = Fraction(a) * Fraction(b) - (Fraction(x) + Fraction(y)) ** 2
    found = Fraction(float(product_minus_square_of_sum(a, b, x, y)))
    assert abs(found - exact) <= abs(exact) * Fraction(2) ** -51 + Fraction(2) ** -103


@pytest.mark.parametrize("scale", [1.0, 2.0**-150, 2.0**150])
def test_range_of_exponents(scale):
    x = 1 / 3 * scale
    exact = Fraction(scale) * Fraction(scale) - 4 * Fraction(x) ** 2
    assert float(product_minus_square_of_sum(scale, scale, x, x)) == pytest.approx(float(exact), rel=1e-15)


def test_arrays_broadcast_and_give_what_numbers_give():
    a, x = np.array([1.0, 2.0, 3.0]), np.array([[0.1], [0.7]])
    together = product_minus_square_of_sum(a, 1.1, x, 0.3)
    assert together.shape == (2, 3)
    assert together.tolist() == [[product_minus_square_of_sum(p, 1.1, q, 0.3) for p in a] for q in x.ravel()]
