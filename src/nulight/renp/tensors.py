r"""Neutrino pair tensors integrated over phase space, and what the atom keeps of them.

At fixed :math:`q` the sum over spins and the average over the directions of the pair leave
:math:`\frac12\langle j^\mu j^{\nu *}\rangle = P g^{\mu\nu} + Q q^\mu q^\nu`, so that every current is known by two
numbers: one component transverse to :math:`\vec q`, T = -P, and the one along it, L = Q omega^2 - P.
The spin of the electron takes them as :math:`\frac13\sum_k` if the spins are summed ("trace", as in the
literature), or, in a coherent J = 0 -> 1 -> 0 transition, only the component along the polarisation of the trigger,
which is transverse ("coherent").
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np

from nulight.renp.kinematics import PairKinematics
from nulight.typing import FloatArray

__all__ = [
    "SpinSum",
    "along",
    "axial_weight",
    "check_spin_sum",
    "dipole",
    "divergence",
    "magnetisation_weight",
    "scalar",
    "scalar_weight",
    "transverse",
]

SpinSum = Literal["trace", "coherent"]


def check_spin_sum(spin_sum: str) -> None:
    """Raise a ValueError unless `spin_sum` is known."""
    if spin_sum not in get_args(SpinSum):
        raise ValueError(f"spin_sum {spin_sum!r}; use 'trace' (the literature's) or 'coherent'")


def transverse(k: PairKinematics) -> FloatArray:
    r"""Transverse component of left-left (or right-right) currents, shape (..., 3, 3), eV^2.

    .. math:: T = \frac{q^2}{6}\Big[2 - \frac{m_i^2+m_j^2}{q^2} - \frac{(m_i^2-m_j^2)^2}{q^4}\Big]

    From :math:`\frac12\mathrm{Tr}[(\slashed p_1+m_i)\gamma^\mu P_L(\slashed p_2-m_j)\gamma^\nu P_L]
    = p_1^\mu p_2^\nu + p_1^\nu p_2^\mu - g^{\mu\nu}p_1\cdot p_2` and
    :math:`\langle p_1^\mu p_2^\nu\rangle` by its two contractions. Left-right currents have
    :math:`T = L = m_i m_j` instead.
    """
    s, d2 = _mass_sums(k)
    component: FloatArray = (2 * k.q2 - s - d2 / k.q2) / 6
    return component


def along(k: PairKinematics) -> FloatArray:
    r"""Component along q of left-left currents, shape (..., 3, 3), eV^2.

    .. math:: L = T + \frac{\omega^2}{3}\Big[1 + \frac{m_i^2+m_j^2}{q^2} - \frac{2(m_i^2-m_j^2)^2}{q^4}\Big]
    """
    s, d2 = _mass_sums(k)
    component: FloatArray = transverse(k) + k.omega**2 / 3 * (1 + (s - 2 * d2 / k.q2) / k.q2)
    return component


def divergence(k: PairKinematics) -> FloatArray:
    r"""Square of the divergence :math:`q\cdot j` of left-left currents, shape (..., 3, 3), eV^4.

    .. math:: \tfrac12\langle|q\cdot j|^2\rangle = \tfrac12[q^2(m_i^2+m_j^2) - (m_i^2-m_j^2)^2]

    and :math:`-q^2 m_i m_j` between left and right.
    """
    s, d2 = _mass_sums(k)
    squared: FloatArray = (k.q2 * s - d2) / 2
    return squared


def dipole(k: PairKinematics, kind: Literal["magnetic", "electric"]) -> FloatArray:
    r"""Transverse component of the current of a unit moment, shape (..., 3, 3), eV^4.

    .. math::
        T_\mu = \tfrac13[q^2-(m_i-m_j)^2]\,[q^2+2(m_i+m_j)^2], \quad
        T_\epsilon = \tfrac13[q^2-(m_i+m_j)^2]\,[q^2+2(m_i-m_j)^2]

    from the trace of :math:`\sigma^{\mu\alpha}q_\alpha` or :math:`i\sigma^{\mu\alpha}q_\alpha\gamma_5`. The current is
    conserved, so that :math:`P g + Q qq = P(g - qq/q^2)`. At threshold a magnetic moment makes an S wave, an
    electric one a P wave: with the phase space, beta and beta^3.
    """
    minus, plus = (k.m_i - k.m_j) ** 2, (k.m_i + k.m_j) ** 2
    component: FloatArray = (k.room * (k.q2 + 2 * plus) if kind == "magnetic" else k.above * (k.q2 + 2 * minus)) / 3
    return component


def scalar(k: PairKinematics, kind: Literal["scalar", "pseudoscalar"]) -> FloatArray:
    r"""Squared density of a unit coupling, :math:`q^2-(m_i\pm m_j)^2`, shape (..., 3, 3), eV^2.

    Half the trace of :math:`1` (plus sign) or :math:`i\gamma_5` (minus).
    """
    return k.above if kind == "scalar" else k.room


def axial_weight(across: FloatArray, longitudinal: FloatArray, spin_sum: SpinSum) -> FloatArray:
    """What the spin keeps of a current it couples to directly."""
    return (2 * across + longitudinal) / 3 if spin_sum == "trace" else across


def magnetisation_weight(spin_sum: SpinSum) -> float:
    """What the spin keeps of q x j, in units of omega^2 T: two components of three, or one."""
    return 2 / 3 if spin_sum == "trace" else 1.0


def scalar_weight(spin_sum: SpinSum) -> float:
    """What the spin keeps of sigma . q, in units of omega^2: nothing if it is across."""
    return 1 / 3 if spin_sum == "trace" else 0.0


def _mass_sums(k: PairKinematics) -> tuple[FloatArray, FloatArray]:
    """m_i^2 + m_j^2 and (m_i^2 - m_j^2)^2."""
    a, b = k.m_i**2, k.m_j**2
    difference: FloatArray = (k.m_i - k.m_j) * (k.m_i + k.m_j)
    return a + b, np.square(difference)
