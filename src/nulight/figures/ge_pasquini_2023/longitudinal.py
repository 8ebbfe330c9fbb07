"""The scan of trigger frequencies with the whole propagator of a massive vector."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import numpy as np

from nulight.renp import RenpExperiment, couplings
from nulight.renp.spectral import spectral_parts
from nulight.typing import FloatArray

__all__ = ["with_longitudinal"]


class _Longitudinal(RenpExperiment):
    """Keeps the part q_mu q_nu / m^2 of the vector's propagator."""

    def spectral_parts(self, params: Mapping[str, Any]) -> dict[str, FloatArray]:
        arrays = {name: np.asarray(value, float) for name, value in {**self.defaults, **params}.items()}
        values = {name: array[:, None] if array.ndim else array for name, array in arrays.items()}
        new = couplings(values, self.nature)
        if new.vector is not None:
            new = replace(new, vector=replace(new.vector, longitudinal=True))
        parts = spectral_parts(self.triggers, self.scheme, self.neutrinos(values), new, spin_sum=self.spin_sum)
        return {name: np.atleast_2d(part) for name, part in parts.items()}


def with_longitudinal(experiment: RenpExperiment) -> RenpExperiment:
    """Return the experiment with the part q_mu q_nu / m^2 of a vector's propagator.

    Neither the electron's nor the neutrinos' axial current is conserved, so that it grows as 1/m^4 below
    m of about sqrt(omega m_nu). The literature leaves it out.
    """
    return _Longitudinal(**{field.name: getattr(experiment, field.name) for field in fields(experiment)})
