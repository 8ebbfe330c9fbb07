"""Published bounds on neutrino electromagnetic couplings, read from tables.

Each record says where the number was read and in which convention; charge radii are converted to
the package's (full effect on a left-handed neutrino) where the paper's convention is known. Our
own limits and exclusion curves are not here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from nulight.conventions import Conventions, get_conventions
from nulight.data.reader import Table, read_package_table

__all__ = ["PublishedLimit", "couplings_with_limits", "published_limits"]

_FOLDER = "literature/tables"
_TABLES = (f"{_FOLDER}/em_properties.csv", f"{_FOLDER}/further_limits.csv")
_CONVENTIONS = f"{_FOLDER}/charge_radius_conventions.csv"
_UNITS = {"mu_B": "mu_B", "e0": "e", "cm2": "cm^2"}
_TRANSITIONS = {"Lambda1": "lambda_23", "Lambda2": "lambda_13", "Lambda3": "lambda_12"}
_NAMES = {"magnetic_moment": "mu_nu", "millicharge": "q_nu", "charge_radius_sq": "r2_nu"}
_FLAVOUR = "(?:e|mu|tau)"
_KNOWN = re.compile(rf"mu_nu(?:_{_FLAVOUR})?|(?:q|r2|a)_nu(?:_{_FLAVOUR}{_FLAVOUR})?|lambda_[1-4][1-4]|mu_{_FLAVOUR}4")


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedLimit:
    """One published bound.

    Attributes
    ----------
    experiment : str
        Experiment, or analysis of public data (``..._reanalysis``).
    coupling : str
        Parameter of the package: ``"mu_nu_e"``, ``"r2_nu_ee"``; ``"mu_nu"`` and ``"q_nu"`` are the
        effective coupling of a mixed flux, equal for all flavours.
    quantity, flavour : str
        As the table names them.
    lower, upper : float or None
        Bounds in `unit`; None where the published bound is one-sided.
    unit : str
        ``"mu_B"``, ``"e"`` or ``"cm^2"``.
    cl : float or None
        Confidence level; None if not stated where the number was read.
    year : int
    reference : str
    source_type : str
        ``"reactor"``, ``"solar (LXe)"``, ``"accelerator"``, ``"astrophysical"``...
    convention : str
        For charge radii and anapoles: ``"half"`` (published with half the package's radius,
        converted here) or ``"as published"`` (not known, not converted); else empty.
    published : tuple of (float or None)
        Lower and upper bound as printed; for an anapole those of the charge radius it comes from.
    note : str
        How the number was checked.
    """

    experiment: str
    coupling: str
    quantity: str
    flavour: str
    lower: float | None
    upper: float | None
    unit: str
    cl: float | None
    year: int
    reference: str
    source_type: str
    convention: str
    published: tuple[float | None, float | None]
    note: str


def published_limits(
    coupling: str,
    *,
    effective: bool = False,
    conventions: str | Path | Conventions = "default",
) -> list[PublishedLimit]:
    """List the published bounds on one coupling, newest first.

    Parameters
    ----------
    coupling : str
        ``"mu_nu"``, ``"mu_nu_e"``, ``"q_nu_ee"``, ``"r2_nu_ee"``, ``"a_nu_ee"``, ``"lambda_12"``...
        Anapole bounds are charge-radius bounds times `anapole_per_r2`; the sign turns lower into
        upper.
    effective : bool
        Add bounds on the flavour-universal coupling (``"mu_nu"``, ``"q_nu"``), which solar
        experiments quote: a comparison, not a bound on one flavour.
    conventions : preset name, path of a YAML file, or Conventions
        Decides the anapole normalisation only.

    Returns
    -------
    list of PublishedLimit
        Empty if none is tabulated for a valid coupling.

    Raises
    ------
    ValueError
        If this is not the name of a coupling; the message lists those with limits.

    Notes
    -----
    A bound of 1e-12 at "90 %" may be one- or two-sided; papers rarely say, neither do these rows.

    Examples
    --------
    >>> [(bound.experiment, bound.upper) for bound in published_limits("mu_nu")][:1]
    [('XENONnT_SR0', 6.4e-12)]
    >>> bound = published_limits("r2_nu_ee")[0]
    >>> bound.experiment, bound.convention, f"{bound.lower:.2g}", f"{bound.upper:.2g}"
    ('TEXONO_CsI', 'half', '-4.2e-32', '6.6e-32')
    """
    if not _KNOWN.fullmatch(coupling):
        listing = ", ".join(couplings_with_limits())
        raise ValueError(f"{coupling!r} is not an electromagnetic coupling; published limits exist for: {listing}")
    names = {coupling} | ({re.sub(r"_nu_.*", "_nu", coupling)} if effective else set())
    factor = get_conventions(conventions).anapole_per_r2
    rows = [limit for limit in (*_records(), *_anapoles(factor)) if limit.coupling in names]
    return sorted(rows, key=lambda limit: (-limit.year, limit.upper or 0.0, limit.experiment))


def couplings_with_limits() -> tuple[str, ...]:
    """Return the couplings for which bounds are tabulated."""
    return tuple(sorted({limit.coupling for limit in (*_records(), *_anapoles(-1 / 6))}))


@lru_cache(maxsize=1)
def _records() -> tuple[PublishedLimit, ...]:
    return tuple(limit for path in _TABLES for limit in _read(read_package_table(path)))


def _read(table: Table) -> Iterator[PublishedLimit]:
    for cells in zip(*table.columns.values(), strict=True):
        row = dict(zip(table.columns, cells, strict=True))
        limit = PublishedLimit(
            experiment=row["label"],
            coupling=_coupling(row["quantity"], row["flavour"]),
            quantity=row["quantity"],
            flavour=row["flavour"],
            lower=_number(row["lo"]),
            upper=_number(row["hi"]),
            unit=_UNITS[row["unit"]],
            cl=None if not row["cl_percent"] else float(row["cl_percent"]) / 100,
            year=int(row["year"]),
            reference=row["ref"],
            source_type=row["source_type"],
            convention="",
            published=(_number(row["lo"]), _number(row["hi"])),
            note=row["how_checked"],
        )
        yield _to_package_radius(limit) if limit.quantity == "charge_radius_sq" else limit


def _to_package_radius(limit: PublishedLimit) -> PublishedLimit:
    row = read_package_table(_CONVENTIONS).where(ref=limit.reference)
    if len(row) != 1:
        raise ValueError(f"{limit.experiment} {limit.reference}: no charge-radius convention is given for it")
    factor = _number(row.text("factor")[0]) or 1.0
    note = f"{limit.note}; convention: {row.text('how_known')[0]}"
    return replace(_scaled(limit, factor), convention=row.text("convention")[0], note=note)


def _anapoles(per_r2: float) -> Iterator[PublishedLimit]:
    """Turn every charge-radius bound into one on the anapole."""
    for limit in _records():
        if limit.quantity == "charge_radius_sq":
            name = limit.coupling.replace("r2_nu", "a_nu")
            yield replace(_scaled(limit, per_r2), coupling=name, quantity="anapole", note=f"from r2; {limit.note}")


def _scaled(limit: PublishedLimit, factor: float) -> PublishedLimit:
    lower, upper = (None if bound is None else factor * bound for bound in (limit.lower, limit.upper))
    return replace(limit, lower=upper, upper=lower) if factor < 0 else replace(limit, lower=lower, upper=upper)


def _coupling(quantity: str, flavour: str) -> str:
    base, _, state = quantity.partition("_Lambda")
    if state:
        return _TRANSITIONS[f"Lambda{state}"]
    name = _NAMES[base]
    if flavour == "eff":
        return name
    return f"{name}_{flavour}" if name == "mu_nu" else f"{name}_{flavour}{flavour}"


def _number(cell: str) -> float | None:
    return float(cell) if cell else None
