"""Panels, pieces and stretches: together they are the recoils of every target particle, and integrate exactly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nulight.detector.response import Efficiency, GaussianResponse
from nulight.interactions.kinematics import T_max, T_min
from nulight.neutrinos.flux import Flux, pure_flavour
from nulight.rates.grid import Grid, panel_edges
from nulight.rates.kinks import SpecialEnergies
from nulight.rates.layout import lay_out
from nulight.rates.recoils import Limits

ELECTRON = pure_flavour("e")
KNOTS = np.linspace(2e3, 12e3, 12)
FLUXES = (
    Flux.from_density(
        "table",
        KNOTS,
        lambda E: np.interp(E, KNOTS, np.sin(np.linspace(0.3, np.pi, 12)))[None],
        matrices=ELECTRON,
        degree=2,
    ),
    Flux.from_lines("line", [7e3], [[1.0]], matrices=ELECTRON),
)
SHARP = GaussianResponse(np.linspace(0.2, 3.0, 15), lambda T: 0.004 + 0 * T, Efficiency.constant())
GRID = Grid.build(panel_edges(SHARP, np.zeros(0)), SHARP, smooth=True)
PANELS = Grid.build(GRID.edges, SHARP, smooth=False)
SPECIAL = SpecialEnergies.of(FLUXES, ("table", "line"))
MASSES = (6.0e7, 6.6e7, 7.1e7)
SHARES = (0.5, 0.3, 0.2)


def recoils(grid: Grid, *m_final: float):
    return lay_out(grid, SPECIAL, FLUXES, [Limits(MASSES, SHARES, m, b"") for m in m_final])


def folded(grid: Grid, each, values: np.ndarray) -> np.ndarray:
    """Values at the nodes in bins, (n, n_bins)."""
    columns = each.collected(values * each.weights, grid.n_columns + each.response.shape[1])
    return columns[:, : grid.n_columns] @ grid.response.T + columns[:, grid.n_columns :] @ each.response.T


def test_a_sharp_response_has_stretches() -> None:
    assert len(GRID.stretches) > 5
    assert GRID.n_needed < len(GRID.T) / 5
    assert len(PANELS.stretches) == 0


@settings(max_examples=30, deadline=None)
@given(m_final=st.lists(st.floats(0.0, 1.3e4), min_size=1, max_size=4))
def test_weights_of_each_particle_cover_its_recoils(m_final: list[float]) -> None:
    low, high = GRID.edges[[0, -1]]
    for m, each in zip(m_final, recoils(GRID, *m_final), strict=True):
        for part, mass in zip(each.particles, MASSES, strict=True):
            first, last = T_min(12e3, mass, m), T_max(12e3, mass, m)
            reached = max(min(last, high) - max(first, low), 0.0) if np.isfinite(last) else 0.0
            # panels that begin or end beyond the limits are cut there
            assert each.weights[part].sum() == pytest.approx(reached, rel=1e-12, abs=1e-12 * high)


@pytest.mark.parametrize("m_final", [0.0, 800.0, 5e3])
def test_stretches_fold_smooth_functions_as_their_panels_do(m_final: float) -> None:
    (with_stretches,), (panels,) = recoils(GRID, m_final), recoils(PANELS, m_final)
    assert len(with_stretches.T) < len(panels.T)
    for function in (np.ones_like, lambda T: T**-2, lambda T: np.exp(-T / 2)):
        a = folded(GRID, with_stretches, function(with_stretches.T)[None])
        b = folded(PANELS, panels, function(panels.T)[None])
        assert a == pytest.approx(b, rel=1e-7, abs=0)


@pytest.mark.parametrize("m_final", [0.0, 800.0, 5e3])
def test_no_end_or_line_lies_inside_a_panel(m_final: float) -> None:
    (each,) = recoils(GRID, m_final)
    for part, mass in zip(each.particles, MASSES, strict=True):
        T = each.T[part].reshape(-1, 8)
        for E in (2e3, 7e3, 12e3):
            for limit in (T_min(E, mass, m_final), T_max(E, mass, m_final)):
                assert not np.any((T.min(axis=1) < limit) & (limit < T.max(axis=1)))


def test_flux_moments_are_those_of_the_fluxes() -> None:
    for each in recoils(GRID, 0.0, 3e3):
        total = each.moments.contracted(np.array([[2.0], [3e3], [5e6]]) * np.ones(len(each.T)))
        E_min = each.moments.E_min
        for row, flux in zip(total, FLUXES, strict=True):
            m = flux.moments(E_min)[:, 0]
            assert row == pytest.approx(2 * m[0] + 3e3 * m[1] + 5e6 * m[2], rel=1e-13, abs=0)


def test_a_breakpoint_cuts_its_panel() -> None:
    (each,) = lay_out(GRID, SPECIAL, FLUXES, [Limits(MASSES, SHARES, 0.0, np.array([1.2345]).tobytes())])
    for part in each.particles:
        T = each.T[part].reshape(-1, 8)
        assert not np.any((T.min(axis=1) < 1.2345) & (T.max(axis=1) > 1.2345))


def test_a_stretch_has_no_border_of_what_is_known_inside() -> None:
    class Short(GaussianResponse):
        trusted = (0.5, 1.1)

    response = Short(SHARP.bin_edges, SHARP.sigma, SHARP.efficiency)
    low, high = Grid.build(GRID.edges, response, smooth=True).stretch_ends
    for border in response.trusted:
        assert not np.any((low < border) & (border < high))
