"""Interference of moment and mixing from named parameters: which couplings, which mixing, which points."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nulight.constants import M_E
from nulight.conventions import get_conventions
from nulight.interactions.kinematics import T_max, T_min, heaviest_final_state
from nulight.models.couplings import electron_terms, nuclear_terms, nuclear_weak_current, weak_current
from nulight.neutrinos.flux import pure_flavour
from nulight.neutrinos.mixing import get_oscillation, pmns
from oracles import FLAVOURS, sum_of_terms
from oracles_coherent import one_nuclide
from oracles_dipole import Portal, traces

DEFAULT = get_conventions()
VALUES = {"mu_e4": 1e-11, "mu_mu4": 2e-11, "mu_tau4": 3e-11, "m_4": 150.0, "kappa": 0.2, "kappa_phase": 0.7}
T, E = 60.0, 747.0
TARGET = one_nuclide(1.2e7, 0.0, 18, 22)


def interference(terms, flavour: str, T=T, E=E) -> np.ndarray:
    found = [term for term in terms if term.label == "weak*dipole"]
    return sum_of_terms(found, pure_flavour(flavour)[0], T, E)


@pytest.mark.parametrize("helicity", ["nu", "nubar"])
@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("preset", ["tree", "default"])
def test_the_same_weak_current_interferes_on_electrons(preset: str, flavour: str, helicity: str) -> None:
    conventions = get_conventions(preset)
    weak, i = weak_current(conventions.sin2_theta_w, conventions), FLAVOURS.index(flavour)
    g_L, g_R = weak.g_L[i, i].real, weak.g_R[i, i].real
    kappa = 0.2 * np.exp(0.7j)
    expected = traces(
        Portal(M_E, 150.0, VALUES[f"mu_{flavour}4"], kappa, g_L + g_R, g_L - g_R), T, E, anti=helicity == "nubar"
    )[2]
    assert interference(electron_terms(VALUES, conventions, helicity), flavour) == pytest.approx(
        expected, rel=1e-9, abs=0
    )


@pytest.mark.parametrize("helicity", ["nu", "nubar"])
@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("preset", ["tree", "default"])
def test_the_same_weak_current_interferes_on_nuclei(preset: str, flavour: str, helicity: str) -> None:
    conventions, T, E = get_conventions(preset), 2e-2, 2e3
    weak, i = nuclear_weak_current(conventions.sin2_theta_w, conventions), FLAVOURS.index(flavour)
    charge = 18 * weak.g_p[i, i].real + 22 * weak.g_n[i, i].real
    portal = Portal(1.2e7, 150.0, VALUES[f"mu_{flavour}4"], 0.2 * np.exp(0.7j), charge, charge=18, spin=0)
    ours = interference(nuclear_terms(VALUES, conventions, helicity, TARGET), flavour, T, E)
    assert ours == pytest.approx(traces(portal, T, E, anti=helicity == "nubar")[2], rel=1e-9, abs=0)


@pytest.mark.parametrize("helicity", ["nu", "nubar"])
def test_mixing_angles_give_the_conjugate_element(helicity: str) -> None:
    angles = {"theta_14": 0.1, "theta_24": 0.2, "delta_14": 0.9}
    values = {"mu_e4": 1e-11, "mu_mu4": 2e-11, "m_4": 150.0}
    U = pmns(get_oscillation(DEFAULT.oscillation), n=4, **angles)
    by_angle = electron_terms(values | angles, DEFAULT, helicity)
    for i, flavour in enumerate(FLAVOURS[:2]):
        kappa = np.conj(U[i, 3])
        by_hand = values | {"kappa": abs(kappa), "kappa_phase": np.angle(kappa)}
        expected = interference(electron_terms(by_hand, DEFAULT, helicity), flavour)
        assert interference(by_angle, flavour) == pytest.approx(expected, rel=1e-12, abs=0)
        assert expected != 0


def test_a_moment_of_mass_states_interferes_too() -> None:
    values = {"lambda_14": 1e-11, "theta_14": 0.1, "m_4": 150.0}
    terms = electron_terms(values, DEFAULT, "nu")
    U = pmns(get_oscillation(DEFAULT.oscillation), n=4, theta_14=0.1)
    # final state 4 from 1: -lambda_14 for Majorana neutrinos, and nu_e = sum_j conj(U_ej) nu_j
    mu, kappa = -1e-11 * np.conj(U[0, 0]), np.conj(U[0, 3])
    by_flavour = {"mu_e4": abs(mu), "kappa": abs(kappa), "kappa_phase": np.angle(kappa / mu), "m_4": 150.0}
    expected = interference(electron_terms(by_flavour, DEFAULT, "nu"), "e")
    assert interference(terms, "e") == pytest.approx(expected, rel=1e-12, abs=0)


def test_only_the_standard_model_interferes() -> None:
    more = {"r2_nu_ee": 1e-31, "eps_e_ee": 0.2, "q_nu_ee": 1e-12, "eps_u_ee": 0.1}
    for make in (electron_terms, lambda *arguments: nuclear_terms(*arguments, TARGET)):
        plain, new = (interference(make(values, DEFAULT, "nu"), "e", 1e-2) for values in (VALUES, VALUES | more))
        assert new == pytest.approx(plain, rel=1e-14, abs=0)


@pytest.mark.parametrize("without", ["m_4", "kappa", "mu"])
def test_without_one_of_the_three_there_is_none(without: str) -> None:
    values = {name: value for name, value in VALUES.items() if not name.startswith(without)}
    for terms in (electron_terms(values, DEFAULT, "nu"), nuclear_terms(values, DEFAULT, "nu", TARGET)):
        assert "weak*dipole" not in {term.label for term in terms}


@pytest.mark.parametrize("helicity", ["nu", "nubar"])
def test_turning_kappa_round_turns_the_sign(helicity: str) -> None:
    plus, minus = (
        interference(electron_terms(VALUES | {"kappa_phase": phase}, DEFAULT, helicity), "e") for phase in (0, np.pi)
    )
    assert minus == pytest.approx(-plus, rel=1e-12, abs=0)


def test_points_together_are_points_one_by_one() -> None:
    kappas, angles = np.array([0.0, 0.1, 0.3]), np.array([0.21, 0.23, 0.25])
    together = electron_terms(VALUES | {"kappa": kappas, "sin2_theta_w": angles}, DEFAULT, "nu")
    for i in range(3):
        one = electron_terms(VALUES | {"kappa": kappas[i], "sin2_theta_w": angles[i]}, DEFAULT, "nu")
        assert interference(together, "e")[i] == pytest.approx(interference(one, "e"), rel=1e-13, abs=0)
    assert interference(together, "e")[0] == 0


@given(
    st.sampled_from(FLAVOURS),
    st.sampled_from(["nu", "nubar"]),
    st.floats(50.0, 1e4),
    st.floats(0.01, 0.99),
    st.floats(0.01, 0.99),
    st.floats(-12.0, -8.0),
    st.floats(0.0, 1.0),
    st.floats(-np.pi, np.pi),
)
def test_the_total_is_never_negative(flavour, helicity, E, share, inside, mu, kappa, phase) -> None:
    m = share * float(heaviest_final_state(E, M_E))
    low, high = float(T_min(E, M_E, m)), float(T_max(E, M_E, m))
    values = {f"mu_{flavour}4": 10.0**mu, "m_4": m, "kappa": kappa, "kappa_phase": phase}
    terms = electron_terms(values, DEFAULT, helicity)
    assert sum_of_terms(terms, pure_flavour(flavour)[0], low + inside * (high - low), E) > 0


def test_mass_states_interfere_with_the_phase_that_is_set_and_not_that_of_the_conventions() -> None:
    angles = {"theta_14": 0.05, "theta_24": 0.1, "theta_34": 0.08, "delta_cp": 0.0}
    lambdas = {"lambda_14": 1e-11, "lambda_24": 2e-11, "lambda_34": 3e-11}
    U = pmns(get_oscillation(DEFAULT.oscillation), n=4, **angles)
    terms = [t for t in electron_terms(lambdas | angles | {"m_4": 100.0}, DEFAULT, "nu") if "*" in t.label]
    weak = weak_current(DEFAULT.sin2_theta_w, DEFAULT)
    for term, coupling in zip(terms, (weak.g_L + weak.g_R, weak.g_L - weak.g_R), strict=True):
        for j, moment in enumerate(lambdas.values()):
            amplitude = sum(coupling[b, b] * np.conj(U[b, 3]) * U[b, j] for b in range(3))
            state = np.zeros((1, 3, 3), complex)
            state[0, j, j] = 1
            found = float(term.weights(state, state)[0])
            assert found == pytest.approx(float((np.conj(amplitude) * -moment).real), rel=1e-12, abs=0)
