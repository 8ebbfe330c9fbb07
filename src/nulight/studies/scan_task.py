"""The work of a scan: the profile likelihood at the points of one chunk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from nulight.inference.coordinates import Profile
from nulight.inference.model import Model
from nulight.inference.prepared import Prepared, prepare
from nulight.inference.profile import Profiled
from nulight.runs import Chunks, once
from nulight.runs.points import Points, is_mass
from nulight.typing import FloatArray

__all__ = ["ScanTask"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanTask:
    """A `Task`: -2 ln L at every point of a chunk, nuisances and the parameters in `profile` at their minimum.

    Its arrays are ``twice_nll`` and ``converged`` (n,), each profiled parameter at the minimum (n,), and for
    those that did not converge their place in the chunk, ``late``, and ``late_residual``.
    """

    model: Model
    points: Points
    chunks: Chunks
    profile: Profile
    fixed: Mapping[str, float]
    token: str = field(default_factory=lambda: uuid4().hex)

    def __call__(self, chunk: int) -> dict[str, FloatArray]:
        """Return the arrays of a chunk."""
        values = self.points.values(self.chunks.places(chunk))
        order = _by_mass(values)
        found = self._minima({name: column[order] for name, column in values.items()})
        back = np.argsort(order)
        return _compressed({name: column[back] for name, column in found.items()})

    def _minima(self, values: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        ready = once(self.token, self._prepare)
        if self.profile:
            return self._columns(ready.minimise(values))
        chi2 = np.array(ready.profiled_twice_nll(values))
        columns: dict[str, Any] = {"twice_nll": chi2, "converged": ~np.isnan(chi2), "residual": np.zeros(len(chi2))}
        late = np.flatnonzero(~columns["converged"])
        if late.size:  # how far they came
            again = self._columns(ready.minimise({name: column[late] for name, column in values.items()}))
            for name, column in columns.items():
                column[late] = again[name]
        return columns

    def _columns(self, found: Profiled) -> dict[str, Any]:
        columns: dict[str, Any] = {name: getattr(found, name) for name in ("twice_nll", "converged", "residual")}
        return columns | {name: found.parameters[name] for name in self.profile}

    def _prepare(self) -> Prepared:
        return prepare(self.model, given=self.points.ranges(), fixed=self.fixed, profile=self.profile)


def _by_mass(values: Mapping[str, FloatArray]) -> NDArray[np.intp]:
    """Order in which equal and close masses are neighbours: a new mass costs new integrals."""
    masses = [column for name, column in values.items() if is_mass(name)]
    return np.lexsort(masses) if masses else np.arange(len(next(iter(values.values()))))


def _compressed(columns: dict[str, Any]) -> dict[str, Any]:
    """Residuals of the few points that did not converge, instead of all."""
    residual = columns.pop("residual")
    late = np.flatnonzero(~np.asarray(columns["converged"], bool))
    return {**columns, "late": late, "late_residual": residual[late]}
