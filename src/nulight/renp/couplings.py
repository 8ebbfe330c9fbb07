r"""What the electron and the pair of neutrinos exchange: couplings as 3 x 3 matrices in the mass basis.

Rows are the neutrino nu_i, columns the antineutrino nubar_j of the pair. Hermiticity of the
Lagrangian makes every matrix hermitian. Majorana neutrinos obey more: moments and charge radii are
antisymmetric, anapoles and scalar couplings symmetric, and the right-handed coupling to a vector is
that of the left-handed one and not given on its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nulight.models.matrix_checks import Nature, check_form_factor, check_hermitian
from nulight.renp.kinematics import PAIRS
from nulight.typing import ArrayLike, ComplexArray, FloatArray

__all__ = ["NewPhysics", "ScalarMediator", "VectorMediator", "check_couplings", "element"]

_ZERO = np.zeros((3, 3), complex)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VectorMediator:
    r"""A vector of mass m that couples to the axial current of electrons.

    .. math:: L = g_A^e\,\bar e\gamma^\mu\gamma_5 e\,Z'_\mu + \bar\nu_i\gamma^\mu(g_L^{ij}P_L + g_R^{ij}P_R)\nu_j Z'_\mu

    Majorana neutrinos have the same Lagrangian, with g_L only: its vertex has g_L on the left and minus its
    transpose on the right.

    Attributes
    ----------
    mass : float or array (...), eV
    left, right : array (..., 3, 3)
        Products g_A^e g_L and g_A^e g_R, hermitian. Their sign matters: a positive one of a mediator lighter
        than q adds to a_ij, of a heavier one it subtracts.
    width : float or array (...), eV
        Total width, in the propagator 1 / (q^2 - m^2 + i m Gamma).
    longitudinal : bool
        Whether the part q_mu q_nu / m^2 of the propagator is kept: neither axial current is conserved. It
        grows as 1/m^4 and is left out in the literature. The divergence of the electron's current is
        sigma.q, that of the neutrinos' is proportional to m_nu, so that it matters below m of about
        sqrt(m_nu sqrt(q^2)): 0.1 eV in the middle of the spectrum, m_nu near threshold.

    Raises
    ------
    ValueError
        If a mass or width is negative, or a number not finite.
    """

    mass: ArrayLike
    left: ArrayLike = 0.0
    right: ArrayLike = 0.0
    width: ArrayLike = 0.0
    longitudinal: bool = False

    def __post_init__(self) -> None:
        _check_mediator("vector", self)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScalarMediator:
    r"""A scalar of mass m that couples to the pseudoscalar density of electrons.

    .. math:: L = \phi\,[y_P^e\,\bar e i\gamma_5 e + \bar\nu_i (y_S + i\gamma_5 y_P)_{ij}\nu_j]

    A scalar coupling of the electron does not flip its spin and does not contribute. For Majorana neutrinos the
    Lagrangian with the vertex y_S + i gamma_5 y_P has another factor 1/2 in front of the neutrinos.

    Attributes
    ----------
    mass, width : float or array (...), eV
    scalar, pseudoscalar : array (..., 3, 3)
        Products y_P^e y_S and y_P^e y_P, hermitian.

    Raises
    ------
    ValueError
        If a mass or width is negative, or a number not finite.
    """

    mass: ArrayLike
    scalar: ArrayLike = 0.0
    pseudoscalar: ArrayLike = 0.0
    width: ArrayLike = 0.0

    def __post_init__(self) -> None:
        _check_mediator("scalar", self)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NewPhysics:
    r"""Everything beyond the weak interaction; what is not given is absent.

    Attributes
    ----------
    vector : VectorMediator or None
    scalar : ScalarMediator or None
    mu, epsilon : array (..., 3, 3), mu_B
        Magnetic and electric moments: what stands in the vertex
        :math:`\sigma^{\mu\nu}q_\nu(\mu + i\epsilon\gamma_5)`, as everywhere in this package. For Dirac
        neutrinos that is :math:`L = -\frac12\bar\nu\sigma^{\mu\nu}(\mu + i\epsilon\gamma_5)\nu F_{\mu\nu}`; for
        Majorana neutrinos the Lagrangian with this vertex has another factor 1/2, and moments of a
        Lagrangian without it are half as large.
    r2, anapole : array (..., 3, 3), cm^2
        Charge radius and anapole apart; on a left-handed neutrino the sum r2 - 6 a is felt.

    Raises
    ------
    ValueError
        If a number is not finite.
    """

    vector: VectorMediator | None = None
    scalar: ScalarMediator | None = None
    mu: ArrayLike = 0.0
    epsilon: ArrayLike = 0.0
    r2: ArrayLike = 0.0
    anapole: ArrayLike = 0.0

    def __post_init__(self) -> None:
        for name in ("mu", "epsilon", "r2", "anapole"):
            _check_finite(name, getattr(self, name))


def element(pair: str, value: ArrayLike, *, antisymmetric: bool = False) -> ComplexArray:
    """Return the hermitian matrix with one element and its mirror image, shape of `value` + (3, 3).

    Parameters
    ----------
    pair : str
        One of "11", "12", "13", "22", "23", "33".
    value : complex or array (...)
    antisymmetric : bool
        Turn a real value into an imaginary one, so that the matrix is also antisymmetric (Majorana moments).

    Raises
    ------
    ValueError
        If there is no such pair, or a diagonal element is asked to be antisymmetric or is not real.

    Examples
    --------
    >>> element("12", 2.0)[:2, :2].real.tolist()
    [[0.0, 2.0], [2.0, 0.0]]
    """
    if pair not in PAIRS:
        raise ValueError(f"no pair {pair!r} of mass states; use one of: {', '.join(PAIRS)}")
    i, j = PAIRS[pair]
    number = np.asarray(value, complex) * (1j if antisymmetric else 1)
    if i == j and np.any(number.imag != 0):
        raise ValueError(f"element {pair} of a hermitian matrix is real, and of an antisymmetric one zero")
    matrix: ComplexArray = np.zeros((*number.shape, 3, 3), complex)
    matrix[..., j, i] = np.conj(number)
    matrix[..., i, j] = number
    return matrix


def check_couplings(new: NewPhysics, nature: Nature) -> None:
    """Check the symmetry of matrices.

    Raises
    ------
    ValueError
        If a matrix is not hermitian or not what Majorana neutrinos can have, or a massless vector has a
        longitudinal part.
    """
    for name, matrix in (("mu", new.mu), ("epsilon", new.epsilon)):
        check_form_factor(check_hermitian(_matrix(matrix), name), "moment", nature)
    check_form_factor(_matrix(new.r2), "charge_radius", nature)
    check_form_factor(_matrix(new.anapole), "anapole", nature)
    if new.vector is not None:
        check_hermitian(_matrix(new.vector.left), "left-handed vector coupling")
        check_hermitian(_matrix(new.vector.right), "right-handed vector coupling")
        if nature == "majorana" and np.any(np.asarray(new.vector.right) != 0):
            raise ValueError(
                "a Majorana neutrino has one vector coupling: its right-handed one is minus the transposed left-handed "
                "one; give `left` only"
            )
        if new.vector.longitudinal and np.any(np.asarray(new.vector.mass) == 0):
            raise ValueError(
                "m_vector = 0: a massless vector has no longitudinal part; give it a mass, or use longitudinal=False"
            )
    if new.scalar is not None:
        for name in ("scalar", "pseudoscalar"):
            matrix = check_hermitian(_matrix(getattr(new.scalar, name)), f"{name} coupling")
            if nature == "majorana":
                check_form_factor(matrix, "anapole", nature)


def _matrix(value: ArrayLike) -> ComplexArray:
    a = np.asarray(value, complex)
    if a.ndim == 0 and a == 0:
        return _ZERO
    if a.ndim < 2 or a.shape[-2:] != (3, 3):
        raise ValueError(f"couplings are 3 x 3 matrices in the mass basis, not an array of shape {a.shape}")
    return a


def _check_finite(name: str, value: ArrayLike) -> None:
    if not np.all(np.isfinite(np.asarray(value, complex))):
        raise ValueError(f"{name}: couplings must be finite numbers, not {value!r}")


def _check_mediator(name: str, mediator: VectorMediator | ScalarMediator) -> None:
    for what in ("left", "right", "scalar", "pseudoscalar"):
        _check_finite(f"{what} of the {name} mediator", getattr(mediator, what, 0.0))
    for what, value in (("mass", mediator.mass), ("width", mediator.width)):
        numbers: FloatArray = np.asarray(value, float)
        if not np.all((numbers >= 0) & np.isfinite(numbers)):
            bad = numbers[~((numbers >= 0) & np.isfinite(numbers))].flat[0]
            raise ValueError(f"{what} of the {name} mediator = {bad:g} eV must be zero or positive")
