"""Energy spectra that know their cumulative moments: polynomials on panels, and lines.

A spectrum holds J real weight functions w_j(E). What the recoil rates need of it are the integrals
of w_j / E^k, and of w_j ln E, above an energy, which both kinds return exactly: a panel spectrum as sums from the high
end completed by quadrature of the cut panel (no table is interpolated, no totals are subtracted),
lines as steps.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from nulight.typing import ArrayLike, FloatArray

__all__ = ["LineSpectrum", "PanelSpectrum", "Spectrum"]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(8)
_MAX_RATIO = 1.5  # of the edges of a panel: keeps E^-2 smooth for the 8-point rule
# Fewer points do where panels are short: a polynomial of degree 5 over E^2 comes out to 5e-12 at worst.
_RULES = {
    ratio: np.polynomial.legendre.leggauss(order) for ratio, order in ((1.02, 5), (1.15, 6), (1.3, 7), (np.inf, 8))
}
_POWERS = np.arange(3)
_CHUNK = 2048  # energies at a time, so that everything about them stays in the cache
_ROUNDING = 1e-13  # of the largest coefficient of a panel


class Spectrum(Protocol):
    """J weight functions of the neutrino energy, cm^-2 s^-1 keV^-1 or, for lines, cm^-2 s^-1."""

    @property
    def n_channels(self) -> int:
        """Number J of weight functions."""

    @property
    def edge_energies(self) -> FloatArray:
        """Energies where the moments jump or start, keV."""

    def scaled(self, factor: float) -> Spectrum:
        """The spectrum times a factor."""

    def density(self, E: FloatArray) -> FloatArray:
        """Weights of the continuous part at E (m,), shape (J, m)."""

    def moments(self, E_min: FloatArray, *, log: bool = False) -> FloatArray:
        """Integrals of w_j / E^k above E_min (m,) for k = 0, 1, 2, with `log` also of w_j ln(E/keV): (3 or 4, J, m)."""

    def integrate(self, function: Callable[[FloatArray], FloatArray], E_min: FloatArray) -> FloatArray:
        """Integrals of w_j f above E_min (m,), with f of E (n, m), shape (J, m)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PanelSpectrum:
    """A continuous spectrum as polynomials on panels; build it with `fitted`.

    Attributes
    ----------
    edges : array, shape (n + 1,), keV
    coefficients : array, shape (degree + 1, J, n), cm^-2 s^-1 keV^-1
        Monomials in the local coordinate in [-1, 1] of each panel, lowest power first, up to the last that is
        more than rounding.
    above : array, shape (4, J, n + 1)
        Moments of order 0, 1, 2 and the logarithmic one above each edge.
    """

    edges: FloatArray
    coefficients: FloatArray
    above: FloatArray

    @classmethod
    def fitted(cls, knots: ArrayLike, density: Callable[[FloatArray], FloatArray], degree: int = 5) -> PanelSpectrum:
        """Interpolate a function that is smooth between `knots`.

        Parameters
        ----------
        knots : array, shape (n + 1,), keV
            Increasing, positive.
        density : callable
            Maps E, any shape, keV to the weights, shape (J, *E.shape).
        degree : int

        Raises
        ------
        ValueError
            If the knots do not increase from a positive energy, or a weight is not finite. Weights
            may be negative: those of coherence terms oscillate.
        """
        edges = _split(_checked_knots(knots))
        x = np.cos(np.pi * (np.arange(degree + 1) + 0.5) / (degree + 1))
        centre, half = _centres(edges)
        values = np.asarray(density(centre[:, None] + half[:, None] * x), dtype=float)
        if not np.all(np.isfinite(values)):
            raise ValueError(f"density is not finite between {edges[0]} and {edges[-1]} keV")
        coefficients = np.linalg.solve(np.vander(x, increasing=True), values.reshape(-1, degree + 1).T)
        coefficients = _trimmed(coefficients.reshape(degree + 1, len(values), -1))
        full = _panel_moments(edges[:-1], np.arange(len(edges) - 1), edges, coefficients, log=True)
        above = np.zeros((len(full), len(values), len(edges)))
        above[..., :-1] = np.cumsum(full[..., ::-1], axis=-1)[..., ::-1]
        return cls(edges=edges, coefficients=coefficients, above=above)

    @property
    def n_channels(self) -> int:
        return int(self.coefficients.shape[1])

    @property
    def edge_energies(self) -> FloatArray:
        return self.edges[[0, -1]]

    def scaled(self, factor: float) -> PanelSpectrum:
        return replace(self, coefficients=self.coefficients * factor, above=self.above * factor)

    def density(self, E: FloatArray) -> FloatArray:
        values = _evaluate(E, _panel_of(E, self.edges), self.edges, self.coefficients)[:, 0]
        return np.where((E >= self.edges[0]) & (E <= self.edges[-1]), values, 0.0)

    def moments(self, E_min: FloatArray, *, log: bool = False) -> FloatArray:
        # beyond the end a panel of no width is left, with nothing above it
        lower = np.minimum(np.maximum(E_min, self.edges[0]), self.edges[-1])
        result = np.empty((len(_POWERS) + log, self.n_channels, len(lower)))
        for start in range(0, len(lower), _CHUNK):
            part = slice(start, start + _CHUNK)
            index = _panel_of(lower[part], self.edges)
            cut = _panel_moments(lower[part], index, self.edges, self.coefficients, log=log)
            np.add(cut, np.take(self.above[: len(cut)], index + 1, axis=2), out=result[..., part])
        return result

    def integrate(self, function: Callable[[FloatArray], FloatArray], E_min: FloatArray) -> FloatArray:
        low = np.clip(E_min, self.edges[:-1, None], self.edges[1:, None])
        half = (self.edges[1:, None] - low) / 2
        E = (low + half)[:, None] + half[:, None] * _NODES[:, None]
        values = function(E.reshape(-1, len(E_min))).reshape(E.shape)
        # panels below the limit have no width, and the function no meaning there
        values = np.where(half[:, None] > 0, values, 0.0)
        weights = self.density(E.ravel()).reshape(-1, *E.shape)
        integral: FloatArray = np.einsum("jpqm,pqm,pm,q->jm", weights, values, half, _WEIGHTS)
        return integral


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LineSpectrum:
    """Monochromatic lines; a line at exactly the lower limit counts.

    Attributes
    ----------
    energies : array, shape (n_lines,), keV
    weights : array, shape (n_lines, J), cm^-2 s^-1

    Raises
    ------
    ValueError
        If an energy is not positive, a weight is not finite, or the shapes do not fit.
    """

    energies: FloatArray
    weights: FloatArray

    def __post_init__(self) -> None:
        E, w = np.atleast_1d(np.asarray(self.energies, float)), np.atleast_2d(np.asarray(self.weights, float))
        if w.shape[0] != len(E) or not np.all(np.isfinite(w)) or not np.all(E > 0):
            raise ValueError("lines need positive energies in keV and one row of weights each")
        order = np.argsort(E)
        object.__setattr__(self, "energies", E[order])
        object.__setattr__(self, "weights", w[order])

    @property
    def n_channels(self) -> int:
        return int(self.weights.shape[1])

    @property
    def edge_energies(self) -> FloatArray:
        return self.energies

    def scaled(self, factor: float) -> LineSpectrum:
        return replace(self, weights=self.weights * factor)

    def density(self, E: FloatArray) -> FloatArray:
        return np.zeros((self.n_channels, len(E)))

    def moments(self, E_min: FloatArray, *, log: bool = False) -> FloatArray:
        powers = self.weights[None] / self.energies[:, None] ** _POWERS[:, None, None]
        if log:
            powers = np.concatenate([powers, self.weights[None] * np.log(self.energies)[:, None]])
        moments: FloatArray = np.swapaxes(powers, 1, 2) @ (self.energies[:, None] >= E_min).astype(float)
        return moments

    def integrate(self, function: Callable[[FloatArray], FloatArray], E_min: FloatArray) -> FloatArray:
        E = np.broadcast_to(self.energies[:, None], (len(self.energies), len(E_min)))
        integral: FloatArray = self.weights.T @ np.where(E >= E_min, function(E), 0.0)
        return integral


