"""Goodness of fit: how often data of the model itself fit worse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from nulight.io.record import Result
from nulight.typing import FloatArray

__all__ = ["Goodness"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Goodness(Result):
    """Probability of a worse fit, from toys and asymptotically.

    Attributes
    ----------
    experiments : tuple of str
    statistic : str
        "saturated" (-2 ln L relative to a model that agrees with every bin) or "pearson".
    observed : float
        Its value at the best fit to the data.
    ndof : int
        Bins and measurements of nuisances and priors, less what is fitted.
    p_value, p_lower, p_upper : float
        Fraction of toys that fit no better, with its 68 % Monte Carlo interval.
    p_asymptotic : float
        Probability of a larger chi2 for `ndof` degrees of freedom.
    toys : array, shape (n_toys,)
        Values of the statistic at the best fits to toys thrown at the best fit to the data.
    values : mapping of str to float
        Best fit: parameters in their units, and nuisances u.
    units : mapping of str to str
    seed : int
    fixed : mapping of str to float
    """

    kind: ClassVar[str] = "goodness"

    experiments: tuple[str, ...]
    statistic: str
    observed: float
    ndof: int
    p_value: float
    p_lower: float
    p_upper: float
    p_asymptotic: float
    toys: FloatArray
    values: Mapping[str, float] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    seed: int = 1
    fixed: Mapping[str, float] = field(default_factory=dict)

    def _headline(self) -> str:
        return (
            f"goodness of fit: p = {_percent(self.p_value)} ({_percent(self.p_lower)} to {_percent(self.p_upper)}) "
            f"from {len(self.toys)} toys ({', '.join(self.experiments)})"
        )

    def _table(self) -> tuple[dict[str, Any], dict[str, str]]:
        return {"toy": range(1, len(self.toys) + 1), self.statistic: self.toys}, {}

    def _lines(self) -> Iterator[tuple[str, str]]:
        yield "observed", f"{self.observed:.2f} for {self.ndof} degrees of freedom"
        yield "asymptotic", f"p = {_percent(self.p_asymptotic)}"
        if self.values:
            yield "best fit", ", ".join(f"{n} {v:.3g} {self.units.get(n, '')}".rstrip() for n, v in self.values.items())
        yield from Result._lines(self)


def _percent(p: float) -> str:
    return f"{100 * p:.3g} %"
