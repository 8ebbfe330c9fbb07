"""Mean inverse square distance to a cylinder."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate

from nulight.sources.geometry import mean_distance, mean_inverse_square

RADIUS, HEIGHT = 66.4, 148.6


def by_gauss_theorem(power: float, radius: float, height: float, distance: float, z: float) -> float:
    """Mean of r^power outside the cylinder: (power + 3) int r^power dV is the flux of r^power times the vector r."""
    phi = 2 * np.pi * (np.arange(200) + 0.5) / 200
    h, weights = np.polynomial.legendre.leggauss(100)
    heights = height / 2 * h[:, None] - z
    outward = radius - distance * np.cos(phi)
    r2 = outward**2 + (distance * np.sin(phi)) ** 2 + heights**2
    wall = 2 * np.pi * radius * height / 2 * np.mean(weights @ (outward * r2 ** (power / 2)))
    rho = radius / 2 * (1 + h[:, None])
    flat = rho**2 + distance**2 - 2 * rho * distance * np.cos(phi)
    caps = 0.0
    for sign, end in ((1, height / 2 - z), (-1, -height / 2 - z)):
        disc = np.mean(weights @ (rho * (flat + end**2) ** (power / 2)))
        caps += sign * end * 2 * np.pi * radius / 2 * disc
    return (wall + caps) / (power + 3) / (np.pi * radius**2 * height)


def by_nested_quadrature(radius: float, height: float, distance: float, z: float) -> float:
    """Adaptive quadrature over height and squared radius; only the angle is done by hand."""

    def over_disc(h: float) -> float:
        value, _ = integrate.quad(
            lambda u: 1 / np.sqrt((u + distance**2 + h**2) ** 2 - 4 * u * distance**2),
            0,
            radius**2,
            points=[min(distance**2, radius**2)],
            epsabs=0,
            epsrel=1e-12,
            limit=200,
        )
        return value

    ends = (-height / 2 - z, height / 2 - z)
    split = [0.0] if ends[0] < 0 < ends[1] else []
    edges = [ends[0], *split, ends[1]]
    total = sum(integrate.quad(over_disc, a, b, epsabs=0, epsrel=1e-12, limit=200)[0] for a, b in pairwise(edges))
    return total / (radius**2 * height)


OUTSIDE = {
    "beside": (RADIUS, HEIGHT, 100.0, 0.0),
    "beside, off the mid-plane": (RADIUS, HEIGHT, 166.4, 50.0),
    "on the axis": (RADIUS, HEIGHT, 0.0, 174.3),
    "above": (RADIUS, HEIGHT, 30.0, -100.0),
    "above and beside": (RADIUS, HEIGHT, 120.0, 130.0),
    "flat cylinder": (10.0, 1.0, 14.0, 0.3),
}


# 100 points converge for sources at least a fifth of the radius away from the surface
@pytest.mark.parametrize("place", OUTSIDE)
def test_source_outside_agrees_with_gauss_theorem(place):
    assert mean_inverse_square(*OUTSIDE[place]) == pytest.approx(by_gauss_theorem(-2, *OUTSIDE[place]), rel=1e-10)
    assert mean_distance(*OUTSIDE[place]) == pytest.approx(by_gauss_theorem(1, *OUTSIDE[place]), rel=1e-10)


CLOSE = {"just outside the wall": (RADIUS, HEIGHT, 66.5, 10.0), "just above the top": (RADIUS, HEIGHT, 30.0, 74.4)}


# the adaptive quadrature reports 1e-10 next to the singular points
@pytest.mark.parametrize("place", CLOSE)
def test_source_close_to_the_surface_agrees_with_adaptive_quadrature(place):
    assert mean_inverse_square(*CLOSE[place]) == pytest.approx(by_nested_quadrature(*CLOSE[place]), rel=1e-10)


@pytest.mark.parametrize(("d", "z"), [(0.0, 0.0), (20.0, 30.0), (60.0, -70.0)])
def test_source_inside_sees_the_mean_ray_length(d, z):
    # int dV / r^2 = int dOmega L: rays to the wall (at w in the plane) and to the caps (up and down away)
    phi = 2 * np.pi * (np.arange(2000) + 0.5) / 2000
    w = -d * np.cos(phi) + np.sqrt(RADIUS**2 - (d * np.sin(phi)) ** 2)
    up, down = HEIGHT / 2 - z, HEIGHT / 2 + z
    rays = w * (np.pi - np.arctan(w / up) - np.arctan(w / down))
    rays += (up * np.log1p((w / up) ** 2) + down * np.log1p((w / down) ** 2)) / 2
    expected = 2 * np.pi * np.mean(rays) / (np.pi * RADIUS**2 * HEIGHT)
    assert mean_inverse_square(RADIUS, HEIGHT, d, z) == pytest.approx(expected, rel=1e-12)


# reference table, printed to 0.01 cm: d, mean r, <1/r^2>^(-1/2)
@pytest.mark.parametrize(("d", "mean", "effective"), [(100.0, 114.45, 99.15), (166.4, 175.20, 165.65)])
def test_xenon_cylinder_has_the_tabulated_distances(d, mean, effective):
    assert mean_distance(RADIUS, HEIGHT, d) == pytest.approx(mean, abs=0.006)
    assert mean_inverse_square(RADIUS, HEIGHT, d) ** -0.5 == pytest.approx(effective, abs=0.006)


# 51Cr at the 1.38 m cube of xenon: 0.376 m^-2 below the face on the axis, 0.359 beside the wall, 1.153 on the
# axis 1 m from the centre
@pytest.mark.parametrize(
    ("d", "z", "per_square_metre"), [(0.0, 169.0, 0.376), (169.0, 0.0, 0.359), (0.0, 100.0, 1.153)]
)
def test_link_xu_cylinder_has_the_published_mean_inverse_squares(d, z, per_square_metre):
    assert mean_inverse_square(69.0, 138.0, d, z) * 1e4 == pytest.approx(per_square_metre, abs=0.6e-3)


@pytest.mark.parametrize("direction", [(1.0, 0.0), (0.0, 1.0), (0.6, -0.8)])
def test_far_away_it_is_one_over_distance_squared(direction):
    d = 1e9
    # the first correction is (size / d)^2 = 1e-14
    assert mean_inverse_square(RADIUS, HEIGHT, d * direction[0], d * direction[1]) * d**2 == pytest.approx(1, rel=1e-12)


def test_monte_carlo_agrees_within_its_error():
    rng = np.random.default_rng(51)
    n = 400_000
    rho, phi = RADIUS * np.sqrt(rng.random(n)), 2 * np.pi * rng.random(n)
    h = HEIGHT * (rng.random(n) - 0.5)
    for d, z in ((100.0, 20.0), (30.0, 10.0)):
        r = np.sqrt(rho**2 + d**2 - 2 * rho * d * np.cos(phi) + (h - z) ** 2)
        assert abs(r.mean() - mean_distance(RADIUS, HEIGHT, d, z)) < 4 * r.std() / np.sqrt(n)
    # 1/r^2 has a finite variance only outside
    r2 = (rho * np.cos(phi) - 100) ** 2 + (rho * np.sin(phi)) ** 2 + h**2
    assert abs((1 / r2).mean() - mean_inverse_square(RADIUS, HEIGHT, 100.0)) < 4 * (1 / r2).std() / np.sqrt(n)


LENGTH = st.floats(0.1, 300)


@settings(max_examples=150, deadline=None)
@given(LENGTH, LENGTH, st.floats(0, 500), st.floats(-500, 500), st.floats(0.01, 100))
def test_it_is_even_in_z_scales_and_lies_between_nearest_and_farthest_point(radius, height, d, z, scale):
    value = mean_inverse_square(radius, height, d, z)
    assert mean_inverse_square(radius, height, d, -z) == pytest.approx(value, rel=1e-12)
    scaled = mean_inverse_square(scale * radius, scale * height, scale * d, scale * z)
    assert scaled * scale**2 == pytest.approx(value, rel=1e-10)
    nearest = np.hypot(max(d - radius, 0), max(abs(z) - height / 2, 0))
    farthest = np.hypot(d + radius, abs(z) + height / 2)
    assert value > farthest**-2
    assert nearest == 0 or value < nearest**-2
    # Cauchy-Schwarz: the mean distance is never below the effective one
    assert mean_distance(radius, height, d, z) * (1 + 1e-12) >= value**-0.5


def test_it_is_continuous_through_wall_and_top():
    for inside, outside in (((66.4 - 1e-9, 0), (66.4 + 1e-9, 0)), ((10, 74.3 - 1e-9), (10, 74.3 + 1e-9))):
        a, b = mean_inverse_square(RADIUS, HEIGHT, *inside), mean_inverse_square(RADIUS, HEIGHT, *outside)
        # it changes by step / size times a logarithm of the step
        assert a == pytest.approx(b, rel=1e-8)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0.0, 1.0, 1.0, 0.0), "radius = 0.0 cm of the detector must be positive"),
        ((1.0, -2.0, 1.0, 0.0), "height = -2.0 cm of the detector must be positive"),
        ((1.0, 1.0, -1.0, 0.0), "distance_from_axis = -1.0 cm must not be negative; put the sign into z"),
        ((1.0, 1.0, 1.0, np.nan), "z = nan cm must be finite"),
    ],
)
def test_impossible_geometry_is_refused(arguments, message):
    for function in (mean_inverse_square, mean_distance):
        with pytest.raises(ValueError, match=message):
            function(*arguments)