def _trimmed(coefficients: FloatArray) -> FloatArray:
    """Leave out the highest powers where they are rounding on all panels: a linear table has two."""
    size = np.abs(coefficients)
    matters = np.flatnonzero(np.any(size > _ROUNDING * size.max(axis=(0, 1)), axis=(1, 2)))
    return np.ascontiguousarray(coefficients[: matters.max(initial=0) + 1])


def _checked_knots(knots: ArrayLike) -> FloatArray:
    edges = np.asarray(knots, dtype=float)
    if edges.ndim != 1 or len(edges) < 2 or not edges[0] > 0 or not np.all(np.diff(edges) > 0):
        raise ValueError("knots must be at least two energies in keV, increasing from above zero")
    return edges


def _split(edges: FloatArray) -> FloatArray:
    """Insert edges so that no panel spans more than a factor `_MAX_RATIO`."""
    parts = np.maximum(np.ceil(np.log(edges[1:] / edges[:-1]) / np.log(_MAX_RATIO)), 1).astype(int)
    step = np.log(edges[1:] / edges[:-1]) / parts
    k = np.arange(parts.sum()) - np.repeat(np.cumsum(parts) - parts, parts)
    return np.append(np.repeat(edges[:-1], parts) * np.exp(k * np.repeat(step, parts)), edges[-1])


def _centres(edges: FloatArray) -> tuple[FloatArray, FloatArray]:
    return (edges[1:] + edges[:-1]) / 2, (edges[1:] - edges[:-1]) / 2


def _panel_of(E: FloatArray, edges: FloatArray) -> np.ndarray:
    return np.searchsorted(edges[1:-1], E, side="right")


def _evaluate(E: FloatArray, index: np.ndarray, edges: FloatArray, coefficients: FloatArray) -> FloatArray:
    """Evaluate the polynomials of panels `index` (m,) at energies E (m,) or (q, m): shape (J, q, m)."""
    centre, half = _centres(edges)
    x = ((E - centre[index]) / half[index]).reshape(math.prod(E.shape[:-1]), len(index))
    # the long axis last, and no copies: this is where the time of a new final-state mass goes
    c = np.take(coefficients, index, axis=2)[:, :, None, :]
    value: FloatArray = np.zeros((c.shape[1], *x.shape))
    for coefficient in c[::-1]:
        value *= x
        value += coefficient
    return value


def _panel_moments(
    lower: FloatArray, index: np.ndarray, edges: FloatArray, coefficients: FloatArray, *, log: bool
) -> FloatArray:
    """Moments from `lower` (m,) to the high edge of its panel: shape (3 or, with `log`, 4, J, m)."""
    longest = (edges[1:] / edges[:-1])[index].max(initial=1.0)
    nodes, weights = next(rule for ratio, rule in _RULES.items() if longest <= ratio)
    half = (edges[index + 1] - lower) / 2
    E = lower + half * (1 + nodes[:, None])
    kernel = np.empty((len(_POWERS) + log, *E.shape))
    kernel[0] = half * weights[:, None]
    for k in (1, 2):
        np.divide(kernel[k - 1], E, out=kernel[k])
    if log:
        kernel[3] = kernel[0] * np.log(E)
    moments: FloatArray = np.einsum("kqm,jqm->kjm", kernel, _evaluate(E, index, edges, coefficients))
    return moments
