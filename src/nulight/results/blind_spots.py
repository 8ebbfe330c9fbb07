"""Effective moments in the plane of two phases, with the places where a source sees least."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from nulight.io.record import Result
from nulight.typing import FloatArray

__all__ = ["BlindSpotMap"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class BlindSpotMap(Result):
    """Effective moments of several sources against two phases of the transition moments.

    Attributes
    ----------
    parameters : tuple of two str
        The phases.
    x, y : array, shape (n,), rad
        From -pi to pi.
    sources : tuple of str
        ``"nu_e"``..., ``"solar"``, or names of experiments.
    moments : mapping of str to array (n, n), mu_B
        Effective moment of each source, rows along y.
    minimum, maximum : mapping of str to float, mu_B
        Over the plane, not only on the grid.
    blind_spots : mapping of str to tuple of (x, y), rad
        Every place with the smallest moment; empty where the phases change nothing.
    moduli : mapping of str to float, mu_B
    fixed : mapping of str to float
        Other parameters that were set.
    """

    kind: ClassVar[str] = "blind-spots"

    parameters: tuple[str, str]
    x: FloatArray
    y: FloatArray
    sources: tuple[str, ...]
    moments: Mapping[str, FloatArray]
    minimum: Mapping[str, float]
    maximum: Mapping[str, float]
    blind_spots: Mapping[str, tuple[tuple[float, float], ...]]
    moduli: Mapping[str, float]
    fixed: Mapping[str, float] = field(default_factory=dict)

    def ratio(self, source: str) -> FloatArray:
        """Return mu_eff / mu_max of a source, shape (n, n)."""
        largest = self.maximum[source]
        ratio: FloatArray = self.moments[source] / largest if largest > 0 else np.ones_like(self.moments[source])
        return ratio

    @property
    def n_axes(self) -> int:
        """Both phases."""
        return 2

    def _headline(self) -> str:
        return f"effective moments against {self.parameters[0]} and {self.parameters[1]}: {', '.join(self.sources)}"

    def _table(self) -> tuple[dict[str, Any], dict[str, str]]:
        x, y = np.meshgrid(self.x, self.y)
        columns = {self.parameters[0]: x.ravel(), self.parameters[1]: y.ravel()}
        moments = {f"mu_eff_{source}": self.moments[source].ravel() for source in self.sources}
        return columns | moments, dict.fromkeys(columns, "rad") | dict.fromkeys(moments, "mu_B")

    def _lines(self) -> Iterator[tuple[str, str]]:
        for source in self.sources:
            low, high = self.minimum[source], self.maximum[source]
            places = "; ".join(f"({x:.3f}, {y:.3f})" for x, y in self.blind_spots[source])
            yield source, f"[{low:.3g}, {high:.3g}] mu_B" + (f", least at {places} rad" if places else "")
        yield from Result._lines(self)
