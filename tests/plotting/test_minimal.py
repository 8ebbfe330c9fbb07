"""The plot of the minimal model draws the record."""

from __future__ import annotations

import numpy as np
import pytest

from nulight.plotting import plot_minimal
from nulight.plotting.minimal import KINDS
from nulight.studies.minimal import minimal_predictions


@pytest.fixture(scope="module")
def record():
    return minimal_predictions(np.geomspace(1e-3, 0.8, 9), phases=4)


def test_lines_are_the_inverted_bands_and_areas_the_normal_ones(record):
    (ax,) = plot_minimal(record).axes
    lines = [(line.get_xdata(), line.get_ydata()) for line in ax.lines]
    expected = [end for kind in KINDS for end in record.band(*kind, "inverted")]
    for (x, y), end in zip(lines, expected, strict=True):
        np.testing.assert_array_equal(x, end)
        np.testing.assert_array_equal(y, record.lightest)
    for area, kind in zip(ax.collections, KINDS, strict=True):
        x = area.get_paths()[0].vertices[:, 0]
        low, high = record.band(*kind, "normal")
        assert (x.min(), x.max()) == (low.min(), high.max())


def test_it_draws_into_axes_that_are_given(record):
    from matplotlib.figure import Figure

    figure = Figure()
    ax = figure.subplots()
    assert plot_minimal(record, ax) is figure
    assert ax.get_ylim() == (record.lightest[0], record.lightest[-1])
