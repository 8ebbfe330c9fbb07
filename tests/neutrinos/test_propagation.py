"""Vacuum propagation against amplitudes, textbook formulas and adaptive quadrature; what is averaged, and said so."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from nulight.constants import M_E
from nulight.detector.response import Efficiency, PerfectResponse
from nulight.interactions.magnetic import Moment, magnetic_terms
from nulight.interactions.term import Term
from nulight.neutrinos.flux import Flux, pure_flavour
from nulight.neutrinos.mixing import get_oscillation, pmns
from nulight.neutrinos.propagation import LARGEST_PHASE, masses_squared, oscillation_phase, propagated
from nulight.rates import Folder
from nulight.targets import get_material

NUFIT = get_oscillation("nufit-6.0-no")
U3 = pmns(NUFIT)
U4 = pmns(NUFIT, n=4, theta_14=0.2, theta_24=0.3, theta_34=0.25, delta_14=1.0, delta_24=2.0)
M2 = masses_squared(NUFIT, m_4=1e-3)
LENGTH = 2000.0
CHROMIUM = Flux.from_lines("Cr51", [427.0, 747.0], [[0.1], [0.9]], matrices=pure_flavour("e"))
angles = st.floats(0, np.pi / 2)


def michel(flavour: str = "e", helicity: str = "nu", start: float = 100.0) -> Flux:
    def density(E: np.ndarray) -> np.ndarray:
        return (E**2 * (52.83e3 - E) / 1e15)[None]

    return Flux.from_density("michel", [start, 52.83e3], density, matrices=pure_flavour(flavour), helicity=helicity)


def density_matrices(flux: Flux, E: np.ndarray) -> np.ndarray:
    return np.einsum("je,jab->eab", flux.density(E), flux.matrices)


def states(U: np.ndarray, flavour: int, E: np.ndarray, length: float, m2: np.ndarray) -> np.ndarray:
    """Flavour amplitudes <b|nu_a(L)> of a neutrino, one state at a time: (n_E, N)."""
    total = np.zeros((len(E), len(U)), dtype=complex)
    for j in range(len(U)):
        wave = np.exp(-1j * m2[j] * 1e-18 * (length * 1e-2) / (2 * E * 1e-6 * 1.973269804593025e-16))  # GeV, m
        total += np.conj(U[flavour, j]) * wave[:, None] * U[:, j]
    return total


@pytest.mark.parametrize("helicity", ["nu", "nubar"])
@pytest.mark.parametrize("flavour", ["e", "mu"])
@pytest.mark.parametrize("U", [U3, U4], ids=["three", "four"])
def test_density_matrix_is_that_of_the_amplitudes(U, flavour, helicity):
    flux = michel(flavour, helicity)
    m2 = M2[: len(U)]
    after = propagated(flux, LENGTH, U, m2)
    E = np.exp(np.random.default_rng(2).uniform(np.log(100.0), np.log(52.8e3), 3000))
    psi = states(U if helicity == "nu" else U.conj(), ["e", "mu"].index(flavour), E, LENGTH, m2)
    expected = psi[:, :, None] * psi[:, None, :].conj()
    got = density_matrices(after, E) / flux.density(E)[0][:, None, None]
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-8)


@pytest.mark.parametrize("k", [0, 1, 2])
def test_moments_of_an_oscillating_flux_are_its_integrals(k):
    after = propagated(michel(), LENGTH, U4, M2)
    survival = after.matrices[:, 0, 0].real
    for E_min in (900.0, 5e3, 30e3):

        def integrand(x: float) -> float:  # in 1/E the phase runs evenly
            E = np.array([1 / x])
            P = np.abs(states(U4, 0, E, LENGTH, M2)[0, 0]) ** 2
            return float(E[0] ** 2 * (52.83e3 - E[0]) / 1e15 * P * E[0] ** (2 - k))

        expected, _ = quad(integrand, 1 / 52.83e3, 1 / E_min, epsabs=0, epsrel=1e-11, limit=2000)
        assert survival @ after.moments(E_min)[k] == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("flux", [michel(), michel("mu", "nubar"), CHROMIUM], ids=["nu_e", "nubar_mu", "lines"])
@pytest.mark.parametrize("U", [U3, U4], ids=["three", "four"])
def test_without_a_way_nothing_changes(flux, U):
    for length in (0.0, 1e-12):
        after = propagated(flux, length, U, M2[: len(U)])
        for E_min in (0.0, 500.0):
            rho = np.einsum("j,jab->ab", after.moments(E_min)[0], after.matrices)
            expected = np.einsum("j,jab->ab", flux.moments(E_min)[0], flux.matrices)
            np.testing.assert_allclose(rho[:3, :3], expected, rtol=0, atol=1e-12 * expected.real.max())
            np.testing.assert_allclose(rho[3:], 0, rtol=0, atol=1e-12 * expected.real.max())


def test_two_flavours_are_the_textbook_formula():
    two = replace(NUFIT, s2_13=0.0, s2_23=0.0, s2_12=0.3, dm2_21=2.0)
    after = propagated(CHROMIUM, 50.0, pmns(two), masses_squared(two))
    got = after.moments(0.0)[0]
    # 4 * 0.3 * 0.7 = sin^2 2theta
    lost = {E: 0.84 * np.sin(1.26693268 * 2.0 * 0.5 / (E / 1e3)) ** 2 for E in (427.0, 747.0)}
    survived = 0.1 * (1 - lost[427.0]) + 0.9 * (1 - lost[747.0])
    assert after.matrices[:, 0, 0].real @ got == pytest.approx(survived, rel=1e-8)
    assert after.matrices[:, 1, 1].real @ got == pytest.approx(1 - survived, rel=1e-8)


@given(t14=angles, t24=angles, t34=angles, m_4=st.floats(1e-5, 1e-2), length=st.floats(0, 1e5))
@settings(max_examples=30)
def test_no_neutrino_is_lost_and_no_probability_is_negative(t14, t24, t34, m_4, length):
    U = pmns(NUFIT, n=4, theta_14=t14, theta_24=t24, theta_34=t34)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        after = propagated(michel(), length, U, masses_squared(NUFIT, m_4))
    E = np.geomspace(101.0, 52e3, 200)
    rho, before = density_matrices(after, E), michel().density(E)[0]
    np.testing.assert_allclose(np.trace(rho, axis1=1, axis2=2).real, before, rtol=1e-11)
    assert np.all(np.linalg.eigvalsh(rho) > -1e-10 * before[:, None])


def test_averaged_is_the_mean_over_phases():
    averaged = propagated(CHROMIUM, LENGTH, U4, M2, mode="averaged")
    np.testing.assert_allclose(
        np.diagonal(averaged.matrices[0]).real, (np.abs(U4) ** 2) @ (np.abs(U4[0]) ** 2), atol=1e-14
    )
    assert averaged.spectrum is CHROMIUM.spectrum
    # all six phases run through whole turns
    m2 = np.array([0.0, 1.0, 3.0, 7.0])
    turn = 2 * np.pi / float(oscillation_phase(747.0, 1.0, 1.0))
    line = Flux.from_lines("line", [747.0], [[1.0]], matrices=pure_flavour("e"))
    runs = [propagated(line, turn * i / 16, U4, m2) for i in range(16)]
    mean = np.mean([np.einsum("j,jab->ab", run.total(), run.matrices) for run in runs], axis=0)
    np.testing.assert_allclose(mean, averaged.matrices[0], atol=1e-12)


def test_antineutrinos_go_the_way_of_neutrinos_with_the_conjugate_matrix():
    nu = propagated(michel("mu", "nu"), LENGTH, U4.conj(), M2)
    nubar = propagated(michel("mu", "nubar"), LENGTH, U4, M2)
    E = np.array([1e3, 7e3])
    np.testing.assert_allclose(density_matrices(nubar, E), density_matrices(nu, E), rtol=1e-12, atol=1e-12)
    wrong = propagated(michel("mu", "nu"), LENGTH, U4, M2)
    assert not np.allclose(density_matrices(wrong, E), density_matrices(nu, E), rtol=1e-3)


def test_phases_that_run_too_fast_are_averaged_and_it_is_said():
    flux = michel(start=10.0)
    m2 = masses_squared(NUFIT, m_4=1e-2)  # 10 eV
    with pytest.warns(UserWarning, match=r"of flux 'michel', below 1267 keV, makes up to 8.07e\+04 oscillations"):
        after = propagated(flux, LENGTH, U4, m2)
    limit = float(oscillation_phase(1.0, LENGTH, m2[3])) / LARGEST_PHASE
    low, high = np.linspace(50.0, limit * (1 - 1e-4), 50), np.geomspace(limit * (1 + 1e-6), 52e3, 4000)
    # below the limit the fourth is incoherent with the others, which stay coherent
    light = U4[0] * (np.arange(4) < 3)
    waves = np.exp(-1j * oscillation_phase(low[:, None], LENGTH, m2)) * light.conj()
    survival = np.abs(np.einsum("j,ej->e", light, waves)) ** 2 + np.abs(U4[0, 3]) ** 4
    got = density_matrices(after, low)[:, 0, 0].real / flux.density(low)[0]
    np.testing.assert_allclose(got, survival, rtol=1e-8)
    resolved = density_matrices(after, high)[:, 0, 0].real / flux.density(high)[0]
    np.testing.assert_allclose(resolved, np.abs(states(U4, 0, high, LENGTH, m2)[:, 0]) ** 2, rtol=0, atol=1e-8)
    with pytest.raises(
        ValueError, match=r"more than 637 oscillations .* is not resolved; use phases: auto or averaged"
    ):
        propagated(flux, LENGTH, U4, m2, mode="resolved")


def test_a_negligible_part_of_the_flux_is_averaged_without_a_word():
    after = propagated(michel(start=0.05), LENGTH, U4, M2, mode="resolved")
    assert after.n_channels == 13


def test_phases_of_lines_are_never_averaged():
    m2 = masses_squared(NUFIT, m_4=1.0)  # a keV: 1e9 oscillations
    after = propagated(CHROMIUM, LENGTH, U4, m2, mode="resolved")
    rho = np.einsum("lj,jab->lab", after.spectrum.weights, after.matrices)
    psi = states(U4, 0, CHROMIUM.spectrum.energies, LENGTH, m2)
    np.testing.assert_allclose(rho[:, 0, 0].real, [0.1, 0.9] * np.abs(psi[:, 0]) ** 2, rtol=1e-5)


def test_states_that_do_not_mix_cost_no_channels():
    after = propagated(michel(), LENGTH, pmns(NUFIT, n=4), M2)
    assert after.matrices.shape == (7, 4, 4)
    assert not np.any(after.matrices[:, 3])


@pytest.mark.parametrize("helicity", ["nu", "nubar"])
def test_effective_moment_of_expected_counts_is_the_coherent_sum(helicity):
    """Counts of a folder over those of one Bohr magneton: sum_k |sum_j lambda_kj U*_aj exp(-i phi_j)|^2."""
    rng = np.random.default_rng(5)
    A = rng.normal(size=(4, 4)) + 1j * rng.normal(size=(4, 4))
    moment = A - A.T  # Majorana
    line = Flux.from_lines("line", [747.0], [[1e12]], matrices=pure_flavour("mu"), helicity=helicity)
    after = propagated(line, 300.0, U4, M2)
    kinematics = _magnetic_kinematics(helicity)
    C = U4 @ moment.conj().T @ moment @ U4.conj().T
    seen = _counts(after, Term("magnetic", kinematics, C if helicity == "nu" else C.conj(), helicity))
    unit = _counts(line, Term("magnetic", kinematics, np.eye(3, dtype=complex), helicity))
    phases = oscillation_phase(747.0, 300.0, M2)
    U, lam = (U4, moment) if helicity == "nu" else (U4.conj(), moment.conj())
    expected = np.sum(np.abs(lam @ (U[1].conj() * np.exp(-1j * phases))) ** 2)
    np.testing.assert_allclose(seen / unit, expected, rtol=1e-12)
    # what acts on active flavours alone meets the active block of the flux
    active = _counts(after, Term("weak", kinematics, np.diag([1.0, 0, 0]).astype(complex), helicity))
    rho = np.einsum("j,jab->ab", after.total(), after.matrices)
    np.testing.assert_allclose(active / unit, rho[0, 0].real / 1e12, rtol=1e-12)


def _magnetic_kinematics(helicity):
    return magnetic_terms([Moment("magnetic", np.eye(3, dtype=complex))], helicity)[0].kinematics


def _counts(flux: Flux, term: Term) -> np.ndarray:
    response = PerfectResponse(np.array([1.0, 10.0, 100.0, 300.0]), Efficiency.constant())
    folder = Folder(
        fluxes=(flux,), labels=("beam",), target=get_material("Xe"), response=response, exposure=1e7, mixing=U3
    )
    both = {"nu": [], "nubar": [], flux.helicity: [term]}
    return folder.counts(both)[0]


@pytest.mark.parametrize("T", [20.0, 2e3, 2e4])
def test_recoil_spectrum_of_an_oscillating_flux_is_its_integral(T):
    after, kinematics = propagated(michel(), LENGTH, U4, M2), _magnetic_kinematics("nu")
    got = after.matrices[:, 0, 0].real @ kinematics.flux_averages([after], np.array([T]))[:, 0]

    def integrand(x: float) -> float:
        E = np.array([1 / x])
        P = np.abs(states(U4, 0, E, LENGTH, M2)[0, 0]) ** 2
        return float(E[0] ** 4 * (52.83e3 - E[0]) / 1e15 * P * 1e45 * kinematics.dsigma_dT(T, E)[0])

    start = max((T + np.sqrt(T**2 + 2 * T * M_E)) / 2, 100.0)
    expected, _ = quad(integrand, 1 / 52.83e3, 1 / start, epsabs=0, epsrel=1e-10, limit=2000)
    assert got == pytest.approx(expected * 1e-45, rel=1e-8)


def test_masses_are_those_of_the_ordering():
    inverted = get_oscillation("nufit-6.0-io")
    np.testing.assert_allclose(masses_squared(NUFIT), [0, NUFIT.dm2_21, NUFIT.dm2_31])
    light = masses_squared(inverted)
    assert light[2] == 0
    assert light[0] == pytest.approx(-inverted.dm2_31)
    assert light[1] - light[0] == pytest.approx(inverted.dm2_21, rel=1e-9)
    assert masses_squared(NUFIT, m_4=2e-3)[3] == pytest.approx(4.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"flux": replace(CHROMIUM, basis="mass")}, "mixture of mass states"),
        ({"length": -1.0}, r"length = -1.0 cm must be 0 or more"),
        ({"mode": "coherent"}, "unknown mode 'coherent'; use auto, resolved or averaged"),
        ({"mixing": U4[:2, :2]}, r"shape \(2, 2\)"),
        ({"masses_squared": M2[:3]}, r"\(3,\) squared masses do not fit"),
        ({"mixing": 2 * U4}, "not unitary"),
    ],
)
def test_what_cannot_be_propagated_is_refused(change, message):
    arguments = {"flux": CHROMIUM, "length": 10.0, "mixing": U4, "masses_squared": M2} | change
    with pytest.raises(ValueError, match=message):
        propagated(**arguments)
