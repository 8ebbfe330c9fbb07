"""Contours of models whose Delta chi2 is known in the whole plane."""

from __future__ import annotations

import numpy as np
import pytest

from nulight.inference.contours import contour, contour_paths
from nulight.inference.model import Nuisance


def _plane(toy, parameter, size=1.0, centre=(0.2, -0.1), **options):
    """Two bins that measure a and b with errors 0.1 and 0.2 (in units of size)."""
    return toy(
        statistic="gaussian",
        observed=np.array([10 + centre[0], 20 + centre[1]]),
        sigma=np.array([0.1, 0.2]),
        terms={"x": [({}, [10.0, 20.0]), ({"a": 1}, [1 / size, 0.0]), ({"b": 1}, [0.0, 1 / size])]},
        known=(parameter("a", unit="cm^2", scale=size), parameter("b", scale=size), parameter("c")),
        **options,
    )


def test_uncorrelated_measurements_give_the_ellipse(toy, parameter):
    result = contour(_plane(toy, parameter), "a", "b", ((-0.5, 1.0), (-1.0, 0.8)), n=(61, 41))
    assert result.delta_chi2.shape == (41, 61)
    a, b = np.meshgrid(result.x, result.y)
    np.testing.assert_allclose(result.delta_chi2, ((a - 0.2) / 0.1) ** 2 + ((b + 0.1) / 0.2) ** 2, atol=1e-8)
    assert result.best_fit == pytest.approx((0.2, -0.1), abs=1e-6)
    (path,) = result.paths["1 sigma"]
    radius = ((path[:, 0] - 0.2) / 0.1) ** 2 + ((path[:, 1] + 0.1) / 0.2) ** 2
    # linear interpolation between grid points: error h^2/4 per axis in units of the errors
    np.testing.assert_allclose(radius, 2.2957, atol=(0.025 / 0.1) ** 2 / 4 + (0.045 / 0.2) ** 2 / 4)


def test_minimum_off_the_grid_is_used(toy, parameter):
    result = contour(_plane(toy, parameter, centre=(5.0, 0.0)), "a", "b", ((-1, 1), (-1, 1)), n=(5, 5))
    assert result.best_fit == pytest.approx((5.0, 0.0), abs=1e-6)
    assert result.delta_chi2.min() == pytest.approx((4 / 0.1) ** 2, rel=1e-6)


def test_a_grid_that_misses_a_level_or_lies_inside_it_is_told(toy, parameter):
    beside = contour(_plane(toy, parameter), "a", "b", ((1.2, 2.2), (1, 2)), n=(5, 5), levels=("1 sigma",))
    within = contour(_plane(toy, parameter), "a", "b", ((0.19, 0.21), (-0.1, 0)), n=(5, 5), levels=("2 sigma",))
    assert beside.warnings == ("no grid point inside 1 sigma: the grid is too wide for it, or elsewhere",)
    assert within.warnings == ("all of the grid is inside 2 sigma",)


def test_tiny_units_change_nothing(toy, parameter):
    one = contour(_plane(toy, parameter), "a", "b", ((-1, 1), (-1, 1)), n=(21, 21))
    tiny = contour(_plane(toy, parameter, 1e-33), "a", "b", ((-1e-33, 1e-33), (-1e-33, 1e-33)), n=(21, 21))
    np.testing.assert_allclose(tiny.delta_chi2, one.delta_chi2, atol=1e-7)
    np.testing.assert_allclose(tiny.paths["2 sigma"][0], one.paths["2 sigma"][0] * 1e-33, rtol=1e-9)


def test_one_degree_of_freedom_is_selectable(toy, parameter):
    result = contour(_plane(toy, parameter), "a", "b", ((-1, 1), (-1, 1)), n=(5, 5), dof=1, levels=("2 sigma",))
    assert result.levels == pytest.approx({"2 sigma": 4.0})


def test_degenerate_band_has_open_lines(toy, parameter):
    """Only a - b matters, as for the anapole moment and the weak angle: two open lines a level."""
    model = toy(
        statistic="gaussian",
        observed=np.array([100.0]),
        sigma=np.array([10.0]),
        terms={"x": [({}, [100.0]), ({"a": 1}, [50.0]), ({"b": 1}, [-50.0])]},
        known=(parameter("a"), parameter("b")),
    )
    result = contour(model, "a", "b", ((-1, 1), (-1, 1)), levels=("1 sigma",), n=(51, 51))
    assert len(result.paths["1 sigma"]) == 2
    for path in result.paths["1 sigma"]:
        np.testing.assert_allclose(np.abs(path[:, 0] - path[:, 1]), np.sqrt(2.2957) / 5, atol=1e-3)


def test_physical_bounds_cut_the_grid(toy, parameter):
    model = toy(
        observed=np.array([4.0]),
        terms={"x": [({"mu": 2, "c": 1}, [1.0]), ({}, [3.0])]},
        known=(parameter("mu", lower=0.0), parameter("c", default=1.0)),
    )
    assert contour(model, "mu", "c", ((-1, 3), (0, 2)), n=(4, 3)).x[0] == 0.0


def test_profiled_nuisances_and_parameters_enter(toy, parameter):
    model = _plane(toy, parameter, nuisances=(Nuisance("n", "gaussian", 0.01),), scales={"x": ("n",)})
    wide = contour(model, "a", "b", ((-1, 1), (-1, 1)), n=(11, 11))
    narrow = contour(_plane(toy, parameter), "a", "b", ((-1, 1), (-1, 1)), n=(11, 11))
    assert np.all(wide.delta_chi2 <= narrow.delta_chi2 + 1e-9)
    assert "n (gaussian 0.01)" in wide.definition


def test_infinite_cells_are_left_out():
    z = np.array([[0.0, 2.0, np.inf], [0.0, 2.0, np.inf], [0.0, 2.0, np.inf]])
    (path,) = contour_paths(np.arange(3.0), np.arange(3.0), z, 1.0)
    np.testing.assert_allclose(path[:, 0], 0.5)


def test_mistakes_are_named(toy, parameter):
    model = _plane(toy, parameter)
    with pytest.raises(ValueError, match="each must stand once"):
        contour(model, "a", "a", ((0, 1), (0, 1)))
    with pytest.raises(ValueError, match="neither profiled"):
        contour(model, "a", "b", ((0, 1), (0, 1)), fixed={"a": 1.0})
    with pytest.raises(ValueError, match="make no grid"):
        contour(model, "a", "b", ((1, 0), (0, 1)))
