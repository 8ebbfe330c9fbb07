"""Plots of scans: levels with their names, points that are seen, and parameters that are not shown."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.collections import QuadMesh

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


def bowl(samples: bool):
    """Delta chi2 = 4 (x^2 + y^2 + z^2) between -2 and 2, on a grid or at random points."""
    names, rng = ("sin2_theta_w", "mu_nu", "q_nu_ee"), np.random.default_rng(1)
    grid = {} if samples else {name: np.linspace(-2.0, 2.0, 9) for name in names}
    values = rng.uniform(-2, 2, (3, 20_000)) if samples else np.array(np.meshgrid(*grid.values(), indexing="ij"))
    return ScanResult(
        parameters=names,
        units=("", "mu_B", "e"),
        experiments=("one",),
        grid=grid,
        samples=dict(zip(names, values, strict=True)) if samples else {},
        points={"kind": "random", "axes": [{"name": name, "low": -2.0, "high": 2.0} for name in names]},
        delta_chi2=4 * (values**2).sum(axis=0),
        best=dict.fromkeys(names, 0.0),
        twice_nll=0.0,
    )


@pytest.mark.parametrize("samples", [False, True])
def test_parameters_that_are_not_shown_are_at_their_lowest(samples):
    ax = plot_scan(bowl(samples), parameters=["q_nu_ee", "mu_nu"]).axes[0]
    assert "q_" in ax.get_xlabel()
    assert r"\mu" in ax.get_ylabel()
    (mesh,) = (item for item in ax.collections if isinstance(item, QuadMesh))
    height = np.asarray(mesh.get_array())
    n_y, n_x = height.shape
    middle = height[n_y // 2, n_x // 2]
    assert middle == pytest.approx(0, abs=0.5)  # the third parameter is at its lowest, not at its end
    corner = 2 * np.sqrt(8) if not samples else 2 * np.sqrt(8) * (1 - 1 / n_x)
    assert height[0, 0] == pytest.approx(corner, abs=0.3)


def test_random_points_of_one_parameter_are_a_curve():
    ax = plot_scan(bowl(samples=True), parameters=["mu_nu"]).axes[0]
    x, y = max((line.get_data() for line in ax.get_lines()), key=lambda data: len(data[0]))
    np.testing.assert_allclose(y, 4 * x**2, atol=0.5)


def test_empty_bins_are_left_out():
    few = ScanResult(
        parameters=("mu_nu", "q_nu_ee"),
        units=("mu_B", "e"),
        experiments=("one",),
        grid={"mu_nu": np.array([1.0, 2.0, 3.0]), "q_nu_ee": np.array([1.0, 2.0, 3.0])},
        delta_chi2=np.array([[0.0, 1.0, np.inf], [2.0, 8.0, np.inf], [np.inf, 9.0, np.inf]]),
        best={"mu_nu": 1.0, "q_nu_ee": 1.0},
        twice_nll=0.0,
    )
    (mesh,) = (item for item in plot_scan(few).axes[0].collections if isinstance(item, QuadMesh))
    assert np.ma.count_masked(mesh.get_array()) == 4
    assert plot_scan(few, parameters=["q_nu_ee"]).axes[0].get_ylim()[1] < 12


def test_a_record_without_its_points_says_where_they_are():
    far = ScanResult(
        parameters=("mu_nu",),
        units=("mu_B",),
        experiments=("one",),
        grid={},
        delta_chi2=np.zeros(0),
        best={"mu_nu": 1.0},
        twice_nll=0.0,
        n_points=10**7,
    )
    with pytest.raises(ValueError, match=r"ScanRun\(folder\).profile_over"):
        plot_scan(far)
    with pytest.raises(ValueError, match="not among the scanned parameters"):
        plot_scan(bowl(samples=True), parameters=["m_4"])
