r"""Neutrino pair tensors integrated over phase space, and what the atom keeps of them.

At fixed :math:`q` the sum over spins and the average over the directions of the pair leave
:math:`\frac12\langle j^\mu j^{\nu *}\rangle = P g^{\mu\nu} + Q q^\mu q^\nu`, so that every current is known by two
numbers: one component transverse to :math:`\vec q`, T = -P, and the one along it, L = Q omega^2 - P.
A vector current :math:`\bar u\gamma^\mu v` and an axial one :math:`\bar u\gamma^\mu\gamma_5 v` do not interfere,
since q alone makes no antisymmetric tensor; they differ by the sign of one mass. Written in the two factors of the
phase space, :math:`q^2-(m_i\pm m_j)^2`, all tensors are sums of positive terms, exact up to a threshold.

The spin of the electron takes them as :math:`\frac13\sum_k` if the spins are summed ("trace", as in the
literature), or, in a coherent J = 0 -> 1 -> 0 transition, only the component along the polarisation of the
trigger, which is transverse ("coherent").
"""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

from nulight.renp.kinematics import PairKinematics
from nulight.typing import FloatArray

__all__ = [
    "Parity",
    "SpinSum",
    "along",
    "axial_weight",
    "check_spin_sum",
    "density",
    "dipole",
    "dipole_interference",
    "divergence",
    "magnetisation_weight",
    "scalar_weight",
    "transverse",
]

SpinSum = Literal["trace", "coherent"]
Parity = Literal["vector", "axial"]
"""Current without or with gamma_5; likewise a scalar or pseudoscalar density, a magnetic or electric moment."""


def check_spin_sum(spin_sum: str) -> None:
    """Raise a ValueError unless `spin_sum` is known."""
    if spin_sum not in get_args(SpinSum):
        raise ValueError(f"spin_sum {spin_sum!r}; use 'trace' (the literature's) or 'coherent'")


def transverse(k: PairKinematics, parity: Parity) -> FloatArray:
    r"""Transverse component of a current of unit coupling, shape (..., 3, 3), eV^2.

    .. math::
        T_V = \tfrac13[q^2-(m_i-m_j)^2]\Big[2+\frac{(m_i+m_j)^2}{q^2}\Big], \quad
        T_A = \tfrac13[q^2-(m_i+m_j)^2]\Big[2+\frac{(m_i-m_j)^2}{q^2}\Big]

    From :math:`\frac12\mathrm{Tr}[(\slashed p_1+m_i)\gamma^\mu(\slashed p_2-m_j)\gamma^\nu]
    = 2[p_1^\mu p_2^\nu + p_1^\nu p_2^\mu - g^{\mu\nu}(p_1\cdot p_2+m_im_j)]` and
    :math:`\langle p_1^\mu p_2^\nu\rangle` by its two contractions; a :math:`\gamma_5` turns the sign of one mass.
    A left-handed current is half the difference of both: (T_V + T_A) / 4, between left and right (T_V - T_A) / 4.
    """
    m = _masses(k, parity)
    component: FloatArray = m.above_difference * (2 + m.total**2 / k.q2) / 3
    return component


def along(k: PairKinematics, parity: Parity) -> FloatArray:
    r"""Component along q of a current of unit coupling, shape (..., 3, 3), eV^2.

    .. math:: L = T\,\frac{q_0^2}{q^2} + \tfrac12\langle|q\cdot j|^2\rangle\frac{\omega^2}{q^4}

    The part of spin one, boosted from the rest frame of the pair, and that of spin zero.
    """
    spin_one = transverse(k, parity) * (1 + k.omega**2 / k.q2)
    component: FloatArray = spin_one + divergence(k, parity) * (k.omega / k.q2) ** 2
    return component


