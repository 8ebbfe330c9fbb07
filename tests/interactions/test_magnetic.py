"""Magnetic moments: Dirac traces, high precision, limits and signs."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from nulight.constants import ALPHA, HBAR_C, M_E
from nulight.interactions.kinematics import T_max, T_min, heaviest_final_state
from nulight.interactions.magnetic import Moment, dipole_coefficients, dsigma_dT_magnetic, magnetic_terms
from oracles import moment_vertices, sum_of_terms, trace_dsigma_dT

energies = st.floats(50.0, 1e4)


def test_example_of_the_style_page() -> None:
    closed = np.pi * ALPHA**2 / M_E**2 * HBAR_C**2 * (1 - 1e-3) * 1e-22
    assert dsigma_dT_magnetic(1.0, 1000.0, mu_nu=1e-11) == pytest.approx(closed, rel=1e-14, abs=0)
    assert dsigma_dT_magnetic(1.0, 1000.0, mu_nu=1e-11) == pytest.approx(2.4921e-47, rel=1e-4, abs=0)


@given(energies, st.floats(0.0, 0.95), st.floats(0.01, 0.99), st.booleans())
def test_dipole_cross_section_is_the_dirac_trace(E: float, share: float, where: float, anti: bool) -> None:
    m = share * float(heaviest_final_state(E, M_E))
    low, high = float(T_min(E, M_E, m)), float(T_max(E, M_E, m))
    T = low + where * (high - low)
    assume(anti is False or m == 0)  # the trace of an antineutrino with a mass needs the mass term of the other sign
    trace = trace_dsigma_dT(T, E, moment_vertices(T, E, 1e-11, m), m_final=m, antineutrino=anti)
    value = float(dsigma_dT_magnetic(T, E, mu_nu=1e-11, m_final=m))
    scale = np.pi * ALPHA**2 / M_E**2 * HBAR_C**2 * 1e-22 / T
    assert value == pytest.approx(trace, rel=1e-8, abs=1e-10 * scale)


@pytest.mark.parametrize("m", [1e-3, 50.0, 150.0, 300.0, 450.0])
@pytest.mark.parametrize("where", [1e-6, 0.1, 0.5, 0.999])
def test_dipole_bracket_to_high_precision(m: float, where: float) -> None:
    E = 747.0
    low, high = float(T_min(E, M_E, m)), float(T_max(E, M_E, m))
    T = low + where * (high - low)
    c = dipole_coefficients(np.array([T]), M_E, m)[:, 0] / (np.pi * ALPHA**2 / M_E**2 * HBAR_C**2)
    with mpmath.workdps(50):
        t, e, M, b = (mpmath.mpf(x) for x in (T, E, M_E, m**2))
        K = 1 / t - 1 / e - b / (2 * e * t * M) * (1 - t / (2 * e) + M / (2 * e))
        K += b**2 * (t - M) / (8 * e**2 * t**2 * M**2)
        value = c[0] + c[1] / E + c[2] / E**2
        assert value == pytest.approx(float(K), abs=1e-14 * np.abs(c / E ** np.arange(3)).sum())


@given(energies, st.floats(0.05, 0.999), st.floats(0.0, 1.0))
def test_cross_section_is_not_negative_inside_the_limits(E: float, share: float, where: float) -> None:
    m = share * float(heaviest_final_state(E, M_E))
    low, high = float(T_min(E, M_E, m)), float(T_max(E, M_E, m))
    T = low + where * (high - low)
    value = dsigma_dT_magnetic(T, E, mu_nu=1.0, m_final=m)
    assert value >= -1e-13 * np.pi * ALPHA**2 / M_E**2 * HBAR_C**2 / T


@pytest.mark.parametrize("m", [0.0, 150.0, 300.0])
def test_cross_section_is_zero_outside_both_limits(m: float) -> None:
    E = 747.0
    outside = [float(T_max(E, M_E, m)) * 1.001, float(T_min(E, M_E, m)) * 0.999, -1.0]
    assert np.all(dsigma_dT_magnetic(outside, E, mu_nu=1e-11, m_final=m) == 0)


def test_a_light_final_state_is_a_massless_one() -> None:
    T = np.array([1.0, 10.0, 300.0])
    massless = dsigma_dT_magnetic(T, 747.0, mu_nu=1e-11)
    # the leading correction is m^2 / (2 E T) at the lowest T
    assert dsigma_dT_magnetic(T, 747.0, mu_nu=1e-11, m_final=1e-3) == pytest.approx(massless, rel=1e-8, abs=0)


def test_unreachable_masses_give_nothing() -> None:
    m = 1.01 * float(heaviest_final_state(747.0, M_E))
    assert np.all(dsigma_dT_magnetic(np.geomspace(1e-2, 1e3, 50), 747.0, mu_nu=1e-11, m_final=m) == 0)


@given(st.integers(0, 2**31))
def test_final_states_add_and_initial_states_interfere(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lam = 1e-11 * (rng.normal(size=(2, 3)) + 1j * rng.normal(size=(2, 3)))
    state = rng.normal(size=3) + 1j * rng.normal(size=3)
    mu2 = sum(abs(lam[k] @ state) ** 2 for k in range(2))
    value = sum_of_terms(magnetic_terms([Moment("m", lam)], "nu"), np.outer(state, state.conj()), 2.0, 400.0)
    assert value == pytest.approx(mu2 * float(dsigma_dT_magnetic(2.0, 400.0, mu_nu=1.0)), rel=1e-12, abs=0)
    # a CP-conjugate beam sees conjugate moments: same rate
    anti = sum_of_terms(magnetic_terms([Moment("m", lam)], "nubar"), np.outer(state.conj(), state), 2.0, 400.0)
    assert anti == pytest.approx(value, rel=1e-12, abs=0)


@pytest.mark.parametrize("m", [-1.0, np.nan])
def test_final_mass_must_be_a_number(m: float) -> None:
    with pytest.raises(ValueError, match="mass of the final neutrino"):
        dsigma_dT_magnetic(1.0, 100.0, mu_nu=1e-11, m_final=m)
