"""What a template needs from a target: scattering centres of a formula unit by the kind of cross section.

Electrons are counted with their binding. A cross section that is one of a formula unit already
(nuclei, the atom as a whole) is counted once.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from nulight.interactions.term import Binding
from nulight.targets.rrpa import rrpa_range
from nulight.typing import FloatArray

__all__ = ["Target", "centres", "shell_edges", "tabulated_range"]


class Target(Protocol):
    """A `Material` for electrons, a `NuclearTarget` for nuclei."""

    @property
    def units_per_kg(self) -> float:
        """Formula units in one kilogram."""

    @property
    def hashes(self) -> dict[str, str]:
        """SHA-256 of every table used, by file name."""

    @property
    def citations(self) -> tuple[str, ...]:
        """Sources of the tables."""


def centres(target: Any, T: FloatArray, binding: Binding) -> FloatArray:
    """Return what the cross section is multiplied by for one formula unit, shape of T; zero where unknown."""
    if binding == "unit":
        return np.ones_like(T)
    if not binding.startswith("rrpa"):
        return np.asarray(_electron_factor(target, T, binding))
    low, high = rrpa_range()
    inside, result = (T >= low) & (T <= high), np.zeros_like(T)
    result[inside] = _electron_factor(target, T[inside], binding)
    return result


def tabulated_range(binding: Binding) -> tuple[float, float]:
    """Return the recoil energies, keV, outside which the number of centres is not known."""
    return rrpa_range() if binding.startswith("rrpa") else (0.0, np.inf)


def shell_edges(target: Any) -> FloatArray:
    """Return the recoil energies at which electrons are freed, keV; none for nuclei."""
    return np.asarray(getattr(target, "shell_energies", np.zeros(0)))


def _electron_factor(target: Any, T: FloatArray, binding: Binding) -> FloatArray:
    if not hasattr(target, "electron_factor"):
        raise TypeError(f"{target!r} has no electrons to scatter on; electron terms need a Material")
    factor: FloatArray = target.electron_factor(T, binding)
    return factor
