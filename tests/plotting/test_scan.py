"""Plots of scans: levels with their names, points that are seen, and parameters that are not shown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.collections import QuadMesh

from nulight.plotting import plot_scan
from nulight.results.scan import ScanResult
from nulight.runs.points import Axis, RandomPoints


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
    ax = plot_scan(few).axes[0]
    assert "no value" in [text.get_text() for text in ax.get_legend().get_texts()]
    assert ax.get_facecolor()[:3] != mesh.get_cmap()(1.0)[:3]  # not what is far away
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


def random_record(n_points, *, log):
    axis = Axis("mu_nu", 1e-12, 1e-10, log=log)
    points = RandomPoints([axis, Axis("q_nu_ee", -1e-12, 1e-12)], n_points, 1)
    samples = points.values(slice(0, n_points))
    return ScanResult(
        parameters=points.names,
        units=("mu_B", "e"),
        experiments=("one",),
        grid={},
        samples=samples,
        points=points.to_dict(),
        delta_chi2=(samples["mu_nu"] / 3e-11) ** 2 + (samples["q_nu_ee"] / 3e-13) ** 2,
        best=dict.fromkeys(points.names, 0.0),
        twice_nll=0.0,
    )


@pytest.mark.parametrize("n_points", [3, 3000])
@pytest.mark.parametrize("log", [False, True])
def test_bins_fill_the_range_that_was_scanned_and_are_spread_like_its_points(n_points, log):
    result = random_record(n_points, log=log)
    ax = plot_scan(result).axes[0]
    assert ax.get_xscale() == ("log" if log else "linear")
    (mesh,) = (item for item in ax.collections if isinstance(item, QuadMesh))
    corners = mesh.get_coordinates()
    np.testing.assert_allclose(corners[0, [0, -1], 0], [1e-12, 1e-10], rtol=1e-6)
    np.testing.assert_allclose(corners[[0, -1], 0, 1], [-1e-12, 1e-12], rtol=1e-6)
    np.testing.assert_allclose(plot_scan(result, parameters=["mu_nu"]).axes[0].get_xlim(), (1e-12, 1e-10))


def test_levels_without_a_line_have_no_name():
    two = random_record(2, log=True)
    labels = [text.get_text() for text in plot_scan(two).axes[0].get_legend().get_texts()]
    assert labels == ["lowest point", "no value"]


def test_names_of_levels_stand_where_the_curve_is_not():
    x = np.geomspace(1e-12, 1e-10, 60)
    steep = ScanResult(
        parameters=("mu_nu",),
        units=("mu_B",),
        experiments=("one",),
        grid={"mu_nu": x},
        delta_chi2=(x / 5e-11) ** 2,
        best={"mu_nu": 1e-12},
        twice_nll=0.0,
    )
    names = {text.get_text(): text.xy[0] for text in plot_scan(steep).axes[0].texts}
    assert names["90 %"] == 0.0
    mirrored = replace(steep, delta_chi2=steep.delta_chi2[::-1])
    assert {text.xy[0] for text in plot_scan(mirrored).axes[0].texts} == {1.0}


def test_an_axis_of_one_value_is_drawn():
    held = ScanResult(
        parameters=("mu_nu", "q_nu_ee"),
        units=("mu_B", "e"),
        experiments=("one",),
        grid={"mu_nu": np.array([1e-11]), "q_nu_ee": np.linspace(-1e-12, 1e-12, 5)},
        delta_chi2=np.array([[4.0, 1.0, 0.0, 1.0, 4.0]]),
        best={"mu_nu": 1e-11, "q_nu_ee": 0.0},
        twice_nll=0.0,
    )
    (mesh,) = (item for item in plot_scan(held).axes[0].collections if isinstance(item, QuadMesh))
    np.testing.assert_allclose(mesh.get_coordinates()[0, :, 0], [0.5e-11, 1.5e-11])
