"""Regions below a level for curves whose crossings are known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from nulight.inference.scan import scan_regions, scan_within


def _scan(curve, lower=-np.inf, upper=np.inf, level=1.0, centre=0.0):
    def polish(a, b, start):  # noqa: ARG001
        if a == b:
            return a
        return float(minimize_scalar(lambda x: float(curve(np.array([x]))[0]), bounds=(a, b), method="bounded").x)

    return scan_regions(curve, polish, centre=centre, lower=lower, upper=upper, level=level)


@settings(max_examples=40, deadline=None)
@given(position=st.floats(-1e3, 1e3), log_width=st.floats(-2, 6))
def test_parabola_anywhere(position, log_width):
    width = 10**log_width
    regions = _scan(lambda x: ((x - position) / width) ** 2).regions
    assert len(regions) == 1
    # The polished minimum is good to sqrt(eps) of its bracket, which moves the level by its square.
    np.testing.assert_allclose(regions[0], [position - width, position + width], rtol=1e-7, atol=1e-7 * width)


@settings(max_examples=30, deadline=None)
@given(other=st.floats(5, 1000), narrow=st.floats(1e-2, 1))
def test_two_narrow_wells_are_both_found(other, narrow):
    """(x (x + other))^2 scaled so that each well has half width `narrow`."""
    curve = lambda x: (x * (x + other) / (narrow * other)) ** 2  # noqa: E731
    regions = _scan(curve).regions
    roots = [-other / 2 + s * np.sqrt(other**2 / 4 + t * narrow * other) for s in (-1, 1) for t in (1, -1)]
    assert len(regions) == 2
    np.testing.assert_allclose(np.sort(np.ravel(regions)), np.sort(roots), rtol=1e-6)


def test_even_function_starts_at_its_bound():
    regions = _scan(lambda x: x**4, lower=0.0, level=16.0).regions
    assert regions[0][0] == 0.0
    assert regions[0][1] == pytest.approx(2.0, rel=1e-8)


def test_flat_curve_is_open_on_both_sides():
    assert _scan(lambda x: 0 * x).regions == ((None, None),)


def test_curve_that_levels_off_is_open_on_that_side():
    ((low, high),) = _scan(lambda x: np.where(x < 0, x**2, 0.5 * np.tanh(x))).regions
    assert high is None
    assert low == pytest.approx(-1, rel=1e-6)


def test_bounded_flat_curve_ends_at_the_bounds():
    assert _scan(lambda x: 0 * x, lower=-2.0, upper=3.0).regions == ((-2.0, 3.0),)


def test_forbidden_points_are_outside():
    scan = _scan(lambda x: np.where(x > 0.5, np.inf, x**2))
    assert scan.regions[0][1] == pytest.approx(0.5, rel=1e-5)


def test_known_bracket_gives_the_same_edges():
    curve = lambda x: (x - 1) ** 2  # noqa: E731
    scan = scan_within(curve, 1.0, -0.5, 2.5, lower=-np.inf, upper=np.inf, level=1.0)
    np.testing.assert_allclose(scan.regions, [(0.0, 2.0)], atol=1e-8)


def test_smooth_crossing_takes_few_rounds():
    rounds = []

    def curve(x):
        rounds.append(len(x))
        return np.expm1(0.3 * x**2) + 0.1 * x

    scan = scan_within(curve, -0.16, -2.2, 2.0, lower=-np.inf, upper=np.inf, level=1.7)
    np.testing.assert_allclose(curve(np.ravel(scan.regions)) - scan.minimum, 1.7, rtol=1e-8)
    assert len(rounds) <= 4  # the grid, two rounds of division, and the check above


def test_steep_crossing_is_found_as_well():
    scan = scan_within(
        lambda x: 1e6 * (np.exp(x) - 1) ** 2 + np.exp(20 * x), -0.5, -9.0, 1.0, lower=-9.0, upper=1.0, level=0.5
    )
    (low, high), *_ = scan.regions
    for edge in (low, high):
        assert 1e6 * np.expm1(edge) ** 2 + np.exp(20 * edge) == pytest.approx(scan.minimum + 0.5, rel=1e-4)
