"""Electromagnetic form factors between the mass and the flavour basis, Dirac or Majorana.

Helicity-conserving form factors (charge, charge radius, anapole) are matrices with two neutrino
fields, moments join a neutrino to a right-handed partner. Both are given in the mass basis by a
model and seen by a detector in the flavour basis. Propagation and coherence are not here.
"""

from __future__ import annotations

import numpy as np

from nulight.models.matrix_checks import FormFactor, Nature, check_form_factor, check_mixing, dagger
from nulight.typing import ArrayLike, ComplexArray, FloatArray

__all__ = [
    "FormFactor",
    "Nature",
    "check_form_factor",
    "dirac_moment_to_flavour",
    "dirac_moment_to_mass",
    "majorana_moment_to_flavour",
    "majorana_moment_to_mass",
    "moment_strength",
    "off_diagonal_ratio",
    "suppression_estimates",
    "to_flavour_basis",
    "to_mass_basis",
]


def to_flavour_basis(matrix: ArrayLike, mixing: ArrayLike) -> ComplexArray:
    r"""Rotate a charge, charge radius or anapole matrix from the mass to the flavour basis.

    Parameters
    ----------
    matrix : array, shape (..., N, N), any unit
        a_kj in the mass basis.
    mixing : array, shape (..., N, N)
        Unitary U with :math:`|\nu_\alpha\rangle = \sum_j U^*_{\alpha j}|\nu_j\rangle`.

    Returns
    -------
    array, shape (..., N, N), same unit
        Rows are final, columns initial flavours of a neutrino; for antineutrinos give ``conj(U)``.

    Raises
    ------
    ValueError
        If `mixing` is not unitary or the shapes do not fit.

    Notes
    -----
    .. math:: a_{\ell'\ell} = \sum_{kj} U_{\ell' k}\, a_{kj}\, U^*_{\ell j}

    A matrix proportional to 1 (all masses alike) stays so: no flavour change from mixing alone.

    References
    ----------
    Herrera and Huber, arXiv:2408.11904, footnote 1; Giunti and Studenikin, arXiv:1403.6344.
    """
    U, matrix = _checked(mixing, matrix)
    return U @ matrix @ dagger(U)


def to_mass_basis(matrix: ArrayLike, mixing: ArrayLike) -> ComplexArray:
    r"""Rotate a charge, charge radius or anapole matrix from the flavour to the mass basis.

    The inverse of `to_flavour_basis`, with the same arguments and errors:
    :math:`a_{kj} = \sum_{\ell'\ell} U^*_{\ell' k}\, a_{\ell'\ell}\, U_{\ell j}`.
    """
    U, matrix = _checked(mixing, matrix)
    return dagger(U) @ matrix @ U


def majorana_moment_to_flavour(moment: ArrayLike, mixing: ArrayLike) -> ComplexArray:
    r"""Rotate a Majorana moment matrix from the mass to the flavour basis.

    Parameters
    ----------
    moment : array, shape (..., N, N), mu_B
        :math:`\lambda = \mu - i\epsilon`, antisymmetric, of
        :math:`-\frac14 \nu_L^T C^{-1}\lambda\,\sigma F \nu_L`.
    mixing : array, shape (..., N, N)
        As in `to_flavour_basis`.

    Returns
    -------
    array, shape (..., N, N), mu_B
        Antisymmetric again.

    Raises
    ------
    ValueError
        If `mixing` is not unitary or the shapes do not fit.

    Notes
    -----
    .. math:: \lambda_{\alpha\beta} = \sum_{kj} U^*_{\alpha k}\,\lambda_{kj}\,U^*_{\beta j}

    Both fields are left-handed, so both indices turn with conj(U); of a Dirac moment only the right
    one does, see `dirac_moment_to_flavour`.
    """
    U, moment = _checked(mixing, moment)
    return np.conj(U) @ moment @ dagger(U)


def majorana_moment_to_mass(moment: ArrayLike, mixing: ArrayLike) -> ComplexArray:
    """Rotate a Majorana moment matrix from the flavour to the mass basis.

    The inverse of `majorana_moment_to_flavour`, with the same arguments and errors.
    """
    U, moment = _checked(mixing, moment)
    return np.swapaxes(U, -1, -2) @ moment @ U


def dirac_moment_to_flavour(moment: ArrayLike, mixing: ArrayLike) -> ComplexArray:
    r"""Rotate the initial states of a moment from the mass to the flavour basis.

    Parameters
    ----------
    moment : array, shape (..., M, N), mu_B
        :math:`\lambda_{kj}` of :math:`\frac12 \bar\nu_{Rk}\lambda_{kj}\,\sigma F \nu_{Lj}`: final states in
        the M rows, whatever they are.
    mixing : array, shape (..., N, N)
        As in `to_flavour_basis`.

    Returns
    -------
    array, shape (..., M, N), mu_B
        :math:`\mu_{k\alpha} = \sum_j \lambda_{kj} U^*_{\alpha j}`, the amplitude from flavour alpha to final state k.

    Raises
    ------
    ValueError
        If `mixing` is not unitary or the shapes do not fit.
    """
    U, moment = _checked_columns(mixing, moment)
    return moment @ dagger(U)


def dirac_moment_to_mass(moment: ArrayLike, mixing: ArrayLike) -> ComplexArray:
    r"""Rotate the initial states of a moment from the flavour to the mass basis.

    The inverse of `dirac_moment_to_flavour`, with the same arguments and errors:
    :math:`\lambda_{kj} = \sum_\alpha \mu_{k\alpha} U_{\alpha j}`. Moments of flavours to a sterile state, such as
    `mu_e4`, become rows of lambda this way.
    """
    U, moment = _checked_columns(mixing, moment)
    return moment @ U


