"""Terms: traces, keys, and the two ways of averaging over a flux."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nulight.constants import M_E
from nulight.interactions.magnetic import dipole_coefficients
from nulight.interactions.term import DirectKinematics, MomentKinematics, Term
from nulight.neutrinos.flux import Flux, pure_flavour


def flux() -> Flux:
    return Flux.from_density("pp", [1.0, 420.0], lambda E: (E**2 * (420.0 - E))[None], matrices=pure_flavour("e"))


def moment_kinematics(m_final: float) -> MomentKinematics:
    return MomentKinematics("magnetic", M_E, lambda T: dipole_coefficients(T, M_E, m_final), m_final)


def direct_kinematics(m_final: float) -> DirectKinematics:
    def cross_section(T: np.ndarray, E: np.ndarray) -> np.ndarray:
        c = dipole_coefficients(T.ravel(), M_E, m_final).reshape(3, *T.shape)
        return c[0] + c[1] / E + c[2] / E**2

    return DirectKinematics("direct", M_E, cross_section, m_final)


@pytest.mark.parametrize("m_final", [0.0, 20.0, 150.0])
def test_direct_integration_equals_the_moments(m_final: float) -> None:
    T = np.geomspace(0.1, 250.0, 60)
    moments, direct = (k(m_final).flux_averages([flux(), flux()], T) for k in (moment_kinematics, direct_kinematics))
    assert direct == pytest.approx(moments, rel=1e-10, abs=1e-13 * np.abs(moments).max())
    assert np.any(moments > 0)


@pytest.mark.parametrize("m_final", [0.0, 150.0])
def test_both_kinds_have_one_cross_section(m_final: float) -> None:
    T, E = np.geomspace(0.1, 500.0, 30)[:, None], np.array([100.0, 427.0, 747.0])
    one, other = (k(m_final).dsigma_dT(T, E) for k in (moment_kinematics, direct_kinematics))
    assert one == pytest.approx(other, rel=1e-13, abs=0)
    assert one.shape == (30, 3)


def test_a_fourth_coefficient_multiplies_the_logarithm() -> None:
    def coefficients(T: np.ndarray) -> np.ndarray:
        return np.stack([2 / T, np.ones_like(T), 3 * T, 5 / T**2])

    def cross_section(T: np.ndarray, E: np.ndarray) -> np.ndarray:
        return 2 / T + 1 / E + 3 * T / E**2 + 5 / T**2 * np.log(E)

    edges = np.array([0.3, 40.0])
    moments = MomentKinematics("log", M_E, coefficients, 0.0, "unit", edges)
    direct = DirectKinematics("log", M_E, cross_section, binding="unit")
    T = np.geomspace(0.1, 250.0, 40)
    assert moments.dsigma_dT(T, 300.0) == pytest.approx(direct.dsigma_dT(T, 300.0), rel=1e-13, abs=0)
    averages = moments.flux_averages([flux(), flux()], T)
    assert averages == pytest.approx(direct.flux_averages([flux(), flux()], T), rel=1e-10, abs=1e-13 * averages.max())
    assert np.array_equal(moments.breakpoints, edges)


def test_electrons_have_one_mass_and_no_breakpoints() -> None:
    for kinematics in (moment_kinematics(1.0), direct_kinematics(1.0)):
        assert kinematics.masses == (M_E,)
        assert len(kinematics.breakpoints) == 0


@given(st.integers(0, 2**31))
def test_weights_are_traces(seed: int) -> None:
    rng = np.random.default_rng(seed)
    C, R = (rng.normal(size=(n, 3, 3)) + 1j * rng.normal(size=(n, 3, 3)) for n in (4, 2))
    C, R = (A + np.swapaxes(A, 1, 2).conj() for A in (C, R))
    weights = Term("x", moment_kinematics(0.0), C).weights(R)
    assert weights == pytest.approx(np.array([[np.trace(r @ c).real for r in R] for c in C]))


def test_keys_tell_functions_apart() -> None:
    def other(T: np.ndarray, E: np.ndarray) -> np.ndarray:
        return T * E

    keys = [
        moment_kinematics(0.0).key,
        moment_kinematics(1.0).key,
        MomentKinematics("magnetic", M_E, lambda T: T, binding="free").key,
        DirectKinematics("magnetic", M_E, other).key,
        DirectKinematics("magnetic", M_E, other, binding="free").key,
        direct_kinematics(0.0).key,
        direct_kinematics(0.0).key,  # a new function each time: nobody knows what it does
    ]
    assert len(set(keys)) == len(keys)


def test_key_of_a_direct_cross_section_keeps_it_alive() -> None:
    """An address may be given to another function as soon as the first is forgotten."""

    def key(scale: float):
        return DirectKinematics("mine", M_E, lambda T, E: scale * T * E).key

    assert len({key(scale) for scale in range(50)}) == 50
