"""Delta chi2 at many points of a parameter space: a grid, random points or a Latin hypercube."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from nulight.io.record import Result
from nulight.results.projection import Projection
from nulight.runs.points import Axis
from nulight.typing import FloatArray

__all__ = ["ScanResult"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ScanResult(Result):
    """Delta chi2 at the points of a scan, nuisances and other parameters profiled.

    Attributes
    ----------
    parameters, units : tuple of str
        Axes of the scan; those of a grid in the order of the array.
    experiments : tuple of str
    grid : mapping of str to array, each (n_k,)
        Values on the axes of a grid; empty for other points.
    delta_chi2 : array, shape (n_1, n_2, ...) on a grid, (n_points,) otherwise
        From the lowest point; infinite where the data are impossible, or where a profile has no point. Empty if
        the points are too many for a record: they are in the folder of the run.
    best : mapping of str to float
        The lowest point: the axes, and the parameters profiled there.
    twice_nll : float
        At the lowest point, relative to the saturated model.
    fixed : mapping of str to float
    points : mapping
        What defines the points; see `nulight.runs.points.points_from_dict`.
    samples : mapping of str to array, each (n_points,)
        Values at points that are no grid.
    n_points : int
    n_unconverged : int
        Points whose minimum was not found to the accuracy asked for.
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
    points: Mapping[str, Any] = field(default_factory=dict)
    samples: Mapping[str, FloatArray] = field(default_factory=dict)
    n_points: int = 0
    n_unconverged: int = 0

    def __post_init__(self) -> None:
        if not self.n_points:
            object.__setattr__(self, "n_points", int(np.size(self.delta_chi2)))
        Result.__post_init__(self)

    def profile_over(self, names: Sequence[str], bins: int | None = None) -> ScanResult:
        """Return the lowest Delta chi2 over all parameters but one or two.

        Parameters
        ----------
        names : sequence of str
            The parameters that are left, in the order of the axes wanted.
        bins : int, optional
            Bins per axis of points that are no grid; without it up to 100, by the number of points.

        Returns
        -------
        ScanResult
            On a grid: that of the scan, or the centres of the bins. The lowest of the points of a bin lies above
            its minimum, the less so the more points there are.

        Raises
        ------
        ValueError
            If a name is no axis, or this record holds no points.
        """
        if not self.delta_chi2.size:
            raise ValueError(f"{self.n_points} points are too many for a record; take ScanRun(folder).profile_over")
        projection = Projection(self.axes(), names, self.n_points, bins)
        projection.add(self.values(), self.delta_chi2.ravel())
        return self.projected(projection)

    def projected(self, projection: Projection) -> ScanResult:
        """Return this scan with only the lowest Delta chi2 of each cell of a projection."""
        if projection.names == self.parameters and self.grid and self.delta_chi2.size:
            return self
        gone = [name for name in self.parameters if name not in projection.names]
        notes = [f"lowest over {', '.join(gone)}"] if gone else []
        if not self.grid:
            notes.append(f"lowest of the points in each of {' x '.join(str(n) for n in projection.lowest.shape)} bins")
        return ScanResult(
            parameters=projection.names,
            units=tuple(self.units[self.parameters.index(name)] for name in projection.names),
            experiments=self.experiments,
            grid=projection.grid,
            delta_chi2=projection.lowest,
            best=self.best,
            twice_nll=self.twice_nll,
            fixed=self.fixed,
            points=self.points,
            n_points=self.n_points,
            n_unconverged=self.n_unconverged,
            definition="; ".join([self.definition, *notes]),
            conventions=self.conventions,
            provenance=self.provenance,
            citations=self.citations,
            warnings=self.warnings,
        )

    def axes(self) -> tuple[Axis, ...]:
        """Return the axes of the points."""
        if self.grid:
            return tuple(Axis.of(name, self.grid[name]) for name in self.parameters)
        return tuple(Axis.from_dict(axis) for axis in self.points["axes"])

    def values(self) -> dict[str, FloatArray]:
        """Return the parameters of the points of the record, arrays (n_points,) in the order of `delta_chi2`."""
        if not self.grid:
            return dict(self.samples)
        axes = np.meshgrid(*(self.grid[name] for name in self.parameters), indexing="ij")
        return {name: axis.ravel() for name, axis in zip(self.parameters, axes, strict=True)}

    def _headline(self) -> str:
        sizes = self.delta_chi2.shape if self.grid and self.delta_chi2.size else (self.n_points,)
        shape = " x ".join(str(n) for n in sizes)
        return f"scan of {', '.join(self.parameters)} ({shape} points, {', '.join(self.experiments)})"

    @property
    def n_axes(self) -> int:
        """Number of the first columns of the table that say where its numbers belong."""
        return len(self.parameters)

    def _table(self) -> tuple[dict[str, Any], dict[str, str]]:
        columns: dict[str, Any] = (
            dict(self.values()) if self.delta_chi2.size else {name: [] for name in self.parameters}
        )
        columns["delta_chi2"] = [float(v) if np.isfinite(v) else None for v in self.delta_chi2.ravel()]
        return columns, dict(zip(self.parameters, self.units, strict=True))

    def _lines(self) -> Iterator[tuple[str, str]]:
        yield "lowest point", ", ".join(f"{name} = {value:.4g}" for name, value in self.best.items())
        yield "chi2", f"{self.twice_nll:.2f}"
        yield from Result._lines(self)
