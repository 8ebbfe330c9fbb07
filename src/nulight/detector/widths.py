"""Standard deviations of Gaussian resolutions as functions of the visible energy, all in keV."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from nulight.typing import FloatArray

__all__ = ["fano_width", "gaussian_width", "polynomial_width"]


def gaussian_width(a: float, b: float, c: float = 0.0) -> Callable[[FloatArray], FloatArray]:
    """Return sigma(T) = a sqrt(T) + b T + c with T in keV.

    Raises
    ------
    ValueError
        If a coefficient is negative or all are zero.
    """
    if min(a, b, c) < 0 or max(a, b, c) == 0:
        raise ValueError(f"resolution a = {a} keV^0.5, b = {b}, c = {c} keV: none negative, at least one positive")
    return lambda T: a * np.sqrt(T) + b * T + c


def fano_width(noise: float, energy_per_pair: float, fano: float) -> Callable[[FloatArray], FloatArray]:
    """Return sigma(E) = sqrt(noise^2 + energy_per_pair fano E), the width of an ionisation detector.

    Parameters
    ----------
    noise : float, keV
        Width without any signal.
    energy_per_pair : float, keV
        Energy to make one electron-hole pair.
    fano : float
        Fano factor.

    Raises
    ------
    ValueError
        If one is negative or all the width is zero.

    Examples
    --------
    Dresden-II, arXiv:2202.09672: 68.5 eV of noise, 2.96 eV a pair, Fano factor 0.11.

    >>> sigma = fano_width(0.0685, 0.00296, 0.11)
    >>> round(float(sigma(np.array(1.297))), 5)
    0.07152
    """
    if min(noise, energy_per_pair, fano) < 0 or (noise == 0 and energy_per_pair * fano == 0):
        raise ValueError(
            f"resolution noise = {noise} keV, energy_per_pair = {energy_per_pair} keV, fano = {fano}: "
            "none negative, and noise or the other two positive"
        )
    return lambda E: np.sqrt(noise**2 + energy_per_pair * fano * E)


def polynomial_width(coefficients: Sequence[float], *, upto: float = np.inf) -> Callable[[FloatArray], FloatArray]:
    """Return sigma(E) = sum_k c_k E^k, the width itself and not sigma / E.

    Parameters
    ----------
    coefficients : sequence, keV^(1 - k)
        From the constant upwards.
    upto : float, keV
        End of the fit; above it the width there is held, a kink the response should know. A cubic that runs away
        would smear large recoils into all bins.

    Raises
    ------
    ValueError
        If there is none. A response raises where the width is not positive.

    Examples
    --------
    PandaX-4T, arXiv:2206.02339: 12.6 % at 10 keV.

    >>> sigma = polynomial_width([0.073, 0.173, -0.0065, 0.00011], upto=30.0)
    >>> [round(float(s), 3) for s in sigma(np.array([10.0, 30.0, 300.0]))]
    [1.263, 2.383, 2.383]
    """
    if len(coefficients) == 0:
        raise ValueError("a polynomial width needs at least its constant, in keV")
    descending = np.array(coefficients, float)[::-1]
    return lambda E: np.asarray(np.polyval(descending, np.minimum(E, upto)))
