"""Energy dependence of each interaction on one nucleus of unit charge, exact for spin 0 and spin 1/2.

A nucleus of spin above 1/2 is taken as a Dirac particle; the axial and magnetic parts of its
current are neglected, since they do not add up over the nucleons. Charges, form factors and
propagators come later.
"""

from __future__ import annotations

import numpy as np

from nulight.constants import ALPHA, G_F, HBAR_C, M_E
from nulight.typing import FloatArray

__all__ = ["interference_bracket", "moment_bracket", "scalar_bracket", "vector_bracket"]


def vector_bracket(T: FloatArray, mass: float, has_spin: bool) -> FloatArray:
    r"""Coefficients of 1, 1/E, 1/E^2 of the vector interaction with unit charge.

    Parameters
    ----------
    T : array, shape (n_T,), keV
    mass : float, keV
    has_spin : bool

    Returns
    -------
    array, shape (3, n_T), cm^2 keV^(k - 1)

    Notes
    -----
    .. math:: \frac{d\sigma}{dT} = \frac{G_F^2 M}{\pi}
              \left[1 - \frac{T}{E} - \frac{M T}{2 E^2} \left(+ \frac{T^2}{2 E^2}\right)\right]

    exactly, the last term for a Dirac nucleus only. Without it the bracket vanishes at T_max: a
    neutrino cannot turn back without turning its spin, unless the nucleus takes it.
    """
    scale = G_F**2 * mass / np.pi * HBAR_C**2
    last = -mass * T / 2 + (T**2 / 2 if has_spin else 0.0)
    return scale * np.stack([np.ones_like(T), -T, last])


def moment_bracket(T: FloatArray, mass: float, has_spin: bool, m_final: float = 0.0) -> FloatArray:
    r"""Coefficients of 1, 1/E, 1/E^2 for a moment of one Bohr magneton on a unit charge.

    Parameters
    ----------
    T : array, shape (n_T,), keV
    mass, m_final : float, keV
        Nucleus and final neutrino.
    has_spin : bool

    Returns
    -------
    array, shape (3, n_T), cm^2 keV^(k - 1)

    Notes
    -----
    pi alpha^2 / m_e^2, the electron mass being that of the Bohr magneton, times

    .. math:: K_0 &= \frac1T - \frac1E + \frac{T}{4E^2}
              - \frac{m^2}{2ETM}\left(1 - \frac{T}{4E} + \frac{M}{2E}\right) - \frac{m^4}{8E^2T^2M} \\
              K_{1/2} &= \frac1T - \frac1E
              - \frac{m^2}{2ETM}\left(1 - \frac{T}{2E} + \frac{M}{2E}\right) + \frac{m^4 (T - M)}{8E^2T^2M^2}

    The two differ by O(T/E). Outside the kinematic limits K has no meaning and may have either sign.

    References
    ----------
    Miranda:2021kre (arXiv:2109.09545), Eqs. (17) and (18)
    """
    b, M = m_final**2, mass
    c1 = -1 - b / (2 * T * M)
    if has_spin:
        c2 = b / (4 * M) - b / (4 * T) + b**2 * (T - M) / (8 * T**2 * M**2)
    else:
        c2 = T / 4 + b / (8 * M) - b / (4 * T) - b**2 / (8 * T**2 * M)
    return np.pi * ALPHA**2 / M_E**2 * HBAR_C**2 * np.stack([1 / T, c1, c2])


def interference_bracket(T: FloatArray, mass: float, has_spin: bool, m_final: float) -> FloatArray:
    r"""Coefficients of 1, 1/E, 1/E^2 of the interference of the vector current with a moment.

    Unit weak charge, unit electric charge, a moment of one Bohr magneton and unit weak mixing.

    Parameters
    ----------
    T : array, shape (n_T,), keV
    mass, m_final : float, keV
        Nucleus and final neutrino.
    has_spin : bool

    Returns
    -------
    array, shape (3, n_T), cm^2 keV^(k - 1)

    Notes
    -----
    .. math:: \frac{\alpha G_F m}{\sqrt2 m_e E^2} \left(M + \frac{m^2}{2T}\right)
              \times \begin{cases} 1 + T/2M & \text{spin } 0 \\ 1 - T/M & \text{spin } 1/2 \end{cases}

    from the traces of both amplitudes, exactly. It grows with the mass of the nucleus like the weak
    part; the electron mass is that of the Bohr magneton.

    References
    ----------
    Grimus and Stockinger (arXiv:hep-ph/9708279), on electrons; the form without spin is our own
    """
    recoil = 1 - T / mass if has_spin else 1 + T / (2 * mass)
    c2 = ALPHA * G_F * m_final / (np.sqrt(2) * M_E) * HBAR_C**2 * (mass + m_final**2 / (2 * T)) * recoil
    return np.stack([np.zeros_like(T), np.zeros_like(T), c2])


def scalar_bracket(T: FloatArray, mass: float, has_spin: bool) -> FloatArray:
    r"""Coefficients of 1, 1/E, 1/E^2 of scalar exchange with unit charge, before the propagator squared.

    Parameters and returns as for `vector_bracket`, in cm^2 keV^(k + 3).

    Notes
    -----
    .. math:: \frac{d\sigma}{dT} = \frac{M^2 T}{4\pi E^2 (2MT + m_S^2)^2} \left(1 + \frac{T}{2M}\right)

    The last factor is that of a Dirac nucleus; a nucleus without spin couples as 2 M phi.

    References
    ----------
    Cerdeno:2016sfi (arXiv:1604.01025)
    """
    zero = np.zeros_like(T)
    c2 = mass**2 * T * (1 + (T / (2 * mass) if has_spin else 0.0)) / (4 * np.pi) * HBAR_C**2
    return np.stack([zero, zero, c2])
