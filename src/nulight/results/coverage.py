"""Coverage: how often intervals contain the truth, at one true value after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from nulight.io.record import Result
from nulight.typing import FloatArray

__all__ = ["Coverage"]

_CHANCE, _RELEVANT = 0.0455, 0.01  # probability of 2 standard deviations, shared by all true values; and of coverage


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Coverage(Result):
    """Fraction of toys whose interval contains the true value of a parameter.

    Attributes
    ----------
    parameter, unit : str
    experiments : tuple of str
    cl : float
        Confidence level the intervals claim.
    truths : array, shape (n_truths,)
    intervals : tuple of str
        Kinds of intervals, the keys of the mappings.
    coverage, lower, upper : mapping of str to array (n_truths,)
        Fraction of toys, and its 68 % Monte Carlo interval.
    levels : array, shape (3,)
        Probabilities for which critical values are given.
    critical, critical_lower, critical_upper : array, shape (n_truths, 3)
        What t of the true value stays below with these probabilities, with its 68 % Monte Carlo interval.
    chi2_quantiles : array, shape (3,)
        The same if t followed a chi2 distribution with one degree of freedom (Wilks).
    at_zero : array, shape (n_truths,)
        Fraction of toys whose best fit is the true value itself: it lies on a bound.
    n_toys, seed : int
    true_nuisances : str or mapping of str to float
        "nominal", "prior", or their true values in units of their widths.
    fixed : mapping of str to float
    """

    kind: ClassVar[str] = "coverage"

    parameter: str
    unit: str
    experiments: tuple[str, ...]
    cl: float
    truths: FloatArray
    intervals: tuple[str, ...]
    coverage: Mapping[str, FloatArray]
    lower: Mapping[str, FloatArray]
    upper: Mapping[str, FloatArray]
    levels: FloatArray
    critical: FloatArray
    critical_lower: FloatArray
    critical_upper: FloatArray
    chi2_quantiles: FloatArray
    at_zero: FloatArray
    n_toys: int
    seed: int
    true_nuisances: str | Mapping[str, float] = "nominal"
    fixed: Mapping[str, float] = field(default_factory=dict)

    def deviates(self, interval: str) -> NDArray[np.bool_]:
        """Return where the coverage is off by more than 1 % and more than chance, (n_truths,).

        Chance are 2 Monte Carlo errors for a single true value, and more for several: so many that one of them
        is as unlikely to be off.
        """
        off = self.coverage[interval] - self.cl
        error = np.where(
            off > 0, self.coverage[interval] - self.lower[interval], self.upper[interval] - self.coverage[interval]
        )
        errors = NormalDist().inv_cdf(1 - _CHANCE / (2 * len(self.truths)))
        return np.abs(off) > np.maximum(errors * error, _RELEVANT)

    def statement(self, interval: str) -> str:
        """Return in words where an interval covers too much or too little."""
        off = np.sign(self.coverage[interval] - self.cl) * self.deviates(interval)
        if not off.any():
            return f"covers {100 * self.cl:g} % within errors at every true value"
        ends = np.flatnonzero(np.diff(off)) + 1
        runs = [run for run in np.split(np.arange(len(off)), ends) if off[run[0]]]
        text = "; ".join(self._run(interval, run, over=off[run[0]] > 0) for run in runs)
        return text if off.all() else f"{text}; {100 * self.cl:g} % within errors at the others"

    def _run(self, interval: str, run: NDArray[np.intp], *, over: bool) -> str:
        shares = 100 * self.coverage[interval][run]
        sizes = list(dict.fromkeys(f"{share:.1f}" for share in (shares.min(), shares.max())))
        ends = list(dict.fromkeys(f"{end:.4g}" for end in (self.truths[run[0]], self.truths[run[-1]])))
        where = f"at {ends[0]}" if len(ends) == 1 else f"from {ends[0]} to {ends[1]}"
        verb = "over-covers" if over else "under-covers"
        return f"{verb} {f'{where} {self.unit}'.rstrip()} ({' to '.join(sizes)} %)"

    def _headline(self) -> str:
        return (
            f"coverage of {100 * self.cl:g} % CL intervals of {self.parameter} "
            f"({', '.join(self.experiments)}, {self.n_toys} toys at each of {len(self.truths)} true values)"
        )

    def _table(self) -> tuple[dict[str, Any], dict[str, str]]:
        columns: dict[str, Any] = {self.parameter: self.truths}
        for interval in self.intervals:
            name = interval.replace("-", "_")
            columns[name] = self.coverage[interval]
            columns[f"{name}_lower"], columns[f"{name}_upper"] = self.lower[interval], self.upper[interval]
        for k, level in enumerate(self.levels):
            name = f"t_{100 * level:g}"
            columns[name] = self.critical[:, k]
            columns[f"{name}_lower"], columns[f"{name}_upper"] = self.critical_lower[:, k], self.critical_upper[:, k]
        columns["at_zero"] = self.at_zero
        return columns, {self.parameter: self.unit}

    def _lines(self) -> Iterator[tuple[str, str]]:
        for interval in self.intervals:
            yield interval, self.statement(interval)
        yield from Result._lines(self)
