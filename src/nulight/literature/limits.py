"""Published bounds on neutrino electromagnetic couplings, read from tables.

Each record says where the number was read, in which convention, and whether it was read at all:
values from memory are marked. Charge radii are converted to the package's (full effect on a
left-handed neutrino) where the paper's convention is known. Our own limits and exclusion curves
are not here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

from nulight.conventions import Conventions, get_conventions
from nulight.data.reader import read_package_table

__all__ = [
    "Flavour",
    "PublishedLimit",
    "couplings_with_limits",
    "flavours_of",
    "is_electromagnetic",
    "published_limits",
]

Flavour = Literal["e", "mu", "tau"]

_TABLE = "data/limits/published.csv"
_CONVENTIONS = "data/limits/charge_radius_conventions.csv"
_NAME = "(?:e|mu|tau)"
_KNOWN = re.compile(rf"mu_nu(?:_{_NAME})?|(?:q|r2|a)_nu(?:_{_NAME}{_NAME})?|lambda_[1-4][1-4]|mu_{_NAME}4")
_FLAVOURED = re.compile(rf"(?:mu|q|r2|a)_nu_({_NAME})({_NAME})?|mu_({_NAME})4")


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedLimit:
    """One published bound.

    Attributes
    ----------
    experiment : str
        Experiment, or analysis of public data by others (``..._reanalysis``).
    coupling : str
        Parameter of the package: ``"mu_nu_e"``, ``"r2_nu_ee"``; ``"mu_nu"`` and ``"q_nu"`` are one
        coupling that all flavours have in common.
    source_type : str
        ``"reactor"``, ``"solar (LXe)"``, ``"accelerator"``, ``"astrophysical"``...
    lower, upper : float or None
        Bounds in `unit`; None where the published bound is one-sided.
    unit : str
        ``"mu_B"``, ``"e"`` or ``"cm^2"``.
    cl : float or None
        Confidence level; None if not stated where the number was read.
    year : int
    texkey, arxiv, doi, journal : str
        Empty where not known.
    read_in : str
        Where the number was read: ``"slide"``, ``"abstract"``, ``"review"``, ``"collection"``,
        ``"paper"``, several joined by ``+``, or ``"memory"``: not read anywhere, to be verified.
    convention : str
        For charge radii and anapoles: ``"half"`` (published with half the package's radius,
        converted here), ``"package"`` or ``"as published"`` (not known, not converted); else empty.
    published : tuple of (float or None)
        Lower and upper bound as printed; for an anapole those of the charge radius it comes from.
    note : str
    """

    experiment: str
    coupling: str
    source_type: str
    lower: float | None
    upper: float | None
    unit: str
    cl: float | None
    year: int
    texkey: str
    arxiv: str
    doi: str
    journal: str
    read_in: str
    convention: str
    published: tuple[float | None, float | None]
    note: str

    @property
    def reference(self) -> str:
        """Return the arXiv number or DOI, or the texkey or journal of a paper without."""
        if self.arxiv:
            return f"arXiv:{self.arxiv}"
        return f"doi:{self.doi}" if self.doi else self.texkey or self.journal

    @property
    def from_memory(self) -> bool:
        """Whether the number was not read anywhere."""
        return self.read_in == "memory"

    @property
    def direct(self) -> bool:
        """Whether neutrinos were scattered in a laboratory, rather than stars, the universe or matter observed."""
        return self.source_type not in _INDIRECT

    @property
    def kind(self) -> str:
        """Return ``"astrophysical"``, ``"cosmological"`` or, for everything on Earth, ``"laboratory"``."""
        return self.source_type if self.source_type in ("astrophysical", "cosmological") else "laboratory"


_INDIRECT = ("astrophysical", "cosmological", "charge conservation")


def published_limits(
    parameter: str | None = None,
    flavour: Flavour | None = None,
    *,
    effective: bool = False,
    conventions: str | Path | Conventions = "default",
) -> list[PublishedLimit]:
    """List the published bounds, newest first.

    Parameters
    ----------
    parameter : str, optional
        ``"mu_nu"``, ``"mu_nu_e"``, ``"q_nu_ee"``, ``"r2_nu_ee"``, ``"a_nu_ee"``, ``"lambda_12"``...
        All of them otherwise. Anapole bounds are charge-radius bounds times `anapole_per_r2`, the
        sign turning lower into upper; they are listed only when an anapole is asked for.
    flavour : "e", "mu" or "tau", optional
        Only couplings of this flavour.
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
        If this is not the name of a coupling (the message lists those with limits) or of a flavour.

    Notes
    -----
    A bound of 1e-12 at "90 %" may be one- or two-sided; papers rarely say, neither do these rows.

    Examples
    --------
    >>> [(bound.experiment, bound.upper) for bound in published_limits("mu_nu_tau")][:1]
    [('PandaX-4T+LZ+XENONnT_reanalysis', 1.56e-11)]
    >>> bound = published_limits("r2_nu_ee")[0]
    >>> bound.experiment, bound.convention, f"{bound.lower:.2g}", f"{bound.upper:.2g}"
    ('TEXONO_CsI', 'half', '-4.2e-32', '6.6e-32')
    """
    if parameter is not None and not is_electromagnetic(parameter):
        listing = ", ".join(couplings_with_limits())
        raise ValueError(f"{parameter!r} is not an electromagnetic coupling; published limits exist for: {listing}")
    if flavour is not None and flavour not in get_args(Flavour):
        raise ValueError(f"flavour = {flavour!r}; use one of: {', '.join(get_args(Flavour))}")
    rows = [limit for limit in _candidates(parameter, conventions) if _wanted(limit.coupling, parameter, effective)]
    if flavour is not None:
        universal = ("mu_nu", "q_nu") if effective else ()
        rows = [limit for limit in rows if flavour in flavours_of(limit.coupling) or limit.coupling in universal]
    return sorted(rows, key=lambda limit: (-limit.year, limit.upper or 0.0, limit.experiment))


def couplings_with_limits() -> tuple[str, ...]:
    """Return the couplings for which bounds are tabulated, anapoles included."""
    return tuple(sorted({limit.coupling for limit in (*_records(), *_anapoles(-1 / 6))}))


def is_electromagnetic(parameter: str) -> bool:
    """Return whether this is the name of an electromagnetic coupling, with published limits or without.

    Examples
    --------
    >>> is_electromagnetic("mu_e4"), is_electromagnetic("lambda_14"), is_electromagnetic("m_4")
    (True, True, False)
    """
    return _KNOWN.fullmatch(parameter) is not None


def flavours_of(parameter: str) -> tuple[str, ...]:
    """Return the flavours a coupling belongs to, none for one that is universal or of mass states.

    Examples
    --------
    >>> flavours_of("mu_nu_e"), flavours_of("r2_nu_emu"), flavours_of("mu_nu")
    (('e',), ('e', 'mu'), ())
    """
    match = _FLAVOURED.fullmatch(parameter)
    return tuple(dict.fromkeys(group for group in match.groups() if group)) if match else ()


def _candidates(parameter: str | None, conventions: str | Path | Conventions) -> tuple[PublishedLimit, ...]:
    if parameter is None or not parameter.startswith("a_nu"):
        return _records()
    return tuple(_anapoles(get_conventions(conventions).anapole_per_r2))


def _wanted(coupling: str, parameter: str | None, effective: bool) -> bool:
    if parameter is None:
        return True
    return coupling == parameter or (effective and coupling == re.sub(r"_nu_.*", "_nu", parameter))


@lru_cache(maxsize=1)
def _records() -> tuple[PublishedLimit, ...]:
    table = read_package_table(_TABLE)
    rows = (dict(zip(table.columns, cells, strict=True)) for cells in zip(*table.columns.values(), strict=True))
    limits = (_record(row) for row in rows)
    return tuple(_to_package_radius(limit) if limit.unit == "cm^2" else limit for limit in limits)


def _record(row: dict[str, str]) -> PublishedLimit:
    bounds = _number(row["lower"]), _number(row["upper"])
    return PublishedLimit(
        coupling=row["parameter"],
        lower=bounds[0],
        upper=bounds[1],
        cl=None if not row["cl_percent"] else float(row["cl_percent"]) / 100,
        year=int(row["year"]),
        convention="",
        published=bounds,
        **{name: row[name] for name in ("experiment", "source_type", "unit", "read_in", "note")},
        **{name: row[name] for name in ("texkey", "arxiv", "doi", "journal")},
    )


def _to_package_radius(limit: PublishedLimit) -> PublishedLimit:
    row = read_package_table(_CONVENTIONS).where(reference=limit.reference)
    if len(row) != 1:
        raise ValueError(f"{limit.experiment} {limit.reference}: no charge-radius convention is given for it")
    factor, convention, how = (row.text(column)[0] for column in ("factor", "convention", "how_known"))
    note = "; ".join(text for text in (limit.note, f"convention: {how}") if text)
    return replace(_scaled(limit, _number(factor) or 1.0), convention=convention, note=note)


def _anapoles(per_r2: float) -> Iterator[PublishedLimit]:
    """Turn every charge-radius bound into one on the anapole."""
    for limit in _records():
        if limit.unit == "cm^2":
            name = limit.coupling.replace("r2_nu", "a_nu")
            yield replace(_scaled(limit, per_r2), coupling=name, note=f"from r2; {limit.note}")


def _scaled(limit: PublishedLimit, factor: float) -> PublishedLimit:
    lower, upper = (None if bound is None else factor * bound for bound in (limit.lower, limit.upper))
    return replace(limit, lower=upper, upper=lower) if factor < 0 else replace(limit, lower=lower, upper=upper)


def _number(cell: str) -> float | None:
    return float(cell) if cell else None
