"""One matrix of fundamental moments as every experiment sees it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from html import escape
from typing import Any, ClassVar, Literal

from nulight.io.record import Result
from nulight.io.text import plain
from nulight.models.parameters import PARAMETERS
from nulight.results.limits import Region

__all__ = ["ComponentMoment", "FlavourMoment", "MomentsResult", "MomentsRow", "ScaleLimit", "Verdict"]

Verdict = Literal["allowed", "excluded", "too small", "no events"]
"""Whether the point itself is allowed; "too small" if the data prefer larger moments."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ScaleLimit:
    """Limit on a common factor of all moments of a point.

    Attributes
    ----------
    regions : tuple of (float or None, float or None)
        Factors allowed; None where open. Empty if no count depends on the moments.
    best : float or None
        Factor at the minimum of -2 ln L.
    delta_chi2 : float or None
        -2 ln L of the point itself, factor one, above the minimum.
    threshold : float
        Delta chi2 of the level asked for, one degree of freedom.
    converged : bool
    """

    regions: tuple[Region, ...]
    best: float | None
    delta_chi2: float | None
    threshold: float
    converged: bool = True

    @property
    def lower(self) -> float | None:
        """Smallest factor allowed."""
        return self.regions[0][0] if self.regions else None

    @property
    def upper(self) -> float | None:
        """Largest factor allowed; None where there is no bound."""
        return self.regions[-1][1] if self.regions else None

    @property
    def verdict(self) -> Verdict:
        """Whether the factor one is allowed."""
        if self.delta_chi2 is None:
            return "no events"
        if self.delta_chi2 <= self.threshold:
            return "allowed"
        return "too small" if self.lower is not None and self.lower > 1 else "excluded"

    @property
    def allowed(self) -> str:
        """The allowed factors in words, ``< 0.75`` where they begin at zero; empty if there is nothing to tell."""
        ends = [(lower or 0.0, upper) for lower, upper in self.regions]
        return " or ".join(
            (f"< {upper:.3g}" if lower == 0 else f"{lower:.3g} to {upper:.3g}") if upper else f"> {lower:.3g}"
            for lower, upper in ends
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the record with what follows from it, as plain values."""
        own = {field.name: plain(getattr(self, field.name)) for field in fields(self)}
        return own | {"lower": self.lower, "upper": self.upper, "verdict": self.verdict}

    def __repr__(self) -> str:
        return "\n".join([self._headline(), *(f"  {name}: {text}" for name, text in self._lines())])

    def _repr_html_(self) -> str:
        rows = "".join(f"<tr><th>{escape(name)}</th><td>{escape(text)}</td></tr>" for name, text in self._lines())
        return f"<table><caption>{escape(self._headline())}</caption>{rows}</table>"

    def _headline(self) -> str:
        return f"common factor of all moments: {self.allowed or 'no count depends on it'}"

    def _lines(self) -> Iterator[tuple[str, str]]:
        yield "the point itself, factor 1", self.verdict
        if self.delta_chi2 is not None:
            yield "its Delta chi2", f"{self.delta_chi2:.3g}, allowed up to {self.threshold:.4g}"
        if self.best is not None:
            yield "best fit", f"{self.best:.3g}"
        if not self.converged:
            yield "warning", "the best fit has not converged"


@dataclass(frozen=True, slots=True, kw_only=True)
class FlavourMoment:
    """Effective moments of a pure flavour at a short baseline, mu_B: to light final states, and to the fourth."""

    flavour: str
    mu_eff: float
    mu_eff_heavy: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentMoment:
    """Effective moments of one component of a source, averaged over its flux.

    Attributes
    ----------
    source, component : str
    mu_eff, mu_eff_heavy : float, mu_B
        To light final states, and to the fourth.
    """

    source: str
    component: str
    mu_eff: float
    mu_eff_heavy: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentsRow:
    """The matrix as one experiment sees it.

    Attributes
    ----------
    experiment, status, conventions : str
    sources : tuple of str
    mu_eff : float or None, mu_B
        Moment of all flavours alike that gives the same number of events with light final states; None where such
        a moment gives none.
    mu_eff_heavy : float or None, mu_B
        The same for final states of mass `m_4`.
    events, events_heavy : float
        Counts beyond the Standard Model before nuisances; those of the fourth state with their interference.
    heaviest : float, keV
        Largest mass of a final neutrino that source and target allow.
    limit : ScaleLimit
        Of a common factor of all moments; for planned experiments that expected without moments.
    components : tuple of ComponentMoment
    note : str
    """

    experiment: str
    status: str
    conventions: str
    sources: tuple[str, ...]
    mu_eff: float | None
    mu_eff_heavy: float | None
    events: float
    events_heavy: float
    heaviest: float
    limit: ScaleLimit
    components: tuple[ComponentMoment, ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class MomentsResult(Result):
    """Effective moments, events and limits of one matrix in many experiments.

    Attributes
    ----------
    values : mapping of str to float
        The point: moments [mu_B] and phases [rad], `m_4` [keV], mixing [rad], anything else that was set.
    neutrinos : "majorana" or "dirac"
    cl : float
    flavours : tuple of FlavourMoment
        At a short baseline.
    rows : tuple of MomentsRow
    """

    kind: ClassVar[str] = "moments"

    values: Mapping[str, float]
    neutrinos: str
    cl: float
    flavours: tuple[FlavourMoment, ...]
    rows: tuple[MomentsRow, ...]

    @property
    def light(self) -> bool:
        """Whether any moment leads to light final states."""
        return any(flavour.mu_eff for flavour in self.flavours) or any(row.events for row in self.rows)

    @property
    def heavy(self) -> bool:
        """Whether any moment leads to the fourth state."""
        return any(flavour.mu_eff_heavy for flavour in self.flavours) or any(row.events_heavy for row in self.rows)

    @property
    def point(self) -> str:
        """The point in words."""
        massless = {"m_4": 0.0} if self.heavy and "m_4" not in self.values else {}
        given = {**self.values, **massless}
        return ", ".join(f"{name} = {value:.4g} {PARAMETERS[name].unit}".rstrip() for name, value in given.items())

    def _headline(self) -> str:
        return f"{self.point}; {self.neutrinos.capitalize()} neutrinos"

    def _table(self) -> tuple[dict[str, Any], dict[str, str]]:
        lines = [line for row in self.rows for line in _lines_of(row)]
        units = {"mu_eff": "mu_B", "mu_eff_heavy": "mu_B", "heaviest": "keV"}
        return {name: [line.get(name) for line in lines] for name in lines[0]} if lines else {}, units

    def _lines(self) -> Iterator[tuple[str, str]]:
        for row in self.rows:
            moments = {"mu_eff": row.mu_eff} if self.light or not self.heavy else {}
            moments |= {"mu_eff to nu_4": row.mu_eff_heavy} if self.heavy else {}
            texts = [f"{name} {'-' if value is None else f'{value:.3g} mu_B'}" for name, value in moments.items()]
            scale = "-" if row.limit.upper is None else f"{row.limit.upper:.3g}"
            yield row.experiment, f"{', '.join(texts)}, {row.limit.verdict}, common factor up to {scale}"
        yield from Result._lines(self)


def _lines_of(row: MomentsRow) -> Iterator[dict[str, Any]]:
    """Lines of the CSV table: the experiment as a whole, then every component."""
    limit = row.limit
    own = {
        "experiment": row.experiment,
        "status": row.status,
        "source": ", ".join(row.sources),
        "component": "all",
        "mu_eff": row.mu_eff,
        "mu_eff_heavy": row.mu_eff_heavy,
        "events": row.events,
        "events_heavy": row.events_heavy,
        "heaviest": row.heaviest,
        "delta_chi2": limit.delta_chi2,
        "verdict": limit.verdict,
        "scale_lower": limit.lower,
        "scale_upper": limit.upper,
        "conventions": row.conventions,
        "note": row.note,
    }
    yield own
    for part in row.components:
        known = {field.name: getattr(part, field.name) for field in fields(part)}
        yield dict.fromkeys(own) | {"experiment": row.experiment, "status": row.status} | known
