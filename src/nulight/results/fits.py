"""Fits: a best fit with its errors, and the plane of two parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from nulight.io.record import Result
from nulight.typing import FloatArray

__all__ = ["ContourResult", "FitResult"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class FitResult(Result):
    """Best fit of parameters and nuisances.

    Attributes
    ----------
    experiments : tuple of str
    values, errors : mapping of str to float
        Parameters in their own units, nuisances as u; errors from the curvature, one sigma.
    units : mapping of str to str
        Units of the physics parameters.
    names : tuple of str
        Order of the correlation matrix.
    correlation : array, shape (n, n)
    chi2, ndof, p_value
        -2 ln L relative to the saturated model and its tail probability for a chi2 distribution.
    valid : bool
        Whether the minimiser vouches for minimum and covariance.
    """

    kind: ClassVar[str] = "fit"

    experiments: tuple[str, ...]
    values: Mapping[str, float]
    errors: Mapping[str, float]
    units: Mapping[str, str]
    names: tuple[str, ...]
    correlation: FloatArray
    chi2: float
    ndof: int
    p_value: float
    valid: bool
    fixed: Mapping[str, float] = field(default_factory=dict)

    def _headline(self) -> str:
        return f"fit of {', '.join(self.experiments)}: chi2/ndof = {self.chi2:.1f}/{self.ndof}, p = {self.p_value:.3g}"

    def _table(self) -> tuple[dict[str, Any], dict[str, str]]:
        columns = {"name": self.names, "value": [self.values[n] for n in self.names]}
        return columns | {"error": [self.errors[n] for n in self.names]}, {}

    def _lines(self) -> Iterator[tuple[str, str]]:
        for name in self.names:
            yield name, f"{self.values[name]:.4g} +- {self.errors[name]:.2g} {self.units.get(name, '')}".rstrip()
        yield from Result._lines(self)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ContourResult(Result):
    """Delta chi2 in a plane of two parameters, with its contours.

    Attributes
    ----------
    parameters, units : tuple of two str
    x, y : array, shape (n_x,), (n_y,)
        Grid in the parameters' units.
    delta_chi2 : array, shape (n_y, n_x)
        From the global minimum inside the physical domain, which may lie off the grid.
    best_fit : tuple of two float
    levels : mapping of str to float
        Label ("1 sigma", "90 %") to Delta chi2.
    paths : mapping of str to tuple of arrays, each (n_points, 2)
        Contour lines of each level.
    dof : int
    """

    kind: ClassVar[str] = "contour"

    parameters: tuple[str, str]
    units: tuple[str, str]
    experiments: tuple[str, ...]
    x: FloatArray
    y: FloatArray
    delta_chi2: FloatArray
    best_fit: tuple[float, float]
    twice_nll: float
    levels: Mapping[str, float]
    paths: Mapping[str, tuple[FloatArray, ...]]
    dof: int
    profiled: Mapping[str, float] = field(default_factory=dict)
    fixed: Mapping[str, float] = field(default_factory=dict)

    @property
    def n_axes(self) -> int:
        """Both parameters."""
        return 2

    def _headline(self) -> str:
        return f"contours of {self.parameters[0]} and {self.parameters[1]} ({', '.join(self.experiments)})"

    def _table(self) -> tuple[dict[str, Any], dict[str, str]]:
        x, y = np.meshgrid(self.x, self.y)
        columns = {self.parameters[0]: x.ravel(), self.parameters[1]: y.ravel(), "delta_chi2": self.delta_chi2.ravel()}
        return columns, dict(zip(self.parameters, self.units, strict=True))

    def _lines(self) -> Iterator[tuple[str, str]]:
        yield "best fit", ", ".join(f"{v:.4g} {u}".rstrip() for v, u in zip(self.best_fit, self.units, strict=True))
        yield "levels", ", ".join(f"{n}: {v:.3f}" for n, v in self.levels.items()) + f" ({self.dof} dof)"
        yield from Result._lines(self)
