"""Couplings as matrices: hermitian, Majorana or not, and one element at a time."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nulight.renp import PAIRS, NewPhysics, ScalarMediator, VectorMediator, element
from nulight.renp.couplings import check_couplings

EYE = np.eye(3)


@given(pair=st.sampled_from(list(PAIRS)), value=st.floats(-1e3, 1e3), antisymmetric=st.booleans())
def test_an_element_is_hermitian_and_has_its_size(pair: str, value: float, antisymmetric: bool) -> None:
    if antisymmetric and pair[0] == pair[1]:
        pair = "12"
    matrix = element(pair, value, antisymmetric=antisymmetric)
    np.testing.assert_array_equal(matrix, matrix.conj().T)
    i, j = PAIRS[pair]
    assert abs(matrix[i, j]) == abs(value)
    assert np.count_nonzero(matrix) == (0 if value == 0 else 1 if i == j else 2)
    if antisymmetric:
        np.testing.assert_array_equal(matrix, -matrix.T)


def test_elements_keep_the_shape_of_their_values() -> None:
    matrix = element("23", np.array([[1.0, 2.0], [3.0, 4j]]))
    assert matrix.shape == (2, 2, 3, 3)
    assert matrix[1, 1, 1, 2] == 4j
    assert matrix[1, 1, 2, 1] == -4j


def test_elements_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="no pair '21' of mass states; use one of: 11, 12"):
        element("21", 1.0)
    with pytest.raises(ValueError, match="element 11 of a hermitian matrix is real, and of an antisymmetric one zero"):
        element("11", 1j)
    with pytest.raises(ValueError, match="element 22"):
        element("22", 1.0, antisymmetric=True)


HERMITIAN = element("12", 1e-11)
IMAGINARY = element("12", 1e-11, antisymmetric=True)


@pytest.mark.parametrize(
    "new",
    [
        NewPhysics(mu=IMAGINARY, epsilon=2 * IMAGINARY, r2=IMAGINARY, anapole=HERMITIAN),
        NewPhysics(vector=VectorMediator(mass=1.0, left=HERMITIAN + EYE)),
        NewPhysics(scalar=ScalarMediator(mass=[0.0, 1.0], scalar=HERMITIAN, pseudoscalar=EYE)),
    ],
)
def test_what_both_natures_can_have(new: NewPhysics) -> None:
    check_couplings(new, "dirac")
    check_couplings(new, "majorana")


@pytest.mark.parametrize(
    ("new", "message"),
    [
        (NewPhysics(mu=EYE), "a Majorana neutrino has no diagonal moment"),
        (NewPhysics(epsilon=HERMITIAN), "must be antisymmetric"),
        (NewPhysics(r2=HERMITIAN), "must be antisymmetric"),
        (NewPhysics(anapole=IMAGINARY), "real and symmetric"),
        (NewPhysics(vector=VectorMediator(mass=1.0, right=EYE)), "has one vector coupling"),
        (NewPhysics(scalar=ScalarMediator(mass=1.0, scalar=IMAGINARY)), "symmetric"),
    ],
)
def test_what_only_dirac_neutrinos_have(new: NewPhysics, message: str) -> None:
    check_couplings(new, "dirac")
    with pytest.raises(ValueError, match=message):
        check_couplings(new, "majorana")


@pytest.mark.parametrize(
    ("new", "message"),
    [
        (NewPhysics(mu=np.triu(np.ones((3, 3)))), "mu matrix must be hermitian"),
        (NewPhysics(mu=np.ones(3)), r"3 x 3 matrices in the mass basis, not an array of shape \(3,\)"),
        (NewPhysics(mu=1e-11), r"not an array of shape \(\)"),
        (NewPhysics(vector=VectorMediator(mass=0.0, longitudinal=True)), "massless vector has no longitudinal part"),
    ],
)
def test_what_no_neutrino_has(new: NewPhysics, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_couplings(new, "dirac")


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (lambda: VectorMediator(mass=-1.0), "mass of the vector mediator = -1 eV must be zero or positive"),
        (lambda: VectorMediator(mass=1.0, width=-2.0), "width of the vector mediator = -2 eV"),
        (lambda: VectorMediator(mass=1.0, left=np.nan * EYE), "left of the vector mediator: couplings must be finite"),
        (lambda: ScalarMediator(mass=np.nan), "mass of the scalar mediator = nan eV"),
        (lambda: ScalarMediator(mass=1.0, width=np.inf), "width of the scalar mediator = inf eV"),
        (
            lambda: ScalarMediator(mass=1.0, pseudoscalar=np.full((3, 3), np.inf)),
            "pseudoscalar of the scalar mediator: couplings",
        ),
        (lambda: NewPhysics(mu=np.nan), "mu: couplings must be finite numbers, not nan"),
        (lambda: NewPhysics(anapole=np.full((3, 3), np.inf)), "anapole: couplings must be finite"),
    ],
)
def test_what_is_no_number_is_refused_where_it_is_given(made: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        made()
