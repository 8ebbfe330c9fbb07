"""Light scalar against the Dirac trace and its limits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nulight.constants import M_E
from nulight.interactions.kinematics import T_max
from nulight.interactions.scalar import ScalarExchange, scalar_terms
from nulight.interactions.vector import dsigma_dT_weak
from oracles import scalar_exchange_vertices, sum_of_terms, trace_dsigma_dT, weak_vertices

ELECTRON = np.diag([1.0, 0, 0]).astype(complex)


def cross_section(T, E, gg: float, mass: float):
    return sum_of_terms(scalar_terms([ScalarExchange("s", gg * ELECTRON, mass)], "nu"), ELECTRON, T, E)


@given(st.floats(20.0, 1e4), st.floats(1e-3, 0.999), st.floats(0.0, 1e4), st.booleans())
def test_scalar_cross_section_is_the_dirac_trace(E: float, share: float, mass: float, anti: bool) -> None:
    T = share * float(T_max(E, M_E))
    trace = trace_dsigma_dT(T, E, scalar_exchange_vertices(T, 1e-6, mass), antineutrino=anti)
    assert cross_section(T, E, 1e-6, mass) == pytest.approx(trace, rel=1e-9, abs=0)


def test_scalar_does_not_interfere_with_the_weak_part() -> None:
    T, E = 20.0, 747.0
    both = trace_dsigma_dT(T, E, [*weak_vertices(0.96, 0.5)]) + trace_dsigma_dT(
        T, E, scalar_exchange_vertices(T, 1e-5, 10.0)
    )
    assert both == pytest.approx(
        float(dsigma_dT_weak(T, E, g_L=0.73, g_R=0.23)) + cross_section(T, E, 1e-5, 10.0), rel=1e-12, abs=0
    )


def test_strength_goes_with_the_square_of_the_product() -> None:
    assert cross_section(5.0, 400.0, 3e-6, 7.0) == pytest.approx(
        9 * cross_section(5.0, 400.0, 1e-6, 7.0), rel=1e-13, abs=0
    )


def test_massless_scalar_falls_like_one_over_the_recoil() -> None:
    # T / (2 m_e T)^2 for T << m_e; (1 + T / 2 m_e) differs by 5e-4 at 1 keV
    assert cross_section(0.5, 800.0, 1e-6, 0.0) == pytest.approx(
        2 * cross_section(1.0, 800.0, 1e-6, 0.0), rel=1e-3, abs=0
    )


@given(st.integers(0, 2**31))
def test_antineutrinos_see_conjugate_couplings(seed: int) -> None:
    rng = np.random.default_rng(seed)
    y = rng.normal(size=(3, 3)) + 1j * rng.normal(size=(3, 3))
    state = rng.normal(size=3) + 1j * rng.normal(size=3)
    nu = sum_of_terms(scalar_terms([ScalarExchange("s", y, 5.0)], "nu"), np.outer(state, state.conj()), 2.0, 400.0)
    anti = sum_of_terms(scalar_terms([ScalarExchange("s", y, 5.0)], "nubar"), np.outer(state.conj(), state), 2.0, 400.0)
    assert nu == pytest.approx(anti, rel=1e-12, abs=0)
