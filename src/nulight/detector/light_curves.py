"""Visible energy of a nuclear recoil: table, polynomial and Lindhard's formula, each inside its own range.

A curve gives the visible energy and its slope; what holds outside the range is the business of `quenching`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from nulight.detector.bins import increasing
from nulight.typing import FloatArray

__all__ = ["Curve", "LindhardCurve", "PolynomialCurve", "TableCurve"]


class Curve(Protocol):
    """Visible energy as a function of the recoil energy."""

    @property
    def kinks(self) -> FloatArray:
        """Recoil energies where the slope jumps, keVnr."""

    def visible(self, T: FloatArray) -> FloatArray:
        """Visible energy at T in keVnr, shape of T, keVee."""

    def slope(self, T: FloatArray) -> FloatArray:
        """Its derivative, shape of T."""


@dataclass(frozen=True, slots=True)
class PolynomialCurve:
    """E_ee = sum_k c_k x^(k + 1), where x is the recoil energy and both are in `unit` (keV)."""

    coefficients: tuple[float, ...]
    unit: float = 1.0
    kinks: FloatArray = field(default_factory=lambda: np.zeros(0), init=False, compare=False)

    def visible(self, T: FloatArray) -> FloatArray:
        x = T / self.unit
        result: FloatArray = T * np.polyval(self.coefficients[::-1], x)
        return result

    def slope(self, T: FloatArray) -> FloatArray:
        orders = np.arange(1, len(self.coefficients) + 1)
        result: FloatArray = np.polyval((orders * self.coefficients)[::-1], T / self.unit)
        return result


@dataclass(frozen=True, slots=True, eq=False)
class TableCurve:
    """E_ee = Q_f T with Q_f linear between points at `energies` (keVnr)."""

    energies: FloatArray
    values: FloatArray

    def __post_init__(self) -> None:
        T, Q = np.asarray(self.energies, float), np.asarray(self.values, float)
        if T.ndim != 1 or T.shape != Q.shape or len(T) < 2 or not increasing(T) or T[0] < 0:
            raise ValueError("a quenching table needs at least two points at increasing recoil energies in keVnr")
        object.__setattr__(self, "energies", T)
        object.__setattr__(self, "values", Q)

    @property
    def kinks(self) -> FloatArray:
        return self.energies

    def visible(self, T: FloatArray) -> FloatArray:
        return np.asarray(T * np.interp(T, self.energies, self.values))

    def slope(self, T: FloatArray) -> FloatArray:
        segment = np.clip(np.searchsorted(self.energies, T, side="right") - 1, 0, len(self.energies) - 2)
        dQ_dT = (np.diff(self.values) / np.diff(self.energies))[segment]
        return np.asarray(np.interp(T, self.energies, self.values) + T * dQ_dT)


@dataclass(frozen=True, slots=True)
class LindhardCurve:
    """E_ee = T k g / (1 + k g), g = 3 eps^0.15 + 0.7 eps^0.6 + eps, eps = 11.5 Z^(-7/3) T/keV."""

    k: float
    Z: float
    kinks: FloatArray = field(default_factory=lambda: np.zeros(0), init=False, compare=False)

    def _eps(self, T: FloatArray) -> FloatArray:
        return np.asarray(11.5 * self.Z ** (-7 / 3) * T)

    def visible(self, T: FloatArray) -> FloatArray:
        eps = self._eps(T)
        kg = self.k * (3 * eps**0.15 + 0.7 * eps**0.6 + eps)
        return np.asarray(T * kg / (1 + kg))

    def slope(self, T: FloatArray) -> FloatArray:
        eps = self._eps(T)
        kg = self.k * (3 * eps**0.15 + 0.7 * eps**0.6 + eps)
        k_eps_dg = self.k * (0.45 * eps**0.15 + 0.42 * eps**0.6 + eps)
        return np.asarray(kg / (1 + kg) + k_eps_dg / (1 + kg) ** 2)
