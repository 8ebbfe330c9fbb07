"""Rotations between bases, the Majorana conditions and the size of off-diagonal contributions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.oracles_moments import random_matrix, random_unitary

from nulight.models.mass_basis import (
    dirac_moment_to_flavour,
    dirac_moment_to_mass,
    majorana_moment_to_flavour,
    majorana_moment_to_mass,
    moment_strength,
    off_diagonal_ratio,
    suppression_estimates,
    to_flavour_basis,
    to_mass_basis,
)

seeds = st.integers(0, 2**32 - 1)
sizes = st.sampled_from([3, 4])


def hermitian(a):
    return a + a.conj().T


def nufit(delta_deg=212.0, s2_12=0.3075301, s2_13=0.02215484, s2_23=0.4703468):
    """PMNS matrix of NuFIT 6.0, normal ordering, written out independently of the package."""
    s12, s13, s23 = np.sqrt([s2_12, s2_13, s2_23])
    c12, c13, c23 = np.sqrt([1 - s2_12, 1 - s2_13, 1 - s2_23])
    phase = np.exp(1j * np.radians(delta_deg))
    return np.array(
        [
            [c12 * c13, s12 * c13, s13 / phase],
            [-s12 * c23 - c12 * s23 * s13 * phase, c12 * c23 - s12 * s23 * s13 * phase, s23 * c13],
            [s12 * s23 - c12 * c23 * s13 * phase, -c12 * s23 - s12 * c23 * s13 * phase, c23 * c13],
        ]
    )


@given(seed=seeds, n=sizes)
def test_rotation_is_the_sum_of_the_paper(seed, n):
    rng = np.random.default_rng(seed)
    a, U = hermitian(random_matrix(rng, n)), random_unitary(rng, n)
    expected = np.einsum("bk,kj,aj->ba", U, a, U.conj())
    np.testing.assert_allclose(to_flavour_basis(a, U), expected, atol=1e-13)


@given(seed=seeds, n=sizes)
def test_rotations_go_there_and_back_and_keep_trace_and_hermiticity(seed, n):
    rng = np.random.default_rng(seed)
    a, U = hermitian(random_matrix(rng, n)), random_unitary(rng, n)
    flavour = to_flavour_basis(a, U)
    np.testing.assert_allclose(to_mass_basis(flavour, U), a, atol=1e-13)
    np.testing.assert_allclose(flavour, flavour.conj().T, atol=1e-13)
    assert np.trace(flavour).real == pytest.approx(np.trace(a).real, abs=1e-12)


def test_rotation_broadcasts_over_leading_axes():
    rng = np.random.default_rng(1)
    U, stack = random_unitary(rng, 3), rng.normal(size=(4, 2, 3, 3))
    np.testing.assert_allclose(to_flavour_basis(stack, U)[2, 1], to_flavour_basis(stack[2, 1], U), atol=1e-14)


def test_equal_diagonal_moments_do_not_change_flavour():
    np.testing.assert_allclose(to_flavour_basis(2.5 * np.eye(3), nufit()), 2.5 * np.eye(3), atol=1e-15)


@given(seed=seeds, n=sizes)
def test_majorana_moment_stays_antisymmetric_and_comes_back(seed, n):
    rng = np.random.default_rng(seed)
    lam, U = random_matrix(rng, n), random_unitary(rng, n)
    lam = lam - lam.T
    flavour = majorana_moment_to_flavour(lam, U)
    np.testing.assert_allclose(flavour, -flavour.T, atol=1e-13)
    np.testing.assert_allclose(majorana_moment_to_mass(flavour, U), lam, atol=1e-13)
    # The unseen final state may be counted in either basis.
    np.testing.assert_allclose(flavour.conj().T @ flavour, moment_strength(lam, U), atol=1e-12)


@given(seed=seeds)
def test_short_baseline_moment_is_the_cross_product_formula(seed):
    # lambda_jk = eps_jkl Lambda_l gives mu_a^2 = sum |Lambda|^2 - |sum_k U_ak Lambda_k|^2 (arXiv:1905.03750).
    rng = np.random.default_rng(seed)
    U, x = random_unitary(rng, 3), rng.normal(size=3) + 1j * rng.normal(size=3)
    lam = np.array([[0, x[2], -x[1]], [-x[2], 0, x[0]], [x[1], -x[0], 0]])
    strength = np.diagonal(moment_strength(lam, U)).real
    np.testing.assert_allclose(strength, (abs(x) ** 2).sum() - np.abs(U @ x) ** 2, atol=1e-12)


@given(seed=seeds, n=sizes)
def test_moment_strength_is_hermitian_and_positive_and_sums_over_final_states(seed, n):
    rng = np.random.default_rng(seed)
    lam, U = random_matrix(rng, n), random_unitary(rng, n)
    strength = moment_strength(lam, U)
    assert np.linalg.eigvalsh(strength).min() > -1e-12
    direct = (np.abs(np.einsum("kj,aj->ak", lam, U.conj())) ** 2).sum(axis=1)
    np.testing.assert_allclose(np.diagonal(strength).real, direct, atol=1e-12)


def test_off_diagonal_ratio_is_full_over_diagonal_part():
    U, a = nufit(), hermitian(random_matrix(np.random.default_rng(3), 3)) + 5 * np.eye(3)
    full = np.diagonal(to_flavour_basis(a, U)).real
    diagonal = np.diagonal(to_flavour_basis(np.diag(np.diagonal(a)), U)).real
    np.testing.assert_allclose(off_diagonal_ratio(a, U), full / diagonal - 1, rtol=1e-12)
    np.testing.assert_allclose(off_diagonal_ratio(np.eye(3), U), 0, atol=1e-15)


def test_democratic_matrix_gives_the_coherent_estimate():
    estimate = suppression_estimates(nufit())["coherent"]
    np.testing.assert_allclose(off_diagonal_ratio(np.ones((3, 3)), nufit()), estimate, atol=1e-14)


def test_footnote_suppression_of_50_to_60_per_cent_needs_added_probabilities_or_one_element():
    estimates = {name: float(values[0]) for name, values in suppression_estimates(nufit()).items()}
    assert 0.40 < estimates["incoherent"] < 0.50
    assert 0.40 < estimates["largest_element"] < 0.50
    # Added amplitudes are not suppressed that much: the claim does not hold for them.
    assert estimates["rms"] > 0.50
    assert estimates["coherent"] > 0.50
    assert estimates["worst_case"] > 1


def test_estimates_have_the_documented_values():
    values = {name: float(v[0]) for name, v in suppression_estimates(nufit()).items()}
    expected = {"incoherent": 0.45, "largest_element": 0.45, "rms": 0.67, "coherent": 0.56, "worst_case": 1.31}
    assert values == pytest.approx(expected, abs=0.006)
    coherent = [suppression_estimates(nufit(delta))["coherent"][0] for delta in range(0, 360, 5)]
    assert (min(coherent), max(coherent)) == pytest.approx((0.50, 1.31), abs=0.006)
    one_state = np.abs(to_flavour_basis(np.diag([1.0, 0, 0]), nufit())[:, 0])
    assert one_state[1:] / one_state[0] == pytest.approx([0.41, 0.56], abs=0.006)


def test_incoherent_share_is_what_averaged_oscillations_leave():
    # 1 - sum |U_ek|^4 = 1 - P_ee(averaged); the paper's P_ee = 0.553 has s12^2 = 0.303.
    share = suppression_estimates(nufit(s2_12=0.303))["incoherent"][0]
    assert 1 - share == pytest.approx(0.553, abs=5e-4)


@given(seed=seeds, n=sizes)
def test_dirac_moment_turns_its_initial_states_only_and_comes_back(seed, n):
    rng = np.random.default_rng(seed)
    lam, U = random_matrix(rng, 2, n), random_unitary(rng, n)
    flavour = dirac_moment_to_flavour(lam, U)
    np.testing.assert_allclose(flavour, np.einsum("kj,aj->ka", lam, U.conj()), atol=1e-13)
    np.testing.assert_allclose(dirac_moment_to_mass(flavour, U), lam, atol=1e-13)
    np.testing.assert_allclose(flavour.conj().T @ flavour, moment_strength(lam, U), atol=1e-12)


def test_everything_takes_stacks_of_matrices_and_of_mixings():
    rng = np.random.default_rng(4)
    U = np.stack([random_unitary(rng, 3) for _ in range(2)])
    a = np.stack([hermitian(random_matrix(rng, 3)) for _ in range(4)])[:, None]
    functions = (
        to_flavour_basis,
        to_mass_basis,
        majorana_moment_to_flavour,
        majorana_moment_to_mass,
        dirac_moment_to_flavour,
        dirac_moment_to_mass,
        moment_strength,
        off_diagonal_ratio,
    )
    for function in functions:
        stack = function(a, U)
        assert stack.shape[:2] == (4, 2)
        np.testing.assert_allclose(stack[3, 1], function(a[3, 0], U[1]), atol=1e-14)
    for name, values in suppression_estimates(U).items():
        np.testing.assert_allclose(values[1], suppression_estimates(U[1])[name], atol=1e-15)


def test_wrong_mixing_matrices_are_refused():
    with pytest.raises(ValueError, match="not unitary"):
        to_flavour_basis(np.eye(3), 0.99 * np.eye(3))
    with pytest.raises(ValueError, match="does not fit"):
        to_flavour_basis(np.eye(4), np.eye(3))
    with pytest.raises(ValueError, match="does not fit"):
        dirac_moment_to_mass(np.eye(4), np.eye(3))
    with pytest.raises(ValueError, match="square"):
        suppression_estimates(np.ones((2, 3)))
