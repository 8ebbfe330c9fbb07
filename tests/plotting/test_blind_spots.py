"""Figures of blind spots: a panel a source, markers where they belong, lines through one of them."""

from __future__ import annotations

import numpy as np
import pytest

from nulight.plotting import plot_blind_spots, plot_complementarity
from nulight.results import BlindSpotMap


@pytest.fixture
def record():
    x, y = np.meshgrid(*[np.linspace(-np.pi, np.pi, 33)] * 2)
    moments = {
        "nu_e": 1e-11 * np.abs(2 + np.exp(1j * x) + np.exp(1j * y)),
        "nu_mu": 1e-11 * np.abs(3 + np.exp(1j * x) + np.exp(1j * y)),
        "solar": np.full(x.shape, 2e-11),
    }
    return BlindSpotMap(
        parameters=("lambda_24_phase", "lambda_34_phase"),
        x=x[0],
        y=y[:, 0],
        sources=tuple(moments),
        moments=moments,
        minimum={"nu_e": 0.0, "nu_mu": 1e-11, "solar": 2e-11},
        maximum={"nu_e": 4e-11, "nu_mu": 5e-11, "solar": 2e-11},
        blind_spots={"nu_e": ((np.pi, np.pi),), "nu_mu": ((np.pi, np.pi),), "solar": ()},
        moduli={"lambda_14": 1e-11},
    )


def test_panels_say_whose_they_are_and_how_blind(record):
    figure = plot_blind_spots(record)
    *panels, bar = figure.axes
    assert [ax.get_title() for ax in panels] == [
        r"$\nu_e$ (reactor, $^{51}$Cr): blind",
        r"$\nu_\mu$ (pion decay): at least 0.20",
        "Sun: no phase enters",
    ]
    assert bar.get_ylabel() == r"$\mu_\mathrm{eff}\,/\,\mu_\mathrm{max}$"
    assert panels[0].get_ylabel() == r"$\arg \lambda_{34}$ [rad]"
    assert {ax.get_xlabel() for ax in panels} == {r"$\arg \lambda_{24}$ [rad]"}


def test_blind_spots_of_all_sources_are_in_every_panel_and_its_own_is_filled(record):
    figure = plot_blind_spots(record)
    for place, ax in enumerate(figure.axes[:3]):
        marks = [line for line in ax.get_lines() if len(line.get_xdata())]
        assert [(line.get_xdata()[0], line.get_ydata()[0]) for line in marks] == [(np.pi, np.pi)] * 2
        assert [line.get_markerfacecolor() != "white" for line in marks] == [place == 0, place == 1]
        np.testing.assert_allclose(ax.collections[0].get_array().ravel(), record.ratio(record.sources[place]).ravel())


def test_lines_go_through_the_blind_spot(record):
    ax = plot_complementarity(record).axes[0]
    e, mu, sun, mark = ax.get_lines()
    assert mark.get_xdata()[0] == np.pi
    assert e.get_ydata()[-1] == pytest.approx(0.0, abs=1e-9)
    assert mu.get_ydata()[-1] == pytest.approx(1.0, rel=1e-9)
    np.testing.assert_allclose(sun.get_ydata(), 2.0)
    assert ax.get_ylabel() == r"$\mu_\mathrm{eff}$ [$10^{-11}$ $\mu_\mathrm{B}$]"
    assert ax.get_xlabel() == r"$\arg \lambda_{24}$ [rad],  at $\arg \lambda_{34}$ = 3.14"


def test_lines_between_two_rows_are_interpolated_in_the_squares(record):
    row = 0.25 * record.y[3] + 0.75 * record.y[4]
    moved = {**record.to_dict(), "blind_spots": {**record.blind_spots, "nu_e": ((0.0, row),)}}
    moved = {name: value for name, value in moved.items() if name not in ("result", "format")}
    arrays = {name: np.array(value) for name, value in moved["moments"].items()}
    moved |= {"x": record.x, "y": record.y, "moments": arrays, "parameters": record.parameters}
    line = plot_complementarity(BlindSpotMap(**moved)).axes[0].get_lines()[0]
    expected = np.sqrt(0.25 * record.moments["nu_e"][3] ** 2 + 0.75 * record.moments["nu_e"][4] ** 2) / 1e-11
    np.testing.assert_allclose(line.get_ydata(), expected, rtol=1e-9)


def test_a_source_without_blind_spot_has_no_line_through_it(record):
    with pytest.raises(ValueError, match="solar has no blind spot in this record; those that do: nu_e, nu_mu"):
        plot_complementarity(record, through="solar")
