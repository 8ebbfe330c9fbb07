"""Charge radii and anapole moments of the Standard Model, and the conversion between the two.

The charge radius `r2` is always the package's: the full effect on a left-handed neutrino, vertex
``gamma_mu q^2 r2 / 6``. The anapole is the same physics with another normalisation, which papers
choose differently; the `Conventions` record says which. Magnetic moments are not here.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from nulight.constants import G_F, HBAR_C, M_LEPTON, M_W
from nulight.conventions import Conventions, get_conventions
from nulight.typing import ArrayLike, FloatArray

__all__ = ["anapole_from_r2", "r2_from_anapole", "standard_model_anapole", "standard_model_r2"]


def standard_model_r2() -> FloatArray:
    r"""Charge radii squared of the Standard Model.

    Returns
    -------
    array, shape (3,), cm^2
        For nu_e, nu_mu, nu_tau: -8.275e-33, -4.805e-33, -2.969e-33.

    Notes
    -----
    .. math:: \langle r^2\rangle_\ell = -\frac{G_F}{2\sqrt2\pi^2}\left[3 - 2\ln\frac{m_\ell^2}{m_W^2}\right]

    With K = sqrt2 pi alpha / (3 G_F), the shift of g_V per r2, the flavour difference is
    K (r2_mu - r2_e) = (alpha / 3 pi) ln(m_mu^2 / m_e^2) = 0.00826. It is an identity (G_F, m_W and
    the constant 3 drop out), so the two sides agree to rounding, and it fixes the factor 2 between
    the conventions of the literature: half the radius would give half the known difference between
    the radiatively corrected couplings of nu_e and nu_mu.

    References
    ----------
    Bernabeu, Papavassiliou, Vidal, hep-ph/0206015 and hep-ph/0008114, whose radius is half of this
    one; the normalisation is that of arXiv:1810.05606.

    Examples
    --------
    >>> print(" ".join(f"{r2:.3e}" for r2 in standard_model_r2()))
    -8.275e-33 -4.805e-33 -2.969e-33
    """
    logs = 2 * np.log(np.array(M_LEPTON) / M_W)
    r2: FloatArray = -G_F * HBAR_C**2 / (2 * math.sqrt(2) * math.pi**2) * (3 - 2 * logs)
    return r2


def standard_model_anapole(conventions: str | Path | Conventions = "default") -> FloatArray:
    r"""Anapole moments the Standard Model predicts, as the convention quotes them.

    Parameters
    ----------
    conventions : preset name, path of a YAML file, or Conventions
        Its `anapole_sm_scale` multiplies ``-r2 / 6``.

    Returns
    -------
    array, shape (3,), cm^2 per unit charge
        For nu_e, nu_mu, nu_tau: 1.379e-33, 8.01e-34, 4.95e-34 by default; half of that in
        ``"herrera-huber-2024"`` and ``"literature-half"``.

    Raises
    ------
    ValueError
        If there is no such preset or file.

    Notes
    -----
    The half values belong to two different pairs. ``"literature-half"`` halves the unit
    (a = -r2 / 12), so its a_SM is the full Standard Model effect. ``"herrera-huber-2024"`` keeps
    a = -r2 / 6, its own rule s2w -> s2w (1 - 2 m_W^2 a), and quotes half the Standard Model value:
    `r2_from_anapole` then returns half the Standard Model radius, and that is what the paper's
    numbers correspond to.

    References
    ----------
    Herrera and Huber, arXiv:2408.11904, Eqs. 1, 2 and 4; Cabral-Rosetti, Moreno, Rosado,
    hep-ph/0206083.

    Examples
    --------
    >>> print(" ".join(f"{a:.3e}" for a in standard_model_anapole("herrera-huber-2024")))
    6.896e-34 4.005e-34 2.474e-34
    """
    return get_conventions(conventions).anapole_sm_scale * anapole_from_r2(standard_model_r2())


def anapole_from_r2(r2: ArrayLike, conventions: str | Path | Conventions = "default") -> FloatArray:
    """Convert a charge radius squared to the anapole moment of the convention.

    Parameters
    ----------
    r2 : array, any shape, cm^2
        Charge radius squared in the package convention, total effect on a left-handed neutrino.
    conventions : preset name, path of a YAML file, or Conventions
        Its `anapole_per_r2` is the factor: -1/6 for the coefficient of
        L = (a/2) nubar gamma gamma5 nu dF, -1/12 in ``"literature-half"``.

    Returns
    -------
    array, same shape, cm^2 per unit charge

    Raises
    ------
    ValueError
        If there is no such preset or file.

    Examples
    --------
    >>> print(f'{anapole_from_r2(-6e-32):.3e} {anapole_from_r2(-6e-32, "literature-half"):.3e}')
    1.000e-32 5.000e-33
    """
    return get_conventions(conventions).anapole_per_r2 * np.asarray(r2, dtype=np.float64)


def r2_from_anapole(a: ArrayLike, conventions: str | Path | Conventions = "default") -> FloatArray:
    """Convert an anapole moment of the convention to the package's charge radius squared.

    Parameters
    ----------
    a : array, any shape, cm^2 per unit charge
        Anapole moment as the convention defines it.
    conventions : preset name, path of a YAML file, or Conventions
        Its `anapole_per_r2` is divided out.

    Returns
    -------
    array, same shape, cm^2

    Raises
    ------
    ValueError
        If there is no such preset or file.

    Examples
    --------
    >>> print(f"{r2_from_anapole(1e-32):.3e}")
    -6.000e-32
    """
    return np.asarray(a, dtype=np.float64) / get_conventions(conventions).anapole_per_r2
