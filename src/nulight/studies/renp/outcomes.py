"""What one wrong hypothesis comes to: Delta chi2 for several exposures, and the time until it is rejected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nulight.studies.renp.exposure import Places, fits, time_needed
from nulight.studies.renp.families import Family
from nulight.studies.renp.minimum import best_fit
from nulight.typing import FloatArray

__all__ = ["Outcome", "joined", "outcome"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Delta chi2 and best mass (k, n), true phases (n, 2), and times (n_levels, n) of one alternative."""

    delta_chi2: FloatArray
    best: FloatArray
    phases: FloatArray
    needed: FloatArray

    def split(self, n: int) -> list[Outcome]:
        """Return the outcomes of `n` equally long parts of the data."""
        each = (np.split(values, n, axis=axis) for values, axis in zip(self._fields(), _AXES, strict=True))
        return [Outcome(*parts) for parts in zip(*each, strict=True)]

    def _fields(self) -> tuple[FloatArray, ...]:
        return self.delta_chi2, self.best, self.phases, self.needed


_AXES = (1, 1, 0, 1)  # of the data sets in each field


def outcome(wrong: Family, data: FloatArray, phases: FloatArray, times: FloatArray) -> Outcome:
    """Fit a wrong hypothesis to data (n, n_triggers) at unit exposure, for exposures (k,)."""
    found = fits(wrong, data, times)

    def chi2(which: Places, spent: FloatArray) -> FloatArray:
        return best_fit(wrong, spent[:, None] * data[which], spent).value

    linear = not wrong.widths.any()
    if linear:
        first = found.value[0] / times[0]
        needed = time_needed(lambda which, spent: first[which] * spent, data.sum(axis=1), linear=True)
    else:
        needed = time_needed(chi2, data.sum(axis=1), linear=False)
    return Outcome(found.value, found.mass, np.mod(phases, 2 * np.pi), needed)


def joined(parts: Sequence[Outcome]) -> Outcome:
    """Put the masses of several samples together."""
    fields = zip(*(part._fields() for part in parts), strict=True)
    return Outcome(*(np.concatenate(rows, axis=axis) for rows, axis in zip(fields, _AXES, strict=True)))
