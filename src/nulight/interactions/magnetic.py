"""Magnetic and electric moments on electrons, with a massless or massive final neutrino.

A moment flips the helicity, so it adds to the weak cross section without interference (that with a
heavy final state is suppressed by its mass, needs mixing, and stands in `interference`). A
transition to a sterile neutrino of mass m_4, the dipole portal, has the same amplitude and its
own kinematics.

Everything here holds for Dirac and Majorana neutrinos, final ones too, and for antineutrinos: one
helicity comes in, one operator, L = (mu/2) Nbar sigma nu_L F + h.c., turns it into N, and the two
helicities of N are summed. A Majorana N has no second amplitude, since that would need a
right-handed neutrino to come in; only its decay has twice the channels (`decay`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from nulight.constants import M_E
from nulight.interactions.nuclear_brackets import moment_bracket
from nulight.interactions.term import Binding, MomentKinematics, Term
from nulight.neutrinos.flux import Helicity
from nulight.typing import ArrayLike, ComplexArray, FloatArray

__all__ = ["Moment", "dipole_coefficients", "dsigma_dT_magnetic", "magnetic_terms"]


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """Transition moments to final neutrinos of one mass.

    Attributes
    ----------
    label : str
    matrix : array, shape (..., n_final, N), Bohr magnetons
        mu - i epsilon from flavour (column) to final state (row); final states do not interfere.
    m_final : float, keV
    mass_matrix : array, shape (..., n_final, N), or None
        The same from mass states, if it is given in that basis.
    weak : array, shape (..., n_final, N), or None
        Amplitude of each flavour (column) in the final state by mixing; None without. It makes the
        moment interfere with the weak current, see `interference`.
    """

    label: str
    matrix: ComplexArray
    m_final: float = 0.0
    mass_matrix: ComplexArray | None = None
    weak: ComplexArray | None = None
    mixing: ComplexArray | None = None

    def strengths(self, helicity: Helicity) -> tuple[ComplexArray, ComplexArray | None]:
        """Return C = mu^+ mu in the flavour and the mass basis, complex conjugated for antineutrinos."""
        flavour = _strength(self.matrix, helicity)
        return flavour, None if self.mass_matrix is None else _strength(self.mass_matrix, helicity)


def dipole_coefficients(T: FloatArray, mass: float, m_final: float = 0.0) -> FloatArray:
    """Coefficients of 1, 1/E, 1/E^2 for a moment of one Bohr magneton on a spin-1/2 target.

    Parameters
    ----------
    T : array, shape (n_T,), keV
    mass, m_final : float, keV
        Target and final neutrino.

    Returns
    -------
    array, shape (3, n_T), cm^2 keV^(k - 1)

    Notes
    -----
    K = 1/T - 1/E - m^2/(2 E T M) (1 - T/(2E) + M/(2E)) + m^4 (T - M)/(8 E^2 T^2 M^2) times
    pi alpha^2 / m_e^2 with the electron mass of mu_B. Outside the kinematic limits K has no meaning
    and may have either sign.

    References
    ----------
    Miranda:2021kre (arXiv:2109.09545), Eq. (17)
    """
    return moment_bracket(T, mass, True, m_final)


def magnetic_terms(moments: Sequence[Moment], helicity: Helicity, *, binding: Binding = "stepping") -> list[Term]:
    """Return one term a moment: C = mu^+ mu, complex conjugated for antineutrinos."""
    terms = []
    for moment in moments:
        matrix, in_mass = moment.strengths(helicity)
        kinematics = _kinematics(moment.m_final, binding)
        terms.append(Term(moment.label, kinematics, matrix, helicity, mass_matrix=in_mass))
    return terms


def dsigma_dT_magnetic(T_e: ArrayLike, E_nu: ArrayLike, *, mu_nu: float, m_final: float = 0.0) -> FloatArray:
    r"""Neutrino-electron cross section from a neutrino magnetic moment.

    Flips the neutrino helicity, so it adds to the weak cross section without interference
    (up to terms of order m_nu / E_nu). The same for Dirac and Majorana neutrinos and antineutrinos.

    Parameters
    ----------
    T_e : array, any shape broadcasting with `E_nu`, keV
        Electron recoil kinetic energy.
    E_nu : array, keV
        Neutrino energy, positive.
    mu_nu : float, Bohr magnetons
        Effective moment of the neutrino at the detector.
    m_final : float, keV
        Mass of the final neutrino.

    Returns
    -------
    array, broadcast shape, cm^2 / keV
        Zero outside the kinematic limits.

    Notes
    -----
    .. math:: d\sigma/dT = (\pi\alpha^2/m_e^2) (1/T - 1/E_\nu) \mu_\nu^2

    for a massless final state. Free electron at rest.

    References
    ----------
    Vogel:1989iv (Phys. Rev. D 39 (1989) 3378); Giunti:2014ixa (arXiv:1403.6344)

    Examples
    --------
    >>> float(dsigma_dT_magnetic(1.0, 1000.0, mu_nu=1e-11))  # doctest: +ELLIPSIS
    2.4921...e-47
    """
    return mu_nu**2 * _kinematics(m_final, "stepping").dsigma_dT(T_e, E_nu)


def _strength(matrix: ComplexArray, helicity: Helicity) -> ComplexArray:
    strength: ComplexArray = np.conj(np.swapaxes(matrix, -1, -2)) @ matrix
    return strength.conj() if helicity == "nubar" else strength


@lru_cache(maxsize=16)
def _kinematics(m_final: float, binding: Binding) -> MomentKinematics:
    if not m_final >= 0 or not np.isfinite(m_final):
        raise ValueError(f"mass of the final neutrino {m_final} keV must be a number >= 0")
    return MomentKinematics("magnetic", M_E, lambda T: dipole_coefficients(T, M_E, m_final), m_final, binding)
