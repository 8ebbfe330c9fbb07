"""Significance of an excess that could have appeared at any mass."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Any, ClassVar

from nulight.io.record import Result
from nulight.typing import FloatArray

__all__ = ["LookElsewhere"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class LookElsewhere(Result):
    """Local significance at every mass of a grid, and the global one of the largest.

    Attributes
    ----------
    coupling, unit, mass, mass_unit : str
    experiments : tuple of str
    masses : array, shape (n_masses,)
    best_fit : array, shape (n_masses,)
        Coupling at the minimum for this mass; NaN where no count depends on it.
    q0 : array, shape (n_masses,)
        -2 ln L without the coupling less its minimum at this mass; the local significance is its root.
    best_mass : float
        Where q0 is largest.
    one_sided : bool
        Whether the coupling cannot be negative: q0 then follows half a chi2 distribution.
    p_local : float
        Asymptotic probability of a larger q0 at the best mass alone.
    p_local_toys, p_local_lower, p_local_upper : float
        The same from toys, with its 68 % Monte Carlo interval.
    p_global, p_global_lower, p_global_upper : float
        Fraction of toys without a signal whose q0 is as large at any mass, with its Monte Carlo interval.
    levels, upcrossings, upcrossing_errors : array, shape (n_levels,)
        Mean number of times that q0 of a toy rises above a level along the grid.
    p_upcrossings : array, shape (n_levels,)
        Global p-value extrapolated from there.
    maxima : array, shape (n_toys,)
        Largest q0 of every toy.
    seed : int
    fixed : mapping of str to float
    """

    kind: ClassVar[str] = "look-elsewhere"

    coupling: str
    unit: str
    mass: str
    mass_unit: str
    experiments: tuple[str, ...]
    masses: FloatArray
    best_fit: FloatArray
    q0: FloatArray
    best_mass: float
    one_sided: bool
    p_local: float
    p_local_toys: float
    p_local_lower: float
    p_local_upper: float
    p_global: float
    p_global_lower: float
    p_global_upper: float
    levels: FloatArray
    upcrossings: FloatArray
    upcrossing_errors: FloatArray
    p_upcrossings: FloatArray
    maxima: FloatArray
    seed: int = 1
    fixed: Mapping[str, float] = field(default_factory=dict)

    @property
    def local_significance(self) -> float:
        """Largest local significance of the grid, standard deviations."""
        return math.sqrt(float(self.q0.max()))

    @property
    def global_significance(self) -> float:
        """Normal quantile of the global p-value from toys, infinite if none was as far; may be negative."""
        return _normal(self.p_global)

    @property
    def trials_factor(self) -> float:
        """Global over local p-value, both from toys."""
        return self.p_global / self.p_local_toys if self.p_local_toys > 0 else math.nan

    def _headline(self) -> str:
        return (
            f"{self.coupling} over {self.mass}: {self.local_significance:.2f} sigma locally at "
            f"{self.best_mass:.4g} {self.mass_unit}, global p = {100 * self.p_global:.3g} % "
            f"({', '.join(self.experiments)})"
        ).replace("  ", " ")

    def _table(self) -> tuple[dict[str, Any], dict[str, str]]:
        columns = {self.mass: self.masses, self.coupling: self.best_fit, "q0": self.q0, "significance": self.q0**0.5}
        return columns, {self.mass: self.mass_unit, self.coupling: self.unit}

    def statements(self) -> Iterator[tuple[str, str]]:
        """Yield the p-values in words, each with its name."""
        toys = _range(self.p_local_toys, self.p_local_lower, self.p_local_upper)
        yield "local p", f"{100 * self.p_local:.3g} % asymptotically, {toys} from toys"
        ends = _range(self.p_global, self.p_global_lower, self.p_global_upper)
        yield "global p", f"{ends} from {len(self.maxima)} toys, {_sigma(self.p_global_upper, self.p_global_lower)}"
        each = zip(self.p_upcrossings, self.levels, strict=True)
        texts = [f"{100 * p:.3g} % from q0 = {level:g}" for p, level in each]
        yield "global p by upcrossings", ", ".join(texts)

    def _lines(self) -> Iterator[tuple[str, str]]:
        yield from self.statements()
        yield from Result._lines(self)


def _range(p: float, lower: float, upper: float) -> str:
    return f"{100 * p:.3g} % ({100 * lower:.3g} to {100 * upper:.3g} %)"


def _sigma(*p: float) -> str:
    low, high = (_normal(x) for x in p)
    return f"{low:.2f} to {high:.2f} sigma" if math.isfinite(high) else f"more than {low:.2f} sigma"


def _normal(p: float) -> float:
    if not 0 < p < 1:
        return math.inf if p <= 0 else -math.inf
    return -NormalDist().inv_cdf(p)
