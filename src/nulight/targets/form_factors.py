"""Form factors of nuclei: how much of the coherence over the nucleons survives a momentum transfer.

Each is the Fourier transform of a spherical density, written so that nothing cancels at small q:
F(0) = 1 and F = 1 - q^2 R^2 / 6 hold to rounding. Which radius a nucleus has is `nuclei`' business.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from nulight.constants import HBAR_C
from nulight.typing import ArrayLike, FloatArray
from nulight.units import fm

__all__ = [
    "CITATIONS",
    "FORM_FACTORS",
    "form_factor",
    "helm",
    "klein_nystrand",
    "momentum_transfer",
    "symmetrised_fermi",
]

HELM_SKIN = 0.9
YUKAWA_RANGE = 0.7
FERMI_DIFFUSENESS = 0.52

CITATIONS: dict[str, tuple[str, ...]] = {
    "helm": ("doi:10.1103/PhysRev.104.1466",),
    "klein-nystrand": ("doi:10.1103/PhysRevC.60.014903",),
    "fermi": ("doi:10.1103/PhysRevC.94.034316",),
    "unity": (),
}
"""Where each form factor stands."""

_SERIES_BELOW = 0.5
_SPHERE = tuple((-1) ** k * 6 * (k + 1) / math.factorial(2 * k + 3) for k in range(6))
_COTH_SERIES_BELOW = 0.2
_COTH = (1, -1 / 15, 2 / 315, -1 / 1575, 2 / 31185, -1382 / 212837625)


def helm(q: ArrayLike, R: float, *, s: float = HELM_SKIN) -> FloatArray:
    r"""Form factor of a uniform sphere with a Gaussian surface.

    Parameters
    ----------
    q : array, any shape, fm^-1
        Momentum transfer.
    R : float, fm
        Root-mean-square radius.
    s : float, fm
        Width of the Gaussian.

    Returns
    -------
    array, shape of `q`, dimensionless

    Raises
    ------
    ValueError
        If R is too small to hold the surface: :math:`R^2 > 3 s^2` is needed.

    Notes
    -----
    .. math:: F = \frac{3 j_1(q R_0)}{q R_0} e^{-q^2 s^2/2}, \quad R_0^2 = \tfrac53 (R^2 - 3 s^2)

    References
    ----------
    doi:10.1103/PhysRev.104.1466

    Examples
    --------
    >>> helm([0.0, 0.25, 0.5], 4.8).round(4)
    array([1.    , 0.7811, 0.3313])
    """
    q = np.asarray(q, dtype=float)
    R_0 = _reduced_radius("helm", R, 3 * s**2)
    return np.asarray(_sphere(q * R_0) * np.exp(-((q * s) ** 2) / 2))


def klein_nystrand(q: ArrayLike, R_A: float, a: float = YUKAWA_RANGE) -> FloatArray:
    r"""Form factor of a hard sphere folded with a Yukawa potential.

    Parameters
    ----------
    q : array, any shape, fm^-1
        Momentum transfer.
    R_A : float, fm
        Radius of the sphere, not of the nucleus: :math:`R^2 = \tfrac35 R_A^2 + 6 a^2`.
    a : float, fm
        Range of the Yukawa potential.

    Returns
    -------
    array, shape of `q`, dimensionless

    Notes
    -----
    .. math:: F = \frac{3 j_1(q R_A)}{q R_A} \frac{1}{1 + a^2 q^2}

    References
    ----------
    doi:10.1103/PhysRevC.60.014903

    Examples
    --------
    >>> klein_nystrand([0.0, 0.25, 0.5], 1.23 * 132 ** (1 / 3)).round(4)
    array([1.    , 0.7523, 0.2734])
    """
    q = np.asarray(q, dtype=float)
    return np.asarray(_sphere(q * R_A) / (1 + (q * a) ** 2))


def symmetrised_fermi(q: ArrayLike, R: float, *, a: float = FERMI_DIFFUSENESS) -> FloatArray:
    r"""Form factor of the symmetrised Fermi (Woods-Saxon) density.

    Parameters
    ----------
    q : array, any shape, fm^-1
        Momentum transfer.
    R : float, fm
        Root-mean-square radius.
    a : float, fm
        Diffuseness of the surface; its thickness (90 % to 10 %) is 4 a ln 3.

    Returns
    -------
    array, shape of `q`, dimensionless

    Raises
    ------
    ValueError
        If R is too small to hold the surface: :math:`R^2 > \tfrac75 \pi^2 a^2` is needed.

    Notes
    -----
    .. math::
        F = \frac{3}{qc\,[(qc)^2 + (\pi q a)^2]} \frac{\pi q a}{\sinh \pi q a}
        \left[\frac{\pi q a \sin qc}{\tanh \pi q a} - qc \cos qc\right], \quad
        R^2 = \tfrac35 c^2 + \tfrac75 \pi^2 a^2

    with c the half-density radius. The density
    :math:`\sinh(c/a) / [\cosh(r/a) + \cosh(c/a)]` differs from Woods-Saxon by :math:`e^{-(r+c)/a}`.

    References
    ----------
    doi:10.1103/PhysRevC.94.034316

    Examples
    --------
    >>> symmetrised_fermi([0.0, 0.25, 0.5], 4.8).round(4)
    array([1.    , 0.7815, 0.3343])
    """
    q = np.asarray(q, dtype=float)
    c = _reduced_radius("fermi", R, 1.4 * (math.pi * a) ** 2)
    x, y = q * c, math.pi * a * q
    bulk = c**2 / (c**2 + (math.pi * a) ** 2)  # the printed form regrouped: every term is finite at q = 0
    return np.asarray(_over_sinh(y) * (bulk * _sphere(x) + (1 - bulk) * _coth(y) * np.sinc(x / math.pi)))


FORM_FACTORS: dict[str, Callable[[FloatArray, float], FloatArray]] = {
    "helm": helm,
    "klein-nystrand": lambda q, R: klein_nystrand(q, _reduced_radius("klein-nystrand", R, 6 * YUKAWA_RANGE**2)),
    "fermi": symmetrised_fermi,
    "unity": lambda q, R: np.ones_like(q),  # noqa: ARG005
}
"""Form factors by name, as functions of q and the root-mean-square radius."""


def form_factor(name: str, q: ArrayLike, R: float) -> FloatArray:
    """Evaluate the form factor `name` for a root-mean-square radius.

    Parameters
    ----------
    name : "helm", "klein-nystrand", "fermi" or "unity"
    q : array, any shape, fm^-1
    R : float, fm

    Returns
    -------
    array, shape of `q`, dimensionless

    Raises
    ------
    ValueError
        If the name is unknown or the radius too small for it.

    Examples
    --------
    >>> float(form_factor("unity", 0.5, 4.8))
    1.0
    """
    if name not in FORM_FACTORS:
        raise ValueError(f"no form factor {name!r}; known: {', '.join(FORM_FACTORS)}")
    return FORM_FACTORS[name](np.asarray(q, dtype=float), R)


def momentum_transfer(T: ArrayLike, mass: float) -> FloatArray:
    r"""Three-momentum taken up by a nucleus.

    Parameters
    ----------
    T : array, any shape, keV
        Recoil energy, not negative.
    mass : float, keV
        Mass of the nucleus.

    Returns
    -------
    array, shape of `T`, fm^-1

    Raises
    ------
    ValueError
        If a recoil energy is negative or not a number.

    Notes
    -----
    .. math:: q^2 = 2 M T + T^2

    Examples
    --------
    >>> float(momentum_transfer(10.0, 1.2284e8).round(4))
    0.2512
    """
    T = np.asarray(T, dtype=float)
    bad = ~(T >= 0)
    if bad.any():
        raise ValueError(f"T = {T[bad].flat[0]:g} keV is no recoil energy; zero or more keV is needed")
    return np.asarray(np.sqrt(T * (2 * mass + T)) / (HBAR_C / fm))


def _reduced_radius(name: str, R: float, surface: float) -> float:
    """Return the radius of the uniform sphere that is left when the surface's share of R^2 is taken out."""
    if not R**2 > surface or R < 0:
        raise ValueError(
            f"R = {R:g} fm is too small for the form factor {name!r}: its surface alone has a "
            f"root-mean-square radius of {math.sqrt(surface):.3g} fm"
        )
    return math.sqrt((R**2 - surface) / 0.6)


def _sphere(x: FloatArray) -> FloatArray:
    """3 j_1(x) / x."""
    small = np.abs(x) < _SERIES_BELOW
    safe = np.where(small, 1.0, x)
    closed = 3 * (np.sin(safe) - safe * np.cos(safe)) / safe**3
    return np.asarray(np.where(small, np.polynomial.polynomial.polyval(x**2, _SPHERE), closed))


def _coth(y: FloatArray) -> FloatArray:
    """3 (y coth y - 1) / y^2."""
    small = np.abs(y) < _COTH_SERIES_BELOW
    safe = np.where(small, 1.0, y)
    closed = 3 * (safe / np.tanh(safe) - 1) / safe**2
    return np.asarray(np.where(small, np.polynomial.polynomial.polyval(y**2, _COTH), closed))


def _over_sinh(y: FloatArray) -> FloatArray:
    """y / sinh y, without overflow at large y."""
    safe = np.where(y == 0, 1.0, np.abs(y))
    return np.asarray(np.where(y == 0, 1.0, -2 * safe * np.exp(-safe) / np.expm1(-2 * safe)))
