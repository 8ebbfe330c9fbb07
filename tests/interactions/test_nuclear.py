"""Coherent scattering against Dirac traces, the scalar current, closed forms and sums by hand."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from nulight.constants import ALPHA, G_F, HBAR_C, K_R2
from nulight.interactions.kinematics import T_max, T_min
from nulight.interactions.magnetic import Moment
from nulight.interactions.nuclear import (
    Nuclei,
    nuclear_magnetic_terms,
    nuclear_pair_terms,
    nuclear_scalar_terms,
    nuclear_vector_terms,
)
from nulight.interactions.nuclear_brackets import moment_bracket, vector_bracket
from nulight.interactions.nuclear_currents import (
    NuclearCurrent,
    NuclearScalar,
    nuclear_charge_radius_current,
    nuclear_light_vector_current,
    nuclear_millicharge_current,
    nuclear_nsi_current,
)
from nulight.interactions.propagators import CONTACT
from nulight.neutrinos.flux import Flux, pure_flavour
from nulight.targets.nuclei import get_nuclear_target
from oracles import sum_of_terms
from oracles_coherent import (
    amplitude_by_amplitude,
    charge_radius_vertex,
    moment_vertex,
    one_nuclide,
    photon_vertex,
    scalar_target,
    vector_target,
    vector_vertex,
    weak_vertex,
)

ELECTRON = np.diag([1.0, 0, 0]).astype(complex)
masses = st.floats(1e5, 2e8)  # from electrons of a heavier sort to lead
energies = st.floats(1e3, 5e4)
shares = st.floats(1e-3, 0.999)
spins = st.sampled_from([0.0, 0.5])
couplings = st.floats(-1.0, 1.0)


def weak(g_p: float, g_n: float) -> NuclearCurrent:
    return NuclearCurrent("weak", CONTACT, g_p * ELECTRON, g_n * ELECTRON)


def value(currents, T: float, E: float, target, helicity: str = "nu", rho: np.ndarray = ELECTRON) -> float:
    return float(sum_of_terms(nuclear_vector_terms(currents, helicity, Nuclei(target)), rho, T, E))


def random_hermitian(rng: np.random.Generator) -> np.ndarray:
    A = rng.normal(size=(3, 3)) + 1j * rng.normal(size=(3, 3))
    return A + A.conj().T


def random_state(rng: np.random.Generator) -> np.ndarray:
    c = rng.normal(size=3) + 1j * rng.normal(size=3)
    return c / np.linalg.norm(c)


# --- one nucleus against traces ------------------------------------------------------------------


@given(masses, energies, shares, spins, couplings, couplings, st.booleans())
def test_weak_scattering_is_the_trace(M, E, share, spin, g_p, g_n, anti) -> None:
    T = share * float(T_max(E, M))
    charge = 3 * g_p + 4 * g_n
    expected = vector_target(T, E, [(weak_vertex(), charge)], M, spin, anti=anti)
    ours = value([weak(g_p, g_n)], T, E, one_nuclide(M, spin, 3, 4), "nubar" if anti else "nu")
    # pp, pn and nn cancel where the charge is small; the trace itself loses 1e-8 to M next to T
    scale = vector_target(T, E, [(weak_vertex(), 1.0)], M, spin) * (9 * g_p**2 + 16 * g_n**2)
    assert ours == pytest.approx(expected, rel=1e-6, abs=1e-9 * scale)


@pytest.mark.parametrize("anti", [False, True])
@pytest.mark.parametrize("spin", [0.0, 0.5])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_charged_neutrino_interferes_as_the_trace_says(anti: bool, spin: float, sign: int) -> None:
    M, E, T, Z, N = 1.2e8, 3e4, 4.0, 54, 77
    q = sign * 2e-8
    vertices = [(weak_vertex(), 0.02 * Z - 0.5 * N), (photon_vertex(T, M, q), Z)]
    currents = [weak(0.02, -0.5), nuclear_millicharge_current(q * ELECTRON)]
    target = one_nuclide(M, spin, Z, N)
    expected = vector_target(T, E, vertices, M, spin, anti=anti)
    assert value(currents, T, E, target, "nubar" if anti else "nu") == pytest.approx(expected, rel=1e-7, abs=0)


def test_a_positive_charge_raises_the_coupling_to_protons() -> None:
    # repulsion: the proton's weak coupling is positive as well, so g_p grows by sqrt2 pi alpha q / (G_F M T)
    M, E, T, q = 1.2e8, 3e4, 4.0, 1e-9
    shift = np.sqrt(2) * np.pi * ALPHA * q / (G_F * M * T)
    both = value([weak(0.02, -0.5), nuclear_millicharge_current(q * ELECTRON)], T, E, one_nuclide(M, 0, 54, 77))
    assert both == pytest.approx(value([weak(0.02 + shift, -0.5)], T, E, one_nuclide(M, 0, 54, 77)), rel=1e-12, abs=0)
    assert shift > 0


@given(masses, energies, shares, st.floats(-1e-31, 1e-31), st.booleans())
def test_charge_radius_is_its_vertex(M, E, share, r2, anti) -> None:
    T = share * float(T_max(E, M))
    amplitudes = [(weak_vertex(), 0.02 * 3 - 0.5 * 4), (charge_radius_vertex(T, M, r2 / HBAR_C**2), 3)]
    currents = [weak(0.02, -0.5), nuclear_charge_radius_current(r2 * ELECTRON)]
    expected = vector_target(T, E, amplitudes, M, 0.0, anti=anti)
    assert value(currents, T, E, one_nuclide(M, 0.0, 3, 4), "nubar" if anti else "nu") == pytest.approx(
        expected, rel=1e-6, abs=0
    )


def test_charge_radius_lowers_the_coupling_to_protons() -> None:
    target = one_nuclide(1.2e8, 0.0, 54, 77)
    moved = value([weak(0.02, -0.5), nuclear_charge_radius_current(1e-32 * ELECTRON)], 4.0, 3e4, target)
    assert moved == pytest.approx(value([weak(0.02 - K_R2 * 1e-32, -0.5)], 4.0, 3e4, target), rel=1e-12, abs=0)


@settings(max_examples=40)
@given(masses, energies, shares, spins, st.floats(-1e-8, 1e-8), st.floats(0.0, 1e5), st.booleans())
def test_light_vector_interferes_as_the_trace_says(M, E, share, spin, gg, mass, anti) -> None:
    T = share * float(T_max(E, M))
    amplitudes = [(weak_vertex(), 0.02 * 3 - 0.5 * 4), (vector_vertex(T, M, gg, mass), 3 * 2 + 4 * 5)]
    currents = [weak(0.02, -0.5), nuclear_light_vector_current(2 * gg * ELECTRON, 5 * gg * ELECTRON, mass)]
    terms = nuclear_vector_terms(currents, "nubar" if anti else "nu", Nuclei(one_nuclide(M, spin, 3, 4)))
    sizes = [abs(sum_of_terms([term], ELECTRON, T, E)) for term in terms]
    expected = vector_target(T, E, amplitudes, M, spin, anti=anti)
    assert sum_of_terms(terms, ELECTRON, T, E) == pytest.approx(expected, rel=1e-6, abs=1e-9 * max(sizes))


@settings(max_examples=60)
@given(masses, energies, st.floats(0.02, 0.98), spins, st.floats(0.0, 0.95), st.booleans())
def test_a_moment_to_any_final_mass_is_the_trace(M, E, share, spin, heaviness, anti) -> None:
    m = heaviness * 0.9 * 2 * E / (np.sqrt(1 + 2 * E / M) + 1)
    low, high = float(T_min(E, M, m)), float(T_max(E, M, m))
    T = low + share * (high - low)
    expected = vector_target(T, E, [(moment_vertex(T, E, M, 1e-9, m), 3.0)], M, spin, m, anti)
    moment = Moment("dipole", np.array([[1e-9, 0, 0]], dtype=complex), m)
    terms = nuclear_magnetic_terms([moment], "nubar" if anti else "nu", Nuclei(one_nuclide(M, spin, 3, 4)))
    # the pieces of K are larger than their sum by E^2 / (M T)
    pieces = 1e-18 * 9 * float(np.abs(moment_bracket(np.array([T]), M, spin > 0, m)[:, 0] / E ** np.arange(3)).sum())
    assert sum_of_terms(terms, ELECTRON, T, E) == pytest.approx(expected, rel=1e-5, abs=1e-8 * pieces)


@pytest.mark.parametrize("m_final", [0.0, 5e3])
def test_a_moment_without_spin_and_with_differ_by_the_recoil_over_the_energy(m_final: float) -> None:
    M, E, T = 1.2e8, 3e4, np.array([5.0])
    powers = E ** -np.arange(3.0)[:, None]
    spinless, dirac = ((moment_bracket(T, M, spin, m_final) * powers).sum() for spin in (False, True))
    assert spinless == pytest.approx(dirac, rel=2 * T[0] / E, abs=0)
    assert spinless != dirac


@given(masses, energies, shares, spins, st.floats(0.0, 1e5))
def test_scalar_exchange_is_the_trace(M, E, share, spin, mass) -> None:
    T = share * float(T_max(E, M))
    exchange = NuclearScalar("light_scalar", 2e-9 * ELECTRON, 5e-9 * ELECTRON, mass)
    terms = nuclear_scalar_terms([exchange], "nu", Nuclei(one_nuclide(M, spin, 3, 4)))
    expected = scalar_target(T, E, 2e-9 * 3 + 5e-9 * 4, mass, M, spin)
    assert sum_of_terms(terms, ELECTRON, T, E) == pytest.approx(expected, rel=1e-6, abs=0)


# --- limits and closed forms ---------------------------------------------------------------------


@given(masses, energies)
def test_without_spin_nothing_comes_straight_back(M, E) -> None:
    T = np.array([float(T_max(E, M))])
    c = vector_bracket(T, M, False)[:, 0]
    assert c @ E ** -np.arange(3.0) == pytest.approx(0.0, abs=1e-12 * c[0])


def test_recoil_ends_where_energy_and_momentum_say() -> None:
    M, E = 1.2e8, 3e4
    end = 2 * E**2 / (M + 2 * E)
    target = one_nuclide(M, 0.5)
    assert value([weak(0.5, -0.5)], end * (1 - 1e-6), E, target) >= 0
    assert value([weak(0.5, -0.3)], end * (1 - 1e-6), E, target) > 0
    assert value([weak(0.5, -0.3)], end * (1 + 1e-6), E, target) == 0


@given(masses, energies, couplings)
def test_total_cross_section_has_the_integrated_form(M, E, g_n) -> None:
    x = float(T_max(E, M))
    closed = G_F**2 * M / np.pi * HBAR_C**2 * (4 * g_n) ** 2 * (x - x**2 / (2 * E) - M * x**2 / (4 * E**2))
    target = one_nuclide(M, 0.0, 3, 4)
    total, _ = quad(lambda T: value([weak(0.0, g_n)], T, E, target), 0, x, epsabs=0, epsrel=1e-10)
    assert total == pytest.approx(closed, rel=1e-8, abs=0)


def test_at_low_energy_the_total_is_that_of_the_weak_charge() -> None:
    Z, N, s2w, E = 55, 78, 0.23857, 3e3
    target = one_nuclide(1.2378e8, 0.0, Z, N)
    Q_W = N - (1 - 4 * s2w) * Z
    x = float(T_max(E, 1.2378e8))
    total, _ = quad(lambda T: value([weak(0.5 - 2 * s2w, -0.5)], T, E, target), 0, x, epsabs=0)
    # the next order is 2 E / M
    assert total == pytest.approx(G_F**2 * Q_W**2 * E**2 / (4 * np.pi) * HBAR_C**2, rel=3 * E / 1.2378e8, abs=0)


def test_caesium_at_30_mev_is_of_the_published_size() -> None:
    target, E = get_nuclear_target("Cs133"), 3e4
    x = float(T_max(E, target.nuclides[0].mass))
    total, _ = quad(lambda T: value([weak(0.03, -0.5117)], T, E, target), 0, x, epsabs=0)
    assert 1e-38 < total < 2e-38  # Science 357 (2017) 1123, Fig. 1


def test_coherence_goes_with_the_square_of_the_neutrons() -> None:
    few, many = (value([weak(0.0, -0.5)], 1.0, 3e4, one_nuclide(1e8, 0.0, 50, N)) for N in (10, 70))
    assert many / few == pytest.approx(49, rel=1e-12, abs=0)


def test_a_heavy_mediator_is_a_contact_interaction() -> None:
    target, T, E = get_nuclear_target("Xe"), 5.0, 3e4
    eps = random_hermitian(np.random.default_rng(3)) * 0.1
    contact = value([weak(0.02, -0.5), nuclear_nsi_current(eps, 0.3 * eps)], T, E, target)
    for mass, tolerance in ((1e9, 2e-9), (1e11, 1e-12)):
        gg = np.sqrt(2) * G_F * mass**2 * eps
        current = nuclear_light_vector_current(2.3 * gg, 1.6 * gg, mass)
        # the propagator differs by 2 M T / m^2
        assert 2 * 1.27e8 * T / mass**2 < tolerance
        assert value([weak(0.02, -0.5), current], T, E, target) == pytest.approx(contact, rel=2 * tolerance, abs=0)


def test_the_approach_to_a_contact_interaction_is_that_of_the_propagator() -> None:
    M, T, E, mass = 1e8, 5.0, 3e4, 3e5
    target = one_nuclide(M, 0.0, 1, 1)
    eps = 0.1 * ELECTRON
    gg = np.sqrt(2) * G_F * mass**2 * eps
    ratio = value([nuclear_light_vector_current(gg, gg, mass)], T, E, target)
    ratio /= value([nuclear_nsi_current(eps / 3, eps / 3)], T, E, target)
    assert ratio == pytest.approx((1 + 2 * M * T / mass**2) ** -2, rel=1e-12, abs=0)


# --- flavour -------------------------------------------------------------------------------------


@settings(max_examples=30)
@given(st.integers(0, 2**31), masses, energies, shares, st.sampled_from(["nu", "nubar"]))
def test_matrices_agree_with_the_sum_over_final_flavours(seed, M, E, share, helicity) -> None:
    rng = np.random.default_rng(seed)
    T, Z, N = share * float(T_max(E, M)), 3, 4
    g_p, g_n, q = (random_hermitian(rng) for _ in range(3))
    charge = q * G_F * M * T / (np.sqrt(2) * np.pi * ALPHA)
    currents = [NuclearCurrent("weak", CONTACT, g_p, g_n), nuclear_millicharge_current(charge)]
    total = Z * (g_p + q) + N * g_n
    coupling = total.T if helicity == "nubar" else total
    state = random_state(rng)
    expected = amplitude_by_amplitude(T, E, M, 0.0, lambda b, a: coupling[b, a], state)
    ours = value(currents, T, E, one_nuclide(M, 0.0, Z, N), helicity, np.outer(state, state.conj()))
    assert ours == pytest.approx(expected, rel=1e-6, abs=0)


def test_a_flavour_change_adds_incoherently() -> None:
    off = np.zeros((3, 3), dtype=complex)
    off[0, 1] = off[1, 0] = 3e-9
    M, E, T, target = 1.2e8, 3e4, 4.0, one_nuclide(1.2e8, 0.0, 54, 77)
    shift = np.sqrt(2) * np.pi * ALPHA * 3e-9 / (G_F * M * T)
    both = value([weak(0.02, -0.5), nuclear_millicharge_current(off)], T, E, target)
    alone, change = value([weak(0.02, -0.5)], T, E, target), value([weak(shift, 0.0)], T, E, target)
    assert both == pytest.approx(alone + change, rel=1e-12, abs=0)


@settings(max_examples=50)
@given(st.integers(0, 2**31), energies, st.floats(1e-3, 1.0), st.sampled_from(["Xe", "CsI", "Ar", "CaWO4"]))
def test_cross_section_is_positive_for_any_hermitian_couplings(seed, E, share, name) -> None:
    rng, target = np.random.default_rng(seed), get_nuclear_target(name)
    M = min(nuclide.mass for nuclide in target.nuclides)
    T = share * float(T_max(E, M))
    currents = [
        NuclearCurrent("weak", CONTACT, random_hermitian(rng), random_hermitian(rng)),
        nuclear_charge_radius_current(random_hermitian(rng) / K_R2),
        nuclear_millicharge_current(random_hermitian(rng) * G_F * M * T / ALPHA),
        nuclear_light_vector_current(random_hermitian(rng) * G_F * M * T, random_hermitian(rng) * G_F * M * T, 10.0),
    ]
    state = random_state(rng)
    terms = nuclear_vector_terms(currents, "nu", Nuclei(target))
    assert all(np.allclose(t.matrix, np.conj(t.matrix.T), rtol=1e-12) for t in terms)
    parts = np.array([sum_of_terms([t], np.outer(state, state.conj()), T, E) for t in terms])
    assert parts.sum() >= -1e-12 * np.abs(parts).sum()


# --- targets -------------------------------------------------------------------------------------


def test_a_target_is_the_sum_of_its_nuclides() -> None:
    xenon, T, E = get_nuclear_target("Xe"), np.array([0.5, 3.0, 13.0]), 3e4
    terms = nuclear_vector_terms([weak(0.02, -0.5)], "nu", Nuclei(xenon))
    by_hand = sum(
        number
        * sum_of_terms(
            nuclear_vector_terms([weak(0.02, -0.5)], "nu", Nuclei(get_nuclear_target(nuclide.name))), ELECTRON, T, E
        )
        for number, nuclide in zip(xenon.numbers, xenon.nuclides, strict=True)
    )
    assert sum_of_terms(terms, ELECTRON, T, E) == pytest.approx(by_hand, rel=1e-12, abs=0)


@pytest.mark.parametrize("m_final", [0.0, 8e3])
def test_flux_averages_are_integrals_over_the_cross_section(m_final: float) -> None:
    target, T = get_nuclear_target("CsI"), np.array([0.2, 1.1, 2.5])

    def density(E: np.ndarray) -> np.ndarray:
        return (E**2 * np.exp(-E / 3e3))[None]

    flux = Flux.from_density("x", np.linspace(100.0, 16e3, 60), density, matrices=pure_flavour("e"))
    moment = Moment("dipole", np.array([[1e-9, 0, 0]], dtype=complex), m_final)
    terms = [
        *nuclear_vector_terms([weak(0.02, -0.5)], "nu", Nuclei(target)),
        *nuclear_magnetic_terms([moment], "nu", Nuclei(target)),
    ]
    for term in terms:
        average = term.kinematics.flux_averages([flux], T)[0]
        for t, ours in zip(T, average, strict=True):
            edges = [E_min for E_min in _limits(term.kinematics, t) if E_min < 16e3]
            points = [*sorted({100.0, *edges}), 16e3]
            truth = sum(
                quad(
                    lambda E, t=t, k=term.kinematics: float(density(np.array(E))[0] * k.dsigma_dT(t, E)),
                    a,
                    b,
                    epsabs=0,
                    epsrel=1e-10,
                )[0]
                for a, b in pairwise(points)
            )
            assert ours == pytest.approx(truth, rel=1e-7, abs=1e-60)


def _limits(kinematics, T: float) -> list[float]:
    return [(T + np.sqrt(T**2 + 2 * M * T)) / 2 * (1 + kinematics.m_final**2 / (2 * M * T)) for M in kinematics.masses]


def test_kinematics_are_those_of_a_formula_unit() -> None:
    xenon = get_nuclear_target("Xe")
    for term in nuclear_vector_terms([weak(0.02, -0.5)], "nu", Nuclei(xenon)):
        assert term.kinematics.masses == tuple(nuclide.mass for nuclide in xenon.nuclides)
        assert (term.kinematics.binding, term.kinematics.m_final) == ("unit", 0.0)
        assert len(term.kinematics.breakpoints) == 0


def test_three_structures_hold_the_weak_part_and_protons_know_no_neutron_radius() -> None:
    def keys(nuclei: Nuclei) -> dict:
        kinematics = (term.kinematics for term in nuclear_vector_terms([weak(0.02, -0.5)], "nu", nuclei))
        return {k.charges: k.key for k in kinematics}

    xenon = get_nuclear_target("Xe")
    same, other = keys(Nuclei(xenon)), keys(Nuclei(xenon, R_n=5.0))
    assert set(same) == {"pp", "pn", "nn"}
    assert same["pp"] == other["pp"]
    assert same["pn"] != other["pn"]
    assert same["nn"] != other["nn"]
    assert keys(Nuclei(get_nuclear_target("Xe"))) == same


@pytest.mark.parametrize(
    "other",
    [
        Nuclei(get_nuclear_target("Xe", form_factor="fermi")),
        Nuclei(get_nuclear_target("Xe", radii="lewin-smith")),
        Nuclei(get_nuclear_target("Xe", isotopes="Xe131")),
        Nuclei(get_nuclear_target("Xe", masses="a-u")),
        Nuclei(get_nuclear_target("Xe"), hbar_c=0.197),
    ],
)
def test_no_two_targets_share_a_key(other: Nuclei) -> None:
    (a, *_), (b, *_) = (
        nuclear_vector_terms([weak(0.02, -0.5)], "nu", n) for n in (Nuclei(get_nuclear_target("Xe")), other)
    )
    assert a.kinematics.key != b.kinematics.key


def test_a_rounded_hbar_c_scales_lengths() -> None:
    exact, T, E = 0.1973269804593, 3.0, 3e4
    point = one_nuclide(1.2e8, 0.0, 54, 77)
    plain, rounded = (
        sum_of_terms(nuclear_vector_terms([weak(0.02, -0.5)], "nu", Nuclei(point, hbar_c=h)), ELECTRON, T, E)
        for h in (exact, 0.197)
    )
    assert rounded / plain == pytest.approx((0.197 / exact) ** 2, rel=1e-12, abs=0)
    # a momentum transfer in fm^-1 that is larger by the ratio: the radius, skin included, of a larger nucleus
    dense = one_nuclide(1.2e8, 0.0, 54, 77, "helm")
    kinematics = nuclear_vector_terms([weak(0.02, -0.5)], "nu", Nuclei(dense, hbar_c=0.197))[0].kinematics
    F2 = float(dense.F_charge(0, T * (exact / 0.197) ** 2)) ** 2
    reference = nuclear_vector_terms([weak(0.02, -0.5)], "nu", Nuclei(point, hbar_c=0.197))[0].kinematics
    assert float(kinematics.dsigma_dT(T, E)) == pytest.approx(F2 * float(reference.dsigma_dT(T, E)), rel=1e-12, abs=0)


def test_a_larger_neutron_radius_lowers_the_cross_section() -> None:
    xenon = get_nuclear_target("Xe")

    def rate(R_n: float | None, T: float) -> float:
        terms = nuclear_vector_terms([weak(0.02, -0.5)], "nu", Nuclei(xenon, R_n))
        return float(sum_of_terms(terms, ELECTRON, T, 3e4))

    assert rate(4.6, 5.0) > rate(4.8, 5.0) > rate(5.2, 5.0)
    assert rate(4.6, 1e-6) == pytest.approx(rate(5.2, 1e-6), rel=1e-6, abs=0)


@pytest.mark.parametrize("mass", [-1.0, np.nan, np.inf])
def test_masses_must_be_sensible(mass: float) -> None:
    with pytest.raises(ValueError, match="must be a number >= 0"):
        nuclear_magnetic_terms([Moment("dipole", ELECTRON, mass)], "nu", Nuclei(get_nuclear_target("Xe")))
    with pytest.raises(ValueError, match="mediator mass"):
        nuclear_light_vector_current(ELECTRON, ELECTRON, mass)


def test_terms_of_a_pair_without_neutrons_are_fewer() -> None:
    charge, r2 = nuclear_millicharge_current(1e-9 * ELECTRON), nuclear_charge_radius_current(1e-32 * ELECTRON)
    nuclei = Nuclei(get_nuclear_target("Ar"))
    assert [t.kinematics.charges for t in nuclear_pair_terms(charge, r2, "nu", nuclei)] == ["pp"]
    assert [t.kinematics.charges for t in nuclear_pair_terms(weak(0.1, 0.2), r2, "nu", nuclei)] == ["pp", "pn"]
    assert nuclear_pair_terms(charge, r2, "nu", nuclei)[0].label == "millicharge*charge_radius"
    assert nuclear_pair_terms(weak(0.1, 0.2), r2, "nu", nuclei)[0].label == "charge_radius"
