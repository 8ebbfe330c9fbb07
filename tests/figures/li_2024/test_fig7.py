"""Planes of the dipole portal: lines against limits at one mass, published curves against the collection."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest
from matplotlib.figure import Figure

import nulight as nl
from nulight.constants import MU_B
from nulight.figures.li_2024 import figure_7_e, figure_7_mu, figure_7_tau
from nulight.figures.li_2024.fig7 import PLANES
from nulight.figures.li_2024.plane import Limit, curve, masses, not_available
from nulight.figures.numbers import Numbers
from nulight.literature.curves import published_curves

FIGURES = {"e": figure_7_e, "mu": figure_7_mu, "tau": figure_7_tau}
FLAVOURS = [pytest.param("e", marks=pytest.mark.slow), pytest.param("mu", marks=pytest.mark.slow), "tau"]


@lru_cache
def made(flavour: str) -> tuple[Figure, Numbers]:
    return FIGURES[flavour](n=8)


def test_masses_begin_at_ten_keV_and_close_in_on_the_heaviest_that_can_be_made() -> None:
    grid = np.array(masses("coherent-lar-2020:1d", "mu_mu4", 60))
    end = 52_828.0 - 52_828.0**2 / (2 * 37.2e6)  # E - E^2/2M of the end of the muon's decay on argon
    assert grid[0] == 10.0
    assert np.all(np.diff(grid) > 0)
    assert 0 < 1 - grid[-1] / end < 0.002


@pytest.mark.parametrize(
    ("experiments", "coupling"),
    [(("pandax4t-b8-2024",), "mu_tau4"), (("coherent-lar-2020:1d", "coherent-csi-2017"), "mu_mu4")],
)
def test_line_is_the_limit_at_each_of_its_masses(experiments: tuple[str, ...], coupling: str) -> None:
    line = curve(Limit(experiments, "", "blue"), coupling, 8)
    model = nl.combine(*(nl.load(name) for name in experiments))
    for i in (0, 4):
        limit = nl.limit(model, coupling, fixed={"m_4": float(line.m_4[i])})
        assert line.upper[i] == pytest.approx(limit.upper, rel=1e-3)


@pytest.mark.parametrize("name", ["xenon1t-b8-2021", "lz-ws2024-er"])
def test_light_end_of_a_line_is_the_limit_on_the_moment_of_the_flavour(name: str) -> None:
    line = curve(Limit((name,), "", "blue"), "mu_tau4", 8)
    assert line.upper[0] == pytest.approx(nl.limit(nl.load(name), "mu_nu_tau").upper, rel=0.01)


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_every_line_and_every_published_curve_is_among_the_numbers(flavour: str) -> None:
    plane, (_, numbers) = PLANES[flavour], made(flavour)
    names = set(numbers.columns["curve"])
    ours = {" + ".join(limit.experiments) for limit in plane.limits}
    assert ours <= {name.removesuffix(", one-sided") for name in names}
    for published in published_curves(plane.coupling):
        (name,) = (n for n in names if n.startswith(published.label) and published.reference in n)
        drawn = numbers.curve(name)
        assert np.array_equal(drawn["d"], published.d)
        assert np.allclose(drawn["mu"] * MU_B, drawn["d"], rtol=1e-12, atol=0)
        doubled = {"unit": 2.0, "mu_B as published": MU_B}[published.convention]
        assert np.allclose(drawn["d"], doubled * published.published, rtol=1e-12, atol=0)


def test_names_of_curves_exist() -> None:
    for plane in PLANES.values():
        known = {published.name for published in published_curves(plane.coupling)}
        assert set(plane.published) <= known
        assert plane.part is None or set(plane.part.published) <= known


def test_curves_without_numbers_are_named_in_the_note() -> None:
    assert "2406.07477" in not_available("mu_mu4")
    assert "1811.12435" in not_available("mu_mu4")
    assert "1811.12435" not in not_available("mu_tau4")
    assert not_available("mu_tau4") in made("tau")[1].note


def at(numbers: Numbers, name: str, m_4: float) -> float:
    line = numbers.curve(name)
    return float(np.exp(np.interp(np.log(m_4), np.log(line["m_4"]), np.log(line["d"]))))


@pytest.mark.slow
def test_quenching_orders_the_limits_of_dresden() -> None:
    numbers = made("e")[1]
    ends = [at(numbers, f"dresden-ii-2022{variant}", 1.0) for variant in ("", ":ybe", ":lindhard")]
    assert ends == sorted(ends)
    assert ends[2] / ends[0] > 2


@pytest.mark.slow
def test_electrons_tighten_the_limit_only_where_they_can_make_the_mass() -> None:
    numbers = made("mu")[1]
    both, alone = (numbers.curve(f"coherent-csi-2021{variant}") for variant in ("", ":cevns-only"))
    light = (both["m_4"] < 0.5, alone["m_4"] < 0.5)
    assert both["d"][light[0]].max() < 0.97 * alone["d"][light[1]].min()
    # the masses that close in on the heaviest one are the same, and far above the 6.85 MeV of electrons
    assert np.array_equal(both["m_4"][-2:], alone["m_4"][-2:])
    assert both["d"][-2:] == pytest.approx(alone["d"][-2:], rel=1e-3)


def test_more_data_of_the_sun_give_the_strongest_limit_on_nu_tau() -> None:
    numbers = made("tau")[1]
    runs = "xenonnt-b8-sr0 + xenonnt-b8-sr1 + xenonnt-b8-sr2"
    two, three = "xenon1t-b8-2021 + pandax4t-b8-2024", f"xenon1t-b8-2021 + pandax4t-b8-2024 + {runs}"
    ends = [at(numbers, name, 3.0) for name in (three, two, "pandax4t-b8-2024")]
    assert ends == sorted(ends)
    assert ends[0] < at(numbers, runs, 3.0)


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_axes_are_in_MeV_and_per_GeV_with_the_moment_beside(flavour: str) -> None:
    figure, _ = made(flavour)
    first, *rest = figure.axes
    assert len(rest) == (0 if PLANES[flavour].part is None else 1)
    assert first.get_xlabel() == "$m_4$ [MeV]"
    assert "GeV" in first.get_ylabel()
    (second,) = figure.axes[-1].child_axes
    low, high = figure.axes[-1].get_ylim()
    figure.draw_without_rendering()
    assert second.get_ylim() == pytest.approx((low / MU_B, high / MU_B))
