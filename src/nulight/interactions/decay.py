r"""Radiative decay of the sterile neutrino of the dipole portal: how far it flies before N -> nu gamma.

The moment that makes N in a detector or its surroundings also lets it decay. Decays by mixing alone,
N -> 3 nu and N -> nu e e, are not counted.

Lengths are in cm, the internal unit of the package; tables of limits print them in m (`decay_length_m`
of a `PortalLimit`).
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np

from nulight.constants import ALPHA, HBAR_C, M_E
from nulight.typing import ArrayLike, FloatArray

__all__ = ["decay_length", "decay_probability", "decay_width"]

Nature = Literal["majorana", "dirac"]


def decay_width(mu_nu: ArrayLike, m_4: ArrayLike, *, neutrinos: Nature = "majorana") -> FloatArray:
    r"""Width of N -> nu gamma.

    Parameters
    ----------
    mu_nu : array, any shape, Bohr magnetons
        Transition moment. All flavours are decay channels: for several take the root of the sum of
        their squared moduli, ``np.linalg.norm(row)``.
    m_4 : array, broadcasting with `mu_nu`, keV
        Mass of N; the light neutrino is massless.
    neutrinos : "majorana" or "dirac"
        A Majorana N decays into neutrinos and antineutrinos, twice as fast.

    Returns
    -------
    array, broadcast shape, keV
        Width at rest.

    Raises
    ------
    ValueError
        If a moment or a mass is negative or no number, or the nature is unknown.

    Notes
    -----
    .. math:: \Gamma = \frac{\mu^2 m_4^3}{16\pi}
              = \frac{\alpha}{16} \frac{m_4^3}{m_e^2} \left(\frac{\mu}{\mu_B}\right)^2

    for Dirac neutrinos and L = (mu/2) Nbar sigma nu_L F + h.c. This is the known
    (|mu_ij|^2 + |epsilon_ij|^2) m^3 / (8 pi) with |mu_ij| = |epsilon_ij| = mu / 2, since only one
    chirality of the light neutrino takes part.

    References
    ----------
    Giunti:2014ixa (arXiv:1403.6344)

    Examples
    --------
    >>> width = decay_width(1e-9, 1000.0, neutrinos="dirac")  # 1 MeV
    >>> f"{width:.3e} keV"
    '1.747e-18 keV'
    """
    if neutrinos not in get_args(Nature):
        raise ValueError(f"neutrinos = {neutrinos!r} must be one of: {', '.join(get_args(Nature))}")
    mu, m = _checked("mu_nu", mu_nu, "mu_B"), _checked("m_4", m_4, "keV")
    channels = 2 if neutrinos == "majorana" else 1
    width: FloatArray = channels * ALPHA / 16 * m**3 / M_E**2 * mu**2
    return width


def decay_length(mu_nu: ArrayLike, m_4: ArrayLike, E_4: ArrayLike, *, neutrinos: Nature = "majorana") -> FloatArray:
    r"""Mean distance, in cm, that N flies before it decays to nu gamma.

    Parameters
    ----------
    mu_nu : array, any shape, Bohr magnetons
    m_4 : array, broadcasting with `mu_nu`, keV
    E_4 : array, broadcasting, keV
        Total energy of N: E_nu - T after it was made with a recoil T.
    neutrinos : "majorana" or "dirac"

    Returns
    -------
    array, broadcast shape, cm
        beta gamma c tau = (p / m_4) hbar c / Gamma; infinite without a moment or a mass. Divide by
        ``nulight.units.m`` for metres.

    Raises
    ------
    ValueError
        If an energy is below the mass, or as for `decay_width`.

    Notes
    -----
    Compared with the size of a detector it tells whether N leaves unseen, as a limit from recoils alone takes for
    granted, or decays inside: `decay_probability` gives the share. Compared with the distance from the source it
    tells whether N made on the way, or in the source, arrives.

    Examples
    --------
    >>> from nulight.units import m
    >>> length = decay_length(1e-9, 10e3, 30e3)  # cm, for 10 MeV made by 30 MeV
    >>> f"{length / m:.4g} m"
    '1.598e+05 m'
    >>> float(decay_length(0.0, 10e3, 30e3))
    inf
    """
    m, E = np.broadcast_arrays(_checked("m_4", m_4, "keV"), _checked("E_4", E_4, "keV"))
    if np.any(m > E):
        worst = np.argmax(m > E)
        raise ValueError(f"E_4 = {E.flat[worst]:g} keV is below the mass m_4 = {m.flat[worst]:g} keV of N")
    momentum, scale = np.sqrt((E - m) * (E + m)), m * decay_width(mu_nu, m, neutrinos=neutrinos)
    with np.errstate(divide="ignore", invalid="ignore"):
        length: FloatArray = np.where(scale > 0, momentum * HBAR_C / scale, np.inf)
    return length


def decay_probability(
    distance: ArrayLike, mu_nu: ArrayLike, m_4: ArrayLike, E_4: ArrayLike, *, neutrinos: Nature = "majorana"
) -> FloatArray:
    """Probability that N decays to nu gamma within a distance.

    Parameters
    ----------
    distance : array, broadcasting, cm
        Along the flight, such as the size of a detector.
    mu_nu, m_4, E_4, neutrinos
        As for `decay_length`.

    Returns
    -------
    array, broadcast shape
        1 - exp(-distance / length), to all digits where it is small.

    Examples
    --------
    >>> probability = decay_probability(100.0, 1e-9, 10e3, 30e3)
    >>> f"{probability:.3e}"
    '6.259e-06'
    """
    flown, length = _checked("distance", distance, "cm"), decay_length(mu_nu, m_4, E_4, neutrinos=neutrinos)
    with np.errstate(divide="ignore"):
        # N at rest has decayed wherever it is
        depth = np.where(length > 0, flown / np.where(length > 0, length, 1.0), np.inf)
    probability: FloatArray = -np.expm1(-depth)
    return probability


def _checked(name: str, value: ArrayLike, unit: str) -> FloatArray:
    array = np.asarray(value, dtype=float)
    wrong = ~((array >= 0) & np.isfinite(array))
    if np.any(wrong):
        raise ValueError(f"{name} = {array[wrong].flat[0]} {unit} must be a number >= 0")
    return array
