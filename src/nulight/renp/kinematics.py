r"""Kinematics of |e> -> |g> + gamma + nu_i + nubar_j in a macro-coherent target.

All atoms take part in phase, so that the trigger photon fixes the momentum of the pair as well as
its energy: :math:`q_0 = E_{eg} - \omega`, :math:`|\vec q| = \omega`, :math:`q^2 = E_{eg}(E_{eg} - 2\omega)`.
Every pair of mass states has a threshold of its own. Energies are in eV.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nulight.renp.exact import product_minus_square_of_sum
from nulight.typing import ArrayLike, FloatArray

__all__ = [
    "PAIRS",
    "PairKinematics",
    "check_masses",
    "check_trigger",
    "momentum_transfer_squared",
    "pair_kinematics",
    "pair_thresholds",
    "thresholds",
]

PAIRS = {f"{i + 1}{j + 1}": (i, j) for i in range(3) for j in range(i, 3)}
"""The six pairs of mass states: "11", "12", "13", "22", "23", "33"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairKinematics:
    """What the spectral functions need at every trigger frequency, and for every ordered pair of mass states.

    Attributes
    ----------
    omega, q2 : array (..., 1, 1), eV and eV^2
        Frequency of the trigger and squared four-momentum of the pair.
    m_i, m_j : array (..., 3, 1) and (..., 1, 3), eV
        Masses of neutrino and antineutrino.
    above, room : array (..., 3, 3), eV^2
        q^2 - (m_i + m_j)^2, not negative, and q^2 - (m_i - m_j)^2.
    delta : array (..., 3, 3)
        Phase space of the pair over that of massless ones, zero below its threshold.
    """

    omega: FloatArray
    q2: FloatArray
    m_i: FloatArray
    m_j: FloatArray
    above: FloatArray
    room: FloatArray
    delta: FloatArray


def pair_kinematics(omega: ArrayLike, E_eg: float, masses: ArrayLike) -> PairKinematics:
    r"""Return the kinematics of all pairs.

    Parameters
    ----------
    omega : array (...), eV
        Trigger frequencies, between 0 and E_eg / 2.
    E_eg : float, eV
        Energy of the transition.
    masses : array (..., 3), eV
        Neutrino masses; leading dimensions broadcast with `omega`.

    Returns
    -------
    PairKinematics

    Raises
    ------
    ValueError
        If a frequency is not between 0 and E_eg/2, or a mass is negative or not finite.

    Notes
    -----
    .. math::
        \Delta_{ij} = \sqrt{\Big(1 - \frac{(m_i+m_j)^2}{q^2}\Big)\Big(1 - \frac{(m_i-m_j)^2}{q^2}\Big)}

    Both differences are computed without cancellation, down to the last floating-point number below
    a threshold.

    References
    ----------
    arXiv:1209.4808
    """
    omega = check_trigger(omega, E_eg)[..., None, None]
    m = check_masses(masses)
    m_i, m_j = m[..., :, None], m[..., None, :]
    gap = E_eg - 2 * omega
    q2 = E_eg * gap
    above = product_minus_square_of_sum(E_eg, gap, m_i, m_j)
    room = product_minus_square_of_sum(E_eg, gap, m_i, -m_j)
    open_ = above > 0
    above = np.where(open_, above, 0.0)
    delta: FloatArray = np.sqrt(above) * np.sqrt(np.where(open_, room, 0.0)) / q2
    return PairKinematics(omega=omega, q2=q2, m_i=m_i, m_j=m_j, above=above, room=room, delta=delta)


def momentum_transfer_squared(omega: ArrayLike, E_eg: float) -> FloatArray:
    """Return q^2 = E_eg (E_eg - 2 omega), shape of `omega`, eV^2.

    Raises
    ------
    ValueError
        If a frequency is not between 0 and E_eg / 2.

    Examples
    --------
    >>> round(float(momentum_transfer_squared(1.0712, 2.14349)) ** 0.5, 4)  # eV
    0.0483
    """
    q2: FloatArray = E_eg * (E_eg - 2 * check_trigger(omega, E_eg))
    return q2


def thresholds(E_eg: float, masses: ArrayLike) -> FloatArray:
    r"""Return the highest trigger frequency at which each pair of mass states is emitted.

    Parameters
    ----------
    E_eg : float, eV
    masses : array (..., 3), eV

    Returns
    -------
    array (..., 3, 3), eV
        :math:`\omega_{ij} = E_{eg}/2 - (m_i+m_j)^2/(2E_{eg})`; zero or negative for pairs too heavy to be emitted.

    Raises
    ------
    ValueError
        If the energy is not positive, or a mass is negative or not finite.

    Examples
    --------
    >>> print(f"{thresholds(2.14349, [0.01, 0.0132, 0.0511])[0, 0]:.7f}")
    1.0716517
    """
    m = check_masses(masses)
    _check_energy(E_eg)
    omega: FloatArray = E_eg / 2 - (m[..., :, None] + m[..., None, :]) ** 2 / (2 * E_eg)
    return omega


def pair_thresholds(E_eg: float, masses: ArrayLike) -> dict[str, float]:
    """Return the `thresholds` by the names of the pairs, eV, the lightest pair first; masses of shape (3,), eV.

    Examples
    --------
    >>> list(pair_thresholds(2.14349, [0.01, 0.0132, 0.0511]))
    ['11', '12', '22', '13', '23', '33']
    """
    ends = thresholds(E_eg, masses)
    found = {pair: float(ends[index]) for pair, index in PAIRS.items()}
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def check_trigger(omega: ArrayLike, E_eg: float) -> FloatArray:
    """Return trigger frequencies as an array, eV.

    Raises
    ------
    ValueError
        If one is not between 0 and E_eg / 2: above, not even massless neutrinos could be emitted.
    """
    _check_energy(E_eg)
    values = np.asarray(omega, float)
    bad = ~((values > 0) & (values < E_eg / 2))
    if np.any(bad):
        raise ValueError(
            f"trigger frequency {values[bad].flat[0]:.10g} eV is not between 0 and E_eg/2 = {E_eg / 2:.10g} eV, "
            "above which no pair of neutrinos can be emitted"
        )
    return values


def check_masses(masses: ArrayLike) -> FloatArray:
    """Return neutrino masses (..., 3) as an array, eV.

    Raises
    ------
    ValueError
        If there are not three, or one is negative or not finite.
    """
    m = np.asarray(masses, float)
    if m.ndim == 0 or m.shape[-1] != 3:
        raise ValueError(f"need three neutrino masses in eV, not an array of shape {m.shape}")
    bad = ~((m >= 0) & np.isfinite(m))
    if np.any(bad):
        raise ValueError(
            f"neutrino mass m_{np.argwhere(bad)[0][-1] + 1} = {m[bad].flat[0]:g} eV must be zero or positive"
        )
    return m


def _check_energy(E_eg: float) -> None:
    if not 0 < E_eg < np.inf:
        raise ValueError(f"E_eg = {E_eg:g} eV: the excited level must lie above the ground level")
