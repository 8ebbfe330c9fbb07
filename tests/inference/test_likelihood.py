"""The likelihood terms against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nulight.inference.likelihood import (
    expected_counts,
    gaussian_twice_nll,
    penalty,
    poisson_twice_nll,
    twice_nll,
)
from nulight.inference.model import Nuisance

counts = st.floats(1e-6, 1e9)


@given(n=counts, mu=counts)
def test_poisson_is_positive_and_equals_the_textbook_form(n, mu):
    value = float(poisson_twice_nll(n, mu))
    assert value >= 0
    # The textbook form cancels numbers of this size.
    size = n + mu + n * abs(np.log(n / mu))
    assert value == pytest.approx(2 * (mu - n + n * np.log(n / mu)), abs=1e-14 * size)


def test_poisson_keeps_its_precision_for_large_counts():
    """Two terms of the series in delta = (mu - n)/n: n delta^2 (1 - 2 delta/3)."""
    n, delta = 1e12, 1e-7
    value = float(poisson_twice_nll(n, n * (1 + delta)))
    # Rounding of delta and of its logarithm; the textbook form would round n instead, 1e7 times more.
    rounding = 2 * n * delta * np.finfo(float).eps
    assert value == pytest.approx(n * delta**2 * (1 - 2 * delta / 3), abs=rounding)


def test_empty_bins_and_impossible_ones():
    np.testing.assert_array_equal(poisson_twice_nll([0, 0, 0, 2, 2], [0, 3, -1, 0, -1]), [0, 6, 0, np.inf, np.inf])


def test_gaussian_term_is_a_squared_pull():
    assert float(gaussian_twice_nll(10, 4, 3)) == 4


def test_penalties():
    np.testing.assert_allclose(penalty(Nuisance("g", "gaussian", 0.1), [0.0, 0.2, -1.5]), [0, 4, np.inf])
    np.testing.assert_allclose(penalty(Nuisance("b", "box", 0.1), [0.05, 0.2]), [0, np.inf])
    np.testing.assert_allclose(penalty(Nuisance("f", "free"), [5.0, -1.5]), [0, np.inf])


def test_nuisances_multiply(counting):
    pair = (Nuisance("m", "box", 0.5), Nuisance("source", "box", 0.5))
    model = counting([4.0], background=1.0, nuisances=pair, scales={"signal": ("m", "source"), "background": ("m",)})
    total = expected_counts(model, {"s": [2.0, 3.0]}, {"m": 0.1, "source": np.array([0.2, 0.0])})
    np.testing.assert_allclose(total, [[1.1 * (1.2 * 2 + 1)], [1.1 * (3 + 1)]])


def test_gaussian_statistic_without_errors_is_refused(counting):
    with pytest.raises(ValueError, match="needs the error of every bin"):
        twice_nll(counting([4.0], statistic="gaussian"), {"s": 1.0})
