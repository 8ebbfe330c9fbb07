"""Minima over parameters that are not shown, collected piece by piece."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nulight.results.projection import Projection
from nulight.runs.points import Axis, GridPoints, RandomPoints

AXES = (Axis("a", -1.0, 3.0), Axis("b", 1e-3, 1e3, log=True), Axis("c", 2.0, 2.0))


@given(
    st.integers(0, 100), st.integers(1, 7), st.integers(1, 6), st.sampled_from([("a",), ("b",), ("b", "a"), ("a", "c")])
)
def test_cells_have_the_lowest_of_their_points(seed, bins, n_pieces, names):
    points = RandomPoints(AXES, 60, seed)
    values = points.values(slice(0, 60))
    heights = np.random.default_rng(seed).exponential(size=60)
    heights[::7] = np.inf
    heights[::11] = np.nan
    projection = Projection(AXES, names, 60, bins)
    for piece in np.array_split(np.arange(60), n_pieces):
        projection.add({name: column[piece] for name, column in values.items()}, heights[piece])
    u = {"a": (values["a"] + 1) / 4, "b": np.log10(values["b"]) / 6 + 0.5, "c": np.zeros(60)}
    sizes = [1 if name == "c" else bins for name in names]
    expected = np.full(sizes, np.inf)
    for i in range(60):
        cell = tuple(int(u[name][i] * size) for name, size in zip(names, sizes, strict=True))
        expected[cell] = np.fmin(expected[cell], heights[i])
    np.testing.assert_array_equal(projection.lowest, expected)


def test_bins_are_equal_on_their_axis_and_named_by_their_middle():
    grid = Projection(AXES, ("a", "b"), 60, 4).grid
    np.testing.assert_allclose(grid["a"], [-0.5, 0.5, 1.5, 2.5])
    np.testing.assert_allclose(grid["b"], 10.0 ** np.array([-2.25, -0.75, 0.75, 2.25]))


@pytest.mark.parametrize(
    ("n_points", "n_axes", "n_names", "bins"),
    [(100, 2, 2, 5), (3, 2, 2, 2), (1000, 2, 2, 10), (40_000, 2, 2, 40), (10**7, 2, 2, 100), (1000, 2, 1, 40),
     (40_000, 3, 2, 17), (200_000, 3, 2, 40)],
)  # fmt: skip
def test_bins_hold_enough_points_to_find_a_minimum(n_points, n_axes, n_names, bins):
    assert Projection(AXES[:n_axes], ("a", "b")[:n_names], n_points).lowest.shape == (bins,) * n_names


@pytest.mark.parametrize("n_axes", [2, 3, 4])
def test_the_lowest_of_a_bin_is_close_to_its_minimum_in_any_number_of_axes(n_axes):
    names = "abcd"[:n_axes]
    n_points = 1000 * 5**n_axes
    values = RandomPoints([Axis(name, -1.0, 1.0) for name in names], n_points, 1).values(slice(0, n_points))
    projection = Projection([Axis(name, -1.0, 1.0) for name in names], ("a", "b"), n_points)
    projection.add(values, sum(column**2 for column in values.values()))
    minimum = np.add.outer(*(projection.grid[name] ** 2 for name in "ab"))
    assert projection.lowest.size > 900
    assert np.percentile(np.abs(projection.lowest - minimum), 95) < 0.1


def test_steps_of_a_grid_are_its_cells():
    points = GridPoints.of({"a": [0.0, 0.1, 7.0], "b": [3.0, 4.0]})
    projection = Projection(points.axes, ("a",), 6)
    projection.add(points.values(slice(0, 6)), np.array([5.0, 4, 3, 6, 2, 9]))
    np.testing.assert_array_equal(projection.lowest, [4, 3, 2])
    np.testing.assert_array_equal(projection.grid["a"], [0.0, 0.1, 7.0])


@pytest.mark.parametrize(
    ("names", "options", "message"),
    [
        (("a", "d"), {}, "d: not among the scanned parameters, a, b, c"),
        ((), {}, "one or two different"),
        (("a", "a"), {}, "one or two different"),
        (("a", "b", "c"), {}, "one or two different"),
        (("a",), {"bins": 0}, "at least one"),
    ],
)
def test_bad_requests_are_refused(names, options, message):
    with pytest.raises(ValueError, match=message):
        Projection(AXES, names, 10, **options)
