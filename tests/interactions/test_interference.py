"""Interference of weak and magnetic production of a heavy neutrino: traces, bounds, limits and signs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nulight.constants import ALPHA, G_F, M_E
from nulight.interactions.interference import interference_terms, nuclear_interference_terms
from nulight.interactions.kinematics import T_max, T_min, heaviest_final_state
from nulight.interactions.magnetic import Moment, magnetic_terms
from nulight.interactions.nuclear import Nuclei, nuclear_magnetic_terms
from nulight.interactions.nuclear_brackets import interference_bracket, moment_bracket
from nulight.interactions.nuclear_currents import NuclearCurrent
from nulight.interactions.propagators import CONTACT
from nulight.interactions.term import Term
from nulight.interactions.vector import VectorCurrent
from nulight.neutrinos.flux import Flux, pure_flavour
from oracles import sum_of_terms
from oracles_coherent import one_nuclide
from oracles_dipole import Portal, traces

ELECTRON = np.diag([1.0, 0, 0]).astype(complex)
energies, masses = st.floats(50.0, 5e4), st.floats(1e5, 2e8)
shares, insides = st.floats(0.01, 0.99), st.floats(0.01, 0.99)
couplings = st.floats(-1.0, 1.0).filter(lambda g: g == 0 or abs(g) > 1e-12)  # whose squares are numbers
phases = st.floats(-np.pi, np.pi)
helicities, spins = st.sampled_from(["nu", "nubar"]), st.sampled_from([0.0, 0.5])


def moment(m: float, mu: complex = 1e-11, kappa: complex | None = 0.1) -> Moment:
    weak = None if kappa is None else np.array([[kappa, 0, 0]], dtype=complex)
    return Moment("dipole", np.array([[mu, 0, 0]], dtype=complex), m, weak=weak)


def current(g_V: float, g_A: float) -> VectorCurrent:
    return VectorCurrent("weak", CONTACT, (g_V + g_A) / 2 * ELECTRON, (g_V - g_A) / 2 * ELECTRON)


def nucleons(g_p: float, g_n: float) -> NuclearCurrent:
    return NuclearCurrent("weak", CONTACT, g_p * ELECTRON, g_n * ELECTRON)


def recoil(E: float, M: float, m: float, inside: float) -> float:
    low, high = float(T_min(E, M, m)), float(T_max(E, M, m))
    return low + inside * (high - low)


def on_electron(portal: Portal, T: float, E: float, helicity: str, **options) -> float:
    terms = interference_terms(
        current(portal.g_V, portal.g_A), [moment(portal.m, portal.mu, portal.kappa)], helicity, **options
    )
    return float(sum_of_terms(terms, ELECTRON, T, E))


def random_row(rng: np.random.Generator, size: float) -> np.ndarray:
    return size * (rng.normal(size=(1, 3)) + 1j * rng.normal(size=(1, 3)))


# --- explicit traces -----------------------------------------------------------------------------


@given(energies, shares, insides, couplings, couplings, phases, phases, helicities)
def test_interference_on_electrons_is_the_dirac_trace(E, share, inside, g_V, g_A, a, b, helicity) -> None:
    m = share * float(heaviest_final_state(E, M_E))
    T = recoil(E, M_E, m, inside)
    portal = Portal(M_E, m, 1e-11 * np.exp(1j * a), 0.1 * np.exp(1j * b), g_V, g_A)
    expected = traces(portal, T, E, anti=helicity == "nubar")[2]
    # g_V and g_A may cancel
    scale = ALPHA * G_F * m / M_E * 1e-12 * (abs(g_V) + abs(g_A)) * 4e-16 / E
    assert on_electron(portal, T, E, helicity) == pytest.approx(expected, rel=1e-10, abs=1e-12 * scale)


@given(masses, energies, shares, insides, spins, couplings, couplings, phases, phases, helicities)
def test_interference_on_nuclei_is_the_trace(M, E, share, inside, spin, g_p, g_n, a, b, helicity) -> None:
    m = share * float(heaviest_final_state(E, M))
    T = recoil(E, M, m, inside)
    mu, kappa = 1e-9 * np.exp(1j * a), 0.1 * np.exp(1j * b)
    portal = Portal(M, m, mu, kappa, 3 * g_p + 4 * g_n, charge=3, spin=spin)
    expected = traces(portal, T, E, anti=helicity == "nubar")[2]
    nuclei = Nuclei(one_nuclide(M, spin, 3, 4))
    terms = nuclear_interference_terms(nucleons(g_p, g_n), [moment(m, mu, kappa)], helicity, nuclei)
    # pp and pn may cancel
    size = 1e-10 * 3 * (3 * abs(g_p) + 4 * abs(g_n)) * interference_bracket(np.array([T]), M, spin > 0, m)[2, 0] / E**2
    assert sum_of_terms(terms, ELECTRON, T, E) == pytest.approx(expected, rel=1e-10, abs=1e-10 * size)


@given(energies, shares, insides, helicities)
def test_the_trace_of_the_moment_alone_is_the_magnetic_term(E, share, inside, helicity) -> None:
    m = share * float(heaviest_final_state(E, M_E))
    T = recoil(E, M_E, m, inside)
    ours = sum_of_terms(magnetic_terms([moment(m)], helicity), ELECTRON, T, E)
    magnetic = traces(Portal(M_E, m, 1e-11, 0.1, 1.0), T, E, anti=helicity == "nubar")[1]
    pieces = 1e-22 * np.abs(moment_bracket(np.array([T]), M_E, True, m)[:, 0] / E ** np.arange(3)).sum()
    assert ours == pytest.approx(magnetic, rel=1e-10, abs=1e-13 * pieces)


@given(st.integers(0, 2**31), helicities)
def test_flavours_are_coherent(seed: int, helicity: str) -> None:
    rng = np.random.default_rng(seed)
    row, mixing = random_row(rng, 1e-11), random_row(rng, 0.1)
    g_V, g_A, state = rng.normal(size=3), rng.normal(size=3), random_row(rng, 1.0)[0]
    weak = VectorCurrent("weak", CONTACT, *(np.diag(g).astype(complex) for g in ((g_V + g_A) / 2, (g_V - g_A) / 2)))
    T, E, m = 40.0, 900.0, 150.0
    terms = interference_terms(weak, [Moment("dipole", row, m, weak=mixing)], helicity)
    rho = np.outer(state, state.conj())
    anti = helicity == "nubar"
    conj = np.conj if anti else np.asarray
    total_mu, V, A = (conj(x)[0] @ state for x in (row, mixing * g_V, mixing * g_A))
    parts = [
        traces(Portal(M_E, m, total_mu, total, V, A), T, E, anti=False)[2]
        for total, V, A in ((V, 1.0, 0.0), (A, 0.0, -1.0 if anti else 1.0))
    ]
    assert sum_of_terms(terms, rho, T, E) == pytest.approx(sum(parts), rel=1e-9, abs=1e-12 * max(map(abs, parts)))


# --- bounds --------------------------------------------------------------------------------------


@given(energies, shares, insides, couplings, couplings, phases, helicities)
def test_schwarz_bound_on_electrons(E, share, inside, g_V, g_A, phase, helicity) -> None:
    m = share * float(heaviest_final_state(E, M_E))
    T = recoil(E, M_E, m, inside)
    portal = Portal(M_E, m, 1e-11, 0.1 * np.exp(1j * phase), g_V, g_A)
    weak, magnetic, _ = traces(portal, T, E, anti=helicity == "nubar")
    assert abs(on_electron(portal, T, E, helicity)) <= 2 * np.sqrt(weak * magnetic) * (1 + 1e-6)


@given(masses, energies, shares, insides, spins, couplings, st.floats(1e-12, 1e-6), st.floats(1e-6, 1), phases)
def test_rates_on_nuclei_stay_positive(M, E, share, inside, spin, g_n, mu, size, phase) -> None:
    m = share * float(heaviest_final_state(E, M))
    T = recoil(E, M, m, inside)
    nuclei, dipole = Nuclei(one_nuclide(M, spin, 3, 4)), moment(m, mu, size * np.exp(1j * phase))
    terms = nuclear_magnetic_terms([dipole], "nu", nuclei)
    terms += nuclear_interference_terms(nucleons(0.05, g_n), [dipole], "nu", nuclei)
    weak, magnetic, _ = traces(Portal(M, m, mu, size, 0.15 + 4 * g_n, charge=3, spin=spin), T, E)
    interference = [sum_of_terms([term], ELECTRON, T, E) for term in terms[1:]]
    rounding = 1e-13 * sum(map(abs, interference))  # pp and pn may cancel
    assert abs(sum(interference)) <= 2 * np.sqrt(weak * magnetic) * (1 + 1e-6) + rounding
    assert sum_of_terms(terms, ELECTRON, T, E) + weak >= -1e-9 * (weak + magnetic)


# --- limits and signs ----------------------------------------------------------------------------


@pytest.mark.parametrize("helicity", ["nu", "nubar"])
def test_it_is_linear_in_a_small_mass(helicity: str) -> None:
    T, E = np.array([1.0, 30.0, 300.0]), 747.0
    values = [
        sum_of_terms(interference_terms(current(0.9, 0.5), [moment(m)], helicity), ELECTRON, T, E) for m in (1e-4, 1e-3)
    ]
    # the next order is m^2 / (2 T M)
    assert values[1] == pytest.approx(10 * values[0], rel=1e-8, abs=0)
    assert np.all(values[0] != 0)


def test_without_a_mass_or_without_mixing_there_is_no_term() -> None:
    nuclei = Nuclei(one_nuclide(1e7, 0.5))
    for moments in ([], [moment(0.0)], [moment(100.0, kappa=None)]):
        assert interference_terms(current(0.9, 0.5), moments, "nu") == []
        assert nuclear_interference_terms(nucleons(0.05, -0.5), moments, "nu", nuclei) == []


@given(energies, shares, insides, couplings, couplings, helicities)
def test_its_sign_is_that_of_the_phase(E, share, inside, g_V, g_A, helicity) -> None:
    m = share * float(heaviest_final_state(E, M_E))
    T = recoil(E, M_E, m, inside)

    def at(phase: float) -> float:
        return on_electron(Portal(M_E, m, 1e-11, 0.1 * np.exp(1j * phase), g_V, g_A), T, E, helicity)

    assert at(np.pi) == pytest.approx(-at(0.0), rel=1e-12, abs=0)
    assert at(np.pi / 2) == pytest.approx(0, abs=1e-15 * abs(at(0.0)))
    # a common phase of both amplitudes is not seen
    turned = Portal(M_E, m, 1e-11j, 0.1j, g_V, g_A)
    assert on_electron(turned, T, E, helicity) == pytest.approx(at(0.0), rel=1e-12, abs=0)


def test_antineutrinos_turn_the_axial_part_round_and_nuclei_have_none() -> None:
    def both(g_V: float, g_A: float) -> list[float]:
        return [on_electron(Portal(M_E, 100.0, 1e-11, 0.1, g_V, g_A), 50.0, 747.0, h) for h in ("nu", "nubar")]

    V, A = both(1.0, 0.0), both(0.0, 1.0)
    assert V[1] == V[0] < 0
    assert A[0] == -A[1] > 0
    nuclei = Nuclei(one_nuclide(1e7, 0.0))
    values = [
        sum_of_terms(nuclear_interference_terms(nucleons(1.0, 1.0), [moment(1e3)], h, nuclei), ELECTRON, 5.0, 2e4)
        for h in ("nu", "nubar")
    ]
    assert values[0] == values[1] > 0  # the charge of the nucleus is that of a positron


def test_a_nucleus_of_spin_one_half_and_of_the_electron_mass_is_a_positron() -> None:
    T, E, m = 50.0, 747.0, 100.0
    nuclei = Nuclei(one_nuclide(M_E, 0.5, 1, 0))
    ours = sum_of_terms(nuclear_interference_terms(nucleons(0.7, 0.0), [moment(m)], "nu", nuclei), ELECTRON, T, E)
    assert ours == pytest.approx(-on_electron(Portal(M_E, m, 1e-11, 0.1, 0.7), T, E, "nu"), rel=1e-13, abs=0)


@given(masses, st.floats(1e3, 2e4), st.floats(1e-3, 0.3), st.floats(0.1, 0.9))
def test_spin_of_the_nucleus_is_worth_the_recoil_over_its_mass(M, E, share, inside) -> None:
    m = share * float(heaviest_final_state(E, M))
    T = np.array([recoil(E, M, m, inside)])
    spinless, dirac = (interference_bracket(T, M, spin, m)[2] for spin in (False, True))
    assert spinless == pytest.approx(dirac * (1 + T / (2 * M)) / (1 - T / M), rel=1e-13, abs=0)


@pytest.mark.parametrize("M", [3e7, 2e8])
@pytest.mark.parametrize("share_of_T_max", [0.2, 0.9])
def test_beside_the_magnetic_part_a_heavy_nucleus_is_not_suppressed(M: float, share_of_T_max: float) -> None:
    # G_F m_4 m_e M T kappa G / (sqrt2 pi alpha E^2 Z mu), and M T = 2 E^2 at T_max for all nuclei
    E, m = 3e4, 1e2
    T = np.array([share_of_T_max * float(T_max(E, M, m))])
    pieces = [
        bracket(T, M, False, m)[:, 0] @ E ** -np.arange(3.0) for bracket in (interference_bracket, moment_bracket)
    ]
    closed = share_of_T_max * np.sqrt(2) * G_F * m * M_E / (np.pi * ALPHA)
    # up to E / M and T / E
    assert pieces[0] / pieces[1] == pytest.approx(closed, rel=5e-3, abs=0)


# --- as terms ------------------------------------------------------------------------------------


def all_terms(m: float) -> list[Term]:
    nuclei = Nuclei(one_nuclide(1e7, 0.5, 3, 4))
    return [
        *interference_terms(current(0.9, 0.5), [moment(m)], "nu", binding="free"),
        *interference_terms(current(0.9, 0.5), [moment(m)], "nu"),
        *magnetic_terms([moment(m)], "nu"),
        *nuclear_interference_terms(nucleons(0.05, -0.5), [moment(m)], "nu", nuclei),
        *nuclear_magnetic_terms([moment(m)], "nu", nuclei),
    ]


def test_every_energy_dependence_has_its_own_key() -> None:
    terms = all_terms(100.0) + all_terms(200.0)
    assert len({term.kinematics.key for term in terms}) == len(terms)
    assert {term.label for term in terms} == {"dipole", "weak*dipole"}


def test_outside_the_recoil_limits_it_is_zero() -> None:
    for term in all_terms(300.0):
        M = term.kinematics.masses[0]
        outside = [0.999 * float(T_min(747.0, M, 300.0)), 1.001 * float(T_max(747.0, M, 300.0))]
        assert np.all(term.kinematics.dsigma_dT(outside, 747.0) == 0)


def test_flux_averages_are_sums_over_lines() -> None:
    lines, weights = np.array([427.0, 747.0, 2e3]), np.array([0.1, 0.7, 0.2])
    flux = Flux.from_lines("x", lines, weights[:, None], matrices=pure_flavour("e"))
    T = np.array([1e-3, 0.1, 40.0, 300.0])
    for term in all_terms(150.0):
        by_hand = sum(w * term.kinematics.dsigma_dT(T, E) for E, w in zip(lines, weights, strict=True))
        assert term.kinematics.flux_averages([flux], T)[0] == pytest.approx(by_hand, rel=1e-12, abs=0)
        assert np.any(by_hand)
