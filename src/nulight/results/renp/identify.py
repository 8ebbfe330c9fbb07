"""Telling single elements of the moments apart: separations, and how long they take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from nulight.io.record import Result
from nulight.io.text import plain
from nulight.typing import FloatArray

__all__ = ["RenpIdentification"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class RenpIdentification(Result):
    """How well a scan of trigger frequencies tells which single element of the moments is there.

    Attributes
    ----------
    experiment, atom : str
    triggers : array, shape (n,), eV
    days : array, shape (n,), d
        Time at each frequency.
    elements : tuple of n_el str
    strength : float
        Significance of each true element against none, sigma.
    values : array, shape (n_el,), mu_B
        Size at which each element has it; NaN for an element these frequencies do not see.
    delta_chi2 : array, shape (n_el, n_el)
        Expected Delta chi2 of the column's element, its size free, where the row's is true; NaN in rows of
        elements that are not seen. Zero on the diagonal.
    fitted : array, shape (n_el, n_el), mu_B
        Size that fits best.
    cl : float
    threshold : float
        Delta chi2 below which two elements count as not told apart.
    truth : float, mu_B
        Size of the true element for the times.
    levels : mapping of str to float
        Delta chi2 of each level.
    days_needed : mapping of str to array, shape (n_el, n_el), d
        For each level the time of the whole scan, shared by its frequencies as in this experiment, to tell the row's
        element of size `truth` from the column's; on the diagonal, to see it at all. Infinite where never.
    """

    kind: ClassVar[str] = "renp-identification"

    experiment: str
    atom: str
    triggers: FloatArray
    days: FloatArray
    elements: tuple[str, ...]
    strength: float
    values: FloatArray
    delta_chi2: FloatArray
    fitted: FloatArray
    cl: float
    threshold: float
    truth: float
    levels: Mapping[str, float]
    days_needed: Mapping[str, FloatArray]

    @property
    def confused(self) -> tuple[tuple[str, str], ...]:
        """Pairs of elements, true one first, that are seen and not told apart."""
        close = (self.delta_chi2 < self.threshold) & ~np.eye(len(self.elements), dtype=bool)
        return tuple((self.elements[a], self.elements[b]) for a, b in np.argwhere(close))

    @property
    def unseen(self) -> tuple[str, ...]:
        """Elements that add no counts at any of the frequencies."""
        return tuple(name for name, value in zip(self.elements, self.values, strict=True) if np.isnan(value))

    @property
    def worst(self) -> tuple[str, str, float] | None:
        """True element, closest rival and Delta chi2 of the worst separation; None if there is none."""
        found = [(name, *rival) for name in self.elements if (rival := self.closest(name))]
        return min(found, key=lambda item: item[2], default=None)

    def closest(self, element: str) -> tuple[str, float] | None:
        """Return the rival hardest to tell from an element, with its Delta chi2; None if not seen or alone."""
        a = self._index(element)
        row = np.where(np.arange(len(self.elements)) == a, np.nan, self.delta_chi2[a])
        if np.isnan(row).all():
            return None
        b = int(np.nanargmin(row))
        return self.elements[b], float(row[b])

    def separation(self, true: str, rival: str) -> float:
        """Return Delta chi2 of a rival where another element is true."""
        return float(self.delta_chi2[self._index(true), self._index(rival)])

    def days_to_separate(self, true: str, rival: str, level: str = "90 %") -> float:
        """Return the days of the whole scan to tell an element of size `truth` from a rival; infinite if never.

        Raises
        ------
        ValueError
            If an element or the level is not in the record.
        """
        if level not in self.levels:
            raise ValueError(f"no level {level!r} in this record; it has {', '.join(self.levels)}")
        return float(self.days_needed[level][self._index(true), self._index(rival)])

    def days_to_identify(self, element: str, level: str = "90 %") -> float:
        """Return the days of the whole scan to tell an element of size `truth` from all others."""
        return max(self.days_to_separate(element, rival, level) for rival in self.elements)

    def days_to_see(self, element: str, level: str = "90 %") -> float:
        """Return the days of the whole scan to see an element of size `truth`."""
        return self.days_to_separate(element, element, level)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, with what is not told apart and the times to identify."""
        times = {level: {name: self.days_to_identify(name, level) for name in self.elements} for level in self.levels}
        extra = {"confused": self.confused, "unseen": self.unseen, "days_to_identify": times}
        own: dict[str, Any] = plain(extra)
        return Result.to_dict(self) | own

    def _index(self, element: str) -> int:
        if element not in self.elements:
            raise ValueError(f"no element {element!r} in this record; it has {', '.join(self.elements)}")
        return self.elements.index(element)

    def _headline(self) -> str:
        n, pairs = len(self.elements), len(self.confused)
        return (
            f"{self.experiment}: {n} elements of {self.strength:g} sigma at {len(self.triggers)} trigger frequencies, "
            f"{pairs} of {n * (n - 1)} pairs not told apart ({100 * self.cl:g} % CL)"
        )

    def _table(self) -> tuple[dict[str, Any], dict[str, str]]:
        n = len(self.elements)
        columns: dict[str, Any] = {
            "true": [name for name in self.elements for _ in range(n)],
            "hypothesis": [name for _ in range(n) for name in self.elements],
            "value": np.repeat(self.values, n),
            "delta_chi2": self.delta_chi2.ravel(),
            "fitted": self.fitted.ravel(),
        }
        units = {"value": "mu_B", "fitted": "mu_B"}
        for level, days in self.days_needed.items():
            name = f"days_{level.replace(' ', '_').replace('%', 'percent')}"
            columns[name], units[name] = days.ravel(), "d"
        return columns, units

    def _lines(self) -> Iterator[tuple[str, str]]:
        for name, value in zip(self.elements, self.values, strict=True):
            if rival := self.closest(name):
                yield name, f"{value:.3g} mu_B, closest {rival[0]}, Delta chi2 {rival[1]:.3g}"
            else:
                yield name, f"{value:.3g} mu_B" if np.isfinite(value) else "not seen"
        yield from Result._lines(self)
