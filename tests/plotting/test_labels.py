from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nulight.models.parameters import PARAMETERS
from nulight.plotting.labels import label_axis, parameter_label, power_of_ten, quantity
from nulight.plotting.style import StyledFigure


@pytest.mark.parametrize("name", list(PARAMETERS))
def test_every_parameter_has_a_label_that_can_be_drawn(name):
    figure = StyledFigure()
    ax = figure.subplots()
    ax.set_xlim(0, PARAMETERS[name].scale)
    label_axis(ax.xaxis, name, PARAMETERS[name].unit)
    figure.canvas.draw()
    assert ax.get_xlabel()


def test_linear_axis_moves_the_power_of_ten_into_its_label():
    ax = StyledFigure().subplots()
    ax.set_xlim(-2e-33, 6e-33)
    label_axis(ax.xaxis, "a_nu_ee", "cm^2")
    assert ax.get_xlabel() == "$a_{ee}$ [$10^{-33}$ cm$^2$]"
    assert ax.xaxis.get_major_formatter()(-2e-33, 0) == "\u22122"


def test_logarithmic_axis_keeps_it_in_its_ticks():
    ax = StyledFigure().subplots()
    ax.set_xscale("log")
    ax.set_xlim(1e-34, 1e-32)
    label_axis(ax.xaxis, "a_nu_ee", "cm^2")
    assert ax.get_xlabel() == "$a_{ee}$ [cm$^2$]"


@pytest.mark.parametrize(
    ("ends", "shown"),
    [
        ((2e-12, 7e-11), {r"$2\times10^{-12}$", r"$5\times10^{-12}$", r"$2\times10^{-11}$", r"$5\times10^{-11}$"}),
        ((1e-12, 1e-10), set()),
        ((1.5, 60.0), {"2", "5", "20", "50"}),
    ],
)
def test_short_logarithmic_axes_have_numbers_at_2_and_5_and_long_ones_at_powers_alone(ends, shown):
    ax = StyledFigure().subplots()
    ax.set_xscale("log")
    ax.set_xlim(*ends)
    label_axis(ax.xaxis, "mu_nu", "mu_B")
    ax.figure.canvas.draw()
    found = {text.get_text() for text in ax.xaxis.get_minorticklabels()} - {""}
    assert shown <= found
    assert len(found) <= len(shown) + 2  # ticks just outside the frame exist as well


def test_pure_number_has_no_brackets():
    assert parameter_label("sin2_theta_w") == r"$\sin^2\theta_W$"


@given(st.floats(1e-40, 1e20))
def test_power_of_ten_leaves_a_short_number(value):
    rest = value / 10.0 ** power_of_ten(value)
    assert 0.999 <= rest < 1e4 or 1e-3 <= rest < 1


def test_numbers_for_legends():
    assert quantity(1e-32, "cm^2") == "$10^{-32}$ cm$^2$"
    assert quantity(-6.896e-34, "cm^2") == r"$-6.9\times10^{-34}$ cm$^2$"
    assert quantity(0.231, digits=3) == "$0.231$"
    assert quantity(0.0) == "$0$"
    assert not np.isnan(power_of_ten(float("inf")))
