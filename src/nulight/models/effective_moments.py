r"""Effective magnetic moments: what a matrix of transition moments is worth in each source of neutrinos.

A matrix lambda in the mass basis (rows final, columns initial states) and the state that arrives
give one number, mu_eff^2 in mu_B^2, that multiplies the magnetic cross section as long as all final
neutrinos are light. A heavy one has its own cross section: ask for it apart with `final`, and leave
it out of the initial states with `initial` where it is not produced.

Mass states are numbered from 1, as in lambda_14. Matrices of flavours come to the mass basis with
`mass_basis.majorana_moment_to_mass` or `mass_basis.dirac_moment_to_mass`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nulight.models.mass_basis import moment_strength
from nulight.models.matrix_checks import Nature, check_form_factor, check_hermitian, dagger, flavour_row
from nulight.neutrinos.flux import Basis, Helicity
from nulight.typing import ArrayLike, ComplexArray, FloatArray

__all__ = [
    "averaged_moment",
    "lambda_from_vector",
    "moment_of_density",
    "short_baseline_moment",
    "solar_moment",
    "vector_from_lambda",
]

_LEVI_CIVITA = np.cross(np.eye(3)[:, None], np.eye(3)[None])


def short_baseline_moment(
    transition: ArrayLike,
    mixing: ArrayLike,
    flavour: str,
    *,
    helicity: Helicity = "nu",
    initial: Sequence[int] | None = None,
    final: Sequence[int] | None = None,
    phases: ArrayLike | None = None,
    nature: Nature | None = None,
) -> FloatArray:
    r"""Effective moment squared of a coherent flavour state.

    Parameters
    ----------
    transition : array, shape (..., M, N), mu_B
        lambda_kj from mass state j to final state k.
    mixing : array, shape (..., N, N)
        Unitary U with :math:`|\nu_\alpha\rangle = \sum_j U^*_{\alpha j}|\nu_j\rangle`, rows e, mu, tau (, s).
    flavour : str
        ``"e"``, ``"mu"``, ``"tau"`` (, ``"s"``); a leading ``nu_`` is ignored.
    helicity : "nu" or "nubar"
    initial : sequence of int, optional
        States that arrive, from 1; all by default. ``(1, 2, 3)`` where the fourth is too heavy to be produced.
    final : sequence of int, optional
        States that are counted, from 1; all by default. ``(4,)`` for the heavy one alone.
    phases : array, shape (..., N), rad, optional
        m_j^2 L / (2 E); zero by default.
    nature : "majorana" or "dirac", optional
        Checks that the matrix may belong to such neutrinos.

    Returns
    -------
    array, shape (...), mu_B^2

    Raises
    ------
    ValueError
        If the flavour or a state is unknown, U is not unitary, shapes do not fit or `nature` forbids the matrix.

    Notes
    -----
    .. math:: \mu_\alpha^2 = \sum_k \Big| \sum_j \lambda_{kj} U^*_{\alpha j} e^{-i\phi_j} \Big|^2

    with lambda and U, but not the phases, complex conjugated for antineutrinos: without phases both
    helicities have the same moment. Three Majorana neutrinos, :math:`\lambda_{kj} = \epsilon_{kjl}\Lambda_l`:

    .. math:: \mu_\alpha^2 = \sum_k|\Lambda_k|^2 - \Big|\sum_k U_{\alpha k} e^{i\phi_k} \Lambda_k\Big|^2

    Of light neutrinos to the fourth, :math:`|\sum_{j\le3}\lambda_{j4}U^*_{\alpha j}|^2`, in the matrix of
    `nulight.neutrinos.mixing.pmns` with V the mixing of three neutrinos:

    .. math::
        U_{ej} &= c_{14} V_{ej}, \qquad
        U_{\mu j} = c_{24} V_{\mu j} - s_{14}s_{24} e^{i(\delta_{14} - \delta_{24})} V_{ej}, \\
        U_{\tau j} &= c_{34} V_{\tau j} - s_{34}\big(s_{24} e^{i\delta_{24}} V_{\mu j}
                      + s_{14} c_{24} e^{i\delta_{14}} V_{ej}\big)

    References
    ----------
    Grimus:2000tq (hep-ph/0006028); Miranda:2021kre (arXiv:2109.09545), Eqs. (6)-(10)

    Examples
    --------
    >>> import numpy as np
    >>> transition = np.zeros((3, 3))
    >>> transition[0, 1], transition[1, 0] = 1e-11, -1e-11
    >>> [f"{short_baseline_moment(transition, np.eye(3), flavour):.3g}" for flavour in ("e", "mu", "tau")]
    ['1e-22', '1e-22', '0']
    """
    matrix = _transition(transition, nature)
    state = np.conj(_fitting_row(matrix, mixing, flavour))
    if helicity == "nubar":
        matrix, state = np.conj(matrix), np.conj(state)
    if phases is not None:
        state = state * np.exp(-1j * np.asarray(phases, dtype=float))
    rows, columns = _chosen(matrix, final, initial)
    amplitudes = np.einsum("...kj,...j->...k", matrix[..., rows, :][..., columns], state[..., columns])
    return _sum_of_squares(amplitudes)


def averaged_moment(
    transition: ArrayLike,
    mixing: ArrayLike,
    flavour: str,
    *,
    initial: Sequence[int] | None = None,
    final: Sequence[int] | None = None,
    nature: Nature | None = None,
) -> FloatArray:
    r"""Effective moment squared of a flavour state whose L/E phases are averaged out.

    Arguments and errors are those of `short_baseline_moment`; both helicities have the same value:

    .. math:: \mu_\alpha^2 = \sum_j |U_{\alpha j}|^2 (\lambda^\dagger\lambda)_{jj}
    """
    matrix = _transition(transition, nature)
    shares = np.abs(_fitting_row(matrix, mixing, flavour)) ** 2
    rows, columns = _chosen(matrix, final, initial)
    strength: FloatArray = np.einsum("...j,...j->...", shares[..., columns], _strengths(matrix, rows)[..., columns])
    return strength


def solar_moment(
    transition: ArrayLike,
    mass_probabilities: ArrayLike,
    *,
    final: Sequence[int] | None = None,
    nature: Nature | None = None,
) -> FloatArray:
    r"""Effective moment squared of an incoherent mixture of mass states, such as solar neutrinos.

    Parameters
    ----------
    transition : array, shape (..., M, N), mu_B
    mass_probabilities : array, shape (n, ...), n at most N
        P_ej of `nulight.neutrinos.matter`, functions of the energy; states beyond n do not arrive.
    final, nature :
        As in `short_baseline_moment`.

    Returns
    -------
    array, mu_B^2
        Leading axes of `transition` broadcast with the trailing axes of `mass_probabilities`.

    Raises
    ------
    ValueError
        If a probability is negative, there are more of them than states, a state is unknown or
        `nature` forbids the matrix.

    Notes
    -----
    .. math:: \mu^2 = \sum_j P_{ej} (\lambda^\dagger\lambda)_{jj} = \sum_{j<k} |\lambda_{jk}|^2 (P_{ej} + P_{ek})

    The second form is that of Majorana neutrinos; of three, it is :math:`\sum_k|\Lambda_k|^2(1 - P_{ek})`.

    References
    ----------
    Miranda:2021kre (arXiv:2109.09545), Eqs. (4)-(5)
    """
    matrix, P = _transition(transition, nature), np.asarray(mass_probabilities, dtype=float)
    n = matrix.shape[-1]
    if P.ndim < 1 or len(P) > n:
        raise ValueError(f"mass_probabilities have shape {P.shape}, need (n, ...) with n at most {n} mass states")
    if not np.all(P >= 0):
        raise ValueError(f"mass_probabilities must not be negative, the smallest is {P.min():g}")
    rows, _ = _chosen(matrix, final, None)
    by_state = np.moveaxis(_strengths(matrix, rows), -1, 0)[: len(P)]
    moment: FloatArray = np.einsum("j...,j...->...", by_state, P)
    return moment


def moment_of_density(
    transition: ArrayLike,
    rho: ArrayLike,
    *,
    basis: Basis = "mass",
    mixing: ArrayLike | None = None,
    helicity: Helicity = "nu",
    final: Sequence[int] | None = None,
    nature: Nature | None = None,
) -> FloatArray:
    r"""Effective moment squared of any state, given by its density matrix.

    Parameters
    ----------
    transition : array, shape (..., M, N), mu_B
        lambda_kj from mass state j to final state k.
    rho : array, shape (..., n, n), n at most N
        Hermitian; states beyond n do not arrive.
    basis : "mass" or "flavour"
        Basis of `rho`.
    mixing : array, shape (..., N, N), optional
        Needed in the flavour basis only.
    helicity : "nu" or "nubar"
    final, nature :
        As in `short_baseline_moment`.

    Returns
    -------
    array, shape (...), mu_B^2

    Raises
    ------
    ValueError
        If `rho` is not hermitian or too large, `mixing` is missing or not unitary, a state is unknown
        or `nature` forbids the matrix.

    Notes
    -----
    .. math:: \mu^2 = \mathrm{Tr}[\rho\, C], \qquad
              C = \lambda^\dagger\lambda \ \text{(mass)},\quad U\lambda^\dagger\lambda U^\dagger\ \text{(flavour)}

    C is complex conjugated for antineutrinos. The other functions are the cases
    :math:`\rho_{ij} = U^*_{\alpha i}U_{\alpha j}e^{-i(\phi_i - \phi_j)}`, its diagonal, and diag(P_ej).
    """
    matrix = _transition(transition, nature)
    rows, _ = _chosen(matrix, final, None)
    C = _coupling(matrix[..., rows, :], basis, mixing)
    R = check_hermitian(rho, "density")
    if (n := R.shape[-1]) > C.shape[-1]:
        raise ValueError(f"rho of shape {R.shape} has more states than the {C.shape[-1]} columns of the moments")
    C = np.conj(C) if helicity == "nubar" else C
    trace: FloatArray = np.einsum("...ij,...ji->...", R, C[..., :n, :n]).real
    return trace


def lambda_from_vector(vector: ArrayLike) -> ComplexArray:
    r"""Return the Majorana moments of three neutrinos, :math:`\lambda_{kj} = \epsilon_{kjl}\Lambda_l`.

    Parameters
    ----------
    vector : array, shape (..., 3), mu_B
        Lambda_1 = lambda_23, Lambda_2 = lambda_31, Lambda_3 = lambda_12.

    Returns
    -------
    array, shape (..., 3, 3), mu_B

    Raises
    ------
    ValueError
        If there are not three components.

    References
    ----------
    Grimus:2000tq (hep-ph/0006028); arXiv:1905.03750
    """
    x = np.asarray(vector, dtype=np.complex128)
    if x.shape[-1:] != (3,):
        raise ValueError(f"Lambda has three components on its last axis, not the shape {x.shape}")
    matrix: ComplexArray = np.einsum("kjl,...l->...kj", _LEVI_CIVITA, x)
    return matrix


def vector_from_lambda(transition: ArrayLike) -> ComplexArray:
    """Return the vector (lambda_23, lambda_31, lambda_12), shape (..., 3), of `lambda_from_vector`.

    Raises
    ------
    ValueError
        If the matrices are not antisymmetric 3 x 3.
    """
    matrix = check_form_factor(transition, "moment", "majorana")
    if matrix.shape[-1] != 3:
        raise ValueError(f"only three neutrinos have a vector of moments, not the shape {matrix.shape}")
    vector: ComplexArray = matrix[..., [1, 2, 0], [2, 0, 1]]
    return vector


def _transition(transition: ArrayLike, nature: Nature | None) -> ComplexArray:
    if nature is not None:
        return check_form_factor(transition, "moment", nature)
    matrix = np.asarray(transition, dtype=np.complex128)
    if matrix.ndim < 2:
        raise ValueError(f"transition moments are a matrix (final, initial), not of shape {matrix.shape}")
    return matrix


def _fitting_row(matrix: ComplexArray, mixing: ArrayLike, flavour: str) -> ComplexArray:
    row = flavour_row(mixing, flavour)
    if row.shape[-1] != matrix.shape[-1]:
        raise ValueError(f"moments of shape {matrix.shape} do not fit a mixing matrix of {row.shape[-1]} neutrinos")
    return row


def _chosen(
    matrix: ComplexArray, final: Sequence[int] | None, initial: Sequence[int] | None
) -> tuple[list[int], list[int]]:
    """Places of final and of initial states in the matrix."""
    return _places(final, matrix.shape[-2], "final"), _places(initial, matrix.shape[-1], "initial")


def _places(states: Sequence[int] | None, n: int, name: str) -> list[int]:
    if states is None:
        return list(range(n))
    if bad := [state for state in states if state not in range(1, n + 1)]:
        raise ValueError(f"{name} state {bad[0]}: states are numbered from 1 to {n} here, as in lambda_14")
    return sorted({state - 1 for state in states})


def _strengths(matrix: ComplexArray, rows: list[int]) -> FloatArray:
    """(lambda^+ lambda)_jj of some final states, shape (..., N)."""
    return _sum_of_squares(np.swapaxes(matrix[..., rows, :], -1, -2))


def _sum_of_squares(amplitudes: ComplexArray) -> FloatArray:
    total: FloatArray = (amplitudes.real**2 + amplitudes.imag**2).sum(axis=-1)
    return total


def _coupling(matrix: ComplexArray, basis: Basis, mixing: ArrayLike | None) -> ComplexArray:
    if basis == "mass":
        return dagger(matrix) @ matrix
    if mixing is None:
        raise ValueError("a density matrix in the flavour basis needs the mixing matrix of these neutrinos")
    return moment_strength(matrix, mixing)
