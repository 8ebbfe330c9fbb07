r"""Magnetic and electric moments of neutrinos that have mass and the weak interaction, and nothing else.

One loop of a W and a charged lepton gives every massive neutrino moments, proportional to its mass
and, between different mass states, suppressed by the charged leptons' masses (GIM). They are what
a minimal extension of the Standard Model predicts; anything larger is new physics.
"""

from __future__ import annotations

import math

import numpy as np

from nulight.constants import G_F, M_E, M_LEPTON, M_W
from nulight.models.matrix_checks import check_mixing, dagger
from nulight.neutrinos.mixing import OscillationParameters
from nulight.typing import ArrayLike, ComplexArray, FloatArray
from nulight.units import eV

__all__ = ["dirac_moments", "majorana_moments", "neutrino_masses"]

_SCALE = M_E * G_F * eV / (4 * math.sqrt(2) * math.pi**2)  # mu_B per eV; e G_F / (8 sqrt2 pi^2) in Bohr magnetons


def neutrino_masses(lightest: ArrayLike, oscillation: OscillationParameters) -> FloatArray:
    """Masses of the three neutrinos from the lightest one and the measured splittings.

    Parameters
    ----------
    lightest : array (...), eV
        Mass of nu_1 in the normal and of nu_3 in the inverted ordering, not negative.
    oscillation : OscillationParameters
        Splittings; the sign of its `dm2_31` is the ordering.

    Returns
    -------
    array, shape (..., 3), eV

    Raises
    ------
    ValueError
        If a mass is negative or not finite.

    Examples
    --------
    >>> from nulight.neutrinos.mixing import get_oscillation
    >>> [round(1e3 * float(m), 1) for m in neutrino_masses(0.0, get_oscillation("nufit-6.0-no"))]  # meV
    [0.0, 8.7, 50.1]
    >>> [round(1e3 * float(m), 1) for m in neutrino_masses(0.0, get_oscillation("nufit-6.0-io"))]
    [49.1, 49.8, 0.0]
    """
    m = _not_negative("lightest", lightest)
    above_1 = np.array([0.0, oscillation.dm2_21, oscillation.dm2_31])
    masses: FloatArray = np.sqrt(m[..., None] ** 2 + (above_1 - above_1.min()))
    return masses


def dirac_moments(masses: ArrayLike, mixing: ArrayLike) -> tuple[ComplexArray, ComplexArray]:
    r"""Moments of Dirac neutrinos.

    Parameters
    ----------
    masses : array (..., N), eV
        Masses of the mass states, far below that of the W.
    mixing : array (..., N, N)
        Unitary U with :math:`|\nu_\alpha\rangle = \sum_j U^*_{\alpha j}|\nu_j\rangle`, rows e, mu, tau (, s);
        sterile rows have no charged lepton.

    Returns
    -------
    (mu, epsilon) : arrays (..., N, N), mu_B
        Hermitian magnetic and electric moments in the mass basis, final state first.
        :math:`\lambda = \mu - i\epsilon` is what a left-handed neutrino meets.

    Raises
    ------
    ValueError
        If masses and mixing do not fit together, a mass is negative or the mixing is not unitary.

    Notes
    -----
    .. math::
        \mu_{kj} = K (m_k + m_j) F_{kj}, \quad \epsilon_{kj} = i K (m_k - m_j) F_{kj}, \quad
        F_{kj} = \sum_\ell U^*_{\ell k} U_{\ell j} \Big(\frac32 - \frac34 \frac{m_\ell^2}{m_W^2}\Big), \quad
        K = \frac{e G_F}{8\sqrt2\pi^2}

    so that :math:`\mu_{kk} = 3 m_e G_F m_k / (4\sqrt2\pi^2)\,\mu_B`, 3.2026e-19 mu_B per eV up to 1e-4,
    and a transition moment is -3.914e-23 mu_B per eV of :math:`m_k + m_j` times
    :math:`\sum_\ell U^*_{\ell k}U_{\ell j} m_\ell^2/m_\tau^2`. The next order in the lepton masses,
    (3 + 2 ln x) x with x = m_tau^2 / m_W^2, takes 0.6 % off transition moments; loops of higher order
    are not smaller.

    The sign of epsilon is fixed by what flips the helicity of a left-handed neutrino, the mass of
    the final state: :math:`\lambda_{kj} = 2 K m_k F_{kj}`, so that the charged-lepton masses act on the doublet and
    the neutrino mass comes last, as gauge invariance wants it.
    Formulas that print :math:`i\epsilon_{kj} \propto (m_k - m_j)` with the coefficient of mu have the other
    sign of epsilon, or of gamma5; the moduli of mu and of epsilon do not depend on it.

    References
    ----------
    Giunti:2014ixa; Fujikawa and Shrock, Phys. Rev. Lett. 45 (1980) 963; Pal and Wolfenstein, Phys. Rev. D 25
    (1982) 766; Shrock, Nucl. Phys. B 206 (1982) 359

    Examples
    --------
    >>> mu, epsilon = dirac_moments([0.0, 0.0, 1.0], np.eye(3))
    >>> print(f"{mu[2, 2].real:.3e} {abs(epsilon[2, 2]):.1f}")
    3.202e-19 0.0
    """
    m, F = _checked(masses, mixing)
    return _split(2 * _SCALE * m[..., None] * F)