def moment_strength(moment: ArrayLike, mixing: ArrayLike) -> ComplexArray:
    r"""Matrix that a flavour density matrix meets in magnetic scattering.

    Parameters
    ----------
    moment : array, shape (..., M, N), mu_B
        :math:`\lambda_{kj}` in the mass basis, final state k, initial state j; Dirac or Majorana.
    mixing : array, shape (..., N, N)
        As in `to_flavour_basis`.

    Returns
    -------
    array, shape (..., N, N), mu_B^2
        Hermitian and positive; its diagonal is mu_eff^2 of each flavour at a short baseline.

    Raises
    ------
    ValueError
        If `mixing` is not unitary or the shapes do not fit.

    Notes
    -----
    .. math:: C = U \lambda^\dagger\lambda\, U^\dagger,\qquad
              \mu_{\alpha}^2 = C_{\alpha\alpha} = \sum_k\Big|\sum_j \lambda_{kj} U^*_{\alpha j}\Big|^2

    The final states are not seen, so their basis does not matter.

    References
    ----------
    Grimus and Schwetz, hep-ph/0006028; arXiv:1905.03750.
    """
    moment = np.asarray(moment, dtype=np.complex128)
    return to_flavour_basis(dagger(moment) @ moment, mixing)


def off_diagonal_ratio(matrix: ArrayLike, mixing: ArrayLike) -> FloatArray:
    r"""Part of each flavour's form factor that comes from off-diagonal mass-basis elements.

    Parameters
    ----------
    matrix : array, shape (..., N, N), any unit
        Hermitian a_kj in the mass basis.
    mixing : array, shape (..., N, N)
        As in `to_flavour_basis`.

    Returns
    -------
    array, shape (..., N)
        :math:`\sum_{k\neq j} U_{\ell k}a_{kj}U^*_{\ell j} \big/ \sum_k |U_{\ell k}|^2 a_{kk}` for each
        flavour; infinite or undefined where the diagonal part vanishes.

    Raises
    ------
    ValueError
        If `mixing` is not unitary or the shapes do not fit.
    """
    U, a = _checked(mixing, matrix)
    full = np.einsum("...lk,...kj,...lj->...l", U, a, U.conj()).real
    diagonal = np.einsum("...lk,...kk->...l", np.abs(U) ** 2, a.real)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio: FloatArray = full / diagonal - 1
    return ratio


def suppression_estimates(mixing: ArrayLike) -> dict[str, FloatArray]:
    r"""Size of the off-diagonal contribution to a_ll, diagonal = 1, if all |a_kj| are equal.

    Herrera and Huber state that off-diagonal anapole moments are suppressed by 50-60 % against the
    diagonal ones through the mixing matrix, without saying how they are combined.

    Parameters
    ----------
    mixing : array, shape (..., N, N)
        As in `to_flavour_basis`.

    Returns
    -------
    dict of str to array, shape (..., N) each, one value per flavour
        ``"incoherent"``: :math:`\sum_{k\neq j}|U_{\ell k}|^2|U_{\ell j}|^2 = 1 - \sum_k|U_{\ell k}|^4`,
        probabilities added. ``"largest_element"``: the largest :math:`|U_{\ell k}U_{\ell j}|`, one
        element at a time. ``"rms"``: root of the incoherent one, the typical amplitude for random
        phases of a_kj. ``"coherent"``: :math:`|\sum_k U_{\ell k}|^2 - 1`, all a_kj equal and real.
        ``"worst_case"``: :math:`(\sum_k|U_{\ell k}|)^2 - 1`, all phases aligned.

    Raises
    ------
    ValueError
        If `mixing` is not unitary.

    Notes
    -----
    For nu_e and NuFIT 6.0 (normal ordering): incoherent 0.45, largest element 0.45, rms 0.67,
    coherent 0.56 (0.50 to 1.31 over the Dirac phase), worst case 1.31. The first two are a
    suppression by 55 %, so the statement holds if probabilities are added (1 minus that sum is the
    averaged survival probability, P_ee = 0.55 of the same paper) or for one element at a time. It
    does not hold for amplitudes that add up, which may exceed the diagonal part. In the flavour
    basis, with a moment of nu_1 alone, a_mue/a_ee = |U_mu1/U_e1| = 0.41 and a_taue/a_ee = 0.56,
    suppressed by 59 % and 44 %; a matrix proportional to 1 has no off-diagonal part at all.

    References
    ----------
    Herrera and Huber, arXiv:2408.11904, footnote 1.
    """
    U = check_mixing(mixing)
    size = np.abs(U)
    ordered = np.sort(size, axis=-1)
    incoherent = 1 - (size**4).sum(axis=-1)
    return {
        "incoherent": incoherent,
        "largest_element": ordered[..., -1] * ordered[..., -2],
        "rms": np.sqrt(incoherent),
        "coherent": np.abs(U.sum(axis=-1)) ** 2 - 1,
        "worst_case": size.sum(axis=-1) ** 2 - 1,
    }


def _checked(mixing: ArrayLike, matrix: ArrayLike) -> tuple[ComplexArray, ComplexArray]:
    U, a = _checked_columns(mixing, matrix)
    if a.shape[-2:] != U.shape[-2:]:
        raise ValueError(f"a matrix of shape {a.shape} does not fit a mixing matrix of shape {U.shape}")
    return U, a


def _checked_columns(mixing: ArrayLike, matrix: ArrayLike) -> tuple[ComplexArray, ComplexArray]:
    U, a = check_mixing(mixing), np.asarray(matrix, dtype=np.complex128)
    if a.ndim < 2 or a.shape[-1] != U.shape[-1]:
        raise ValueError(f"a matrix of shape {a.shape} does not fit a mixing matrix of shape {U.shape}")
    return U, a
