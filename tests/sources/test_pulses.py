"""Pulses folded with one decay: quadrature, limits, teaching errors."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import norm

from nulight.sources.pulses import GaussianPulse, TablePulse

TABLE = TablePulse(
    lower=np.array([0.0, 1.0, 2.5]), upper=np.array([1.0, 2.0, 3.0]), probability=np.array([0.2, 0.5, 0.2])
)
GAUSS = GaussianPulse(mean=1.5, width=0.4)
LOWER, UPPER = np.array([0.0, 0.7, 2.2, 3.5]), np.array([0.7, 2.2, 3.5, 9.0])


NODES, WEIGHTS = np.polynomial.legendre.leggauss(40)


def integral(function, points):
    """Gauss-Legendre on each panel between the points."""
    return sum((b - a) / 2 * WEIGHTS @ function((a + b) / 2 + (b - a) / 2 * NODES) for a, b in pairwise(points))


def density(pulse, s):
    if isinstance(pulse, GaussianPulse):
        return norm.pdf(s, pulse.mean, pulse.width)
    heights = pulse.probability / (pulse.upper - pulse.lower)
    return heights @ ((pulse.lower[:, None] <= s) & (s < pulse.upper[:, None]))


def folded(pulse, t, decay):
    """Density of a pulse folded with a decay, by quadrature over the time of birth; t has one axis."""
    grid = np.arange(-2.5, 9.5, 0.25)  # holds the edges of the rows

    def at(x):
        return integral(lambda s: density(pulse, s) * decay * np.exp(-decay * (x - s)), [*grid[grid < x], x])

    return np.array([at(x) for x in t])


@pytest.mark.parametrize("pulse", [TABLE, GAUSS])
@pytest.mark.parametrize(("rate", "start"), [(0.0, 0.0), (0.3, 0.0), (2.0, -1.0)])
@pytest.mark.parametrize("decay", [0.5, 20.0])
def test_integrals_are_those_of_the_folded_density(pulse, decay, rate, start):
    found = pulse.integral(LOWER, UPPER, decay, rate, start)
    for i in range(3):
        inside = np.arange(-2.5, 9.5, 0.5)
        points = [LOWER[i], *inside[(inside > LOWER[i]) & (inside < UPPER[i])], UPPER[i]]
        expected = integral(lambda t: np.exp(-rate * (t - start)) * folded(pulse, t, decay), points)
        assert found[i] == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("pulse", [TABLE, GAUSS])
def test_fast_decay_leaves_the_pulse_itself(pulse):
    np.testing.assert_allclose(
        pulse.integral(LOWER, UPPER, 1e9, 0.3, 0.0), pulse.integral(LOWER, UPPER, np.inf, 0.3, 0.0), atol=1e-8
    )


def test_table_integral_is_the_overlap_with_the_rows():
    np.testing.assert_allclose(TABLE.integral(LOWER, UPPER, np.inf), [0.14, 0.06 + 0.5, 0.2, 0.0], rtol=1e-14)


@pytest.mark.parametrize("t", [-37.0, -8.0, 0.0, 8.0, 37.0])
def test_gaussian_tails_neither_overflow_nor_lose_digits(t):
    pulse = GaussianPulse(mean=0.0, width=1.0)
    lower, upper = np.array([t - 0.5]), np.array([t + 0.5])
    expected = norm.cdf(upper) - norm.cdf(lower) if t < 0 else norm.sf(lower) - norm.sf(upper)
    np.testing.assert_allclose(pulse.integral(lower, upper, np.inf), expected, rtol=1e-12)
    assert np.all(np.isfinite(pulse.integral(lower, upper, 50.0)))
    # slow decay after the pulse: the exponential alone
    if t > 10:
        tail = np.exp(0.005) * (np.exp(-0.1 * lower) - np.exp(-0.1 * upper))
        np.testing.assert_allclose(pulse.integral(lower, upper, 0.1), tail, rtol=1e-12)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (([0.0, 1.0], [1.0, 2.0], [0.5]), "2 lower, 2 upper edges and 1 probabilities"),
        (([0.0, 1.0], [1.0, 1.0], [0.5, 0.5]), "row 2, which begins at 1 s, has no width"),
        (([0.0, 0.5], [1.0, 2.0], [0.5, 0.5]), "row 1, which begins at 0 s, overlaps the next one"),
        (([0.0, 1.0], [1.0, 2.0], [0.5, -0.5]), "probability of the row 2, which begins at 1 s, is negative"),
        (([], [], []), "lower must be a list of finite numbers"),
        (([0.0], [1.0], [np.nan]), "probability must be a list of finite numbers"),
    ],
)
def test_unsound_tables_are_refused(columns, message):
    with pytest.raises(ValueError, match=message):
        TablePulse(**dict(zip(("lower", "upper", "probability"), columns, strict=True)))


@pytest.mark.parametrize(("mean", "width"), [(np.inf, 1.0), (0.0, 0.0), (0.0, -1.0), (0.0, np.nan)])
def test_gaussian_needs_a_finite_mean_and_a_positive_width(mean, width):
    with pytest.raises(ValueError, match=r"must be finite and width = .* s positive"):
        GaussianPulse(mean=mean, width=width)


def test_efficiency_steeper_than_numbers_go_is_refused():
    pulse = GaussianPulse(mean=0.0, width=1e-7)
    with pytest.raises(ValueError, match=r"falls with 1e\+09 1/s from 1e-06 s on is too steep"):
        pulse.integral(np.array([1e-6]), np.array([2e-6]), 1e6, 1e9, 1e-6)
    table = TablePulse(lower=[0.0], upper=[1e-7], probability=[1.0])
    left = np.exp(-0.9) * -np.expm1(-0.1) / 1e-7 / (1e9 + 1e6)
    assert table.integral(np.array([1e-6]), np.array([2e-6]), 1e6, 1e9, 1e-6)[0] == pytest.approx(left, rel=1e-9)