def majorana_moments(masses: ArrayLike, mixing: ArrayLike) -> tuple[ComplexArray, ComplexArray]:
    r"""Moments of Majorana neutrinos, transitions only.

    Parameters
    ----------
    masses : array (..., N), eV
    mixing : array (..., N, N)
        As for `dirac_moments`, with the Majorana phases in it, ``pmns(..., majorana=(alpha_21, alpha_31))``.

    Returns
    -------
    (mu, epsilon) : arrays (..., N, N), mu_B
        Hermitian and antisymmetric, so imaginary; :math:`\lambda = \mu - i\epsilon` is antisymmetric.

    Raises
    ------
    ValueError
        If masses and mixing do not fit together, a mass is negative or the mixing is not unitary.

    Notes
    -----
    A Majorana neutrino is its own charge conjugate: the loop and its conjugate add up,
    :math:`\lambda^M = \lambda^D - (\lambda^D)^T`, twice the imaginary part of the Dirac mu and epsilon:

    .. math::
        \mu_{kj} = 2 i K (m_k + m_j)\, \mathrm{Im} F_{kj}, \quad
        \epsilon_{kj} = 2 i K (m_k - m_j)\, \mathrm{Re} F_{kj}

    The coefficient is 7.828e-23 mu_B per eV with :math:`m_\ell^2/m_\tau^2`, and 1.601e-19 with
    :math:`m_\ell^2/m_W^2`: the slide that has 7.8e-23 with the mass of the W misses a factor
    (m_W / m_tau)^2 = 2046. In the flavour basis, with the mass matrix M = U^* m U^+,

    .. math:: \lambda_{\alpha\beta} = 1.601\times10^{-19}\mu_B\, M_{\alpha\beta}\,(m_\alpha^2 - m_\beta^2)/m_W^2

    Models with more scalars can exceed this by far.

    References
    ----------
    Giunti:2014ixa; Shrock, Nucl. Phys. B 206 (1982) 359; Pal and Wolfenstein, Phys. Rev. D 25 (1982) 766

    Examples
    --------
    >>> from nulight.neutrinos.mixing import get_oscillation, pmns
    >>> oscillation = get_oscillation("nufit-6.0-no")
    >>> mu, epsilon = majorana_moments(neutrino_masses(0.1, oscillation), pmns(oscillation, majorana=(0.0, 1.0)))
    >>> print(f"{abs(mu - 1j * epsilon)[1, 2]:.1e}")
    3.3e-24
    """
    m, F = _checked(masses, mixing)
    moment = 2 * _SCALE * m[..., None] * F
    return _split(moment - np.swapaxes(moment, -1, -2))


def _checked(masses: ArrayLike, mixing: ArrayLike) -> tuple[FloatArray, ComplexArray]:
    """Masses and the sum over charged leptons, F_kj."""
    m, U = _not_negative("neutrino masses", masses), check_mixing(mixing)
    if U.shape[-1] < 3 or m.shape[-1:] != U.shape[-1:]:
        raise ValueError(f"neutrino masses of shape {m.shape} do not fit a mixing matrix of shape {U.shape}")
    loop = np.zeros(U.shape[-1])
    loop[:3] = 3 / 2 - 3 / 4 * (np.array(M_LEPTON) / M_W) ** 2
    return m, dagger(U) @ (loop[:, None] * U)


def _not_negative(name: str, value: ArrayLike) -> FloatArray:
    array = np.asarray(value, dtype=float)
    if not np.all(np.isfinite(array) & (array >= 0)):
        raise ValueError(f"{name} = {array} eV must be finite and not negative")
    return array


def _split(moment: ComplexArray) -> tuple[ComplexArray, ComplexArray]:
    """Split lambda = mu - i epsilon into its hermitian parts."""
    conjugate = dagger(moment)
    return (moment + conjugate) / 2, 1j * (moment - conjugate) / 2
