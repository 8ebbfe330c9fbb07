"""The joint figure of recoil experiments and RENP, from a small record."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import to_hex

from nulight.plotting import plot_renp_joint, save_figure
from nulight.plotting.style import COLOURS
from nulight.results.renp.joint import JointPlane, RenpJoint


@pytest.fixture
def joint():
    x = np.geomspace(1e-12, 1e-9, 25)
    squares = (x / 1e-11) ** 2 + (x[:, None] / 2e-11) ** 2
    blind = JointPlane(
        title="no signal",
        parameters=("lambda_11", "lambda_12"),
        x=x,
        y=2 * x,
        log=True,
        delta_chi2={
            "sun": squares,
            "reactor": ((x - x[:, None]) / 1e-10) ** 2,
            "renp_10d": squares / 4,
            "renp_100d": squares,
            "all": 2 * squares,
        },
        threshold=4.605,
        slope=2.0,
        along={"sun": 1e-11, "reactor": np.inf, "renp_10d": 2e-11, "renp_100d": 1e-11},
    )
    x = np.linspace(0, 2e-11, 25)
    circle = (x**2 + x[:, None] ** 2) / 1e-22
    kinds = replace(
        blind,
        title="a signal",
        parameters=("mu_11", "eps_11"),
        x=x,
        y=x,
        log=False,
        delta_chi2=dict.fromkeys(["sun", "reactor", "renp_10d", "renp_100d", "all"], 4 * circle),
        truth=(1e-11, 0.0),
        slope=None,
        along={},
    )
    return RenpJoint(
        experiment="toy",
        nature="dirac",
        elements=("11", "12"),
        recoils=("sun", "reactor"),
        recoil_limits=np.array([[9e-12, 8e-12], [3e-10, 2e-10]]),
        effective=np.array([7e-12, 2e-10]),
        days=np.array([10.0, 100.0]),
        reach_mu=np.array([[3e-11, 1.5e-11], [2e-11, 1e-11]]),
        reach_eps=np.array([[5e-11, 2.5e-11], [4e-11, 2e-11]]),
        days_mu=np.full((2, 2), 500.0),
        days_eps=np.full((2, 2), 900.0),
        days_apart=np.array([600.0, np.inf]),
        planes=(blind, kinds),
        cl=0.90,
    )


def strokes(axes, colour):
    """Places of the vertical strokes of a colour."""
    lines = [line for line in axes.lines if to_hex(line.get_color()).upper() == COLOURS[colour]]
    return [float(line.get_xdata()[0]) for line in lines]


def test_elements_have_limits_and_reach(joint):
    elements, *_ = plot_renp_joint(joint).axes
    assert strokes(elements, "blue") == [9e-12, 8e-12, 1e-11]  # and the blind direction
    assert strokes(elements, "green") == [3e-10, 2e-10]  # which a reactor does not see
    labels = [text.get_text() for text in elements.get_yticklabels()]
    assert labels[0] == r"$\mu_{11},\,\epsilon_{11}$"
    assert "2.00" in labels[2]
    texts = [text.get_text() for text in elements.texts]
    assert {"10 d", "100", "no limit"} <= set(texts)


def test_filled_points_are_magnetic(joint):
    elements, *_ = plot_renp_joint(joint).axes
    points = [line for line in elements.lines if line.get_marker() == "o"]
    faces = {float(p.get_xdata()[0]): to_hex(p.get_markerfacecolor()) for p in points}
    assert faces[1.5e-11] == to_hex(COLOURS["vermillion"])
    assert faces[2.5e-11] == "#ffffff"


def test_planes_have_a_curve_for_each_measurement(joint):
    _, blind, kinds = plot_renp_joint(joint).axes
    assert blind.get_xscale() == "log"
    assert blind.get_xlabel() == r"$|\lambda_{11}|$ [$\mu_\mathrm{B}$]"
    assert kinds.get_xscale() == "linear"
    assert kinds.get_ylabel() == r"$|\epsilon_{11}|$ [$10^{-11}$ $\mu_\mathrm{B}$]"
    for axes in (blind, kinds):
        assert len(axes.collections) == 1 + 4  # all together filled, and an edge each
    star = next(line for line in kinds.lines if line.get_marker() == "*")
    assert (float(star.get_xdata()[0]), float(star.get_ydata()[0])) == pytest.approx((1.0, 0.0))


def test_legend_names_everything_once(joint):
    figure = plot_renp_joint(joint)
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels[:4] == ["sun", "reactor", "RENP, 10 d at each frequency", "RENP, 100 d at each frequency"]
    assert len(labels) == len(set(labels)) == 7


def test_plane_in_which_nothing_is_allowed_has_no_filled_area(joint):
    blind, kinds = joint.planes
    grids = {**kinds.delta_chi2, "all": np.full((25, 25), 50.0)}
    *_, axes = plot_renp_joint(replace(joint, planes=(blind, replace(kinds, delta_chi2=grids)))).axes
    assert len(axes.collections) == 4


def test_figure_can_be_saved(joint, tmp_path):
    assert save_figure(plot_renp_joint(joint), tmp_path / "joint.pdf").stat().st_size > 5000
