"""Products of polynomials in one coordinate, their derivatives and sums."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nulight.inference.engine.products import ONE, Products, Sums, derivative, multiply, power, product_of

ONE_PLUS = (1.0, 1.0)
FACTORS = st.lists(st.tuples(st.integers(0, 2), st.sampled_from([power(1), power(2), power(3), ONE_PLUS])), max_size=4)


def _value(factors, v):
    value = np.ones(v.shape[1])
    for k, atom in factors:
        value = value * sum(c * v[k] ** i for i, c in enumerate(atom))
    return value


@settings(max_examples=50, deadline=None)
@given(first=FACTORS, second=FACTORS, seed=st.integers(0, 1000))
def test_products_and_their_products_are_what_they_say(first, second, seed):
    v = np.random.default_rng(seed).uniform(-2, 2, (3, 5))
    one, other = product_of(first), product_of(second)
    values = Products([one, other, multiply(one, other), ONE])(v)
    expected = [_value(first, v), _value(second, v), _value([*first, *second], v), np.ones(5)]
    np.testing.assert_allclose(values, expected, rtol=1e-12, atol=1e-12)


@settings(max_examples=50, deadline=None)
@given(factors=FACTORS, k=st.integers(0, 2), seed=st.integers(0, 1000))
def test_derivatives_equal_central_differences(factors, k, seed):
    v, h = np.random.default_rng(seed).uniform(-2, 2, (3, 5)), 1e-5
    number, rest = derivative(product_of(factors), k)
    step = h * np.eye(3)[:, [k]]
    numeric = (_value(factors, v + step) - _value(factors, v - step)) / (2 * h)
    # third derivatives of a polynomial of degree 12 are at most 1e5 here: h^2 times that
    np.testing.assert_allclose(number * Products([rest])(v)[0], numeric, rtol=1e-6, atol=1e-4)


def test_what_does_not_depend_on_a_coordinate_has_no_derivative():
    assert derivative(product_of([(0, ONE_PLUS)]), 1) == (0.0, ONE)
    assert derivative(product_of([(0, power(2))]), 0) == (2.0, ((0, (0.0, 1.0)),))
    assert product_of([(3, power(0))]) == ONE


def test_sums_add_products_times_columns_to_their_outputs():
    products, columns = np.array([[1.0, 1.0], [2.0, 3.0]]), np.array([[10.0, 20.0], [5.0, 7.0]])
    total = np.ones((3, 2))
    Sums([(2, 1, 0), (0, 0, 1), (2, 0, 0)], 0).add(total, products, columns)
    np.testing.assert_array_equal(total, [[6.0, 8.0], [1.0, 1.0], [31.0, 81.0]])


@pytest.mark.parametrize("trivial", [0, None])
def test_sums_over_the_product_that_is_one_need_no_multiplication(trivial):
    total = np.zeros((1, 2))
    Sums([(0, 0, 0), (0, 0, 1)], trivial).add(total, np.ones((1, 2)), np.array([[1.0], [4.0]]))
    np.testing.assert_array_equal(total, [[5.0, 5.0]])
