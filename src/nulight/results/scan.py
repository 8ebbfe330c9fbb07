"""Delta chi2 on a grid of parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from nulight.io.record import Result
from nulight.typing import FloatArray

__all__ = ["ScanResult"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ScanResult(Result):
    """Delta chi2 on a grid, nuisances and other parameters profiled.

    Attributes
    ----------
    parameters, units : tuple of str
        Axes of the grid in the order of the array.
    experiments : tuple of str
    grid : mapping of str to array, each (n_k,)
    delta_chi2 : array, shape (n_1, n_2, ...)
        From the lowest point of the grid; infinite where the data are impossible.
    best : mapping of str to float
        The lowest point: the axes, and the parameters profiled there.
    twice_nll : float
        At the lowest point, relative to the saturated model.
    fixed : mapping of str to float
    """

    kind: ClassVar[str] = "scan"
    null: ClassVar[float] = float("inf")

    parameters: tuple[str, ...]
    units: tuple[str, ...]
    experiments: tuple[str, ...]
    grid: Mapping[str, FloatArray]
    delta_chi2: FloatArray
    best: Mapping[str, float]
    twice_nll: float
    fixed: Mapping[str, float] = field(default_factory=dict)

    def _headline(self) -> str:
        shape = " x ".join(str(n) for n in self.delta_chi2.shape)
        return f"scan of {', '.join(self.parameters)} ({shape} points, {', '.join(self.experiments)})"

    def _table(self) -> tuple[dict[str, Any], dict[str, str]]:
        axes = np.meshgrid(*(self.grid[name] for name in self.parameters), indexing="ij")
        columns: dict[str, Any] = {name: axis.ravel() for name, axis in zip(self.parameters, axes, strict=True)}
        columns["delta_chi2"] = [float(v) if np.isfinite(v) else None for v in self.delta_chi2.ravel()]
        return columns, dict(zip(self.parameters, self.units, strict=True))

    def _lines(self) -> Iterator[tuple[str, str]]:
        yield "lowest point", ", ".join(f"{name} = {value:.4g}" for name, value in self.best.items())
        yield "chi2", f"{self.twice_nll:.2f}"
        yield from Result._lines(self)
