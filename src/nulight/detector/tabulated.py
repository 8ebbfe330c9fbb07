"""Response given as a table of probabilities, all efficiencies in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nulight.detector.bins import FLOOR, checked_edges, increasing
from nulight.typing import FloatArray

__all__ = ["MatrixResponse"]

_HELD = 1e3  # times the last energy: up to here the last row stands in, to be found out as not trusted


@dataclass(frozen=True, slots=True, eq=False)
class MatrixResponse:
    """P(bin | true energy) from a table, linear between its energies.

    Below the first energy nothing is seen; above the last one its row is held, and not trusted.

    Attributes
    ----------
    bin_edges : array, shape (n_bins + 1,), PE or keV
    energies : array, shape (n_energies,), keV
        Increasing true energies.
    probabilities : array, shape (n_energies, n_bins)
        In [0, 1], rows of sum at most 1.
    """

    bin_edges: FloatArray
    energies: FloatArray
    probabilities: FloatArray

    def __post_init__(self) -> None:
        edges, E = checked_edges(self.bin_edges), np.asarray(self.energies, float)
        P = np.asarray(self.probabilities, float)
        if E.ndim != 1 or len(E) < 2 or not increasing(E) or E[0] < 0:
            raise ValueError("a response table needs at least two increasing true energies in keV, not negative")
        if P.shape != (len(E), len(edges) - 1):
            raise ValueError(
                f"probabilities of shape {P.shape}: {len(E)} energies times {len(edges) - 1} bins are needed"
            )
        _check_probabilities(E, P)
        for name, value in (("bin_edges", edges), ("energies", E), ("probabilities", P)):
            object.__setattr__(self, name, value)

    @property
    def support(self) -> tuple[float, float]:
        last = float(self.energies[-1])
        return max(float(self.energies[0]), FLOOR), last * _HELD if self.probabilities[-1].any() else last

    @property
    def trusted(self) -> tuple[float, float]:
        return 0.0, float(self.energies[-1])

    @property
    def breakpoints(self) -> FloatArray:
        return self.energies

    def width(self, T: FloatArray) -> FloatArray:
        """Return T: between breakpoints the response is a straight line."""
        return np.array(T, float)

    def matrix(self, T: FloatArray) -> FloatArray:
        E, P = self.energies, self.probabilities
        cell = np.clip(np.searchsorted(E, T, side="right") - 1, 0, len(E) - 2)
        share = np.clip((T - E[cell]) / (E[cell + 1] - E[cell]), 0.0, 1.0)[:, None]
        return np.asarray((((1 - share) * P[cell] + share * P[cell + 1]) * (T >= E[0])[:, None]).T)


def _check_probabilities(E: FloatArray, P: FloatArray) -> None:
    row, column = np.nonzero(~((P >= 0) & (P <= 1)))
    if len(row):
        raise ValueError(f"P = {P[row[0], column[0]]} in bin {column[0]} at {E[row[0]]:g} keV is outside [0, 1]")
    total = P.sum(axis=1)
    if np.any(total > 1 + 1e-6):
        i = int(np.argmax(total))
        raise ValueError(f"probabilities at {E[i]:g} keV add up to {total[i]:.6g}, more than 1: are they densities?")
