"""Moments of the minimal model: coefficients, GIM, Majorana against Dirac, gauge invariance, masses."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nulight.constants import G_F, M_E, M_LEPTON, M_W
from nulight.models import minimal
from nulight.models.effective_moments import short_baseline_moment, solar_moment
from nulight.models.mass_basis import check_form_factor, majorana_moment_to_flavour
from nulight.models.minimal import dirac_moments, majorana_moments, neutrino_masses
from nulight.neutrinos.mixing import get_oscillation, pmns

seeds = st.integers(0, 2**32 - 1)
EV = 1e-3  # keV
NORMAL, INVERTED = (get_oscillation(f"nufit-6.0-{ordering}") for ordering in ("no", "io"))


def random_unitary(rng, n=3):
    return np.linalg.qr(rng.normal(size=(n, n)) + 1j * rng.normal(size=(n, n)))[0]


def loop_function(x):
    """One-loop function of x = m_l^2 / m_W^2, not expanded (Pal and Wolfenstein 1982)."""
    return 3 / 4 * (1 + 1 / (1 - x) - 2 * x / (1 - x) ** 2 - 2 * x**2 * np.log(x) / (1 - x) ** 3)


# --- masses ---------------------------------------------------------------------------------------


@given(lightest=st.just(0.0) | st.floats(1e-6, 2))
@pytest.mark.parametrize("oscillation", [NORMAL, INVERTED])
def test_masses_have_the_measured_splittings_and_the_lightest_is_the_lightest(oscillation, lightest):
    m = neutrino_masses(lightest, oscillation)
    assert m[1] ** 2 - m[0] ** 2 == pytest.approx(oscillation.dm2_21, rel=1e-9)
    assert m[2] ** 2 - m[0] ** 2 == pytest.approx(oscillation.dm2_31, rel=1e-9)
    assert m.min() == pytest.approx(lightest, rel=1e-12)
    assert m.argmin() == (0 if oscillation is NORMAL else 2)


def test_masses_come_in_stacks():
    assert neutrino_masses(np.ones((4, 5)), NORMAL).shape == (4, 5, 3)


@pytest.mark.parametrize("lightest", [-0.1, np.nan, np.inf])
def test_impossible_mass_is_an_error(lightest):
    with pytest.raises(ValueError, match=r"lightest = .* eV must be finite and not negative"):
        neutrino_masses(lightest, NORMAL)


# --- coefficients ---------------------------------------------------------------------------------


def test_diagonal_moment_is_that_of_the_literature():
    mu, epsilon = dirac_moments([1.0, 1.0, 1.0], pmns(NORMAL))
    assert np.diag(mu).real == pytest.approx(3.2026e-19, rel=1e-3)
    assert np.diag(mu).real == pytest.approx(3 * M_E * G_F * EV / (4 * np.sqrt(2) * np.pi**2), rel=3e-4)
    assert np.abs(np.diag(epsilon)).max() < 1e-15 * np.abs(mu).max()


@pytest.mark.parametrize(("moments", "coefficient"), [(dirac_moments, 3.913e-23), (majorana_moments, 7.826e-23)])
def test_transition_moments_are_those_of_the_literature(moments, coefficient):
    masses, U = np.array([0.3, 0.7, 1.1]), random_unitary(np.random.default_rng(1))
    gim = np.einsum("lk,lj,l->kj", U.conj(), U, (np.array(M_LEPTON) / M_LEPTON[2]) ** 2)
    total, difference = masses[:, None] + masses, masses[:, None] - masses
    mu, epsilon = moments(masses, U)
    if moments is dirac_moments:
        expected = total * gim, -1j * -difference * gim
    else:
        expected = 1j * total * gim.imag, 1j * difference * gim.real
    off = ~np.eye(3, dtype=bool)
    np.testing.assert_allclose(mu[off], -coefficient * expected[0][off], rtol=1e-3)
    # of the opposite sign to the talk's: see the flavour basis below
    np.testing.assert_allclose(epsilon[off], -coefficient * expected[1][off], rtol=1e-3)


def test_mass_of_the_w_needs_another_coefficient_than_that_of_the_tau():
    # the slide prints 7.8e-23 with m_l^2 / m_W^2
    mu, _ = majorana_moments([1.0, 1.0, 1.0], random_unitary(np.random.default_rng(2)))
    U = random_unitary(np.random.default_rng(2))
    gim = np.einsum("lk,lj,l->kj", U.conj(), U, (np.array(M_LEPTON) / M_W) ** 2).imag[0, 1]
    assert abs(mu[0, 1]) / abs(2 * gim) == pytest.approx(1.6013e-19, rel=1e-4)


def test_expansion_in_the_lepton_masses_is_good_to_the_stated_part():
    x = (np.array(M_LEPTON) / M_W) ** 2
    leading = 3 / 2 - 3 / 4 * x
    assert leading[2] - leading[0] == pytest.approx(loop_function(x[2]) - loop_function(x[0]), rel=0.007)
    assert leading[2] - leading[0] != pytest.approx(loop_function(x[2]) - loop_function(x[0]), rel=0.005)
    np.testing.assert_allclose(leading, loop_function(x), rtol=1e-5)


# --- identities -----------------------------------------------------------------------------------


@given(seed=seeds, n=st.sampled_from([3, 4]))
def test_moments_are_hermitian_and_majorana_ones_twice_the_imaginary_part(seed, n):
    rng = np.random.default_rng(seed)
    masses, U = rng.uniform(0, 1, n), random_unitary(rng, n)
    dirac, majorana = dirac_moments(masses, U), majorana_moments(masses, U)
    for one, two in zip(dirac, majorana, strict=True):
        np.testing.assert_allclose(one, one.conj().T, atol=1e-35)
        np.testing.assert_allclose(two, 2j * one.imag, atol=1e-35)
    mu, epsilon = majorana
    check_form_factor(mu - 1j * epsilon, "moment", "majorana")


@given(seed=seeds)
def test_left_handed_dirac_neutrino_flips_with_the_mass_of_the_final_state(seed):
    rng = np.random.default_rng(seed)
    U = random_unitary(rng)
    mu, epsilon = dirac_moments([0.0, 0.4, 0.9], U)
    moment = mu - 1j * epsilon
    assert np.abs(moment[0]).max() < 1e-35
    np.testing.assert_allclose(moment[1] / 0.4, 2 * mu[1] / (np.array([0.0, 0.4, 0.9]) + 0.4), rtol=1e-9)


@given(seed=seeds)
def test_majorana_moments_of_flavours_are_the_mass_matrix_times_lepton_mass_differences(seed):
    # The only gauge-invariant form: charged-lepton Yukawas act on doublets, the result is antisymmetric.
    rng = np.random.default_rng(seed)
    masses, U = rng.uniform(0, 1, 3), random_unitary(rng)
    mu, epsilon = majorana_moments(masses, U)
    mass_matrix = U.conj() @ np.diag(masses) @ U.conj().T
    squares = (np.array(M_LEPTON) / M_W) ** 2
    expected = 1.60131e-19 * mass_matrix * (squares[:, None] - squares)
    flavours = majorana_moment_to_flavour(mu - 1j * epsilon, U)
    # rounding of the part of the loop that mixing cancels, 2000 times larger
    np.testing.assert_allclose(flavours, expected, rtol=1e-4, atol=1e-33)


def test_dirac_neutrino_is_two_degenerate_majorana_neutrinos():
    """nu_k = (nu_k+ + i nu_k-) / sqrt2 with its right-handed partner: the same amplitudes, no new factor 2."""
    rng = np.random.default_rng(3)
    masses, V = np.array([0.2, 0.5, 0.8]), random_unitary(rng)
    U = np.block([[V, 1j * V], [np.eye(3), -1j * np.eye(3)]]) / np.sqrt(2)
    mu, epsilon = majorana_moments(np.tile(masses, 2), U)
    flavours = majorana_moment_to_flavour(mu - 1j * epsilon, U)
    dirac_mu, dirac_epsilon = dirac_moments(masses, V)
    np.testing.assert_allclose(flavours[3:, :3], (dirac_mu - 1j * dirac_epsilon) @ V.conj().T, atol=1e-31)
    # what is left, active to active, is the Majorana mass, which is zero
    assert np.abs(flavours[:3, :3]).max() < 1e-31
    for flavour in ("e", "mu", "tau"):
        one = short_baseline_moment(dirac_mu - 1j * dirac_epsilon, V, flavour)
        assert float(short_baseline_moment(mu - 1j * epsilon, U, flavour)) == pytest.approx(float(one), rel=1e-9)


# --- limits ---------------------------------------------------------------------------------------


def test_degenerate_charged_leptons_leave_no_transitions(monkeypatch):
    monkeypatch.setattr(minimal, "M_LEPTON", (M_LEPTON[2],) * 3)
    U = pmns(NORMAL, majorana=(0.4, 1.3))
    mu, epsilon = dirac_moments([0.1, 0.2, 0.3], U)
    off = ~np.eye(3, dtype=bool)
    assert np.abs(mu[off]).max() < 1e-16 * np.abs(mu).max()
    assert np.abs(epsilon[off]).max() < 1e-16 * np.abs(mu).max()
    assert np.abs(majorana_moments([0.1, 0.2, 0.3], U)[0]).max() < 1e-16 * np.abs(mu).max()


def test_tau_dominates_transitions():
    U = pmns(NORMAL)
    mu, _ = dirac_moments([1.0, 1.0, 1.0], U)
    tau_alone = 2 * 3.91388e-23 * np.abs(U[2, :, None].conj() * U[2])
    off = ~np.eye(3, dtype=bool)
    # (m_mu / m_tau)^2 = 0.35 %, times ratios of mixing elements
    np.testing.assert_allclose(np.abs(mu[off]), tau_alone[off], rtol=0.015)


@given(seed=seeds, factor=st.floats(1e-3, 1e3))
@pytest.mark.parametrize("moments", [dirac_moments, majorana_moments])
def test_moments_are_proportional_to_the_masses(moments, seed, factor):
    rng = np.random.default_rng(seed)
    masses, U = rng.uniform(0.1, 1, 3), random_unitary(rng)
    for one, scaled in zip(moments(masses, U), moments(factor * masses, U), strict=True):
        np.testing.assert_allclose(scaled, factor * one, rtol=1e-12, atol=0)


def test_dirac_flavour_has_the_moment_of_its_mean_square_mass():
    masses = neutrino_masses(0.05, NORMAL)
    U = pmns(NORMAL)
    mu, epsilon = dirac_moments(masses, U)
    shares = np.abs(U[1]) ** 2
    expected = 3.2026254e-19**2 * shares @ masses**2
    assert float(short_baseline_moment(mu - 1j * epsilon, U, "mu")) == pytest.approx(expected, rel=1e-4)
    probabilities = np.array([0.6, 0.35, 0.05])
    solar = float(solar_moment(mu - 1j * epsilon, probabilities))
    # transitions feed a light state from heavier ones: 1e-4 of the mass at most
    assert solar == pytest.approx(3.2026254e-19**2 * probabilities @ masses**2, rel=3e-4)


def test_majorana_phases_move_moments_between_difference_and_sum_of_masses():
    masses = neutrino_masses(0.2, INVERTED)
    U = pmns(INVERTED)
    dirac = [np.abs(part[1, 2]) for part in dirac_moments(masses, U)]
    alpha = np.linspace(0, 2 * np.pi, 721)
    phased = U * np.exp(0.5j * np.stack([0 * alpha, 0 * alpha, alpha], axis=-1))[:, None, :]
    mu, epsilon = majorana_moments(masses, phased)
    size = np.abs(mu - 1j * epsilon)[:, 1, 2]
    assert size.max() == pytest.approx(2 * dirac[0], rel=1e-4)
    assert size.min() == pytest.approx(2 * dirac[1], rel=1e-2)
    assert size.max() > 30 * size.min()


def test_fourth_neutrino_that_mixes_has_no_gim_suppression():
    U = pmns(NORMAL, n=4, theta_14=0.1)
    mu, epsilon = majorana_moments([0.0, 0.01, 0.05, 1e3], U)
    # 3.2026e-19 m_4 sum_l U*_l4 U_lj, from the final mass alone as the others are light
    expected = 3.2026254e-19 * 1e3 * abs(U[:3, 3].conj() @ U[:3, 0])
    assert abs((mu - 1j * epsilon)[3, 0]) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize(
    ("masses", "mixing", "message"),
    [
        ([0.1, 0.2], np.eye(3), r"masses of shape \(2,\) do not fit"),
        ([0.1, 0.2], np.eye(2), "do not fit"),
        ([0.1, -0.2, 0.3], np.eye(3), "not negative"),
        ([0.1, 0.2, 0.3], 2 * np.eye(3), "not unitary"),
    ],
)
def test_what_does_not_fit_is_an_error(masses, mixing, message):
    with pytest.raises(ValueError, match=message):
        dirac_moments(masses, mixing)
