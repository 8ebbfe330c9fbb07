"""The vector formula against Dirac traces, published numbers and the direct sum over flavours."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from nulight.constants import ALPHA, G_F, HBAR_C, K_R2, M_E
from nulight.interactions.kinematics import T_max
from nulight.interactions.propagators import CONTACT, mediator
from nulight.interactions.vector import (
    VectorCurrent,
    charge_radius_current,
    current_pair_terms,
    dsigma_dT_weak,
    light_vector_current,
    millicharge_current,
    vector_terms,
)
from oracles import (
    sum_of_terms,
    trace_dsigma_dT,
    vector_cross_section,
    vector_exchange_vertices,
    weak_cross_section,
    weak_vertices,
)

couplings = st.floats(-2.0, 2.0)
energies = st.floats(20.0, 1e4)
shares = st.floats(1e-3, 0.999)
ELECTRON = np.diag([1.0, 0, 0]).astype(complex)


def random_hermitian(rng: np.random.Generator, size: int = 3) -> np.ndarray:
    A = rng.normal(size=(size, size)) + 1j * rng.normal(size=(size, size))
    return A + A.conj().T


def random_state(rng: np.random.Generator) -> np.ndarray:
    c = rng.normal(size=3) + 1j * rng.normal(size=3)
    return c / np.linalg.norm(c)


def test_total_cross_section_at_the_chromium_line() -> None:
    total, _ = quad(lambda T: float(dsigma_dT_weak(T, 747.0, g_L=0.731, g_R=0.231)), 0, float(T_max(747.0, M_E)))
    # four digits, physics page on the anapole
    assert total == pytest.approx(4.938e-45, rel=2e-4, abs=0)


def test_total_cross_section_has_the_integrated_form() -> None:
    E, g_L, g_R = 747.0, 0.731, 0.231
    x = float(T_max(E, M_E)) / E
    closed = 2 * G_F**2 * M_E * E / np.pi * HBAR_C**2
    closed *= g_L**2 * x + g_R**2 * (1 - (1 - x) ** 3) / 3 - g_L * g_R * M_E * x**2 / (2 * E)
    total, _ = quad(lambda T: float(dsigma_dT_weak(T, E, g_L=g_L, g_R=g_R)), 0, x * E, epsrel=1e-12)
    assert total == pytest.approx(closed, rel=1e-10, abs=0)


@given(couplings, couplings, energies, shares, st.booleans())
def test_weak_cross_section_is_the_dirac_trace(g_V: float, g_A: float, E: float, share: float, anti: bool) -> None:
    T = share * float(T_max(E, M_E))
    g_L, g_R = (g_V + g_A) / 2, (g_V - g_A) / 2
    if anti:
        g_L, g_R = g_R, g_L
    trace = trace_dsigma_dT(T, E, weak_vertices(g_V, g_A), antineutrino=anti)
    scale = 2 * G_F**2 * M_E / np.pi * HBAR_C**2 * (g_L**2 + g_R**2)
    assert dsigma_dT_weak(T, E, g_L=g_L, g_R=g_R) == pytest.approx(trace, rel=1e-9, abs=1e-11 * scale)


@settings(max_examples=30)
@given(couplings, couplings, st.floats(-1e-9, 1e-9), st.floats(0.0, 1e4), energies, shares, st.booleans())
def test_light_vector_interferes_as_the_dirac_trace_says(
    g_V: float, g_A: float, gg: float, mass: float, E: float, share: float, anti: bool
) -> None:
    T = share * float(T_max(E, M_E))
    trace = trace_dsigma_dT(T, E, [*weak_vertices(g_V, g_A), *vector_exchange_vertices(T, gg, mass)], antineutrino=anti)
    weak = VectorCurrent("weak", CONTACT, (g_V + g_A) / 2 * ELECTRON, (g_V - g_A) / 2 * ELECTRON)
    terms = vector_terms([weak, light_vector_current(gg * ELECTRON, mass)], "nubar" if anti else "nu")
    sizes = [abs(sum_of_terms([term], ELECTRON, T, E)) for term in terms]
    assert sum_of_terms(terms, ELECTRON, T, E) == pytest.approx(trace, rel=1e-9, abs=1e-11 * max(sizes))


def test_millicharge_is_the_photon_with_the_charge_of_the_electron_negative() -> None:
    T, E, q = 5.0, 747.0, 3e-12
    vertices = [*weak_vertices(0.96, 0.5), *vector_exchange_vertices(T, -4 * np.pi * ALPHA * q, 0.0)]
    weak = VectorCurrent("weak", CONTACT, 0.73 * ELECTRON, 0.23 * ELECTRON)
    terms = vector_terms([weak, millicharge_current(q * ELECTRON)], "nu")
    assert sum_of_terms(terms, ELECTRON, T, E) == pytest.approx(trace_dsigma_dT(T, E, vertices), rel=1e-11, abs=0)


@given(energies, shares)
def test_pure_charge_scattering_has_its_closed_form(E: float, share: float) -> None:
    T, q = share * float(T_max(E, M_E)), 1e-12
    closed = np.pi * ALPHA**2 * q**2 / (M_E * T**2) * (1 + (1 - T / E) ** 2 - M_E * T / E**2) * HBAR_C**2
    value = sum_of_terms(vector_terms([millicharge_current(q * ELECTRON)], "nu"), ELECTRON, T, E)
    assert value == pytest.approx(closed, rel=1e-9, abs=0)


def test_charge_radius_shift_per_r2_is_the_published_one() -> None:
    # sqrt2 pi alpha / (3 G_F) = 0.0237956 per 1e-32 cm^2 with the constants of the physics page
    assert K_R2 * 1e-32 == pytest.approx(0.0237956, rel=1e-5, abs=0)


@pytest.mark.parametrize("anti", [False, True])
def test_charge_radius_shifts_g_v_before_left_and_right_are_exchanged(anti: bool) -> None:
    r2, s2w = 3e-32, 0.231
    weak = VectorCurrent("weak", CONTACT, (0.5 + s2w) * ELECTRON, s2w * ELECTRON)
    terms = vector_terms([weak, charge_radius_current(r2 * ELECTRON)], "nubar" if anti else "nu")
    expected = weak_cross_section(50.0, 747.0, "e", s2w=s2w, delta_g_V=K_R2 * r2, antineutrino=anti)
    assert sum_of_terms(terms, ELECTRON, 50.0, 747.0) == pytest.approx(expected, rel=1e-12, abs=0)


@given(couplings, couplings, energies, shares)
def test_antineutrinos_exchange_left_and_right(g_L: float, g_R: float, E: float, share: float) -> None:
    T = share * float(T_max(E, M_E))
    terms = vector_terms([VectorCurrent("weak", CONTACT, g_L * ELECTRON, g_R * ELECTRON)], "nubar")
    swapped = dsigma_dT_weak(T, E, g_L=g_R, g_R=g_L)
    assert sum_of_terms(terms, ELECTRON, T, E) == pytest.approx(float(swapped), rel=1e-12, abs=1e-60)


@settings(max_examples=30)
@given(st.integers(0, 2**31), energies, shares, st.sampled_from(["nu", "nubar"]))
def test_matrices_agree_with_the_sum_over_final_flavours(seed: int, E: float, share: float, helicity: str) -> None:
    """Interference, flavour change and off-diagonal density matrices, amplitude by amplitude."""
    rng = np.random.default_rng(seed)
    T = share * float(T_max(E, M_E))
    g_L, g_R, gg = (random_hermitian(rng) for _ in range(3))
    mass = rng.uniform(0, 100)
    strength = np.sqrt(2) * G_F * (2 * M_E * T + mass**2)
    current = light_vector_current(gg * strength, mass)
    terms = vector_terms([VectorCurrent("weak", CONTACT, g_L, g_R), current], helicity)
    state = random_state(rng)
    sigma = vector_cross_section(lambda _: g_L + gg / 2, lambda _: g_R + gg / 2, antineutrino=helicity == "nubar")
    rho = np.outer(state, state.conj())
    assert sum_of_terms(terms, rho, T, E) == pytest.approx(float(sigma(T, E, state)), rel=1e-8, abs=0)


def test_flavour_changing_charge_radius_adds_incoherently_to_the_weak_part() -> None:
    r2 = 4e-32
    off = np.zeros((3, 3), dtype=complex)
    off[0, 1] = off[1, 0] = r2
    weak = VectorCurrent("weak", CONTACT, np.diag([0.73, -0.27, -0.27]) + 0j, 0.23 * np.eye(3) + 0j)
    both = sum_of_terms(vector_terms([weak, charge_radius_current(off)], "nu"), ELECTRON, 20.0, 747.0)
    alone = dsigma_dT_weak(20.0, 747.0, g_L=0.73, g_R=0.23)
    change = dsigma_dT_weak(20.0, 747.0, g_L=K_R2 * r2 / 2, g_R=K_R2 * r2 / 2)
    assert both == pytest.approx(float(alone + change), rel=1e-12, abs=0)


@settings(max_examples=50)
@given(st.integers(0, 2**31), energies, st.floats(1e-4, 1.0))
def test_cross_section_is_positive_for_any_hermitian_couplings(seed: int, E: float, share: float) -> None:
    rng = np.random.default_rng(seed)
    T = share * float(T_max(E, M_E))
    currents = [
        VectorCurrent("weak", CONTACT, random_hermitian(rng), random_hermitian(rng)),
        charge_radius_current(random_hermitian(rng) / K_R2),
        millicharge_current(random_hermitian(rng) * G_F * M_E * T / ALPHA),
        light_vector_current(random_hermitian(rng) * G_F * 2 * M_E * T, rng.uniform(0, 10)),
    ]
    state = random_state(rng)
    terms = vector_terms(currents, "nu")
    parts = np.array([sum_of_terms([term], np.outer(state, state.conj()), T, E) for term in terms])
    assert parts.sum() >= -1e-13 * np.abs(parts).sum()


@settings(max_examples=30)
@given(st.integers(0, 2**31))
def test_trace_does_not_depend_on_the_basis(seed: int) -> None:
    rng = np.random.default_rng(seed)
    g_L, g_R = random_hermitian(rng), random_hermitian(rng)
    U, _ = np.linalg.qr(rng.normal(size=(3, 3)) + 1j * rng.normal(size=(3, 3)))
    state = random_state(rng)
    rho = np.outer(state, state.conj())

    def rotated(A: np.ndarray) -> np.ndarray:
        return U @ A @ U.conj().T

    one = vector_terms([VectorCurrent("weak", CONTACT, g_L, g_R)], "nu")
    other = vector_terms([VectorCurrent("weak", CONTACT, rotated(g_L), rotated(g_R))], "nu")
    assert sum_of_terms(one, rho, 30.0, 400.0) == pytest.approx(
        sum_of_terms(other, rotated(rho), 30.0, 400.0), rel=1e-12, abs=0
    )


def test_a_heavy_vector_is_a_contact_interaction() -> None:
    T = np.geomspace(0.1, 500, 20)
    mass, g = 1e7, 0.3
    heavy = vector_terms([light_vector_current(g * np.sqrt(2) * G_F * mass**2 * ELECTRON, mass)], "nu")
    contact = vector_terms([VectorCurrent("c", CONTACT, g / 2 * ELECTRON, g / 2 * ELECTRON)], "nu")
    # 2 m_e T / M^2 < 6e-9 twice
    assert sum_of_terms(heavy, ELECTRON, T, 747.0) == pytest.approx(
        sum_of_terms(contact, ELECTRON, T, 747.0), rel=2e-8, abs=0
    )


def test_cross_section_is_zero_outside_the_kinematic_limits() -> None:
    limit = float(T_max(747.0, M_E))
    assert np.all(dsigma_dT_weak([limit * 1.0001, 0.0, -1.0], 747.0, g_L=0.7, g_R=0.2) == 0)
    assert dsigma_dT_weak(limit * 0.9999, 747.0, g_L=0.7, g_R=0.2) > 0


def test_cross_section_broadcasts() -> None:
    assert dsigma_dT_weak(np.ones((4, 1)), np.full(3, 500.0), g_L=0.7, g_R=0.2).shape == (4, 3)


def test_neutrino_energy_must_be_positive() -> None:
    with pytest.raises(ValueError, match=r"E_nu = 0.0 keV"):
        dsigma_dT_weak(1.0, [500.0, 0.0], g_L=0.7, g_R=0.2)


@pytest.mark.parametrize("mass", [-1.0, np.nan, np.inf])
def test_mediator_mass_must_be_a_number(mass: float) -> None:
    with pytest.raises(ValueError, match="mediator mass"):
        mediator(mass)


def test_rrpa_splits_flavours_without_changing_the_free_cross_section() -> None:
    rng = np.random.default_rng(4)
    a, b = (VectorCurrent(x, CONTACT, random_hermitian(rng), random_hermitian(rng)) for x in "ab")
    state = random_state(rng)
    rho = np.outer(state, state.conj())
    whole = sum_of_terms(vector_terms([a, b], "nu", binding="stepping"), rho, 10.0, 400.0)
    split = vector_terms([a, b], "nu", binding="rrpa")
    assert sum_of_terms(split, rho, 10.0, 400.0) == pytest.approx(whole, rel=1e-12, abs=0)
    assert {term.kinematics.binding for term in split} == {"rrpa_e", "rrpa_x", "stepping"}


def test_rrpa_counts_each_flavour_by_its_own_ratio() -> None:
    weak = VectorCurrent("weak", CONTACT, np.diag([0.73, -0.27, -0.27]) + 0j, 0.23 * np.eye(3) + 0j)
    terms = current_pair_terms(weak, weak, "nu", binding="rrpa")
    for flavour, binding in ((0, "rrpa_e"), (1, "rrpa_x"), (2, "rrpa_x")):
        rho = np.zeros((3, 3), dtype=complex)
        rho[flavour, flavour] = 1
        seen = {t.kinematics.binding for t in terms if sum_of_terms([t], rho, 10.0, 400.0) != 0}
        assert seen == {binding}


def test_labels_name_interactions_and_their_interference() -> None:
    weak = VectorCurrent("weak", CONTACT, ELECTRON, ELECTRON)
    labels = {
        t.label for t in vector_terms([weak, millicharge_current(ELECTRON), light_vector_current(ELECTRON, 1.0)], "nu")
    }
    assert labels == {"weak", "millicharge", "light_vector", "millicharge*light_vector"}