def divergence(k: PairKinematics, parity: Parity) -> FloatArray:
    r"""Square of the divergence of a current of unit coupling, shape (..., 3, 3), eV^4.

    .. math::
        \tfrac12\langle|q\cdot j_V|^2\rangle = (m_i-m_j)^2[q^2-(m_i+m_j)^2], \quad
        \tfrac12\langle|q\cdot j_A|^2\rangle = (m_i+m_j)^2[q^2-(m_i-m_j)^2]
    """
    m = _masses(k, parity)
    squared: FloatArray = m.difference**2 * m.above_total
    return squared


def density(k: PairKinematics, parity: Parity) -> FloatArray:
    r"""Square of a scalar or pseudoscalar density of unit coupling, shape (..., 3, 3), eV^2.

    Half the trace of :math:`1` or :math:`i\gamma_5`: :math:`q^2-(m_i+m_j)^2` or :math:`q^2-(m_i-m_j)^2`.
    """
    return _masses(k, parity).above_total


def dipole(k: PairKinematics, parity: Parity) -> FloatArray:
    r"""Transverse component of the current of a unit moment, shape (..., 3, 3), eV^4.

    .. math::
        T_\mu = \tfrac13[q^2-(m_i-m_j)^2]\,[q^2+2(m_i+m_j)^2], \quad
        T_\epsilon = \tfrac13[q^2-(m_i+m_j)^2]\,[q^2+2(m_i-m_j)^2]

    from the trace of :math:`\sigma^{\mu\alpha}q_\alpha` or :math:`i\sigma^{\mu\alpha}q_\alpha\gamma_5`. The current is
    conserved, so that :math:`P g + Q qq = P(g - qq/q^2)`. At threshold a magnetic moment makes an S wave, an
    electric one a P wave: with the phase space, beta and beta^3.
    """
    m = _masses(k, parity)
    component: FloatArray = m.above_difference * (k.q2 + 2 * m.total**2) / 3
    return component


def dipole_interference(k: PairKinematics, parity: Parity) -> FloatArray:
    r"""Transverse component between a current and a moment of unit couplings, shape (..., 3, 3), eV^3.

    .. math::
        \tfrac12\langle\gamma^\mu \otimes (i\sigma^{\nu\alpha}q_\alpha)^*\rangle_T
            = (m_i+m_j)[q^2-(m_i-m_j)^2], \quad
        \tfrac12\langle\gamma^\mu\gamma_5 \otimes (i\sigma^{\nu\alpha}q_\alpha\gamma_5)^*\rangle_T
            = (m_i-m_j)[q^2-(m_i+m_j)^2]

    A moment turns the chirality, a current does not: one mass is needed.
    """
    m = _masses(k, parity)
    mixed: FloatArray = m.total * m.above_difference
    return mixed


def axial_weight(across: FloatArray, longitudinal: FloatArray, spin_sum: SpinSum) -> FloatArray:
    """What the spin keeps of a current it couples to directly."""
    return (2 * across + longitudinal) / 3 if spin_sum == "trace" else across


def magnetisation_weight(spin_sum: SpinSum) -> float:
    """What the spin keeps of q x j, in units of omega^2 T: two components of three, or one."""
    return 2 / 3 if spin_sum == "trace" else 1.0


def scalar_weight(spin_sum: SpinSum) -> float:
    """What the spin keeps of sigma . q, in units of omega^2: nothing if it is across."""
    return 1 / 3 if spin_sum == "trace" else 0.0


class _Masses(NamedTuple):
    """Sum and difference of the masses, and q^2 minus their squares."""

    total: FloatArray
    difference: FloatArray
    above_total: FloatArray
    above_difference: FloatArray


def _masses(k: PairKinematics, parity: Parity) -> _Masses:
    """A gamma_5 turns the sign of one mass: what was the sum becomes the difference."""
    if parity == "vector":
        return _Masses(k.m_i + k.m_j, k.m_i - k.m_j, k.above, k.room)
    return _Masses(k.m_i - k.m_j, k.m_i + k.m_j, k.room, k.above)
