"""Batches of convex Poisson fits against scipy, and where rising functions reach a target."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq, minimize

from nulight.inference.likelihood import poisson_twice_nll
from nulight.studies.linear_counts import LinearCounts, where_reached


def _random(seed, n_p=6, n_bins=5):
    rng = np.random.default_rng(seed)
    base = rng.uniform(1, 50, (n_p, n_bins))
    slopes = np.stack([rng.uniform(0, 10, (n_p, n_bins)), base * rng.uniform(0.2, 1, (n_p, 1))], axis=1)
    observed = rng.poisson(base * rng.uniform(0.5, 2, (n_p, n_bins))).astype(float)
    return LinearCounts(
        observed=observed, base=base, slopes=slopes, weight=np.array([0.0, 50.0]), lower=np.array([0.0, -1.0])
    )


@pytest.mark.parametrize("seed", range(4))
def test_minima_are_those_of_scipy(seed):
    counts = _random(seed)
    value, z = counts.minimum(np.full((6, 2), [0.5, 0.0]))
    for k in range(6):

        def cost(x, k=k):
            mu = counts.base[k] + x @ counts.slopes[k]
            return poisson_twice_nll(counts.observed[k], mu).sum() + counts.weight @ x**2

        found = minimize(cost, [1.0, 0.0], bounds=[(0, None), (-0.99, None)], method="L-BFGS-B", tol=1e-14)
        assert value[k] == pytest.approx(found.fun, rel=1e-6)
        assert value[k] <= found.fun * (1 + 1e-10)
        assert cost(z[k]) == pytest.approx(value[k], rel=1e-12)


@given(st.integers(0, 10**6))
def test_gradient_vanishes_or_pushes_against_the_bound(seed):
    counts = _random(seed)
    _, z = counts.minimum(np.full((6, 2), [0.5, 0.0]))
    gradient, curvature = counts.derivatives(z, np.arange(6), np.ones(6, bool))
    steps = gradient / np.sqrt(np.einsum("pii->pi", curvature))  # in standard deviations
    free = z > counts.lower + 1e-12
    assert np.abs(steps[free]).max() < 1e-5
    assert np.all(gradient[~free] > 0)


def test_curvature_is_the_derivative_of_the_gradient():
    counts, z, every = _random(3), np.full((6, 2), [0.7, 0.1]), np.arange(6)
    exact = np.ones(6, bool)
    _, curvature = counts.derivatives(z, every, exact)
    for k in range(2):
        step = 1e-6 * np.eye(2)[k]
        up, down = (counts.derivatives(z + sign * step, every, exact)[0] for sign in (1, -1))
        assert curvature[:, :, k] == pytest.approx((up - down) / 2e-6, rel=1e-5, abs=1e-5)
        up, down = (counts.value(z + sign * step, every) for sign in (1, -1))
        assert counts.derivatives(z, every, exact)[0][:, k] == pytest.approx((up - down) / 2e-6, rel=1e-5, abs=1e-5)


def test_a_signal_that_is_not_there_stays_where_it_is():
    counts = LinearCounts(
        observed=np.array([[5.0]]),
        base=np.array([[3.0]]),
        slopes=np.zeros((1, 1, 1)),
        weight=np.zeros(1),
        lower=np.zeros(1),
    )
    value, z = counts.minimum(np.array([[0.5]]))
    assert value[0] == pytest.approx(2 * (3 - 5 + 5 * np.log(5 / 3)), rel=1e-12)
    assert z[0, 0] == 0.5


@given(st.floats(0.3, 4.0), st.floats(1e-6, 1e6), st.floats(1e-3, 1e3))
def test_powers_are_inverted(power, target, start):
    found = where_reached(lambda x: x**power, target, np.array([start, target ** (1 / power)]))
    expected = target ** (1 / power)
    within = expected < 1e8 * start
    assert found[1] == pytest.approx(expected, rel=1e-9)
    if within and expected > 1e-8 * start:
        assert found[0] == pytest.approx(expected, rel=1e-9)


def test_curves_agree_with_brentq_each_on_its_own():
    scale = np.array([0.1, 1.0, 30.0, 1e4])

    def curve(x):
        return scale * x**2 / (1 + x)

    found = where_reached(curve, 9.0, np.ones(4))
    for k in range(4):
        assert found[k] == pytest.approx(brentq(lambda x, k=k: curve(x)[k] - 9.0, 1e-9, 1e9, rtol=1e-13), rel=1e-9)


def test_what_saturates_below_the_target_is_never_reached():
    height = np.array([0.5, 2.0])
    found = where_reached(lambda x: height * x / (1 + x), 1.0, np.array([3.0, 3.0]))
    assert np.isinf(found[0])
    assert found[1] == pytest.approx(1.0, rel=1e-9)
