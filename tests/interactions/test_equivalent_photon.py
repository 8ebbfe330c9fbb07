"""Equivalent photons of a millicharge: the flux against the classical one, the fold against quadrature."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import kn

from nulight.constants import ALPHA, M_E
from nulight.interactions.equivalent_photon import M_NU, equivalent_photon_term
from nulight.interactions.kinematics import E_nu_min
from nulight.neutrinos.flux import Flux, pure_flavour
from nulight.targets import get_material
from nulight.targets.photoabsorption import photo_absorption

ELECTRON = pure_flavour("e")
XENON = get_material("Xe")


def photons(E: float, T: float = 5.0, q: float = 1e-12) -> float:
    """Photons per keV: the cross section over that of photo-absorption."""
    term = equivalent_photon_term(q * ELECTRON[0], XENON, "nu")
    sigma = float(term.weights(ELECTRON)[0]) * float(term.kinematics.dsigma_dT(T, E))
    return sigma / float(photo_absorption(XENON).cross_section(T))


def classical_photons(T: float, gamma: float, q: float) -> float:
    """Photons per energy in the field of a fast charge beyond b = 1/T, in closed form (Weizsaecker, Williams)."""
    x = 1 / gamma
    K0, K1 = kn(0, x), kn(1, x)
    return 2 * ALPHA * q**2 / (np.pi * T) * (x * K0 * K1 - x**2 / 2 * (K1**2 - K0**2))


def test_the_photons_are_those_of_a_fast_classical_charge() -> None:
    # beside the logarithm ln(2 exp(-0.5772)) - 1/2 = -0.384 is left out: the difference tends to it
    for E in (1e3, 1e5, 1e7):
        unit = 2 * ALPHA * 1e-24 / (np.pi * 5.0)
        missing = (classical_photons(5.0, E / M_NU, 1e-12) - photons(E)) / unit
        assert missing == pytest.approx(np.log(2) - np.euler_gamma - 0.5, abs=1e-6)


def test_the_logarithm_is_the_range_of_virtualities() -> None:
    # photons alpha / pi dT / T dQ2 / Q2 between (m T / E)^2 and T^2, without what is not logarithmic
    E, T, q = 1e4, 5.0, 1e-12
    logarithm, _ = quad(lambda Q2: 1 / Q2, (M_NU * T / E) ** 2, 1e-8 * T**2, points=[1e-12 * T**2, 1e-10 * T**2])
    logarithm += quad(lambda Q2: 1 / Q2, 1e-8 * T**2, T**2, points=[1e-6 * T**2, 1e-4 * T**2, 1e-2 * T**2])[0]
    assert photons(E, T, q) == pytest.approx(ALPHA / np.pi * q**2 / T * logarithm, rel=1e-9, abs=0)


@given(st.floats(0.02, 100.0), st.floats(500.0, 2e4))
def test_cross_section_goes_with_the_square_of_the_charge(T: float, E: float) -> None:
    one, two = photons(E, T), photons(E, T, -2e-12)
    assert one > 0
    assert two == pytest.approx(4 * one, rel=1e-12, abs=0)


def test_mass_in_the_logarithm_is_worth_what_the_text_says() -> None:
    assert np.log(10) / np.log(1e3 / M_NU) == pytest.approx(0.17, abs=0.005)
    assert 0.5 / np.log(1e3 / M_NU) == pytest.approx(0.04, abs=0.005)


def test_the_fold_is_the_integral_over_the_flux() -> None:
    def density(E: np.ndarray) -> np.ndarray:
        return (E**2 * (420.0 - E))[None]

    flux = Flux.from_density("pp", np.linspace(1.0, 420.0, 30), density, matrices=ELECTRON)
    kinematics = equivalent_photon_term(ELECTRON[0], XENON, "nu").kinematics
    T = np.array([0.5, 4.0, 30.0])
    for t, ours in zip(T, kinematics.flux_averages([flux], T)[0], strict=True):
        low = max(1.0, float(E_nu_min(t, M_E)))
        truth, _ = quad(
            lambda E, t=t: float(density(np.array(E))[0] * kinematics.dsigma_dT(t, E)),
            low,
            420.0,
            epsabs=0,
            epsrel=1e-11,
        )
        assert ours == pytest.approx(truth, rel=1e-9, abs=0)


def test_lines_count_with_their_own_logarithm() -> None:
    flux = Flux.from_lines("Cr51", [747.0, 427.0], [[0.9], [0.1]], matrices=ELECTRON)
    kinematics = equivalent_photon_term(ELECTRON[0], XENON, "nu").kinematics
    T = np.array([1.0, 10.0])
    by_hand = 0.9 * kinematics.dsigma_dT(T, 747.0) + 0.1 * kinematics.dsigma_dT(T, 427.0)
    assert kinematics.flux_averages([flux], T)[0] == pytest.approx(by_hand, rel=1e-13, abs=0)


def test_it_is_per_formula_unit_and_jumps_at_the_edges() -> None:
    kinematics = equivalent_photon_term(ELECTRON[0], XENON, "nu").kinematics
    assert kinematics.binding == "unit"
    assert kinematics.masses == (M_E,)
    assert np.array_equal(kinematics.breakpoints, photo_absorption(XENON).edges)
    below, above = kinematics.dsigma_dT(np.array([34.56, 34.57]), 747.0)
    assert above / below > 4  # K edge
    other = equivalent_photon_term(ELECTRON[0], get_material("Ge"), "nu").kinematics
    assert other.key != kinematics.key


@given(st.integers(0, 2**31), st.sampled_from(["nu", "nubar"]))
def test_charges_of_several_flavours_add_incoherently(seed: int, helicity: str) -> None:
    rng = np.random.default_rng(seed)
    A = rng.normal(size=(3, 3)) + 1j * rng.normal(size=(3, 3))
    q, state = A + A.conj().T, rng.normal(size=3) + 1j * rng.normal(size=3)
    rho = np.outer(state, state.conj())
    strength = equivalent_photon_term(q, XENON, helicity).weights(rho[None])[0]
    seen = q.T if helicity == "nubar" else q
    assert strength == pytest.approx(float((np.abs(seen @ state) ** 2).sum()), rel=1e-12, abs=0)
