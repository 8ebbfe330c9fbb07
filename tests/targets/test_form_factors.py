"""Nuclear form factors against Fourier transforms of their densities, exact arithmetic and small-q identities."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import erf

from nulight.targets.form_factors import FORM_FACTORS, form_factor, helm, klein_nystrand, symmetrised_fermi

R = 4.8
NAMES = ("helm", "klein-nystrand", "fermi")
Q = st.floats(1e-6, 4.0)
RADIUS = st.floats(2.5, 6.0)


def fourier(density, q, breakpoints):
    """int rho sin(qr)/(qr) r^2 dr over int rho r^2 dr, Gauss-Legendre between the breakpoints."""
    x, w = np.polynomial.legendre.leggauss(200)
    edges = np.asarray(breakpoints)
    r = (edges[:-1, None] + np.diff(edges)[:, None] * (x + 1) / 2).ravel()
    weight = (np.diff(edges)[:, None] / 2 * w).ravel() * density(r) * r**2
    return np.sinc(np.multiply.outer(q, r) / np.pi) @ weight / weight.sum()


def soft_sphere(r, R_0, s):
    """Uniform sphere convolved with a Gaussian."""
    step = (erf((R_0 - r) / (s * math.sqrt(2))) + erf((R_0 + r) / (s * math.sqrt(2)))) / 2
    tail = np.exp(-((R_0 + r) ** 2) / (2 * s**2)) - np.exp(-((R_0 - r) ** 2) / (2 * s**2))
    return step + s / (math.sqrt(2 * math.pi) * r) * tail


def yukawa_sphere(r, R_A, a):
    """Uniform sphere convolved with exp(-r/a) / (4 pi a^2 r)."""
    inside = 1 - (1 + R_A / a) * math.exp(-R_A / a) * np.sinh(np.minimum(r, R_A) / a) / (r / a)
    outside = (R_A / a * math.cosh(R_A / a) - math.sinh(R_A / a)) * np.exp(-r / a) / (r / a)
    return np.where(r < R_A, inside, outside)


@pytest.mark.parametrize("name", FORM_FACTORS)
def test_one_at_zero_momentum(name):
    assert form_factor(name, 0.0, R) == 1.0


@pytest.mark.parametrize("name", NAMES)
def test_slope_at_zero_is_the_mean_square_radius(name):
    slope = 6 * (1 - form_factor(name, [0.01, 0.02], R)) / np.square([0.01, 0.02])
    assert (4 * slope[0] - slope[1]) / 3 == pytest.approx(R**2, rel=1e-6)


def test_slope_of_klein_nystrand_holds_sphere_and_yukawa():
    R_A, a, q = 6.26, 0.7, np.array([0.01, 0.02])
    slope = 6 * (1 - klein_nystrand(q, R_A, a)) / q**2
    assert (4 * slope[0] - slope[1]) / 3 == pytest.approx(0.6 * R_A**2 + 6 * a**2, rel=1e-6)


@given(st.floats(0.0, 0.05), RADIUS)
def test_all_agree_with_the_first_order_in_q_squared(q, radius):
    x = q * radius
    for name in NAMES:
        assert abs(form_factor(name, q, radius) - (1 - x**2 / 6)) <= x**4 / 60 + 1e-15


def test_helm_is_the_transform_of_a_sphere_with_a_gaussian_surface():
    q, s = np.linspace(0.01, 2.5, 60), 0.9
    R_0 = math.sqrt(5 / 3 * (R**2 - 3 * s**2))
    density = fourier(lambda r: soft_sphere(r, R_0, s), q, np.linspace(0, 20, 9))
    np.testing.assert_allclose(helm(q, R), density, rtol=0, atol=1e-13)


def test_klein_nystrand_is_the_transform_of_a_sphere_with_a_yukawa_surface():
    q, R_A, a = np.linspace(0.01, 2.5, 60), 6.26, 0.7
    breakpoints = np.concatenate([np.linspace(0, R_A, 5), R_A + np.linspace(0, 40, 9)[1:]])
    density = fourier(lambda r: yukawa_sphere(r, R_A, a), q, breakpoints)
    np.testing.assert_allclose(klein_nystrand(q, R_A, a), density, rtol=0, atol=1e-13)


def test_fermi_is_the_transform_of_the_symmetrised_density():
    q, a = np.linspace(0.01, 2.5, 60), 0.52
    c = math.sqrt(5 / 3 * (R**2 - 7 / 5 * (math.pi * a) ** 2))
    density = fourier(
        lambda r: math.sinh(c / a) / (np.cosh(r / a) + math.cosh(c / a)), q, np.linspace(0, c + 45 * a, 12)
    )
    np.testing.assert_allclose(symmetrised_fermi(q, R), density, rtol=0, atol=1e-13)


def test_fermi_is_woods_saxon_up_to_the_tail_at_the_centre():
    q, a = np.linspace(0.01, 2.5, 60), 0.52
    c = math.sqrt(5 / 3 * (R**2 - 7 / 5 * (math.pi * a) ** 2))
    woods_saxon = fourier(lambda r: 1 / (1 + np.exp((r - c) / a)), q, np.linspace(0, c + 45 * a, 12))
    difference = np.abs(symmetrised_fermi(q, R) - woods_saxon).max()
    # int e^{-(r+c)/a} r^2 dr / (c^3/3) = 6 (a/c)^3 e^{-c/a}, in numerator and norm
    assert 0 < difference < 2 * 6 * (a / c) ** 3 * math.exp(-c / a)


@given(Q, RADIUS)
def test_no_digits_are_lost_at_small_arguments(q, radius):
    with mpmath.workdps(60):
        exact_helm, exact_fermi = _helm_exact(q, radius), _fermi_exact(q, radius)
    assert float(helm(q, radius)) == pytest.approx(float(exact_helm), rel=0, abs=3e-14)
    assert float(symmetrised_fermi(q, radius)) == pytest.approx(float(exact_fermi), rel=0, abs=3e-14)


def _helm_exact(q, radius, s=0.9):
    q, s = mpmath.mpf(q), mpmath.mpf(s)
    x = q * mpmath.sqrt((mpmath.mpf(radius) ** 2 - 3 * s**2) * 5 / 3)
    return 3 * (mpmath.sin(x) - x * mpmath.cos(x)) / x**3 * mpmath.exp(-((q * s) ** 2) / 2)


def _fermi_exact(q, radius, a=0.52):
    """The form as it is printed, which cancels badly at small q."""
    q, y = mpmath.mpf(q), mpmath.pi * mpmath.mpf(q) * mpmath.mpf(a)
    x = q * mpmath.sqrt((mpmath.mpf(radius) ** 2 - (mpmath.pi * mpmath.mpf(a)) ** 2 * 7 / 5) * 5 / 3)
    bracket = y * mpmath.sin(x) / mpmath.tanh(y) - x * mpmath.cos(x)
    return 3 / (x * (x**2 + y**2)) * y / mpmath.sinh(y) * bracket


def test_first_zero_is_that_of_the_sphere():
    x_1 = 4.493409457909064  # first zero of j_1
    assert klein_nystrand(x_1 / 6.26, 6.26) == pytest.approx(0, abs=1e-15)
    assert helm(x_1 / math.sqrt(5 / 3 * (R**2 - 3 * 0.81)), R) == pytest.approx(0, abs=1e-15)


@given(Q, RADIUS, st.floats(0.1, 10))
def test_only_products_of_momentum_and_length_count(q, radius, k):
    assert helm(k * q, radius / k, s=0.9 / k) == pytest.approx(helm(q, radius), rel=1e-9, abs=1e-13)
    assert symmetrised_fermi(k * q, radius / k, a=0.52 / k) == pytest.approx(
        symmetrised_fermi(q, radius), rel=1e-9, abs=1e-13
    )


@pytest.mark.parametrize("name", FORM_FACTORS)
def test_arrays_of_any_shape_and_never_above_one(name):
    q = np.linspace(0, 5, 24).reshape(2, 3, 4)
    values = form_factor(name, q, R)
    assert values.shape == q.shape
    assert np.all(np.abs(values) <= 1)
    assert form_factor(name, 0.3, R) == form_factor(name, [[0.3]], R)[0, 0]


@pytest.mark.parametrize("name", NAMES)
def test_vanishes_at_large_momentum_without_overflow(name):
    assert abs(form_factor(name, 1e3, R)) < 1e-9


@pytest.mark.parametrize(("name", "smallest"), [("helm", 1.56), ("klein-nystrand", 1.71), ("fermi", 1.93)])
def test_a_radius_smaller_than_the_surface_is_refused(name, smallest):
    assert np.isfinite(form_factor(name, 0.5, smallest + 0.02))
    with pytest.raises(ValueError, match=rf"R = 1.5 fm is too small for the form factor '{name}'.*{smallest} fm"):
        form_factor(name, 0.5, 1.5)


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(ValueError, match=r"no form factor 'gauss'; known: helm, klein-nystrand, fermi, unity"):
        form_factor("gauss", 0.5, R)
