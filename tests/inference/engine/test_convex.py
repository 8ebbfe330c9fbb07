"""The convex minimiser: the same minima as the general one, few values asked for, bad steps taken back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from nulight.inference.engine.convex import minimise_convex
from nulight.inference.engine.linear_counts import LinearCounts
from nulight.inference.engine.newton import minimise_in_box
from nulight.inference.engine.sheet import Slopes
from nulight.inference.likelihood import poisson_twice_nll


class _Counts:
    """Linear counts, counting the points whose value is asked for."""

    def __init__(self, **fields):
        self.inner, self.asked = LinearCounts(**fields), []
        self.lower, self.n_bins = self.inner.lower, self.inner.observed.shape[1]

    def value(self, z, index):
        self.asked.append(len(index))
        return self.inner.value(z, index)

    def derivatives(self, z, index, exact):
        return self.inner.derivatives(z, index, exact)

    def exact_value(self, z):
        return self.inner.value(z, np.arange(len(z)))

    def slopes(self, z, index, exact):
        gradient, curvature = self.inner.derivatives(z, index, exact)
        mu = self.inner.base[index] + np.einsum("pi,pib->pb", z, self.inner.slopes[index])
        outside = np.any(mu < 1e-6 * self.inner.observed[index], axis=1)
        return Slopes(gradient.T.copy(), curvature.transpose(1, 2, 0).copy(), outside)

    def least(self, index):
        n = self.inner.observed[index]
        return np.where(n > 0, n, np.inf).min(axis=1)

    def kinked(self, z, index):
        mu = self.inner.base[index] + np.einsum("pi,pib->pb", z, self.inner.slopes[index])
        return np.any((mu < 0) & (self.inner.observed[index] == 0), axis=1)


def _problem(seed, n_points=30, n_bins=12, strength=20.0, lower=-0.9):
    rng = np.random.default_rng(seed)
    base = rng.uniform(0.2, 1, (n_points, n_bins)) * strength
    slopes = base[:, None] * rng.uniform(0, 0.5, (n_points, 3, n_bins))
    return _Counts(
        observed=rng.poisson(base * rng.uniform(0.5, 2, (n_points, 1))).astype(float),
        base=base,
        slopes=slopes,
        weight=np.array([0.0, 4.0, 25.0]),
        lower=np.full(3, lower),
    )


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), strength=st.sampled_from([0.3, 3.0, 300.0]), lower=st.sampled_from([-0.9, 0.0]))
def test_minima_are_those_of_the_general_minimiser(seed, strength, lower):
    counts, upper = _problem(seed, strength=strength, lower=lower), np.array([np.inf, 2.0, np.inf])
    start = np.random.default_rng(seed).uniform(0, 3, (30, 3))
    found = minimise_convex(counts, start, counts.lower, upper)
    general = minimise_in_box(counts, start, counts.lower, upper)
    assert found.converged.all()
    np.testing.assert_allclose(found.value, general.value, rtol=1e-12, atol=1e-9)
    assert np.all((found.z >= counts.lower) & (found.z <= upper))


def test_minima_are_those_of_scipy():
    counts = _problem(3, n_points=8)
    found = minimise_convex(counts, np.zeros((8, 3)), counts.lower, np.full(3, np.inf))
    for i in range(8):

        def loss(z, i=i):
            mu = counts.inner.base[i] + z @ counts.inner.slopes[i]
            return poisson_twice_nll(counts.inner.observed[i], mu).sum() + (counts.inner.weight * z**2).sum()

        single = minimize(loss, np.zeros(3), bounds=[(-0.9, None)] * 3, method="L-BFGS-B", options={"ftol": 1e-15})
        assert found.value[i] == pytest.approx(single.fun, rel=1e-9)


def test_hardly_any_value_is_asked_for():
    counts = _problem(4, n_points=500, strength=100.0)
    found = minimise_convex(counts, np.zeros((500, 3)), counts.lower, np.full(3, np.inf))
    assert found.converged.all()
    assert sum(counts.asked) < 2 * 500  # two for every point whose first step overshot


class _Overshoot:
    """-2 ln L of n counts over z > 0 whose curvature is given four times too small: full steps overshoot."""

    n_bins = 1

    def __init__(self, n):
        self.n = np.asarray(n, float)

    def value(self, z, index):
        return poisson_twice_nll(self.n[index], z[:, 0])

    def exact_value(self, z):
        return self.value(z, np.arange(len(z)))

    def slopes(self, z, index, exact):  # noqa: ARG002
        x, n = z[:, 0], self.n[index]
        return Slopes((2 * (1 - n / x))[None], (0.5 * n / x**2)[None, None], np.zeros(len(z), bool))

    def least(self, index):
        return np.full(len(index), 1e-9)  # nothing may be taken for safe


@pytest.mark.parametrize("start", [0.9, 0.99, 0.999, 0.9999])
def test_trusted_steps_across_a_kink_are_looked_at_again(start):
    """A bin without data that expects 0.01 (1 - z) pushes to z = 1.0004; from z = 1 on there is nothing to gain."""
    counts = _Counts(
        observed=np.array([[100.0, 0.0]]),
        base=np.array([[50.0, 0.01]]),
        slopes=np.array([[[50.0, -0.01]]]),
        weight=np.zeros(1),
        lower=np.zeros(1),
    )
    found = minimise_convex(counts, np.array([[start]]), counts.lower, np.full(1, np.inf))
    assert found.value[0] == pytest.approx(0, abs=1e-9)


def test_steps_uphill_are_taken_back():
    n = np.array([0.5, 3.0, 100.0])
    found = minimise_convex(_Overshoot(n), np.array([[5.0], [0.1], [101.0]]), np.array([1e-6]), np.array([1e3]))
    assert found.converged.all()
    np.testing.assert_allclose(found.z[:, 0], n, rtol=1e-4)


def test_too_few_steps_are_reported():
    counts = _problem(5, n_points=2)
    start = np.array([[500.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    upper = np.full(3, np.inf)
    assert minimise_convex(counts, start, counts.lower, upper, max_steps=2).converged.tolist() == [False, False]
    assert minimise_convex(counts, start, counts.lower, upper).converged.all()


def test_nothing_to_move_is_a_minimum():
    counts = _problem(6, n_points=2).inner
    empty = _Counts(
        observed=counts.observed, base=counts.base, slopes=counts.slopes[:, :0], weight=np.zeros(0), lower=np.zeros(0)
    )
    found = minimise_convex(empty, np.zeros((2, 0)), np.zeros(0), np.zeros(0))
    assert found.converged.all()
    np.testing.assert_allclose(found.value, poisson_twice_nll(counts.observed, counts.base).sum(axis=1), rtol=1e-14)
