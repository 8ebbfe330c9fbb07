"""Interactions of the user: a cross section on electrons or nuclei times a power of one parameter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from nulight.constants import M_E
from nulight.interactions.nuclear_kinematics import DirectNuclearKinematics
from nulight.interactions.term import Binding, DirectKinematics, Term
from nulight.models.parameters import PARAMETERS, Parameter, ParameterError
from nulight.neutrinos.flux import FLAVOURS, Helicity
from nulight.typing import ArrayLike, ComplexArray, FloatArray

if TYPE_CHECKING:
    from nulight.targets.nuclei import NuclearTarget

__all__ = ["OwnInteraction", "OwnTarget"]

OwnTarget = Literal["electrons", "nuclei"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnInteraction:
    """An interaction of the user: a cross section times a power of one new parameter.

    Attributes
    ----------
    parameter : Parameter
        New parameter; its name must not be taken.
    dsigma_dT : callable
        On electrons, maps T and E_nu, arrays of one shape, keV to cm^2/keV per electron at parameter
        value 1. On nuclei, maps T, E_nu and a `Nuclide` to cm^2/keV per nucleus, form factors included.
    target : "electrons" or "nuclei"
    mass : float, keV
        Target mass that sets the kinematic limits; that of each nucleus on nuclei.
    power : int
        The rate goes with this power of the parameter.
    flavours : tuple of str
        Flavours that interact; no flavour change, no interference with other interactions.
    binding : "free" or "stepping"
        How electrons are counted.
    m_final : float, keV
        Mass of the final neutrino.

    Raises
    ------
    ParameterError
        If the name is taken, or a flavour or the target is unknown.
    """

    parameter: Parameter
    dsigma_dT: Callable[..., FloatArray] = field(repr=False)
    target: OwnTarget = "electrons"
    mass: float = M_E
    power: int = 2
    flavours: tuple[str, ...] = FLAVOURS
    binding: Binding = "stepping"
    m_final: float = 0.0

    def __post_init__(self) -> None:
        if self.parameter.name in PARAMETERS:
            raise ParameterError(
                f"parameter name {self.parameter.name!r} is taken; choose another for your interaction"
            )
        if unknown := [flavour for flavour in self.flavours if flavour not in FLAVOURS]:
            raise ParameterError(f"unknown flavour {unknown[0]!r}; use some of: {', '.join(FLAVOURS)}")
        if self.target not in get_args(OwnTarget):
            raise ParameterError(f"unknown target {self.target!r}; use one of: {', '.join(get_args(OwnTarget))}")

    def term(self, value: ArrayLike, helicity: Helicity) -> Term:
        """Return the term on electrons at parameter values, any shape."""
        kinematics = DirectKinematics(self.parameter.name, self.mass, self.dsigma_dT, self.m_final, self.binding)
        return Term(self.parameter.name, kinematics, self._matrix(value), helicity)

    def nuclear_term(self, value: ArrayLike, helicity: Helicity, target: NuclearTarget) -> Term:
        """Return the term on the nuclei of one formula unit at parameter values, any shape."""
        kinematics = DirectNuclearKinematics(
            name=self.parameter.name, target=target, cross_section=self.dsigma_dT, m_final=self.m_final
        )
        return Term(self.parameter.name, kinematics, self._matrix(value), helicity)

    def _matrix(self, value: ArrayLike) -> ComplexArray:
        strength = np.asarray(value, dtype=float)[..., None, None] ** self.power
        matrix: ComplexArray = strength * np.diag([complex(flavour in self.flavours) for flavour in FLAVOURS])
        return matrix
