"""What the matrices of form factors and of mixing must obey: hermiticity, Majorana condition, unitarity.

All take stacks of matrices; a message names the element that is wrong and what would be right.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from nulight.neutrinos.flux import FLAVOURS
from nulight.typing import ArrayLike, ComplexArray, FloatArray

__all__ = ["FormFactor", "Nature", "check_form_factor", "check_hermitian", "check_mixing", "dagger", "flavour_row"]

Nature = Literal["dirac", "majorana"]
FormFactor = Literal["moment", "charge", "charge_radius", "anapole", "left_handed"]

_TOLERANCE = 1e-10  # of the largest element: rounding of a product of three unitary matrices, with room


def check_form_factor(matrix: ArrayLike, form_factor: FormFactor, nature: Nature) -> ComplexArray:
    r"""Check what hermiticity and the Majorana condition demand of a mass-basis matrix.

    Parameters
    ----------
    matrix : array, shape (..., N, N), any unit
        Form factor in the mass basis, Majorana fields with :math:`\nu = \nu^c`.
    form_factor : {"moment", "charge", "charge_radius", "anapole", "left_handed"}
        ``"moment"`` is :math:`\lambda = \mu - i\epsilon`. ``"charge_radius"`` and ``"anapole"`` are
        the vector and the axial form factor apart; ``"left_handed"`` is their sum on a left-handed
        neutrino, which is what `r2_nu` and `a_nu` of this package mean.
    nature : {"dirac", "majorana"}

    Returns
    -------
    array, shape (..., N, N)
        The matrix, as complex numbers.

    Raises
    ------
    ValueError
        If the matrix is forbidden; the message names the element and what would be allowed.

    Notes
    -----
    All four form factors F_Q, F_M, F_E, F_A are hermitian. For Majorana neutrinos F_Q, F_M, F_E are
    antisymmetric and F_A is symmetric: no diagonal charge, charge radius or moment, and a real
    symmetric anapole. So lambda is any matrix (Dirac) or antisymmetric (Majorana), and the
    left-handed sum is hermitian for both: its real part is the anapole, its imaginary part the
    transition charge radius.

    References
    ----------
    Giunti and Studenikin, arXiv:1403.6344; Kayser, Phys. Rev. D 26 (1982) 1662.

    Examples
    --------
    >>> check_form_factor([[1e-11, 0], [0, 0]], "moment", "majorana")
    Traceback (most recent call last):
    ...
    ValueError: a Majorana neutrino has no diagonal moment, but element 11 is 1e-11; ...
    """
    a = _square(matrix, "form factor")
    majorana = nature == "majorana"
    if majorana and form_factor in ("moment", "charge", "charge_radius"):
        _reject_diagonal(a, form_factor)
        _require(a, -np.swapaxes(a, -1, -2), f"a Majorana {form_factor} matrix must be antisymmetric")
    if form_factor != "moment":
        check_hermitian(a, form_factor)
    if majorana and form_factor == "anapole":
        _require(a, np.swapaxes(a, -1, -2), "a Majorana anapole matrix must be real and symmetric")
    return a


def check_hermitian(matrix: ArrayLike, name: str) -> ComplexArray:
    """Return matrices, shape (..., N, N), as complex numbers.

    Raises
    ------
    ValueError
        If they are not square or not hermitian; the message says that it is about `name`.
    """
    a = _square(matrix, name)
    _require(a, dagger(a), f"the {name} matrix must be hermitian")
    return a


def check_mixing(mixing: ArrayLike) -> ComplexArray:
    """Return mixing matrices, shape (..., N, N), as complex numbers.

    Raises
    ------
    ValueError
        If they are not square or not unitary.
    """
    U = _square(mixing, "mixing")
    excess = np.abs(U @ dagger(U) - np.eye(U.shape[-1]))
    if not np.all(excess < _TOLERANCE):
        raise ValueError(f"the mixing matrix is not unitary: U U^dagger differs from 1 by {excess.max():.1e}")
    return U


def flavour_row(mixing: ArrayLike, flavour: str) -> ComplexArray:
    """Return the row U_aj of one flavour, shape (..., N).

    Parameters
    ----------
    mixing : array, shape (..., N, N)
        As in `to_flavour_basis`.
    flavour : str
        ``"e"``, ``"mu"``, ``"tau"`` or, of four neutrinos, ``"s"``; a leading ``nu_`` is ignored.

    Raises
    ------
    ValueError
        If the flavour is unknown, or the matrix not unitary.
    """
    U = check_mixing(mixing)
    known = (*FLAVOURS, "s")[: U.shape[-1]]
    short = flavour.removeprefix("nu_")
    if short not in known:
        hint = '; say helicity="nubar" for antineutrinos' if flavour.startswith("nubar") else ""
        raise ValueError(f"unknown flavour {flavour!r}; use one of: {', '.join(known)}{hint}")
    row: ComplexArray = U[..., known.index(short), :]
    return row


def dagger(matrix: ComplexArray) -> ComplexArray:
    """Return the hermitian conjugate of matrices (..., M, N), shape (..., N, M)."""
    return np.conj(np.swapaxes(matrix, -1, -2))


def _square(matrix: ArrayLike, name: str) -> ComplexArray:
    a = np.asarray(matrix, dtype=np.complex128)
    if a.ndim < 2 or a.shape[-1] != a.shape[-2]:
        raise ValueError(f"need a square {name} matrix, not one of shape {a.shape}")
    return a


def _reject_diagonal(a: ComplexArray, name: str) -> None:
    diagonal = np.diagonal(a, axis1=-2, axis2=-1)
    bad = np.argwhere(np.abs(diagonal) > _allowed(a)[..., 0])
    if len(bad):
        k = bad[0][-1] + 1
        raise ValueError(
            f"a Majorana neutrino has no diagonal {name.replace('_', ' ')}, but element {k}{k} is "
            f"{_text(diagonal[tuple(bad[0])])}; give transition elements such as 12 only, or Dirac neutrinos"
        )


def _require(a: ComplexArray, other: ComplexArray, rule: str) -> None:
    excess = np.abs(a - other)
    bad = excess > _allowed(a)
    if np.any(bad):
        worst = np.unravel_index(np.where(bad, excess, 0).argmax(), a.shape)
        k, j = (int(i) + 1 for i in worst[-2:])
        raise ValueError(
            f"{rule.replace('_', ' ')}, but element {k}{j} is {_text(a[worst])}, not {_text(other[worst])}"
        )


def _allowed(a: ComplexArray) -> FloatArray:
    """Rounding that passes in each matrix, shape (..., 1, 1)."""
    largest: FloatArray = np.abs(a).max(axis=(-2, -1), keepdims=True)
    return _TOLERANCE * largest


def _text(value: complex) -> str:
    return f"{value.real:g}" if value.imag == 0 else f"{value:g}"
