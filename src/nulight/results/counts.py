"""Counts and cross sections: what a model predicts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from nulight.io.record import Result
from nulight.io.restoring import restore_record
from nulight.io.text import plain
from nulight.typing import FloatArray

__all__ = ["CrossSectionResult", "Projection", "SpectrumResult"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """Counts in the bins of one observable, added up over all others.

    Attributes
    ----------
    name : str
        Observable: an axis of the card.
    edges : array, shape (n + 1,), in `unit`
    unit : str
    counts : mapping of str to array (n,)
        Expected counts of each component.
    observed : array, shape (n,)
    sigma : array, shape (n,), or None
        Errors that come with the data.
    """

    name: str
    edges: FloatArray
    unit: str
    counts: Mapping[str, FloatArray]
    observed: FloatArray
    sigma: FloatArray | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SpectrumResult(Result):
    """Counts per bin of reconstructed energy of one experiment, added up over its further axes.

    Attributes
    ----------
    experiment : str
    edges : array, shape (n_bins + 1,), in `edge_unit`
    edge_unit : str
        keVee, keVnr or PE.
    counts : mapping of str to array (n_bins,)
        Expected counts of each component.
    observed : array, shape (n_bins,)
    sigma : array, shape (n_bins,), or None
        Errors of the Gaussian statistic; None for Poisson.
    parameters : mapping of str to float
        Physics parameters the expectation was made with, where not at their defaults.
    asimov : bool
        The observed counts are an expectation, not data.
    projections : tuple of Projection
        The same counts on each further axis.
    signal : tuple of str
        Components of `counts` that neutrino sources make; the others are backgrounds.
    """

    kind: ClassVar[str] = "spectrum"

    experiment: str
    edges: FloatArray
    edge_unit: str = "keV"
    counts: Mapping[str, FloatArray]
    observed: FloatArray
    sigma: FloatArray | None = None
    parameters: Mapping[str, float] = field(default_factory=dict)
    asimov: bool = False
    projections: tuple[Projection, ...] = ()
    signal: tuple[str, ...] = ()

    def by_source(self, most: int = 0) -> dict[str, FloatArray]:
        """Return the counts with the parts of a source summed, under its name, if they are more than `most`.

        The parts of a source are named source:part; the solar components have names of their own
        and count as parts of "solar". Backgrounds stay as they are.
        """
        sources = {name: _source(name) if name in self.signal else name for name in self.counts}
        parts = Counter(sources.values())
        grouped: dict[str, FloatArray] = {}
        for name, counts in self.counts.items():
            source = sources[name]
            entry = source if name in self.signal and parts[source] > max(most, 1) else name
            grouped[entry] = grouped.get(entry, 0.0) + counts
        return grouped

    @property
    def total(self) -> FloatArray:
        """Expected counts summed over components, shape (n_bins,)."""
        return sum(self.counts.values(), np.zeros_like(self.observed, dtype=float))

    @property
    def pulls(self) -> FloatArray:
        """(observed - expected) / error, shape (n_bins,); the error is `sigma`, or sqrt(expected) for Poisson.

        Nuisances are at their nominal values. Zero where nothing is expected and nothing seen,
        infinite where something is seen that is not expected.
        """
        difference = self.observed - self.total
        error = np.sqrt(np.maximum(self.total, 0.0)) if self.sigma is None else self.sigma
        unexpected = np.where(difference == 0, 0.0, np.copysign(np.inf, difference))
        return np.divide(difference, error, out=unexpected, where=error > 0)

    @property
    def chi2(self) -> float:
        """Sum of squared pulls."""
        return float((self.pulls**2).sum())

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, with pulls and their sum of squares."""
        fit = {} if self.asimov else {"pulls": plain(self.pulls), "chi2": plain(self.chi2)}
        return Result.to_dict(self) | fit

    @property
    def n_axes(self) -> int:
        """Ends of a bin."""
        return 2

    def _headline(self) -> str:
        return f"{self.experiment}: {self.observed.sum():.6g} observed, {self.total.sum():.6g} expected"

    def _table(self) -> tuple[dict[str, Any], dict[str, str]]:
        columns: dict[str, Any] = {"low": self.edges[:-1], "high": self.edges[1:], "observed": self.observed}
        columns |= {"expected": self.total}
        columns |= {} if self.sigma is None else {"sigma": self.sigma}
        columns |= {} if self.asimov else {"pull": self.pulls}
        return columns | dict(self.counts), dict.fromkeys(("low", "high"), self.edge_unit)

    def _lines(self) -> Iterator[tuple[str, str]]:
        for name, counts in self.counts.items():
            yield name, f"{counts.sum():.6g}"
        if not self.asimov:
            yield "squared pulls", f"{self.chi2:.4g} in {len(self.observed)} bins"
        yield from Result._lines(self)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CrossSectionResult(Result):
    """Differential cross section, in total and by term.

    Attributes
    ----------
    target, nu : str
    E_nu : float, keV
    T : array, shape (n_T,), keV
    total : array, shape (n_T,), cm^2 / keV
    terms : mapping of str to array (n_T,), cm^2 / keV
        The pieces of the total by name.
    parameters : mapping of str to float
    """

    kind: ClassVar[str] = "cross section"
    unit: ClassVar[str] = "cm^2/keV"

    target: str
    nu: str
    E_nu: float
    T: FloatArray
    total: FloatArray
    terms: Mapping[str, FloatArray]
    parameters: Mapping[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values; numbers instead of lists if there is one recoil energy."""
        record = Result.to_dict(self)
        record["total"] = {"value": _only(self.total), "unit": self.unit}
        record["terms"] = {name: _only(values) for name, values in self.terms.items()}
        record["E_nu"] = {"value": self.E_nu, "unit": "keV"}
        record["T"] = {"value": _only(self.T), "unit": "keV"}
        return record

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> CrossSectionResult:
        """Return the record from the plain values of `to_dict`."""
        fields = dict(given)
        fields |= {name: given[name]["value"] for name in ("total", "E_nu", "T")}
        fields |= {name: _list(fields[name]) for name in ("total", "T")}
        fields["terms"] = {name: _list(values) for name, values in given["terms"].items()}
        record: CrossSectionResult = restore_record(cls, fields)
        return record

    def _headline(self) -> str:
        return f"{self.nu} on {self.target}, E_nu = {self.E_nu:g} keV: dsigma/dT in {self.unit}"

    def _table(self) -> tuple[dict[str, Any], dict[str, str]]:
        columns = {"T": self.T, "total": self.total} | dict(self.terms)
        return columns, {name: "keV" if name == "T" else self.unit for name in columns}

    def _lines(self) -> Iterator[tuple[str, str]]:
        for name, values in {"total": self.total, **self.terms}.items():
            yield name, ", ".join(f"{v:.6g}" for v in values)
        yield from Result._lines(self)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _source(component: str) -> str:
    from nulight.sources.solar import SOLAR_COMPONENTS

    return "solar" if component in SOLAR_COMPONENTS else component.split(":")[0]


def _only(values: FloatArray) -> Any:
    numbers = plain(np.asarray(values))
    return numbers[0] if isinstance(numbers, list) and len(numbers) == 1 else numbers
