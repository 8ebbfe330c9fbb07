r"""CP phases of the mixing matrix and the transition moments: how many are physical, and a form without the others.

Fields may be rephased, :math:`\ell_\alpha \to e^{ia_\alpha}\ell_\alpha`, :math:`\nu_j \to e^{ib_j}\nu_j`. Magnetic
scattering sees neither the sign of a mass nor the final state, so that nothing fixes the b_j: Majorana phases are
not observable in it apart from those of the moments. The weak-magnetic interference with a heavy Majorana neutrino
does see the phase common to all moments; it is not counted here.
"""

from __future__ import annotations

import numpy as np

from nulight.models.mass_basis import Nature, check_form_factor
from nulight.typing import ArrayLike, ComplexArray, FloatArray

__all__ = ["physical_phases", "remove_unphysical_phases"]

_UNITARY = 1e-10
_ZERO = 1e-14  # of the largest element: the phase of rounding is none


def physical_phases(n: int, nature: Nature = "majorana") -> int:
    r"""Return the number of phases that no rephasing removes from mixing matrix and moments together.

    Parameters
    ----------
    n : int
        Number of neutrinos, at least 2.
    nature : "majorana" or "dirac"

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If there are fewer than two neutrinos.

    Notes
    -----
    A unitary U has N(N+1)/2 phases. Rephasing takes :math:`U_{\alpha j} \to e^{ia_\alpha + ib_j} U_{\alpha j}`.

    Majorana: the antisymmetric moments have N(N-1)/2 phases and go to :math:`e^{ib_k}\lambda_{kj}e^{ib_j}`. All 2N
    rephasings act (:math:`a = -b` the same for all leaves U alone and turns :math:`\lambda` as a whole), so
    :math:`N^2 - 2N` are left: (N-1)(N-2)/2 in U and N(N-1)/2 - 1 in the moments.

    Dirac: the N^2 moments go to :math:`e^{ic_k}\lambda_{kj}e^{ib_j}` with phases c of the right-handed partners, which
    nothing else fixes where masses do not count. Of 3N rephasings one, :math:`a = -b = c` all alike, does nothing, and
    N(N+1)/2 + N^2 - (3N - 1) = (N-1)(3N-2)/2 are left: (N-1)(N-2)/2 in U and N(N-1) in the moments.

    References
    ----------
    Miranda:2021kre (arXiv:2109.09545) for Majorana neutrinos

    Examples
    --------
    >>> physical_phases(3), physical_phases(4), physical_phases(3, "dirac")
    (3, 8, 7)
    """
    if n < 2:
        raise ValueError(f"n = {n} neutrinos have no transition between them; at least 2")
    return n * (n - 2) if nature == "majorana" else (n - 1) * (3 * n - 2) // 2


def remove_unphysical_phases(
    transition: ArrayLike, mixing: ArrayLike, nature: Nature = "majorana"
) -> tuple[ComplexArray, ComplexArray]:
    r"""Rephase the fields to the standard form: U as `nulight.neutrinos.mixing.pmns` builds it, no Majorana phases.

    Parameters
    ----------
    transition : array, shape (N, N), any unit
        :math:`\lambda_{kj}` in the mass basis, final state k.
    mixing : array, shape (N, N)
        Unitary, N = 3 or 4, with :math:`|\nu_\alpha\rangle = \sum_j U^*_{\alpha j}|\nu_j\rangle`.
    nature : "majorana" or "dirac"

    Returns
    -------
    transition, mixing : arrays, shape (N, N)
        With the same moduli, and the same :math:`|\sum_j \lambda_{kj}U^*_{\alpha j}e^{-i\phi_j}|` for all k, flavours
        and phases of propagation. Majorana: the first element of :math:`\lambda_{12}, \lambda_{13}, \ldots` that is
        not zero is positive. Dirac: the first such element of each row is.

    Raises
    ------
    ValueError
        If U is not unitary or not 3 x 3 or 4 x 4, or a Majorana matrix is not antisymmetric.

    Notes
    -----
    :math:`U'_{\alpha j} = e^{ia_\alpha}U_{\alpha j}e^{ib_j}` and :math:`\lambda'_{kj} = e^{ib_k}\lambda_{kj}e^{ib_j}`
    multiply each amplitude with :math:`e^{ib_k - ia_\alpha}`.
    """
    moments, U = check_form_factor(transition, "moment", nature), _checked_mixing(mixing)
    if moments.shape != U.shape:
        raise ValueError(f"moments of shape {moments.shape} do not fit a mixing matrix of shape {U.shape}")
    rows, columns = _three(U) if len(U) == 3 else _four(U)
    standard: ComplexArray = np.exp(1j * rows)[:, None] * U * np.exp(1j * columns)
    moments = moments * np.exp(1j * columns)
    if nature == "dirac":
        return moments * np.exp(-1j * np.array([_first_phase(row) for row in moments]))[:, None], standard
    moments = np.exp(1j * columns)[:, None] * moments
    return moments * np.exp(-1j * _first_phase(moments[np.triu_indices(len(U), 1)])), standard


