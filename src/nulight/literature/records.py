"""Published bounds and curves as one list of plain records, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from nulight.conventions import Conventions
from nulight.literature.curves import (
    CURVE_COUPLINGS,
    CurveKind,
    PublishedCurve,
    UnavailableCurve,
    published_curves,
    unavailable_curves,
)
from nulight.literature.limits import (
    Flavour,
    PublishedLimit,
    couplings_with_limits,
    is_electromagnetic,
    published_limits,
)

__all__ = ["LiteratureRecord", "literature", "literature_couplings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LiteratureRecord:
    """One entry of the literature.

    Attributes
    ----------
    record : "limit", "curve" or "not available"
    name, coupling, source_type, note : str
        Several couplings of a curve stand separated by commas: it bounds each of them on its own.
    kind : "laboratory", "astrophysical" or "cosmological"
    value : float or None
        Upper bound; of a curve the smallest excluded coupling, at `m_4`; None where there is none.
    lower : float or None
        Lower bound of an interval.
    unit : str
    m_4 : float or None, keV
        Mass of the value of a curve: the one asked for, or that of its smallest value.
    m_4_min, m_4_max : float or None, keV
        Masses a curve covers.
    cl : float or None
    year : int
    reference : str
    convention : str
        Of the source, which has been converted; see `PublishedLimit` and `PublishedCurve`.
    status : str
        Of the evidence for the convention of a curve.
    read_in : str
    """

    record: Literal["limit", "curve", "not available"]
    name: str
    coupling: str
    kind: str
    source_type: str
    value: float | None
    lower: float | None
    unit: str
    m_4: float | None
    m_4_min: float | None
    m_4_max: float | None
    cl: float | None
    year: int
    reference: str
    convention: str
    status: str
    read_in: str
    note: str


def literature_couplings() -> tuple[str, ...]:
    """Return the couplings with a published bound or curve."""
    return tuple(sorted({*couplings_with_limits(), *CURVE_COUPLINGS}))


def literature(
    coupling: str | None = None,
    flavour: Flavour | None = None,
    kind: CurveKind | None = None,
    *,
    m_4: float | None = None,
    conventions: str | Path | Conventions = "default",
) -> list[LiteratureRecord]:
    """List bounds and curves together, newest first, then the curves that are drawings only.

    Parameters
    ----------
    coupling : str, optional
        Any coupling of the package.
    flavour : "e", "mu" or "tau", optional
    kind : "laboratory", "astrophysical" or "cosmological", optional
    m_4 : float, optional, keV
        Mass at which the curves are read; otherwise at their smallest value.
    conventions : preset name, path of a YAML file, or Conventions
        Decides the anapole normalisation only.

    Returns
    -------
    list of LiteratureRecord

    Raises
    ------
    ValueError
        If the coupling does not exist (the message lists those with entries), or the mass is not positive.

    Examples
    --------
    >>> [(r.record, r.name, r.value) for r in literature("mu_nu_tau", kind="laboratory")][-1]
    ('limit', 'WA66_BEBC', 5.4e-07)
    """
    if coupling is not None and not is_electromagnetic(coupling):
        listing = ", ".join(literature_couplings())
        raise ValueError(f"{coupling!r} is no electromagnetic coupling; the literature has entries for: {listing}")
    if m_4 is not None and not m_4 > 0:
        raise ValueError(f"m_4 = {m_4:g} keV: the curves need a positive mass")
    points = published_limits(coupling, flavour, conventions=conventions)
    found = [_of_limit(limit) for limit in points if kind in (None, limit.kind)]
    found += [_of_curve(curve, m_4) for curve in published_curves(coupling, flavour, kind)]
    drawings = [_of_drawing(curve) for curve in unavailable_curves(coupling, flavour, kind)]
    return sorted(found, key=lambda entry: -entry.year) + drawings


def _of_limit(limit: PublishedLimit) -> LiteratureRecord:
    return LiteratureRecord(
        record="limit",
        name=limit.experiment,
        coupling=limit.coupling,
        kind=limit.kind,
        source_type=limit.source_type,
        value=limit.upper,
        lower=limit.lower,
        unit=limit.unit,
        m_4=None,
        m_4_min=None,
        m_4_max=None,
        cl=limit.cl,
        year=limit.year,
        reference=limit.reference,
        convention=limit.convention,
        status="",
        read_in=limit.read_in,
        note=limit.note,
    )


def _of_curve(curve: PublishedCurve, m_4: float | None) -> LiteratureRecord:
    mass, value = _read(curve, m_4)
    return LiteratureRecord(
        record="curve",
        name=curve.name,
        coupling=", ".join(curve.couplings),
        kind=curve.kind,
        source_type=curve.region,
        value=value,
        lower=None,
        unit="mu_B",
        m_4=mass,
        m_4_min=float(curve.m_4.min()),
        m_4_max=float(curve.m_4.max()),
        cl=curve.cl,
        year=curve.year,
        reference=curve.reference,
        convention=curve.convention,
        status=curve.status,
        read_in="collection",
        note=f"{curve.note}; convention {curve.status}: {curve.how_known}",
    )


def _read(curve: PublishedCurve, m_4: float | None) -> tuple[float | None, float | None]:
    if curve.region == "boundary":
        return m_4, None
    if m_4 is None:
        return curve.best
    value = float(curve.excluded_from(m_4))
    return m_4, value if np.isfinite(value) else None


def _of_drawing(curve: UnavailableCurve) -> LiteratureRecord:
    return LiteratureRecord(
        record="not available",
        name=curve.name,
        coupling=", ".join(f"mu_{flavour}4" for flavour in curve.flavours),
        kind=curve.kind,
        source_type=curve.content,
        value=None,
        lower=None,
        unit="mu_B",
        m_4=None,
        m_4_min=None,
        m_4_max=None,
        cl=None,
        year=curve.year,
        reference=curve.reference,
        convention="",
        status="",
        read_in="",
        note=curve.why,
    )
