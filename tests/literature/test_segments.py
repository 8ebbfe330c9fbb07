"""The lowest passage of a line: between points, where it turns back, and against a search along the line."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nulight.literature.segments import lowest_crossing

GRID = st.integers(-30, 30)


def test_it_is_straight_in_logarithms():
    line_x, line_y = np.array([1.0, 100.0]), np.array([1e-9, 1e-5])
    assert lowest_crossing(10.0, line_x, line_y) == pytest.approx(1e-7)


def test_outside_there_is_nothing():
    found = lowest_crossing([0.5, 2.0, 4.0], np.array([1.0, 3.0]), np.array([1.0, 1.0]))
    np.testing.assert_array_equal(found, [np.nan, 1.0, np.nan])


def test_a_line_that_turns_back_is_read_on_its_lower_branch():
    line_x, line_y = np.array([1.0, 10.0, 2.0]), np.array([3.0, 3.0, 300.0])
    np.testing.assert_allclose(lowest_crossing([1.5, 3.0, 9.0], line_x, line_y), 3.0)
    np.testing.assert_allclose(lowest_crossing([1.5, 3.0, 9.0], line_x[::-1], line_y[::-1]), 3.0)


def test_a_vertical_piece_counts_with_its_lower_end():
    line_x, line_y = np.array([1.0, 2.0, 2.0]), np.array([5.0, 4.0, 1.0])
    assert lowest_crossing(2.0, line_x, line_y) == pytest.approx(1.0)


def test_the_shape_is_that_of_the_masses():
    line = np.array([1.0, 10.0])
    assert lowest_crossing(np.full((2, 3), 5.0), line, line).shape == (2, 3)
    assert lowest_crossing(5.0, line, line).shape == ()


@given(st.lists(st.tuples(GRID, GRID), min_size=2, max_size=8), GRID)
def test_against_a_search_along_the_line(points, step):
    log_line = np.array(points) / 10
    log_x = (step + 0.5) / 10  # between the points, never at one
    found = float(lowest_crossing(10**log_x, *10**log_line.T))
    crossings = [_crossing(*log_line[i], *log_line[i + 1], log_x) for i in range(len(points) - 1)]
    if passed := [value for value in crossings if value is not None]:
        assert np.log10(found) == pytest.approx(min(passed), abs=1e-9)
    else:
        assert np.isnan(found)


def _crossing(x0, y0, x1, y1, x):
    """Bisect for the height at which a straight piece passes x."""
    if (x0 - x) * (x1 - x) > 0:
        return None
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if (x0 + middle * (x1 - x0) - x) * (x0 - x) > 0 else (low, middle)
    return y0 + high * (y1 - y0)
