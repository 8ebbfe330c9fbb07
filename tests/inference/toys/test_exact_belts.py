"""Exact Feldman-Cousins belts against published tables, enumeration and their own coverage."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import norm, poisson

from nulight.inference.toys.exact_belts import bounded_gaussian, feldman_cousins, gaussian_p_value, poisson_p_value
from oracles_belts import (
    GRID,
    PLAIN_UPPER,
    ROUNDING,
    TABLE_IV,
    TABLE_VI_UPPER,
    TABLE_X,
    TABLE_X_UPPER,
    accepted_counts,
    interval_by_enumeration,
)

PUBLISHED = GRID + ROUNDING


@pytest.mark.parametrize(("key", "interval"), TABLE_IV.items())
def test_counts_on_a_background_have_the_published_intervals_at_90(key, interval):
    assert feldman_cousins(*key) == pytest.approx(interval, abs=PUBLISHED, rel=0)


@pytest.mark.parametrize(("key", "upper"), TABLE_VI_UPPER.items())
def test_counts_on_a_background_have_the_published_upper_ends_at_95(key, upper):
    assert feldman_cousins(*key, cl=0.95)[1] == pytest.approx(upper, abs=PUBLISHED, rel=0)


@pytest.mark.parametrize(("key", "upper"), PLAIN_UPPER.items())
def test_plain_upper_ends_are_those_of_another_implementation(key, upper):
    assert feldman_cousins(*key, monotone=False)[1] == pytest.approx(upper, abs=PUBLISHED, rel=0)


@pytest.mark.parametrize(("x", "interval"), TABLE_X.items())
def test_bounded_gaussian_has_the_published_interval(x, interval):
    assert bounded_gaussian(x) == pytest.approx(interval, abs=ROUNDING, rel=0)


@pytest.mark.parametrize(("x", "upper"), TABLE_X_UPPER.items())
def test_bounded_gaussian_has_the_published_upper_end(x, upper):
    assert bounded_gaussian(x)[1] == pytest.approx(upper, abs=ROUNDING, rel=0)


@pytest.mark.parametrize(("n", "background", "cl"), [(0, 0.7, 0.9), (4, 2.3, 0.9), (2, 6.1, 0.68), (9, 1.4, 0.95)])
def test_plain_intervals_are_those_of_enumerated_acceptance(n, background, cl):
    signals = np.arange(0, 25, 0.02)
    lower, upper = feldman_cousins(n, background, cl, monotone=False)
    first, last = interval_by_enumeration(n, background, cl, signals)
    assert first - 0.02 <= lower <= first
    assert last <= upper <= last + 0.02


@settings(max_examples=40, deadline=None)
@given(signal=st.floats(0, 20), background=st.floats(0, 10), cl=st.floats(0.6, 0.99))
def test_p_values_accept_what_enumeration_accepts(signal, background, cl):
    n = np.arange(60)
    p = poisson_p_value(n, signal, background)
    clear = np.abs(p - (1 - cl)) > 1e-9
    taken = accepted_counts(signal, background, cl)
    assert [int(k) in taken for k in n[clear]] == list(p[clear] > 1 - cl)


@pytest.mark.parametrize(
    ("n", "background", "cl"), [(0, 1.0, 0.9), (0, 2.7, 0.9), (1, 4.6, 0.9), (2, 5.0, 0.95), (3, 2.0, 0.68)]
)
def test_monotone_upper_end_is_the_largest_at_this_or_more_background(n, background, cl):
    more = background + np.arange(0, 3, 0.03)
    largest = max(feldman_cousins(n, b, cl, monotone=False)[1] for b in more)
    found = feldman_cousins(n, background, cl)[1]
    assert largest <= found + 1e-9
    assert found < largest + 0.03  # the end falls by at most the step between two backgrounds


@settings(max_examples=30, deadline=None)
@given(n=st.integers(0, 8), first=st.floats(0, 8), more=st.floats(0, 3), cl=st.sampled_from([0.68, 0.9, 0.95]))
def test_monotone_upper_end_does_not_rise_with_the_background(n, first, more, cl):
    assert feldman_cousins(n, first + more, cl)[1] <= feldman_cousins(n, first, cl)[1] + 1e-9


@pytest.mark.parametrize("signal", [0.0, 0.4, 1.3, 3.7])
def test_belt_of_counts_covers_at_least_as_often_as_it_says(signal):
    n = np.arange(25)
    intervals = [feldman_cousins(int(k), 1.5) for k in n]
    covered = [low - 1e-9 <= signal <= high for low, high in intervals]
    assert poisson.pmf(n, signal + 1.5)[covered].sum() >= 0.9


@pytest.mark.parametrize("mu", [0.0, 0.1, 0.7, 1.9, 4.0])
def test_belt_of_the_bounded_gaussian_covers_exactly(mu):
    # lower ends begin above the bound at 1.28: below that every measurement accepts mu = 0
    last = brentq(lambda x: bounded_gaussian(x)[0] - mu - 1e-13, 1.2, mu + 5)
    first = brentq(lambda x: bounded_gaussian(x)[1] - mu, -40, mu + 5) if mu > 0 else -np.inf
    assert norm.cdf(last - mu) - norm.cdf(first - mu) == pytest.approx(0.9, abs=1e-9, rel=0)


@pytest.mark.parametrize(("x", "mu"), [(-1.0, 0.3), (0.2, 0.7), (1.5, 0.7), (2.0, 3.5)])
def test_gaussian_p_value_is_an_integral_over_worse_outcomes(x, mu):
    def t(v):
        return (v - mu) ** 2 if v >= 0 else mu**2 - 2 * v * mu

    grid = np.linspace(-60, 60, 1_200_001)
    worse = np.where(grid >= 0, (grid - mu) ** 2, mu**2 - 2 * grid * mu) >= t(x)
    assert gaussian_p_value(x, mu) == pytest.approx(np.trapezoid(worse * norm.pdf(grid, mu), grid), abs=1e-4, rel=0)


def test_far_from_the_bound_the_interval_is_the_usual_one():
    z = norm.ppf(0.95)
    assert bounded_gaussian(30.0, 2.0) == pytest.approx((30 - 2 * z, 30 + 2 * z), abs=1e-9, rel=0)


def test_many_counts_have_a_gaussian_interval():
    lower, upper = feldman_cousins(1000, 900.0)
    z = norm.ppf(0.95)
    # the likelihood ratio of a Poisson mean is skew: both ends move up by z^2/3 counts
    middle, half = 100 + z**2 / 3, z * np.sqrt(1000)
    assert (lower, upper) == pytest.approx((middle - half, middle + half), abs=1.0, rel=0)  # counts are whole


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((-1, 0.0), "whole number"),
        ((1.5, 0.0), "whole number"),
        ((float("nan"), 0.0), "whole number"),
        ((0, -1.0), "zero or more"),
        ((0, 0.0, 90), "0.9 for 90 %"),
    ],
)
def test_senseless_counts_are_refused(arguments, text):
    with pytest.raises(ValueError, match=text):
        feldman_cousins(*arguments)


def test_a_standard_deviation_of_zero_is_refused():
    with pytest.raises(ValueError, match="must be positive"):
        bounded_gaussian(1.0, 0.0)
