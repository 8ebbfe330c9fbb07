r"""Interference of a transition moment with the weak current, for a heavy final neutrino that mixes.

The weak current makes the final neutrino N of mass m with the amplitude kappa_a of flavour a, the
moment makes it with mu_a. The two create opposite helicities, so that what interferes goes with m:

    dsigma/dT = alpha G_F m / (sqrt2 m_e E^2) Re(kappa^* mu)
                { -g_V [M - T + m^2/(2T) - m^2/(2M)] + g_A [2E - T - m^2/(2M)] }

on electrons. Antineutrinos take -g_A and the complex conjugate of kappa^* mu. On nuclei the charge
turns the sign round, g_V is Z g_p F_p + N g_n F_n times Z F_p, g_A is neglected.

The sign belongs to a phase convention. Here it is L = (mu/2) Nbar sigma^ab nu_L F_ab for the moment,
-(G_F/sqrt2) kappa [Nbar gamma (1 - gamma5) nu][fbar gamma (g_V - g_A gamma5) f] for the mixing, and
-e Q fbar gamma f A for a charge Q; only the phase of kappa^* mu can be observed.

First order in the mixing: the weak production of N itself, of order |kappa|^2, and what the light
states lose to it are neglected. Only the Standard Model current interferes, no new current does.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from nulight.constants import ALPHA, G_F, HBAR_C, M_E
from nulight.interactions.magnetic import Moment
from nulight.interactions.nuclear import Nuclei
from nulight.interactions.nuclear_brackets import interference_bracket
from nulight.interactions.nuclear_currents import NuclearCurrent
from nulight.interactions.nuclear_kinematics import Charges, NuclearKinematics
from nulight.interactions.term import Binding, Kinematics, MomentKinematics, Term
from nulight.interactions.vector import VectorCurrent, hermitian_product
from nulight.neutrinos.flux import Helicity
from nulight.typing import ComplexArray, FloatArray

__all__ = ["interference_terms", "nuclear_interference_terms"]


def interference_terms(
    weak: VectorCurrent, moments: Sequence[Moment], helicity: Helicity, *, binding: Binding = "stepping"
) -> list[Term]:
    """Return the interference of moments with the weak current on electrons.

    Parameters
    ----------
    weak : VectorCurrent
        The Standard Model current, tree or radiative.
    moments : sequence of Moment
        Those without weak mixing, or with a massless final neutrino, give no term.
    helicity : "nu" or "nubar"
    binding : "free" or "stepping"

    Returns
    -------
    list of Term
        Labelled ``"weak*dipole"`` for a moment "dipole"; either sign.

    References
    ----------
    Grimus and Stockinger (arXiv:hep-ph/9708279); Miranda:2021kre (arXiv:2109.09545), Eq. (20)
    """
    terms = []
    for moment, mixing in _mixed(moments):
        for structure, coupling in (("V", weak.g_L + weak.g_R), ("A", weak.g_L - weak.g_R)):
            sign = -1 if structure == "A" and helicity == "nubar" else 1
            kinematics = _kinematics(structure, moment.m_final, binding)
            terms.append(_term(weak.label, moment, sign * mixing @ coupling, helicity, kinematics))
    return terms


def nuclear_interference_terms(
    weak: NuclearCurrent, moments: Sequence[Moment], helicity: Helicity, nuclei: Nuclei
) -> list[Term]:
    """Return the interference of moments with the weak current on nuclei: protons, and protons with neutrons.

    The same for neutrinos and antineutrinos but for the phase of the moment: a nuclear current that
    is a vector has no other sign to change.

    Parameters
    ----------
    weak : NuclearCurrent
        The Standard Model current, tree or radiative.
    moments : sequence of Moment
        Those without weak mixing, or with a massless final neutrino, give no term.
    helicity : "nu" or "nubar"
    nuclei : Nuclei
    """
    couplings: list[tuple[Charges, ComplexArray | None]] = [("pp", weak.g_p), ("pn", weak.g_n)]
    return [
        _term(weak.label, moment, mixing @ coupling, helicity, _nuclear_kinematics(charges, moment.m_final, nuclei))
        for moment, mixing in _mixed(moments)
        for charges, coupling in couplings
        if coupling is not None
    ]


def _mixed(moments: Sequence[Moment]) -> list[tuple[Moment, ComplexArray]]:
    return [(moment, moment.weak) for moment in moments if moment.weak is not None and moment.m_final > 0]


def _term(weak: str, moment: Moment, amplitude: ComplexArray, helicity: Helicity, kinematics: Kinematics) -> Term:
    """Term of a weak amplitude (..., 1, N) of flavours; of mass states too, if the moment is known for them."""
    in_mass = None
    if moment.mass_matrix is not None and moment.mixing is not None:
        in_mass = _product(amplitude @ moment.mixing, moment.mass_matrix, helicity)
    matrix = _product(amplitude, moment.matrix, helicity)
    return Term(f"{weak}*{moment.label}", kinematics, matrix, helicity, mass_matrix=in_mass)


def _product(weak: ComplexArray, moment: ComplexArray, helicity: Helicity) -> ComplexArray:
    """Matrix (W^+ mu + mu^+ W) / 2: Re(W^* mu) of a pure flavour."""
    product = hermitian_product(weak, moment) / 2
    return product.conj() if helicity == "nubar" else product


@lru_cache(maxsize=32)
def _kinematics(structure: str, m_final: float, binding: Binding) -> MomentKinematics:
    def coefficients(T: FloatArray) -> FloatArray:
        if structure == "V":
            return -interference_bracket(T, M_E, True, m_final)
        scale = ALPHA * G_F * m_final / (np.sqrt(2) * M_E) * HBAR_C**2
        axial: FloatArray = scale * np.stack([np.zeros_like(T), np.full_like(T, 2.0), -T - m_final**2 / (2 * M_E)])
        return axial

    return MomentKinematics(f"interference[{structure}]", M_E, coefficients, m_final, binding)


@lru_cache(maxsize=32)
def _nuclear_kinematics(charges: Charges, m_final: float, nuclei: Nuclei) -> NuclearKinematics:
    def bracket(T: FloatArray, mass: float, has_spin: bool) -> FloatArray:
        return interference_bracket(T, mass, has_spin, m_final)

    target = nuclei.seen_by(charges)
    return NuclearKinematics(
        name="interference", target=target, charges=charges, bracket=bracket, m_final=m_final, hbar_c=nuclei.hbar_c
    )
