"""-2 ln L at values of everything that can move: on a surface, or by the general objective.

Samplers and minimisers of others ask for values and gradients at places of their choice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nulight.inference.engine.objective import Objective
from nulight.inference.engine.surface_function import SurfaceFunction
from nulight.typing import FloatArray

__all__ = ["AtValues", "OfObjective", "OnSurface"]


class AtValues(Protocol):
    """-2 ln L at places z (n_values, n_free) of the coordinates that can move."""

    def exact_value(self, z: FloatArray) -> FloatArray: ...
    def gradient(self, z: FloatArray) -> FloatArray: ...


@dataclass(frozen=True, slots=True)
class OnSurface:
    """Values on a surface."""

    function: SurfaceFunction

    def exact_value(self, z: FloatArray) -> FloatArray:
        return self.function.exact_value(self.function.on.inward(z))

    def gradient(self, z: FloatArray) -> FloatArray:
        on = self.function.on
        return self.function.gradient(on.inward(z)) * on.inward_slope(z)


@dataclass(frozen=True, slots=True)
class OfObjective:
    """Values of the general objective, over the coordinates `free` that can move."""

    objective: Objective
    free: NDArray[np.intp]

    def exact_value(self, z: FloatArray) -> FloatArray:
        return self.objective.exact_value(self._everything(z))

    def gradient(self, z: FloatArray) -> FloatArray:
        index, exact = np.arange(len(z)), np.zeros(len(z), bool)
        gradient: FloatArray = self.objective.derivatives(self._everything(z), index, exact)[0][:, self.free]
        return gradient

    def _everything(self, z: FloatArray) -> FloatArray:
        everything = np.repeat(self.objective.layout.lower[None], len(z), axis=0)
        everything[:, self.free] = z
        return everything
