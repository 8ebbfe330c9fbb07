"""Fractions and quantiles of toys against the binomial distribution."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from nulight.inference.toys.monte_carlo import fraction, quantile


@given(st.integers(1, 5000), st.floats(0, 1))
def test_the_error_holds_the_fraction_and_stays_between_none_and_all(n, share):
    k = round(share * n)
    p, low, high = fraction(k, n)
    assert 0 <= low <= p + 1e-12
    assert p - 1e-12 <= high <= 1
    assert high > low


@given(st.integers(1, 500), st.integers(0, 500))
def test_counting_the_others_mirrors_the_interval(n, k):
    k = min(k, n)
    p, low, high = fraction(k, n)
    q, other_low, other_high = fraction(n - k, n)
    assert np.array([p, low, high]) == pytest.approx(1 - np.array([q, other_high, other_low]), abs=1e-12)


def test_ends_are_one_standard_deviation_from_the_fraction():
    """Wilson's ends solve (k / n - p)^2 = p (1 - p) / n."""
    _, *ends = fraction(37, 120)
    for p in ends:
        assert (37 / 120 - p) ** 2 == pytest.approx(p * (1 - p) / 120, rel=1e-12)


def test_no_hit_still_has_an_upper_end():
    p, low, high = fraction(0, 99)
    assert (p, low) == (0, 0)
    assert high == pytest.approx(1 / 100, rel=1e-12)


def test_intervals_of_fractions_cover_at_68_percent():
    n, p = 400, 0.9
    k = np.arange(n + 1)
    _, low, high = fraction(k, n)
    covered = binom.pmf(k, n, p)[(low <= p) & (p <= high)].sum()
    assert covered == pytest.approx(0.683, abs=0.03)


def test_a_quantile_is_the_smallest_value_that_enough_toys_do_not_exceed():
    values = np.array([3.0, 1.0, 2.0, 2.0, 5.0, 4.0, 2.0, 9.0, 7.0, 8.0])
    for level in (0.1, 0.35, 0.4, 0.5, 0.9, 1.0):
        value = float(quantile(values, level)[0])
        assert np.mean(values <= value) >= level - 1e-12
        assert np.mean(values < value) < level


def test_errors_of_quantiles_cover_at_68_percent():
    rng = np.random.default_rng(5)
    found = np.array([quantile(rng.random(300), 0.9) for _ in range(2000)])
    covered = np.mean((found[:, 1] <= 0.9) & (found[:, 2] >= 0.9))
    assert covered == pytest.approx(0.68, abs=0.05)
