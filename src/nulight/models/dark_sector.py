"""Anapole moment from a dark sector that mixes kinetically with the photon.

Neutrinos couple to a dark fermion chi and a charged boson, a scalar phi or a vector V. The loop
gives them a dark anapole, and the kinetic mixing epsilon makes it electromagnetic. Only the static
limit is here: momentum transfers and the neutrino mass small against the masses in the loop.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nulight.constants import HBAR_C
from nulight.typing import ArrayLike, FloatArray
from nulight.units import MeV

__all__ = [
    "AnapoleBand",
    "anapole_band",
    "scalar_loop_anapole",
    "scalar_loop_function",
    "vector_loop_anapole",
    "vector_loop_function",
]

# Below this |x - 1| the closed forms lose digits to cancellation (eps/|x-1|) and the series
# takes over: |x-1|^20 is then below the rounding of a double.
_SERIES_RADIUS = 0.125
_K = np.arange(20.0)
_SCALAR_SERIES = (-1.0) ** (_K + 1) * (2 * _K + 1) / ((_K + 1) * (_K + 2))
# (3 + 6d - d^2) ln(1+d) - 3d + 3d^2, divided by d^2, order by order.
_VECTOR_SERIES = (-1.0) ** _K * (-3 / (_K + 2) + 6 / (_K + 1) + 1 / np.where(_K > 0, _K, np.inf))
_VECTOR_SERIES[0] += 3


def scalar_loop_function(x: ArrayLike) -> FloatArray:
    r"""Loop function of a dark fermion and a charged scalar.

    Parameters
    ----------
    x : array, any shape
        (m_chi / m_phi)^2, positive.

    Returns
    -------
    array, same shape
        -1/2 at x = 1, 3 + 2 ln x for x -> 0, (ln x - 3)/x for x -> infinity; its single zero is at
        x = 8.5774, m_chi = 2.929 m_phi. Relative error below 1e-12 away from that zero.

    Raises
    ------
    ValueError
        If any `x` is not positive and finite.

    Notes
    -----
    .. math:: f(x) = \frac{3(1-x) + (2+x)\ln x}{(1-x)^2}
                   = \int_0^1 ds\, s^3\left[\frac{1}{D_b} - \frac{2}{D_f} - \frac{x}{D_f^2}\right]

    with :math:`D_b = s + (1-s)x` (photon on the boson) and :math:`D_f = 1 - s + sx` (photon on the
    fermion). Derivation: with massless neutrinos outside, the photon on the boson leaves
    ``2 l^mu lslash`` in the numerator and the photon on the fermion
    ``lslash gamma^mu lslash + (m_chi^2 + y z q^2) gamma^mu``; y and z belong to the two equal
    propagators, y + z = s. The q^2 term of ln D and 1/D with int dy dz y z = s^3/6 gives the
    integrand, the charges of boson and fermion being opposite.

    References
    ----------
    Herrera and Huber, arXiv:2408.11904, Eq. 14, whose printed logarithm of the unsquared mass
    ratio diverges at equal masses; the square is right. Tested against the light limit of the
    dark-matter anapole of arXiv:1401.6457.

    Examples
    --------
    >>> scalar_loop_function([1.0, 1 + 1e-9, 4.0]).round(6).tolist()
    [-0.5, -0.5, -0.075804]
    """
    return _stable(x, _scalar_closed_form, _SCALAR_SERIES)


def vector_loop_function(x: ArrayLike) -> FloatArray:
    r"""Loop function of a dark fermion and a charged massive vector with its Goldstone boson.

    Parameters
    ----------
    x : array, any shape
        (m_chi / m_V)^2, positive.

    Returns
    -------
    array, same shape
        15/2 at x = 1, 2 (3 - 2 ln x) for x -> 0 (the W loop of the Standard Model), 3 - ln x for
        x -> infinity (the Goldstone coupling grows with m_chi). Relative error below 1e-12 away
        from its single zero.

    Raises
    ------
    ValueError
        If any `x` is not positive and finite.

    Notes
    -----
    .. math:: g(x) = \frac{3(x-1)(x-2) - (x^2 - 8x + 4)\ln x}{(1-x)^2}

    The sum of three Feynman-parameter integrals over 0 < s < 1, D_b and D_f as in
    `scalar_loop_function`: photon on the fermion
    :math:`2s^3[2/D_f + x/D_f^2] + 12 s(1-s)/D_f`, photon on the vector
    :math:`(12 s^2 - 2 s^3)/D_b`, and the Goldstone boson, :math:`-x f(x)`. Background-field
    Feynman gauge, in which the photon-V-Goldstone vertex is absent; gauge invariance with a
    massless neutrino fixes the Goldstone coupling, so g_R = v_L m_chi / m_V and
    g_L = v_R m_chi / m_V. With free g_L, g_R it would not be gauge invariant.

    The halves are the photon penguins of quark and lepton physics: with F_gamma and D_0 of Inami
    and Lim (zero at x = 0 and with charge 2/3 on the fermion), the photon on the vector with its
    Goldstone part is 16/3 + 6 F_gamma(x), and g = 6 + 9 D_0 - 3 F_gamma.

    References
    ----------
    Own derivation, tested against Inami and Lim, Prog. Theor. Phys. 65 (1981) 297, and against the
    Standard Model.

    Examples
    --------
    >>> vector_loop_function([1.0, 1 + 1e-9, 4.0]).round(6).tolist()
    [7.5, 7.5, 3.848392]
    """
    return _stable(x, _vector_closed_form, _VECTOR_SERIES)


def scalar_loop_anapole(
    m_chi: ArrayLike,
    m_phi: ArrayLike,
    *,
    epsilon: ArrayLike,
    charge: float = 1.0,
    c_left: complex = 1.0,
    c_right: complex = 0.0,
) -> FloatArray:
    r"""Neutrino anapole from a scalar loop in a kinetically mixed dark sector.

    Parameters
    ----------
    m_chi, m_phi : array, broadcasting, keV
        Masses of the fermion and of the scalar.
    epsilon : array, broadcasting
        Kinetic mixing, L = (epsilon/2) F'F. Its sign is a matter of convention.
    charge : float, units of e
        Dark charge of the scalar; the fermion carries the opposite one.
    c_left, c_right : complex
        L = nubar (c_left P_L + c_right P_R) phi* chi.

    Returns
    -------
    array, broadcast shape, cm^2 per unit charge
        In the default convention, a = -r2/6: to be used with s2w -> s2w (1 - 2 m_W^2 a).

    Raises
    ------
    ValueError
        If a mass is not positive.

    Notes
    -----
    .. math:: a = \frac{\epsilon Q}{96\pi^2}\left(|c_L|^2 - |c_R|^2\right)\frac{f(x)}{m_\phi^2}

    No factor e: it is divided out, as the anapole counts per unit charge. Static limit, valid for
    ``2 m_e T`` small against the masses squared (0.14 MeV^2 at T = 140 keV) and a dark photon
    lighter than that momentum transfer.

    References
    ----------
    Herrera and Huber, arXiv:2408.11904, Eqs. 11, 12, 14.

    Examples
    --------
    >>> print(f"{float(scalar_loop_anapole(10e3, 10e3, epsilon=1e-3)):.3e}")  # equal masses of 10 MeV
    -2.055e-30
    """
    x, m_phi_2 = _mass_ratio(m_chi, m_phi)
    strength = np.asarray(epsilon) * charge * (abs(c_left) ** 2 - abs(c_right) ** 2)
    return _UNIT * strength * scalar_loop_function(x) / m_phi_2


def vector_loop_anapole(
    m_chi: ArrayLike,
    m_vector: ArrayLike,
    *,
    epsilon: ArrayLike,
    charge: float = 1.0,
    v_left: complex = 1.0,
    v_right: complex = 0.0,
) -> FloatArray:
    r"""Neutrino anapole from a vector loop in a kinetically mixed dark sector.

    Parameters
    ----------
    m_chi, m_vector : array, broadcasting, keV
        Masses of the fermion and of the vector.
    epsilon : array, broadcasting
        Kinetic mixing; 1 with the charge of the W makes it the Standard Model loop.
    charge : float, units of e
        Dark charge of the vector; the fermion carries the opposite one.
    v_left, v_right : complex
        L = nubar gamma^mu (v_left P_L + v_right P_R) V_mu chi, Goldstone couplings as gauge
        invariance demands (`vector_loop_function`).

    Returns
    -------
    array, broadcast shape, cm^2 per unit charge
        In the default convention, a = -r2/6.

    Raises
    ------
    ValueError
        If a mass is not positive.

    Notes
    -----
    .. math:: a = \frac{\epsilon Q}{96\pi^2}\left(|v_L|^2 - |v_R|^2\right)\frac{g(x)}{m_V^2}

    For the W, |v_L|^2 = g^2/2 = 2 sqrt2 G_F m_W^2, and g(x) -> 2 (3 - 2 ln x) gives -r2_SM/6.
    Static limit as in `scalar_loop_anapole`.

    References
    ----------
    Herrera and Huber, arXiv:2408.11904, Eq. 13, and `vector_loop_function`.
    """
    x, m_vector_2 = _mass_ratio(m_chi, m_vector)
    strength = np.asarray(epsilon) * charge * (abs(v_left) ** 2 - abs(v_right) ** 2)
    return _UNIT * strength * vector_loop_function(x) / m_vector_2


@dataclass(frozen=True, slots=True, kw_only=True)
class AnapoleBand:
    """Range of |a| over a parameter scan.

    Attributes
    ----------
    m_chi : array, shape (n_chi,), keV
    lower, upper : array, shape (n_chi,), cm^2 per unit charge
        Smallest and largest |a| over the scanned scalar masses and mixings.
    curves : array, shape (n_phi, n_epsilon, n_chi), cm^2 per unit charge
        The signed anapole of every scanned pair.
    m_phi : array, shape (n_phi,), keV
    epsilon : array, shape (n_epsilon,)
    """

    m_chi: FloatArray
    lower: FloatArray
    upper: FloatArray
    curves: FloatArray
    m_phi: FloatArray
    epsilon: FloatArray


def anapole_band(
    m_chi: ArrayLike,
    *,
    m_phi: ArrayLike = (10 * MeV, 100 * MeV, 1000 * MeV),
    epsilon: ArrayLike = (1e-6, 1e-3),
    charge: float = 1.0,
    coupling: float = 1.0,
) -> AnapoleBand:
    """Scan the scalar loop as in Figure 4 of Herrera and Huber.

    Parameters
    ----------
    m_chi : array, shape (n_chi,), keV
        Fermion masses; the paper's axis is 1 MeV to 1 GeV.
    m_phi : array, shape (n_phi,), keV
        Scalar masses. The text gives no values; these are ours for "MeV scale".
    epsilon : array, shape (n_epsilon,)
        Kinetic mixings. |a| is linear in it, so the two ends span the band.
    charge : float, units of e
    coupling : float
        |c_left|^2 - |c_right|^2.

    Returns
    -------
    AnapoleBand
        A continuous scan in m_phi would reach |a| = 0 wherever m_chi = 2.929 m_phi lies inside it;
        `lower` is the minimum over the masses given.

    Raises
    ------
    ValueError
        If a mass is not positive.
    """
    m_chi, m_phi, epsilon = (np.atleast_1d(np.asarray(v, dtype=np.float64)) for v in (m_chi, m_phi, epsilon))
    strength = (coupling * epsilon)[None, :, None]
    curves = scalar_loop_anapole(m_chi, m_phi[:, None, None], epsilon=strength, charge=charge)
    size = np.abs(curves)
    return AnapoleBand(
        m_chi=m_chi,
        lower=size.min(axis=(0, 1)),
        upper=size.max(axis=(0, 1)),
        curves=curves,
        m_phi=m_phi,
        epsilon=epsilon,
    )


_UNIT = HBAR_C**2 / (96 * math.pi**2)  # keV^2 cm^2


def _mass_ratio(m_chi: ArrayLike, m_boson: ArrayLike) -> tuple[FloatArray, FloatArray]:
    m_chi, m_boson = np.asarray(m_chi, dtype=np.float64), np.asarray(m_boson, dtype=np.float64)
    for name, mass in (("m_chi", m_chi), ("boson mass", m_boson)):
        if not np.all(mass > 0):
            raise ValueError(f"{name} = {mass.min()} keV must be positive")
    return (m_chi / m_boson) ** 2, m_boson**2


def _stable(x: ArrayLike, closed_form: Callable[[FloatArray], FloatArray], series: FloatArray) -> FloatArray:
    """Evaluate a loop function in d = x - 1: by its series near equal masses, elsewhere as it stands."""
    x = np.asarray(x, dtype=np.float64)
    if not np.all((x > 0) & np.isfinite(x)):
        raise ValueError("the mass ratio squared x must be positive and finite")
    near = np.abs(x - 1) < _SERIES_RADIUS
    expanded = np.polynomial.polynomial.polyval(np.where(near, x - 1, 0.0), series)
    return np.where(near, expanded, closed_form(np.where(near, 2.0, x)))


# The closed forms are divided through by x - 1 first: x^2 overflows long before they do.
def _scalar_closed_form(x: FloatArray) -> FloatArray:
    u, v = x / (x - 1), 1 / (x - 1)
    result: FloatArray = v * ((u + 2 * v) * np.log(x) - 3)
    return result


def _vector_closed_form(x: FloatArray) -> FloatArray:
    u, v = x / (x - 1), 1 / (x - 1)
    result: FloatArray = 3 * (u - 2 * v) - (u**2 - 8 * u * v + 4 * v**2) * np.log(x)
    return result
