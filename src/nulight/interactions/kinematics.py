"""Exact two-body kinematics of nu + target -> (massive) neutrino + recoiling target.

The initial neutrino is massless, the target at rest, the final neutrino has mass `m_final`.
Nothing here is approximate; for a massless final state the familiar formulas come back.
"""

from __future__ import annotations

import numpy as np

from nulight.typing import ArrayLike, FloatArray

__all__ = ["E_nu_min", "E_threshold", "T_max", "T_min", "heaviest_final_state"]


def E_threshold(mass: float, m_final: float = 0.0) -> float:
    """Return the smallest neutrino energy that can make `m_final`: m + m^2 / (2 M), keV."""
    return m_final + m_final**2 / (2 * mass)


def heaviest_final_state(E_nu: ArrayLike, mass: float) -> FloatArray:
    """Return the largest final-state mass reachable at `E_nu` on a target `mass`, keV."""
    E = np.asarray(E_nu, dtype=float)
    # sqrt(M^2 + 2 M E) - M without the cancellation at E << M
    return 2 * mass * E / (np.sqrt(mass**2 + 2 * mass * E) + mass)


def T_max(E_nu: ArrayLike, mass: float | FloatArray, m_final: float | FloatArray = 0.0) -> FloatArray:
    """Largest recoil energy.

    Parameters
    ----------
    E_nu : array, any shape, keV
    mass : float or array broadcasting with `E_nu`, keV
        Target mass.
    m_final : float or array broadcasting with `E_nu`, keV
        Mass of the final neutrino.

    Returns
    -------
    array, broadcast shape, keV
        NaN below the threshold.

    Notes
    -----
    [2 M E^2 - b (M + E) + E D] / [2 M (M + 2 E)] with b = m_final^2 and
    D^2 = (2 M E - b)^2 - 4 M^2 b; 2 E^2 / (M + 2 E) for b = 0.

    Examples
    --------
    >>> from nulight.constants import M_E
    >>> round(float(T_max(747.0, M_E)), 2)
    556.62
    """
    E = np.asarray(E_nu, dtype=float)
    b = m_final**2
    root = _phase_space(E, mass, m_final)
    return (2 * mass * E**2 - b * (mass + E) + E * root) / (2 * mass * (mass + 2 * E))


def T_min(E_nu: ArrayLike, mass: float | FloatArray, m_final: float | FloatArray = 0.0) -> FloatArray:
    """Smallest recoil energy, zero for a massless final state.

    Parameters and returns as for `T_max`.

    Notes
    -----
    From the product of the two roots, m_final^4 / [4 M (M + 2 E) T_max]: the difference of large
    numbers in the textbook form loses all digits for small m_final.
    """
    E = np.asarray(E_nu, dtype=float)
    return m_final**4 / (4 * mass * (mass + 2 * E) * T_max(E, mass, m_final))


def E_nu_min(T: ArrayLike, mass: float | FloatArray, m_final: float | FloatArray = 0.0) -> FloatArray:
    """Smallest neutrino energy that gives recoil energy `T`.

    Parameters
    ----------
    T : array, any shape, keV
        Recoil energy, positive.
    mass, m_final : floats or arrays broadcasting with `T`, keV

    Returns
    -------
    array, broadcast shape, keV

    Notes
    -----
    (T + sqrt(T^2 + 2 M T)) / 2 * (1 + m_final^2 / (2 M T)). For m_final > 0 it has a minimum in T,
    the absolute threshold: lower recoils need more energy again.
    """
    T = np.asarray(T, dtype=float)
    return (T + np.sqrt(T**2 + 2 * mass * T)) / 2 * (1 + m_final**2 / (2 * mass * T))


def _phase_space(E: FloatArray, mass: float | FloatArray, m_final: float | FloatArray) -> FloatArray:
    b = m_final**2
    # (2ME - b)^2 - 4 M^2 b factorises: exact at the threshold
    lower = 2 * mass * E - b - 2 * mass * m_final
    # at the threshold itself only rounding is left
    lower = np.where(np.abs(lower) > 8 * np.finfo(float).eps * mass * E, lower, 0.0)
    product = lower * (2 * mass * E - b + 2 * mass * m_final)
    return np.sqrt(np.where(lower >= 0, product, np.nan))
