"""The batched minimiser on functions whose minima are known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from nulight.inference.engine.newton import minimise_in_box, solve_positive


class _Quadratic:
    """0.5 z.H.z - b.z, counting its calls."""

    def __init__(self, h, b):
        self.h, self.b, self.calls = h, b, 0

    def value(self, z, index):
        self.calls += 1
        return 0.5 * np.einsum("pi,pij,pj->p", z, self.h[index], z) - (self.b[index] * z).sum(1)

    def derivatives(self, z, index, exact):  # noqa: ARG002
        return np.einsum("pij,pj->pi", self.h[index], z) - self.b[index], self.h[index]


class _DoubleWell:
    """(z^2 - a)^2: a maximum at zero for a > 0."""

    def __init__(self, a):
        self.a = np.asarray(a, float)

    def value(self, z, index):
        return (z[:, 0] ** 2 - self.a[index]) ** 2

    def derivatives(self, z, index, exact):
        x, a = z[:, 0], self.a[index]
        full, majorant = 12 * x**2 - 4 * a, 8 * x**2
        return (4 * x * (x**2 - a))[:, None], np.where(exact, full, majorant)[:, None, None]


def _random_quadratic(seed, n, dim):
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(n, dim, dim))
    return _Quadratic(root @ root.transpose(0, 2, 1) + 0.1 * np.eye(dim), rng.normal(size=(n, dim)))


def test_unbounded_quadratic_takes_one_step():
    f = _random_quadratic(1, 50, 4)
    free = np.full(4, np.inf)
    found = minimise_in_box(f, np.zeros((50, 4)), -free, free)
    assert f.calls == 2  # the start and the minimum
    assert found.converged.all()
    np.testing.assert_allclose(found.z, np.linalg.solve(f.h, f.b[:, :, None])[:, :, 0], rtol=1e-9, atol=1e-9)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), dim=st.integers(1, 5))
def test_bounded_quadratic_satisfies_the_optimality_conditions(seed, dim):
    f = _random_quadratic(seed, 20, dim)
    bound = np.full(dim, 0.3)
    found = minimise_in_box(f, np.zeros((20, dim)), -bound, bound)
    gradient, _ = f.derivatives(found.z, np.arange(20), np.ones(20, bool))
    assert found.converged.all()
    inside = np.abs(found.z) < 0.3 * (1 - 1e-14)  # a point may stop one rounding short of its bound
    # predicted decrease below 1e-10 with curvature of at least 0.1 and at most a few tens
    assert np.all(np.abs(gradient[inside]) < 1e-4)
    assert np.all(gradient[~inside & (found.z > 0)] <= 0)
    assert np.all(gradient[~inside & (found.z < 0)] >= 0)


def test_bounded_quadratic_equals_scipy():
    f = _random_quadratic(7, 10, 3)
    bound = np.full(3, 0.2)
    found = minimise_in_box(f, np.zeros((10, 3)), -bound, bound)
    for i in range(10):
        single = minimize(
            lambda z, i=i: f.value(z[None], np.array([i]))[0], np.zeros(3), bounds=[(-0.2, 0.2)] * 3, method="L-BFGS-B"
        )
        assert found.value[i] == pytest.approx(single.fun, abs=1e-8)


@pytest.mark.parametrize("start", [0.0, 0.1, 5.0, -3.0])
def test_maximum_at_zero_is_left(start):
    a = np.array([1e-4, 0.04, 1.0, 9.0])
    f = _DoubleWell(a)
    found = minimise_in_box(f, np.full((4, 1), start), np.array([0.0]), np.array([10.0]), escape=np.array([True]))
    assert found.converged.all()
    np.testing.assert_allclose(found.z[:, 0] ** 2, a, atol=1e-5)


def test_minimum_at_zero_is_kept():
    found = minimise_in_box(
        _DoubleWell([-1.0]), np.array([[3.0]]), np.array([0.0]), np.array([10.0]), escape=np.array([True])
    )
    assert found.converged[0]
    assert found.z[0, 0] == pytest.approx(0, abs=1e-5)


def test_too_few_steps_are_reported():
    f = _DoubleWell([1.0, 1.0])
    found = minimise_in_box(f, np.array([[1.0], [1e3]]), np.array([0.0]), np.array([1e4]), max_steps=3)
    assert found.converged.tolist() == [True, False]
    assert found.residual[1] > 1


def test_degenerate_direction_stays_where_it_is():
    """Only z0 + z1 matters: the minimum is a line, and the step goes straight to it."""
    f = _Quadratic(np.ones((1, 2, 2)), np.array([[1.0, 1.0]]))
    free = np.full(2, np.inf)
    found = minimise_in_box(f, np.zeros((1, 2)), -free, free)
    assert found.converged[0]
    assert found.z.sum() == pytest.approx(1, abs=1e-9)
    assert np.abs(found.z).max() < 2


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 10**6), dim=st.integers(1, 6))
def test_solver_always_goes_downhill(seed, dim):
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(5, dim, dim))
    matrix = matrix + matrix.transpose(0, 2, 1)  # indefinite
    gradient = rng.normal(size=(5, dim))
    assert np.all((solve_positive(matrix, -gradient) * gradient).sum(1) < 0)


class _Valley:
    """(x - 1)^2 + 100 (y - x^2)^2 as least squares: the majorant is that of Gauss and Newton."""

    def value(self, z, index):  # noqa: ARG002
        x, y = z.T
        return (x - 1) ** 2 + 100 * (y - x**2) ** 2

    def derivatives(self, z, index, exact):  # noqa: ARG002
        x, y = z.T
        r = 10 * (y - x**2)
        jacobian = np.stack([np.stack([np.ones_like(x), 0 * x], 1), 10 * np.stack([-2 * x, np.ones_like(x)], 1)], 1)
        gradient = 2 * np.einsum("pri,pr->pi", jacobian, np.stack([x - 1, r], 1))
        curvature = 2 * np.einsum("pri,prj->pij", jacobian, jacobian)
        curvature[:, 0, 0] += np.where(exact, -40 * r, 0.0)
        return gradient, curvature


class _Creep:
    """x^2 + (y^2 - 1)^2 with a wrong majorant that hides the second derivative: only the exact curvature arrives."""

    def value(self, z, index):  # noqa: ARG002
        return z[:, 0] ** 2 + (z[:, 1] ** 2 - 1) ** 2

    def derivatives(self, z, index, exact):  # noqa: ARG002
        x, y = z.T
        gradient = np.stack([2 * x, 4 * y * (y**2 - 1)], 1)
        second = np.where(exact, 12 * y**2 - 4, 0.4 * y**2 + 1e-3)
        curvature = np.zeros((len(z), 2, 2))
        curvature[:, 0, 0], curvature[:, 1, 1] = 2, second
        return gradient, curvature


@pytest.mark.parametrize("function", [_Valley(), _Creep()])
def test_curved_valleys_are_walked_along(function):
    rng, free = np.random.default_rng(5), np.full(2, np.inf)
    start = rng.uniform(-4, 4, (50, 2))
    found = minimise_in_box(function, start, -free, free)
    assert found.converged.all()
    np.testing.assert_allclose(found.value, 0, atol=1e-9)
