"""Neutrino flux at the detector: cumulative moments times a density matrix.

A flux is phi(E) rho(E) = sum_j w_j(E) R_j with real weights w_j and constant Hermitian matrices
R_j. Every recoil spectrum the package computes needs only the moments of w_j above the smallest
energy that can give the recoil, so a flux knows how to return them: from polynomials on panels,
summed from the high end and completed by quadrature of the cut panel, with lines as exact steps.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from nulight.typing import ArrayLike, ComplexArray, FloatArray

__all__ = ["FLAVOURS", "Basis", "Flux", "Helicity", "pure_flavour"]

Basis = Literal["flavour", "mass"]
Helicity = Literal["nu", "nubar"]
FLAVOURS = ("e", "mu", "tau")

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(8)
_MAX_RATIO = 1.5  # of the edges of a panel: keeps E^-2 smooth for the 8-point rule
_POWERS = np.arange(3)


def pure_flavour(flavour: str, n: int = 3) -> ComplexArray:
    """Return the density matrix of one flavour as channel matrices.

    Parameters
    ----------
    flavour : str
        ``"e"``, ``"mu"`` or ``"tau"``; a leading ``nu_`` or ``nubar_`` is ignored.
    n : int
        Number of neutrino states.

    Returns
    -------
    array, shape (1, n, n)

    Raises
    ------
    ValueError
        If the flavour is unknown.
    """
    short = flavour.removeprefix("nubar_").removeprefix("nu_")
    if short not in FLAVOURS:
        raise ValueError(f"unknown flavour {flavour!r}; use one of: {', '.join(FLAVOURS)}")
    matrix = np.zeros((1, n, n), dtype=complex)
    matrix[0, FLAVOURS.index(short), FLAVOURS.index(short)] = 1
    return matrix


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Flux:
    """Flux of one component at the detector; build it with `from_density` or `from_lines`.

    Attributes
    ----------
    name : str
        Component, such as ``"pp"``.
    matrices : array, shape (J, N, N)
        Hermitian matrices R_j in `basis`.
    basis : "flavour" or "mass"
        Basis of `matrices`.
    helicity : "nu" or "nubar"
        Neutrinos or antineutrinos.
    edges : array, shape (n + 1,), keV
        Panel edges of the continuous part; empty for lines only.
    coefficients : array, shape (degree + 1, J, n), cm^-2 s^-1 keV^-1
        Monomials in the local coordinate in [-1, 1] of each panel, lowest power first.
    above : array, shape (3, J, n + 1)
        Moments of order 0, 1, 2 above each edge.
    E_lines : array, shape (n_lines,), keV
    line_weights : array, shape (n_lines, J), cm^-2 s^-1
    """

    name: str
    matrices: ComplexArray
    basis: Basis
    helicity: Helicity
    edges: FloatArray
    coefficients: FloatArray
    above: FloatArray
    E_lines: FloatArray
    line_weights: FloatArray

    @classmethod
    def from_density(
        cls,
        name: str,
        knots: ArrayLike,
        density: Callable[[FloatArray], FloatArray],
        *,
        matrices: ArrayLike,
        basis: Basis = "flavour",
        helicity: Helicity = "nu",
        degree: int = 5,
    ) -> Flux:
        """Build the flux of a spectrum from a function that is smooth between `knots`.

        Parameters
        ----------
        name : str
        knots : array, shape (n + 1,), keV
            Increasing, positive. Kinks of `density` may only lie here.
        density : callable
            Maps E, any shape, keV to the weights, shape (J, *E.shape), cm^-2 s^-1 keV^-1.
        matrices : array, shape (J, N, N)
        basis, helicity : see the class
        degree : int
            Degree of the polynomials.

        Raises
        ------
        ValueError
            If the knots do not increase from a positive energy, a density is not finite or the
            matrices do not fit. Weights may be negative: those of coherence terms oscillate.
        """
        edges = _split(_checked_knots(name, knots))
        x = np.cos(np.pi * (np.arange(degree + 1) + 0.5) / (degree + 1))
        centre, half = _centres(edges)
        values = np.asarray(density(centre[:, None] + half[:, None] * x), dtype=float)
        matrices = _checked_matrices(name, matrices, len(values))
        if not np.all(np.isfinite(values)):
            raise ValueError(f"flux {name!r}: density is not finite between {edges[0]} and {edges[-1]} keV")
        vandermonde = np.vander(x, increasing=True)
        coefficients = np.linalg.solve(vandermonde, values.reshape(-1, degree + 1).T)
        coefficients = coefficients.reshape(degree + 1, len(values), -1)
        full = _panel_moments(edges[:-1], np.arange(len(edges) - 1), edges, coefficients)
        above = np.zeros((3, len(values), len(edges)))
        above[..., :-1] = np.cumsum(full[..., ::-1], axis=-1)[..., ::-1]
        return cls(
            name=name,
            matrices=matrices,
            basis=basis,
            helicity=helicity,
            edges=edges,
            coefficients=np.ascontiguousarray(coefficients),
            above=above,
            E_lines=np.zeros(0),
            line_weights=np.zeros((0, len(values))),
        )

    @classmethod
    def from_lines(
        cls,
        name: str,
        energies: ArrayLike,
        weights: ArrayLike,
        *,
        matrices: ArrayLike,
        basis: Basis = "flavour",
        helicity: Helicity = "nu",
    ) -> Flux:
        """Build the flux of monochromatic lines.

        Parameters
        ----------
        name : str
        energies : array, shape (n_lines,), keV
        weights : array, shape (n_lines, J), cm^-2 s^-1
        matrices : array, shape (J, N, N)
        basis, helicity : see the class

        Raises
        ------
        ValueError
            If an energy is not positive or the shapes do not fit.
        """
        E, w = np.atleast_1d(np.asarray(energies, float)), np.atleast_2d(np.asarray(weights, float))
        matrices = _checked_matrices(name, matrices, w.shape[1])
        if w.shape[0] != len(E) or not np.all(np.isfinite(w)) or np.any(E <= 0):
            raise ValueError(f"flux {name!r}: lines need positive energies in keV and one row of weights each")
        order = np.argsort(E)
        return cls(
            name=name,
            matrices=matrices,
            basis=basis,
            helicity=helicity,
            edges=np.zeros(0),
            coefficients=np.zeros((1, w.shape[1], 0)),
            above=np.zeros((3, w.shape[1], 0)),
            E_lines=E[order],
            line_weights=w[order],
        )

    @property
    def n_channels(self) -> int:
        """Number J of weight functions."""
        return len(self.matrices)

    @property
    def E_max(self) -> float:
        """Largest neutrino energy, keV."""
        return float(max(self.edge_energies))

    @property
    def edge_energies(self) -> FloatArray:
        """Energies where the moments jump or start: lines and ends of the spectrum, keV."""
        ends = self.edges[[0, -1]] if len(self.edges) else self.edges
        return np.concatenate([self.E_lines, ends])

    def total(self) -> FloatArray:
        """Return the integral of each weight, shape (J,), cm^-2 s^-1."""
        total: FloatArray = self.moments(np.array(0.0))[0]
        return total

    def scaled(self, factor: float) -> Flux:
        """Return the flux times `factor`, which must not be negative."""
        if not factor >= 0 or not np.isfinite(factor):
            raise ValueError(f"flux {self.name!r}: cannot scale by {factor}, need a number >= 0")
        return replace(
            self,
            coefficients=self.coefficients * factor,
            above=self.above * factor,
            line_weights=self.line_weights * factor,
        )

    def density(self, E: ArrayLike) -> FloatArray:
        """Return the weights of the continuous part, shape (J, *E.shape), cm^-2 s^-1 keV^-1."""
        E = np.asarray(E, dtype=float)
        if not len(self.edges):
            return np.zeros((self.n_channels, *E.shape))
        flat = E.ravel()
        index = _panel_of(flat, self.edges)
        values = _evaluate(flat, index, self.edges, self.coefficients)[:, 0]
        values = np.where((flat >= self.edges[0]) & (flat <= self.edges[-1]), values, 0.0)
        return values.reshape(self.n_channels, *E.shape)

    def moments(self, E_min: ArrayLike) -> FloatArray:
        """Return the integrals of w_j(E) / E^k above `E_min` for k = 0, 1, 2.

        Parameters
        ----------
        E_min : array, any shape, keV
            A line at exactly `E_min` counts.

        Returns
        -------
        array, shape (3, J, *E_min.shape), cm^-2 s^-1 keV^-k
        """
        E_min = np.asarray(E_min, dtype=float)
        flat = E_min.ravel()
        result = np.zeros((3, self.n_channels, flat.size))
        if len(self.edges):
            # beyond the end a panel of no width is left, with nothing above it
            lower = np.clip(flat, self.edges[0], self.edges[-1])
            index = _panel_of(lower, self.edges)
            result = _panel_moments(lower, index, self.edges, self.coefficients)
            result += np.take(self.above, index + 1, axis=2)
        if len(self.E_lines):
            powers = self.line_weights[None] / self.E_lines[:, None] ** _POWERS[:, None, None]
            result += np.swapaxes(powers, 1, 2) @ (self.E_lines[:, None] >= flat).astype(float)
        return result.reshape(3, self.n_channels, *E_min.shape)

    def integrate(self, function: Callable[[FloatArray], FloatArray], E_min: ArrayLike) -> FloatArray:
        """Return the integrals of w_j(E) f(E) above `E_min` for a function that is no power of E.

        Parameters
        ----------
        function : callable
            Maps E, shape (n_nodes, *E_min.shape), keV to values of the same shape.
        E_min : array, any shape, keV

        Returns
        -------
        array, shape (J, *E_min.shape), cm^-2 s^-1 times the unit of `function`
        """
        E_min = np.asarray(E_min, dtype=float)
        result = np.zeros((self.n_channels, *E_min.shape))
        flat = E_min.ravel()
        if len(self.edges):
            low = np.clip(flat, self.edges[:-1, None], self.edges[1:, None])
            half = (self.edges[1:, None] - low) / 2
            E = (low + half)[:, None] + half[:, None] * _NODES[:, None]
            values = function(E.reshape(-1, *E_min.shape)).reshape(E.shape)
            # panels below the limit have no width, and the function no meaning there
            values = np.where(half[:, None] > 0, values, 0.0)
            weights = self.density(E)
            result += np.einsum("jpqm,pqm,pm,q->jm", weights, values, half, _WEIGHTS).reshape(result.shape)
        if len(self.E_lines):
            E = np.broadcast_to(self.E_lines[:, None], (len(self.E_lines), flat.size))
            values = function(E.reshape(-1, *E_min.shape)).reshape(E.shape)
            values = np.where(E >= flat, values, 0.0)
            result += (self.line_weights.T @ values).reshape(result.shape)
        return result

    def flavour_matrices(self, mixing: ComplexArray) -> ComplexArray:
        """Return the R_j in the flavour basis, shape (J, N, N).

        Parameters
        ----------
        mixing : array, shape (N, N)
            |nu_a> = sum_j conj(U_aj) |nu_j>; only used for a flux stored in the mass basis.
        """
        if self.basis == "flavour":
            return self.matrices
        U = mixing if self.helicity == "nu" else mixing.conj()
        return U @ self.matrices @ U.conj().T


def _checked_knots(name: str, knots: ArrayLike) -> FloatArray:
    edges = np.asarray(knots, dtype=float)
    if edges.ndim != 1 or len(edges) < 2 or not edges[0] > 0 or np.any(np.diff(edges) <= 0):
        raise ValueError(f"flux {name!r}: knots must be at least two energies in keV, increasing from above zero")
    return edges


def _checked_matrices(name: str, matrices: ArrayLike, n_channels: int) -> ComplexArray:
    R = np.asarray(matrices, dtype=complex)
    if R.ndim != 3 or R.shape[0] != n_channels or R.shape[1] != R.shape[2]:
        raise ValueError(f"flux {name!r}: matrices have shape {R.shape}, expected ({n_channels}, N, N)")
    if not np.allclose(R, np.conj(np.swapaxes(R, 1, 2))):
        raise ValueError(f"flux {name!r}: density matrices must be Hermitian")
    return R


def _split(edges: FloatArray) -> FloatArray:
    """Insert edges so that no panel spans more than a factor `_MAX_RATIO`."""
    parts = np.maximum(np.ceil(np.log(edges[1:] / edges[:-1]) / np.log(_MAX_RATIO)), 1).astype(int)
    step = np.log(edges[1:] / edges[:-1]) / parts
    k = np.arange(parts.sum()) - np.repeat(np.cumsum(parts) - parts, parts)
    return np.append(np.repeat(edges[:-1], parts) * np.exp(k * np.repeat(step, parts)), edges[-1])


def _centres(edges: FloatArray) -> tuple[FloatArray, FloatArray]:
    return (edges[1:] + edges[:-1]) / 2, (edges[1:] - edges[:-1]) / 2


def _panel_of(E: FloatArray, edges: FloatArray) -> np.ndarray:
    return np.clip(np.searchsorted(edges, E, side="right") - 1, 0, len(edges) - 2)


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


def _panel_moments(lower: FloatArray, index: np.ndarray, edges: FloatArray, coefficients: FloatArray) -> FloatArray:
    """Moments from `lower` (m,) to the high edge of its panel: shape (3, J, m)."""
    half = (edges[index + 1] - lower) / 2
    E = lower + half * (1 + _NODES[:, None])
    kernel = np.empty((3, *E.shape))
    kernel[0] = half * _WEIGHTS[:, None]
    for k in (1, 2):
        np.divide(kernel[k - 1], E, out=kernel[k])
    moments: FloatArray = np.einsum("kqm,jqm->kjm", kernel, _evaluate(E, index, edges, coefficients))
    return moments
