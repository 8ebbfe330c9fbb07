"""Adiabatic conversion of solar neutrinos, averaged over where in the Sun they are made.

A solar neutrino leaves the Sun as an incoherent mixture of mass states (the L/E phases are washed
out), so what a detector needs is P_ej, the probability to arrive as nu_j. Matter effects in the
Earth, the matter correction of the 1-3 mixing and non-adiabatic jumps are neglected.
"""

from __future__ import annotations

import numpy as np

from nulight.constants import G_F, HBAR_C, N_A
from nulight.neutrinos.mixing import OscillationParameters
from nulight.typing import ArrayLike, FloatArray
from nulight.units import eV

__all__ = ["averaged_mass_probabilities", "electron_neutrino_survival", "solar_mass_probabilities"]

_N_GAUSS = 16
"""Nodes of the quadrature that replaces a tabulated production region; see `averaged_mass_probabilities`."""

# 2 sqrt(2) G_F n_e E in eV^2, for n_e in N_A cm^-3 and E in keV
_POTENTIAL = 2 * np.sqrt(2) * G_F * N_A * HBAR_C**3 / eV**2


def solar_mass_probabilities(E_nu: ArrayLike, n_e: ArrayLike, oscillation: OscillationParameters) -> FloatArray:
    r"""Probability of a solar electron neutrino to arrive as each mass state.

    Parameters
    ----------
    E_nu : array, any shape broadcasting with `n_e`, keV
        Neutrino energy, not negative.
    n_e : array, N_A cm^-3 (mol per cm^3)
        Electron density at the point of production, not negative.
    oscillation : OscillationParameters

    Returns
    -------
    array, shape (3, *broadcast shape)
        P_e1, P_e2, P_e3; they sum to one.

    Raises
    ------
    ValueError
        If an energy or density is negative or not finite.

    Notes
    -----
    .. math::
        \beta = \frac{2\sqrt2\,G_F n_e E\,c_{13}^2}{\Delta m^2_{21}}, \qquad
        \cos 2\theta_m = \frac{\cos 2\theta_{12} - \beta}{\sqrt{(\cos 2\theta_{12} - \beta)^2 + \sin^2 2\theta_{12}}}

    .. math:: P_{e1,2} = c_{13}^2\,(1 \pm \cos 2\theta_m)/2, \qquad P_{e3} = s_{13}^2

    Adiabatic, valid for the LMA solution at all solar energies; P_e3 is the vacuum one.

    References
    ----------
    deSalas:2020pgw for the parameters the reference numbers use; ParticleDataGroup:2024cfk, review
    "Neutrino Masses, Mixing, and Oscillations", section on solar neutrinos

    Examples
    --------
    >>> from nulight.neutrinos.mixing import get_oscillation
    >>> solar_mass_probabilities(10e3, 93.0, get_oscillation("desalas-2020-no")).round(3).tolist()
    [0.075, 0.903, 0.022]
    """
    E, density = _checked("E_nu", "keV", E_nu), _checked("n_e", "N_A cm^-3", n_e)
    c2_13 = 1 - oscillation.s2_13
    cos_2theta = 1 - 2 * oscillation.s2_12
    beta = _POTENTIAL * c2_13 / oscillation.dm2_21 * E * density
    # sin^2(2 theta) = 1 - cos^2(2 theta)
    x = cos_2theta - beta
    cos_matter = x / np.sqrt(x**2 + (1 - cos_2theta**2))
    P_1, P_2 = c2_13 * (1 + cos_matter) / 2, c2_13 * (1 - cos_matter) / 2
    return np.stack([P_1, P_2, np.full_like(P_1, oscillation.s2_13)])


def averaged_mass_probabilities(
    E_nu: ArrayLike, radial_weights: ArrayLike, n_e: ArrayLike, oscillation: OscillationParameters
) -> FloatArray:
    """Average `solar_mass_probabilities` over a tabulated production region.

    Parameters
    ----------
    E_nu : array, any shape, keV
    radial_weights : array, shape (n_r,)
        Share of the neutrinos made in each radial zone, not negative; normalised here to unit sum.
    n_e : array, shape (n_r,), N_A cm^-3
        Electron density of the zones.
    oscillation : OscillationParameters

    Returns
    -------
    array, shape (3, *E_nu.shape)

    Raises
    ------
    ValueError
        If weights or densities are negative, of different length, or the weights are all zero.

    Notes
    -----
    The probabilities depend on the zone only through n_e, smoothly. The zones are therefore replaced by the Gauss
    quadrature of the discrete measure they define on n_e, with 16 nodes exact for polynomials in n_e up to degree 31.
    Against the full sum over 250 zones the error is below 1e-10 for all solar components up to 20 MeV (tested), at a
    tenth of the work.
    """
    weights, density = _checked("radial_weights", "any unit", radial_weights), _checked("n_e", "N_A cm^-3", n_e)
    if weights.ndim != 1 or weights.shape != density.shape:
        raise ValueError(f"radial_weights {weights.shape} and n_e {density.shape} must be lists of the same length")
    if not weights.sum() > 0:
        raise ValueError("radial_weights are all zero: nothing is produced anywhere")
    nodes, shares = _gauss_nodes(density, weights / weights.sum(), _N_GAUSS)
    E = np.asarray(E_nu, dtype=float)
    return solar_mass_probabilities(E[..., None], nodes, oscillation) @ shares


def electron_neutrino_survival(mass_probabilities: ArrayLike, oscillation: OscillationParameters) -> FloatArray:
    """Survival probability P_ee = sum_j P_ej |U_ej|^2 of incoherent mass states.

    Parameters
    ----------
    mass_probabilities : array, shape (3, ...)
        P_e1, P_e2, P_e3.
    oscillation : OscillationParameters

    Returns
    -------
    array, shape (...)
    """
    c2_13 = 1 - oscillation.s2_13
    shares = np.array([c2_13 * (1 - oscillation.s2_12), c2_13 * oscillation.s2_12, oscillation.s2_13])
    return np.tensordot(shares, np.asarray(mass_probabilities, dtype=float), axes=1)


def _gauss_nodes(x: FloatArray, w: FloatArray, n: int) -> tuple[FloatArray, FloatArray]:
    """Gauss quadrature of the discrete measure with weights w at x: Stieltjes recurrence, then eigenvalues."""
    n = min(n, len(np.unique(x[w > 0])))
    diagonal, off = np.zeros(n), np.zeros(n)
    previous, current = np.zeros_like(x), np.ones_like(x) / np.sqrt(w.sum())
    for k in range(n):
        diagonal[k] = np.sum(w * x * current**2)
        following = (x - diagonal[k]) * current - off[k] * previous
        if k + 1 < n:
            off[k + 1] = np.sqrt(np.sum(w * following**2))
            previous, current = current, following / off[k + 1]
    nodes, vectors = np.linalg.eigh(np.diag(diagonal) + np.diag(off[1:], 1) + np.diag(off[1:], -1))
    return nodes, vectors[0] ** 2 * w.sum()


def _checked(name: str, unit: str, values: ArrayLike) -> FloatArray:
    array = np.asarray(values, dtype=float)
    if not np.all(np.isfinite(array)) or np.any(array < 0):
        worst = array.min() if np.all(np.isfinite(array)) else "not finite"
        raise ValueError(f"{name} = {worst} must be finite and not negative, in {unit}")
    return array
