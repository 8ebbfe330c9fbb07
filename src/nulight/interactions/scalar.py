"""Light scalar mediator on electrons. It flips the helicity: no interference with the weak part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nulight.constants import HBAR_C, M_E
from nulight.interactions.propagators import mediator
from nulight.interactions.term import Binding, MomentKinematics, Term
from nulight.neutrinos.flux import Helicity
from nulight.typing import ComplexArray, FloatArray

__all__ = ["ScalarExchange", "scalar_terms"]


@dataclass(frozen=True, slots=True, eq=False)
class ScalarExchange:
    """Exchange of a light scalar.

    Attributes
    ----------
    label : str
    matrix : array, shape (..., N, N)
        Product of neutrino (matrix in flavour) and electron couplings.
    mass : float, keV
        Mediator mass.
    """

    label: str
    matrix: ComplexArray
    mass: float


def scalar_terms(
    exchanges: Sequence[ScalarExchange], helicity: Helicity, *, binding: Binding = "stepping"
) -> list[Term]:
    """Return one term an exchange.

    Notes
    -----
    dsigma/dT = m_e^2 T (1 + T / (2 m_e)) g^2 / [4 pi E^2 (2 m_e T + m_S^2)^2], Cerdeno:2016sfi
    (arXiv:1604.01025).
    """
    terms = []
    for exchange in exchanges:
        matrix = np.conj(np.swapaxes(exchange.matrix, -1, -2)) @ exchange.matrix
        matrix = matrix.conj() if helicity == "nubar" else matrix
        terms.append(Term(exchange.label, _kinematics(exchange.mass, binding), matrix, helicity))
    return terms


def _kinematics(mass: float, binding: Binding) -> MomentKinematics:
    propagator = mediator(mass)

    def coefficients(T: FloatArray) -> FloatArray:
        c2 = M_E**2 * T * (1 + T / (2 * M_E)) / (4 * np.pi) * propagator.value(T, M_E) ** 2 * HBAR_C**2
        return np.stack([np.zeros_like(T), np.zeros_like(T), c2])

    return MomentKinematics(f"scalar[{propagator.name}]", M_E, coefficients, 0.0, binding)
