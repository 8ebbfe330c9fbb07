"""What a scan of trigger frequencies would say about the neutrinos: their mass, ordering and nature."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from nulight.io.record import Result
from nulight.typing import FloatArray

__all__ = ["RenpMass", "RenpTest"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class RenpMass(Result):
    """Expected intervals of the lightest mass against its true value.

    Attributes
    ----------
    experiment, nature, placement : str
    lightest : array (n,), eV
        True values.
    orderings : tuple of str
        The true ones, taken as known in the fit.
    days : float, d
        At each frequency.
    levels : tuple of str
        Confidence levels, with the Delta chi2 of `thresholds`.
    lower, upper : array (n_levels, n_orderings, n), eV
        Ends of the allowed masses around the true one; zero, or infinite, where there is no end.
    further_regions : array of bool, same shape
        Whether other masses are allowed as well.
    zero : array (n_orderings, n)
        Delta chi2 of a massless lightest neutrino.
    needed : tuple of str
    days_needed : array (n_needed, n_orderings, n), d
        Days at each frequency to exclude zero.
    """

    kind: ClassVar[str] = "renp-mass"

    experiment: str
    nature: str
    placement: str
    lightest: FloatArray
    orderings: tuple[str, ...]
    days: float
    levels: tuple[str, ...]
    thresholds: FloatArray
    lower: FloatArray
    upper: FloatArray
    further_regions: np.ndarray
    zero: FloatArray
    needed: tuple[str, ...]
    days_needed: FloatArray

    def _headline(self) -> str:
        return f"expected mass of the lightest neutrino ({self.nature}, {self.days:.4g} d each, {self.experiment})"

    def _table(self) -> tuple[dict[str, Any], dict[str, str]]:
        columns: dict[str, Any] = {"lightest": self.lightest.tolist()}
        units = {"lightest": "eV"}
        for j, ordering in enumerate(self.orderings):
            for i, level in enumerate(self.levels):
                for end, values in (("lower", self.lower), ("upper", self.upper)):
                    name = f"{end}_{_word(level)}_{ordering}"
                    columns[name], units[name] = _cells(values[i, j]), "eV"
                columns[f"further_{_word(level)}_{ordering}"] = self.further_regions[i, j].astype(int).tolist()
            columns[f"delta_chi2_zero_{ordering}"] = _cells(self.zero[j])
            for i, level in enumerate(self.needed):
                name = f"days_{_word(level)}_{ordering}"
                columns[name], units[name] = _cells(self.days_needed[i, j]), "d"
        return columns, units

    def _lines(self) -> Iterator[tuple[str, str]]:
        for j, ordering in enumerate(self.orderings):
            for k in _ends(self.lightest):
                low, high = self.lower[-1, j, k], self.upper[-1, j, k]
                text = f"[{low:.4g}, {high:.4g}] eV at {self.levels[-1]}, zero at Delta chi2 = {self.zero[j, k]:.3g}"
                yield f"{ordering}, {self.lightest[k]:.4g} eV", text
        yield from Result._lines(self)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class RenpTest(Result):
    """Delta chi2 of wrong hypotheses about ordering or nature against the true lightest mass.

    Attributes
    ----------
    experiment, placement : str
    question : "ordering" or "nature"
    truths, alternatives : tuple of str
        What is true and what is tested, of one length.
    lightest : array (n,), eV
    days : array (k,), d
        At each frequency.
    delta_chi2 : array (n_truths, k, n)
        Smallest one of the alternative, over its lightest mass, phases and the nuisances.
    best_lightest : array (n_truths, k, n), eV
        The lightest mass of the alternative there.
    phases : array (n_truths, n, 2), rad
        alpha_21 and alpha_31 that are true; of no meaning for Dirac neutrinos.
    needed : tuple of str
        Confidence levels, those of :math:`\\sqrt{\\Delta\\chi^2}` standard deviations.
    days_needed : array (n_needed, n_truths, n), d
        Days at each frequency; infinite for never.
    """

    kind: ClassVar[str] = "renp-test"

    experiment: str
    placement: str
    question: Literal["ordering", "nature"]
    truths: tuple[str, ...]
    alternatives: tuple[str, ...]
    lightest: FloatArray
    days: FloatArray
    delta_chi2: FloatArray
    best_lightest: FloatArray
    phases: FloatArray
    needed: tuple[str, ...]
    days_needed: FloatArray

    def _headline(self) -> str:
        return f"{self.question} of the neutrinos, expected Delta chi2 ({self.experiment})"

    def _table(self) -> tuple[dict[str, Any], dict[str, str]]:
        columns: dict[str, Any] = {"lightest": self.lightest.tolist()}
        units = {"lightest": "eV"}
        for i, truth in enumerate(self.truths):
            for j, days in enumerate(self.days):
                columns[f"delta_chi2_{_word(truth)}_{days:g}d"] = _cells(self.delta_chi2[i, j])
            for j, level in enumerate(self.needed):
                name = f"days_{_word(level)}_{_word(truth)}"
                columns[name], units[name] = _cells(self.days_needed[j, i]), "d"
        return columns, units

    def _lines(self) -> Iterator[tuple[str, str]]:
        for i, (truth, other) in enumerate(zip(self.truths, self.alternatives, strict=True)):
            for k in _ends(self.lightest):
                days = self.days_needed[0, i, k]
                after = f"after {days:.3g} d at each frequency" if np.isfinite(days) else "never, after any time"
                text = f"{self.needed[0]} {after}"
                yield f"not {other} but {truth}, {self.lightest[k]:.4g} eV", text
        yield from Result._lines(self)


def _word(text: str) -> str:
    return text.replace(" %", "cl").replace(",", "").replace(" ", "_")


def _ends(values: FloatArray) -> tuple[int, ...]:
    return (0, len(values) - 1) if len(values) > 1 else (0,)


def _cells(values: FloatArray) -> list[float | None]:
    return [float(v) if np.isfinite(v) else None for v in values]
