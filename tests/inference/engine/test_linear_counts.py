"""Batches of convex Poisson fits against scipy, closed forms and one another."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from nulight.inference.engine.linear_counts import LinearCounts, loss_slope
from nulight.inference.likelihood import poisson_twice_nll


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
    _, z = counts.minimum(np.full((6, 2), [0.5, 0.0]), tolerance=1e-13)
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


def test_factors_are_the_same_fit_as_relative_changes():
    """N = z s + (1 + u) b and z s + f b with f = 1 + u: the centre of the penalty moves with the coordinate."""
    change = _random(5)
    change = replace(change, slopes=np.stack([change.slopes[:, 0], change.base], axis=1))
    factor = replace(change, base=np.zeros_like(change.base), lower=np.zeros(2), centre=np.array([0.0, 1.0]))
    one, z = change.minimum(np.full((6, 2), [0.5, 0.0]))
    other, f = factor.minimum(np.full((6, 2), [0.5, 1.0]))
    assert other == pytest.approx(one, rel=1e-9)
    assert f - [0.0, 1.0] == pytest.approx(z, abs=1e-5)


def test_upper_bound_holds():
    counts = replace(_random(2), upper=np.array([0.1, 0.05]))
    _, z = counts.minimum(np.full((6, 2), [0.05, 0.0]))
    gradient, _ = counts.derivatives(z, np.arange(6), np.ones(6, bool))
    assert (z <= counts.upper).all()
    assert (gradient[z == counts.upper] < 0).all()
    assert (z == counts.upper).any()


def test_minimum_is_found_from_where_nothing_is_expected():
    """One bin without base: N = z s has its minimum, zero, at z = n / s."""
    counts = LinearCounts(
        observed=np.array([[7.0], [0.0]]),
        base=np.zeros((2, 1)),
        slopes=np.full((2, 1, 1), 2.0),
        weight=np.zeros(1),
        lower=np.zeros(1),
    )
    value, z = counts.minimum(np.array([[0.0], [1.0]]))
    assert value == pytest.approx(0.0, abs=1e-9)
    assert z[:, 0] == pytest.approx([3.5, 0.0], abs=1e-5)


def test_closed_bins_change_nothing():
    counts = _random(4)
    pad = ((0, 0), (0, 2))
    wider = replace(
        counts,
        observed=np.pad(counts.observed, pad),
        base=np.pad(counts.base, pad),
        slopes=np.pad(counts.slopes, ((0, 0), *pad)),
    )
    start = np.full((6, 2), [0.5, 0.0])
    for narrow, wide in zip(counts.minimum(start), wider.minimum(start), strict=True):
        assert wide == pytest.approx(narrow, rel=1e-12)


@given(st.just(0.0) | st.floats(1e-3, 1e3), st.floats(1e-2, 1e3))
def test_slope_of_the_loss_is_its_derivative(n, mu):
    step = 1e-6 * mu
    up, down = (float(poisson_twice_nll(n, mu + sign * step)) for sign in (1, -1))
    slope = loss_slope(np.array(n), np.array(mu))
    assert float(slope) == pytest.approx((up - down) / (2 * step), rel=1e-5, abs=1e-6 * (1 + n / mu))
