"""Predicted moments of neutrinos: bands over what is not known of their masses and phases."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from nulight.io.record import Result
from nulight.typing import FloatArray

__all__ = ["Band", "MinimalPrediction", "Nature"]

Nature = Literal["dirac", "majorana"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Range of one moment over the lightest mass.

    Attributes
    ----------
    nature : "dirac" or "majorana"
    quantity : str
        ``"diagonal"`` or ``"transition"``: every element of the matrix of that kind; ``"nu_e"``, ``"nu_mu"``,
        ``"nu_tau"``: effective moment of a flavour; ``"sun"``: of solar neutrinos.
    ordering : str
        ``"normal"`` or ``"inverted"``.
    low, high : array, shape (n,), mu_B
    """

    nature: Nature
    quantity: str
    ordering: str
    low: FloatArray
    high: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class MinimalPrediction(Result):
    """Moments of the minimal model against the lightest neutrino mass.

    Attributes
    ----------
    lightest : array, shape (n,), eV
    bands : tuple of Band
    """

    kind: ClassVar[str] = "minimal model"
    unit: ClassVar[str] = "mu_B"

    lightest: FloatArray
    bands: tuple[Band, ...]

    def band(self, nature: Nature, quantity: str, ordering: str | None = None) -> tuple[FloatArray, FloatArray]:
        """Return lower and upper end, arrays (n,), mu_B; of all orderings together without a choice.

        Raises
        ------
        ValueError
            If there is no such band; the message lists those there are.
        """
        found = [
            b for b in self.bands if (b.nature, b.quantity) == (nature, quantity) and ordering in (None, b.ordering)
        ]
        if not found:
            known = sorted({f"{b.nature} {b.quantity}, {b.ordering}" for b in self.bands})
            raise ValueError(f"no band {nature} {quantity} {ordering or ''}; there are: {'; '.join(known)}")
        return np.min([b.low for b in found], axis=0), np.max([b.high for b in found], axis=0)

    def orders_below(self, limit: float, nature: Nature, quantity: str) -> float:
        """Return by how many orders of magnitude the largest prediction is below a limit in mu_B."""
        return math.log10(limit / float(self.band(nature, quantity)[1].max()))

    @property
    def n_axes(self) -> int:
        """Which band, and the lightest mass."""
        return 4

    def _headline(self) -> str:
        ends = f"{self.lightest.min():g}-{self.lightest.max():g} eV"
        return f"moments of the minimal model, lightest neutrino {ends}"

    def _table(self) -> tuple[dict[str, Any], dict[str, str]]:
        rows = [
            (b.nature, b.quantity, b.ordering, m, low, high)
            for b in self.bands
            for m, low, high in zip(self.lightest, b.low, b.high, strict=True)
        ]
        names = ("nature", "quantity", "ordering", "lightest", "low", "high")
        columns = dict(zip(names, zip(*rows, strict=True), strict=True))
        return columns, {"lightest": "eV", "low": self.unit, "high": self.unit}

    def _lines(self) -> Iterator[tuple[str, str]]:
        for b in self.bands:
            text = f"{b.low.min():.3g} to {b.high.max():.3g} {self.unit}"
            yield f"{b.nature} {b.quantity}, {b.ordering} ordering", text
        yield from Result._lines(self)
