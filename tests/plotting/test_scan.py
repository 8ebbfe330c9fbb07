"""Plots of a scan of one parameter: levels with their names, and points that are seen."""

from __future__ import annotations

import numpy as np
import pytest

from nulight.plotting import plot_scan
from nulight.results.scan import ScanResult


def scan_record(n, top):
    """A parabola with its minimum in the middle and `top` at both ends."""
    x = np.linspace(-1.0, 1.0, n)
    return ScanResult(
        parameters=("sin2_theta_w",),
        units=("",),
        experiments=("one",),
        grid={"sin2_theta_w": x},
        delta_chi2=top * x**2,
        best={"sin2_theta_w": 0.0},
        twice_nll=0.0,
    )


@pytest.mark.parametrize(("top", "names"), [(1.5, [1.0]), (3.0, [1.0, 2.706]), (30.0, [1.0, 2.706, 4.0])])
def test_levels_that_the_frame_shows_have_their_names(top, names):
    ax = plot_scan(scan_record(101, top)).axes[0]
    assert [text.xy[1] for text in ax.texts] == pytest.approx(names, rel=1e-3)
    assert "1" in ax.texts[0].get_text()


def test_few_points_are_marked_but_none_outside_the_frame():
    (dots,) = (line for line in plot_scan(scan_record(11, 30.0)).axes[0].get_lines() if line.get_marker() == "o")
    assert len(dots.get_xdata()) == 7  # 30 x^2 <= 12
    assert not [line for line in plot_scan(scan_record(101, 30.0)).axes[0].get_lines() if line.get_marker() == "o"]
