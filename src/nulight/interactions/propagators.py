"""Propagators: how an exchanged particle changes a current with the recoil, on electrons and nuclei alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from nulight.typing import FloatArray

__all__ = ["CONTACT", "PHOTON", "Propagator", "mediator"]


@dataclass(frozen=True, slots=True)
class Propagator:
    """Dependence V(T, M) of a current on the recoil and the target mass, relative to the contact interaction.

    The same propagator serves electrons and nuclei.
    """

    name: str
    value: Callable[[FloatArray, float], FloatArray | float] = field(compare=False, repr=False)


CONTACT = Propagator("contact", lambda T, M: 1.0)  # noqa: ARG005
PHOTON = Propagator("photon", lambda T, M: 1 / (M * T))


def mediator(mass: float) -> Propagator:
    """Return the propagator 1 / (2 M T + mass^2), keV^-2, of a mediator of `mass` in keV.

    Raises
    ------
    ValueError
        If the mass is negative or not finite.
    """
    if not mass >= 0 or not np.isfinite(mass):
        raise ValueError(f"mediator mass {mass} keV must be a number >= 0")
    return Propagator(f"mediator({mass!r})", lambda T, M: 1 / (2 * M * T + mass**2))
