"""Identities of the dipole portal on electrons and nuclei: massless forms, recoil limits, threshold, positivity."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nulight.constants import ALPHA, HBAR_C, M_E
from nulight.interactions.kinematics import E_threshold, T_max, T_min, heaviest_final_state
from nulight.interactions.magnetic import Moment, magnetic_terms
from nulight.interactions.nuclear import Nuclei, nuclear_magnetic_terms
from nulight.interactions.nuclear_brackets import moment_bracket
from nulight.interactions.term import Term
from oracles_coherent import one_nuclide

UNIT = np.pi * ALPHA**2 / M_E**2 * HBAR_C**2
PARTICLES = [("electron", M_E), ("spin 1/2", 5e6), ("spin 0", 5e6), ("spin 0", 1.2e8)]
energies, masses = st.floats(50.0, 5e4), st.floats(500.0, 2e8)
shares, insides, spins = st.floats(1e-3, 0.999), st.floats(0.0, 1.0), st.booleans()
on_particles = pytest.mark.parametrize(("name", "M"), PARTICLES, ids=[f"{p[0]} {p[1]:g}" for p in PARTICLES])


def term(name: str, M: float, m: float, helicity: str = "nu") -> Term:
    moment = Moment("dipole", np.array([[1.0 + 0.5j, 0, 0]]), m)
    if name == "electron":
        return magnetic_terms([moment], helicity)[0]
    return nuclear_magnetic_terms([moment], helicity, Nuclei(one_nuclide(M, 0.5 if name == "spin 1/2" else 0.0)))[0]


def K(T: float, E: float, M: float, has_spin: bool, m: float) -> float:
    return float(moment_bracket(np.array([T]), M, has_spin, m)[:, 0] @ E ** -np.arange(3.0)) / UNIT


@given(masses, energies, shares, spins)
def test_massless_forms(M, E, share, has_spin) -> None:
    T = share * float(T_max(E, M))
    by_hand = 1 / T - 1 / E + (0 if has_spin else T / (4 * E**2))
    assert K(T, E, M, has_spin, 0.0) == pytest.approx(by_hand, rel=1e-13, abs=1e-15 / T)


@given(masses, energies, shares, spins)
def test_a_vanishing_mass_is_approached_smoothly(M, E, share, has_spin) -> None:
    T = share * float(T_max(E, M))
    m = 1e-6 * min(E, np.sqrt(E * M), np.sqrt(M * T))
    # the terms in m^2 are of order m^2 / (E M) and m^2 / E^2 of 1/T, that in m^4 of m^4 / (E^2 M T)
    assert K(T, E, M, has_spin, m) == pytest.approx(K(T, E, M, has_spin, 0.0), abs=1e-10 / T)


@given(masses, energies, shares, insides, spins)
def test_positive_between_both_limits(M, E, share, inside, has_spin) -> None:
    m = share * float(heaviest_final_state(E, M))
    low, high = float(T_min(E, M, m)), float(T_max(E, M, m))
    T = low * (high / low) ** inside
    # all pieces are of order 1/T, and cancel at the limits
    assert K(T, E, M, has_spin, m) >= -1e-9 / T


@given(masses, energies, st.floats(1e-3, 0.9), st.floats(0.05, 0.95))
def test_spin_is_worth_the_recoil_over_the_energy(M, E, share, inside) -> None:
    m = share * float(heaviest_final_state(E, M))
    low, high = float(T_min(E, M, m)), float(T_max(E, M, m))
    T = low + inside * (high - low)
    difference = T / (4 * E**2) - m**2 / (8 * M * E**2) * (1 + m**2 / (M * T))
    pieces = (1 + m**2 / E**2 + m**4 / (E**2 * T * M)) / T
    spinless, dirac = (K(T, E, M, spin, m) for spin in (False, True))
    assert spinless - dirac == pytest.approx(difference, abs=1e-13 * pieces)


@on_particles
@pytest.mark.parametrize("m", [0.0, 1.0, 300.0])
def test_zero_outside_both_limits_and_not_inside(name: str, M: float, m: float) -> None:
    E = 747.0
    low, high = float(T_min(E, M, m)) if m else 1e-9, float(T_max(E, M, m))
    T = np.array([low * (1 - 1e-6), low * (1 + 1e-6), high * (1 - 1e-6), high * (1 + 1e-6)])
    values = term(name, M, m).kinematics.dsigma_dT(T, E)
    assert list(values != 0) == [m == 0, True, True, False]
    assert np.all(values[1:3] > 0)


@on_particles
@pytest.mark.parametrize("m", [1.0, 300.0, 5e3])
def test_just_above_the_threshold_there_is_one_recoil(name: str, M: float, m: float) -> None:
    E = E_threshold(M, m)
    # both at rest in the centre of mass, where gamma = (E + M) / (M + m)
    T = m**2 / (2 * (M + m))
    kinematics = term(name, M, m).kinematics
    assert kinematics.dsigma_dT(T, E * (1 + 1e-9)) > 0
    assert kinematics.dsigma_dT(T, E * (1 - 1e-9)) == 0
    assert kinematics.dsigma_dT(T * np.array([0.999, 1.001]), E * (1 + 1e-9)) == pytest.approx([0, 0], abs=0)


@on_particles
def test_at_the_heaviest_mass_the_range_of_recoils_closes(name: str, M: float) -> None:
    E = 747.0
    heaviest = float(heaviest_final_state(E, M))
    T = heaviest**2 / (2 * (M + heaviest))
    assert term(name, M, heaviest * (1 - 1e-9)).kinematics.dsigma_dT(T, E) > 0
    recoils = np.append(T, np.geomspace(1e-9, 1e3, 200))
    assert np.all(term(name, M, heaviest * (1 + 1e-9)).kinematics.dsigma_dT(recoils, E) == 0)


@on_particles
@pytest.mark.parametrize("m", [0.0, 300.0])
def test_neutrinos_and_antineutrinos_of_one_flavour_alike(name: str, M: float, m: float) -> None:
    electron = np.diag([1.0, 0, 0])[None].astype(complex)
    nu, nubar = (term(name, M, m, helicity) for helicity in ("nu", "nubar"))
    assert nu.weights(electron) == nubar.weights(electron) == pytest.approx([1.25], rel=1e-15, abs=0)
    assert nu.kinematics is nubar.kinematics or nu.kinematics.key == nubar.kinematics.key
