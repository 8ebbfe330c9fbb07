"""Recoil limits against published values, high precision and each other."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from nulight.constants import M_E
from nulight.interactions.kinematics import E_nu_min, E_threshold, T_max, T_min, heaviest_final_state
from oracles import momenta

energies = st.floats(10.0, 2e4)
shares = st.floats(0.0, 0.999)


@pytest.mark.parametrize(("E", "T"), [(427.0, 267.1), (432.0, 271.5), (747.0, 556.6), (752.0, 561.3)])
def test_recoil_limits_of_the_chromium_lines(E: float, T: float) -> None:
    assert T_max(E, M_E) == pytest.approx(T, abs=0.05)


@pytest.mark.parametrize(("E", "m"), [(747.0, 501.0), (420.0, 320.0), (8e3, 2390.0), (15e3, 3440.0), (52.8e3, 6850.0)])
def test_heaviest_reachable_neutrino(E: float, m: float) -> None:
    # physics pages, three digits
    assert heaviest_final_state(E, M_E) == pytest.approx(m, rel=2e-3, abs=0)


@given(energies)
def test_massless_limits(E: float) -> None:
    assert T_max(E, M_E) == pytest.approx(2 * E**2 / (M_E + 2 * E), rel=1e-14, abs=0)
    assert T_min(E, M_E) == 0


@given(energies, shares)
def test_limits_invert_the_energy_needed(E: float, share: float) -> None:
    m = share * float(heaviest_final_state(E, M_E))
    assert E_nu_min(T_max(E, M_E, m), M_E, m) == pytest.approx(E, rel=1e-9, abs=0)
    assume(m > 1e-3 * E)
    assert E_nu_min(T_min(E, M_E, m), M_E, m) == pytest.approx(E, rel=1e-9, abs=0)


@given(energies)
def test_heaviest_state_is_at_threshold(E: float) -> None:
    assert E_threshold(M_E, float(heaviest_final_state(E, M_E))) == pytest.approx(E, rel=1e-13, abs=0)


@given(st.floats(1.0, 1e4))
def test_nothing_recoils_below_the_threshold(m: float) -> None:
    assert np.isnan(T_max(E_threshold(M_E, m) * (1 - 1e-9), M_E, m))
    T = np.geomspace(1e-3, 1e5, 400)
    assert np.all(E_nu_min(T, M_E, m) >= E_threshold(M_E, m) * (1 - 1e-12))


@pytest.mark.parametrize("m", [1e-3, 1.0, 30.0, 150.0, 300.0, 480.0])
@pytest.mark.parametrize("E", [747.0, 5000.0])
def test_both_limits_to_all_digits(E: float, m: float) -> None:
    with mpmath.workdps(60):
        e, M, b = mpmath.mpf(E), mpmath.mpf(M_E), mpmath.mpf(m) ** 2
        D = mpmath.sqrt((2 * M * e - b) ** 2 - 4 * M**2 * b)
        low, high = ((2 * M * e**2 - b * (M + e) + sign * e * D) / (2 * M * (M + 2 * e)) for sign in (-1, 1))
        assert T_min(E, M_E, m) == pytest.approx(float(low), rel=1e-13, abs=0)
        assert T_max(E, M_E, m) == pytest.approx(float(high), rel=1e-13, abs=0)


@given(energies, shares, st.floats(0.001, 0.999))
def test_recoils_inside_the_limits_have_a_real_angle(E: float, share: float, where: float) -> None:
    m = share * float(heaviest_final_state(E, M_E))
    low, high = float(T_min(E, M_E, m)), float(T_max(E, M_E, m))
    assume(high - low > 1e-3 * high)
    T = low + where * (high - low)
    _, _, k_out, p_out = momenta(T, E, M_E, m)
    assert np.all(np.isfinite(p_out))
    assert k_out[0] ** 2 - k_out[1:] @ k_out[1:] == pytest.approx(m**2, abs=1e-8 * E**2)


@given(st.floats(1.0, 1e5), st.sampled_from([M_E, 1.2e8]))
def test_recoil_limits_meet_at_the_heaviest_state(E: float, mass: float) -> None:
    m = float(heaviest_final_state(E, mass))
    assert float(T_max(E, mass, m)) == pytest.approx(float(T_min(E, mass, m)), rel=1e-6)
    assert np.isnan(T_max(E, mass, m * (1 + 1e-9)))
