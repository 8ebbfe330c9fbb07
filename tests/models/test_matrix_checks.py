"""Hermiticity, the Majorana conditions and unitarity, one matrix or many."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.oracles_moments import random_matrix, random_moments, random_unitary

from nulight.models.matrix_checks import check_form_factor, check_hermitian, check_mixing, dagger, flavour_row

seeds = st.integers(0, 2**32 - 1)


@pytest.mark.parametrize("form_factor", ["moment", "charge", "charge_radius"])
def test_majorana_neutrinos_have_no_diagonal_moment_charge_or_radius(form_factor):
    with pytest.raises(ValueError, match=r"no diagonal (moment|charge|charge radius), but element 22 is 3e-12"):
        check_form_factor(np.diag([0, 3e-12, 0]), form_factor, "majorana")


def test_dirac_neutrinos_may_have_diagonal_moments_and_charges():
    diagonal = np.diag([1e-12, 3e-12, 0])
    for form_factor in ("moment", "charge", "charge_radius", "anapole"):
        np.testing.assert_array_equal(check_form_factor(diagonal, form_factor, "dirac"), diagonal)


def test_majorana_moment_must_be_antisymmetric():
    lam = np.array([[0, 1e-11, 0], [-1e-11, 0, 2e-11], [0, -1e-11, 0]])
    with pytest.raises(ValueError, match="antisymmetric, but element 23 is 2e-11, not 1e-11"):
        check_form_factor(lam, "moment", "majorana")
    lam[2, 1] = -2e-11
    check_form_factor(lam, "moment", "majorana")


def test_majorana_anapole_must_be_real_and_symmetric_and_the_left_handed_sum_hermitian():
    a = np.array([[1, 1j, 0], [-1j, 2, 0], [0, 0, 3]]) * 1e-33
    check_form_factor(a, "left_handed", "majorana")
    check_form_factor(a, "anapole", "dirac")
    with pytest.raises(ValueError, match="real and symmetric"):
        check_form_factor(a, "anapole", "majorana")
    check_form_factor(a.real, "anapole", "majorana")


@pytest.mark.parametrize("nature", ["dirac", "majorana"])
def test_charge_must_be_hermitian(nature):
    with pytest.raises(ValueError, match="hermitian"):
        check_form_factor([[0, 1e-13], [-1e-13, 0]], "charge", nature)
    check_form_factor([[0, 1e-13j], [-1e-13j, 0]], "charge", nature)


@given(seed=seeds)
def test_hermitian_matrix_splits_into_an_anapole_and_a_transition_radius(seed):
    root = random_matrix(np.random.default_rng(seed), 3)
    total = root + root.conj().T
    check_form_factor(total.real, "anapole", "majorana")
    check_form_factor(1j * total.imag, "charge_radius", "majorana")


@pytest.mark.parametrize("nature", ["dirac", "majorana"])
def test_stacks_of_good_matrices_pass_unchanged(nature):
    rng = np.random.default_rng(1)
    stack = np.stack([random_moments(rng, 4, nature) for _ in range(6)]).reshape(2, 3, 4, 4)
    np.testing.assert_array_equal(check_form_factor(stack, "moment", nature), stack)
    strength = dagger(stack) @ stack
    np.testing.assert_array_equal(check_hermitian(strength, "density"), strength)


def test_one_bad_matrix_in_a_stack_is_found_however_small():
    lam = np.array([[0, 1, 0], [-1, 0, 2], [0, -2, 0]], dtype=complex)
    stack = np.stack([1e-9 * lam, 1e-12 * lam])
    check_form_factor(stack, "moment", "majorana")
    stack[1, 2, 1] = 3e-12
    with pytest.raises(ValueError, match="antisymmetric, but element 23 is 2e-12, not -3e-12"):
        check_form_factor(stack, "moment", "majorana")
    stack[1] = np.diag([0, 0, 1e-12])
    with pytest.raises(ValueError, match="element 33 is 1e-12"):
        check_form_factor(stack, "moment", "majorana")
    with pytest.raises(ValueError, match="the density matrix must be hermitian, but element 23 is 2e-09"):
        check_hermitian(stack, "density")


def test_no_matrices_at_all_are_no_fault():
    assert check_form_factor(np.zeros((0, 3, 3)), "moment", "majorana").shape == (0, 3, 3)
    assert check_mixing(np.zeros((0, 3, 3))).shape == (0, 3, 3)


@pytest.mark.parametrize(("n", "flavours"), [(3, ("e", "mu", "tau")), (4, ("e", "mu", "tau", "s"))])
def test_rows_of_the_mixing_matrix_are_flavours(n, flavours):
    rng = np.random.default_rng(2)
    U = np.stack([random_unitary(rng, n) for _ in range(2)])
    for a, flavour in enumerate(flavours):
        np.testing.assert_array_equal(flavour_row(U, flavour), U[:, a])
        np.testing.assert_array_equal(flavour_row(U, f"nu_{flavour}"), U[:, a])
    with pytest.raises(ValueError, match=rf"unknown flavour 'nu_x'; use one of: {', '.join(flavours)}$"):
        flavour_row(U, "nu_x")


def test_mixing_must_be_square_and_unitary():
    with pytest.raises(ValueError, match="square mixing matrix"):
        check_mixing(np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"not unitary: U U\^dagger differs from 1 by 2\.0e-02"):
        check_mixing(np.stack([np.eye(3), 0.99 * np.eye(3)]))
    with pytest.raises(ValueError, match="not unitary"):
        check_mixing(np.full((3, 3), np.nan))
