"""Neutrino flux at the detector: cumulative moments times a density matrix.

A flux is phi(E) rho(E) = sum_j w_j(E) R_j with real weights w_j and constant Hermitian matrices
R_j. Every recoil spectrum the package computes needs only the moments of w_j above the smallest
energy that can give the recoil; how they are computed is the business of the spectrum.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from nulight.neutrinos.spectra import LineSpectrum, PanelSpectrum, Spectrum
from nulight.typing import ArrayLike, ComplexArray, FloatArray

__all__ = ["FLAVOURS", "Basis", "Flux", "Helicity", "pure_flavour"]

Basis = Literal["flavour", "mass"]
Helicity = Literal["nu", "nubar"]
FLAVOURS = ("e", "mu", "tau")


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
    spectrum : PanelSpectrum or LineSpectrum
        The weights w_j.

    Raises
    ------
    ValueError
        If the matrices are not Hermitian or not one a weight.
    """

    name: str
    matrices: ComplexArray
    basis: Basis
    helicity: Helicity
    spectrum: Spectrum

    def __post_init__(self) -> None:
        R, J = np.asarray(self.matrices, dtype=complex), self.spectrum.n_channels
        if R.ndim != 3 or R.shape[0] != J or R.shape[1] != R.shape[2]:
            raise ValueError(f"flux {self.name!r}: matrices have shape {R.shape}, expected ({J}, N, N)")
        if not np.allclose(R, np.conj(np.swapaxes(R, 1, 2))):
            raise ValueError(f"flux {self.name!r}: density matrices must be Hermitian")
        object.__setattr__(self, "matrices", R)

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
        with _named(name):
            spectrum = PanelSpectrum.fitted(knots, density, degree)
        return cls(name=name, matrices=np.asarray(matrices), basis=basis, helicity=helicity, spectrum=spectrum)

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
        with _named(name):
            spectrum = LineSpectrum(energies=np.asarray(energies), weights=np.asarray(weights))
        return cls(name=name, matrices=np.asarray(matrices), basis=basis, helicity=helicity, spectrum=spectrum)

    @property
    def n_channels(self) -> int:
        """Number J of weight functions."""
        return self.spectrum.n_channels

    @property
    def E_max(self) -> float:
        """Largest neutrino energy, keV."""
        return float(max(self.edge_energies))

    @property
    def edge_energies(self) -> FloatArray:
        """Energies where the moments jump or start: lines, or the ends of the spectrum, keV."""
        return self.spectrum.edge_energies

    def total(self) -> FloatArray:
        """Return the integral of each weight, shape (J,), cm^-2 s^-1."""
        total: FloatArray = self.moments(np.array(0.0))[0]
        return total

    def scaled(self, factor: float) -> Flux:
        """Return the flux times `factor`, which must not be negative."""
        if not factor >= 0 or not np.isfinite(factor):
            raise ValueError(f"flux {self.name!r}: cannot scale by {factor}, need a number >= 0")
        return replace(self, spectrum=self.spectrum.scaled(factor))

    def density(self, E: ArrayLike) -> FloatArray:
        """Return the weights of the continuous part, shape (J, *E.shape), cm^-2 s^-1 keV^-1."""
        E = np.asarray(E, dtype=float)
        return self.spectrum.density(E.ravel()).reshape(self.n_channels, *E.shape)

    def moments(self, E_min: ArrayLike, *, log: bool = False) -> FloatArray:
        """Return the integrals of w_j(E) / E^k above `E_min` for k = 0, 1, 2, and of w_j(E) ln(E/keV).

        Parameters
        ----------
        E_min : array, any shape, keV
            A line at exactly `E_min` counts.
        log : bool
            Add the logarithmic moment as a fourth row.

        Returns
        -------
        array, shape (3 or 4, J, *E_min.shape), cm^-2 s^-1 keV^-k
        """
        E_min = np.asarray(E_min, dtype=float)
        return self.spectrum.moments(E_min.ravel(), log=log).reshape(3 + log, self.n_channels, *E_min.shape)

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

        def flat(E: FloatArray) -> FloatArray:
            return np.asarray(function(E.reshape(-1, *E_min.shape))).reshape(E.shape)

        return self.spectrum.integrate(flat, E_min.ravel()).reshape(self.n_channels, *E_min.shape)

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


@contextmanager
def _named(name: str) -> Iterator[None]:
    """Say in an error which flux it is about."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"flux {name!r}: {error}") from None