def _three(U: ComplexArray) -> tuple[FloatArray, FloatArray]:
    """Phases of rows and columns that make U_e1, U_e2, U_mu3, U_tau3 and det U positive; the last row keeps its own."""
    phase = _phases(U)
    b_3 = -phase[2, 2]
    a_mu = -phase[1, 2] - b_3
    # det: a_e + a_mu + b_1 + b_2 + b_3 = -arg det, and b_1, b_2 are -a_e - arg U_e1,2
    a_e = np.angle(np.linalg.det(U)) + a_mu + b_3 - phase[0, 0] - phase[0, 1]
    return np.array([a_e, a_mu, 0.0]), np.array([-phase[0, 0] - a_e, -phase[0, 1] - a_e, b_3])


def _four(U: ComplexArray) -> tuple[FloatArray, FloatArray]:
    """Phases of rows and columns, the last column keeping its own, that leave a product of six rotations.

    U_tau4 and U_s4 become positive. Without the three rotations that lead to the fourth state the
    others are left, and rephasing nu_e and nu_mu goes through the three.
    """
    phase = _phases(U)
    rows = np.array([0.0, 0.0, -phase[2, 3], -phase[3, 3]])
    V = np.exp(1j * rows)[:, None] * U
    for i in (2, 1, 0):
        V = _without(V, i)
    inner, columns = _three(V[:3, :3])
    rows[:3] += inner
    # where nu_tau has no part in the fourth state, nor perhaps nu_mu, the light block turns freely
    anchor = max(np.flatnonzero(np.abs(U[:3, 3]) > _ZERO), default=2)
    turn = phase[anchor, 3] + rows[anchor]
    return rows - np.append(np.full(3, turn), 0.0), np.append(columns + turn, 0.0)


def _without(V: ComplexArray, i: int) -> ComplexArray:
    """Undo the rotation of row i with the last that makes V_i4 vanish and V_44 grow."""
    a, b = V[i, 3], V[3, 3].real
    norm = np.hypot(abs(a), b)
    if norm == 0:
        return V
    result = V.copy()
    result[i] = (b * V[i] - a * V[3]) / norm
    result[3] = (np.conj(a) * V[i] + b * V[3]) / norm
    return result


def _phases(matrix: ComplexArray) -> FloatArray:
    return np.where(np.abs(matrix) > _ZERO, np.angle(matrix), 0.0)


def _first_phase(elements: ComplexArray) -> float:
    """Phase of the first element that is not zero."""
    seen = np.flatnonzero(np.abs(elements) > _ZERO * np.abs(elements).max(initial=0.0))
    return float(np.angle(elements[seen[0]])) if len(seen) else 0.0


def _checked_mixing(mixing: ArrayLike) -> ComplexArray:
    U = np.asarray(mixing, dtype=np.complex128)
    if U.shape not in ((3, 3), (4, 4)):
        raise ValueError(f"a mixing matrix of shape {U.shape} has no standard form here; use 3 x 3 or 4 x 4")
    excess = float(np.abs(U @ U.conj().T - np.eye(len(U))).max())
    if not excess < _UNITARY:
        raise ValueError(f"the mixing matrix is not unitary: U U^dagger differs from 1 by {excess:.1e}")
    return U
