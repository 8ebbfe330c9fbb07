"""Limits on many couplings from many experiments, beside the published ones, as one table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Literal

from nulight.io.record import Result
from nulight.results.limits import Region

__all__ = ["LimitsRow", "LimitsTable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsRow:
    """One limit on one coupling: ours from one experiment or a combination, or one of the literature.

    Attributes
    ----------
    coupling, unit : str
    flavour : str
        ``"e"``, ``"mu"``, ``"tau"``, two joined by a comma, or empty for one of all flavours.
    kind : "ours", "combined" or "published"
    experiment : str
        Experiments of a combination are joined by ``+``.
    lower, upper : float or None
        Outer ends; None where open, not stated, or without sensitivity.
    regions : tuple of (float or None, float or None)
        Disjoint allowed regions; empty without sensitivity.
    expected_lower, expected_upper : float or None
        Ends for Asimov data at the baseline, ours only.
    published_lower, published_upper, published_cl : float or None
        What the card names as published on the data of `experiment`, ours only.
    published_definition, published_reference : str
    ratio : float or None
        Our end farthest from zero over the published one; sizes are compared, whatever the sign.
    cl : float or None
        Confidence level of `lower` and `upper`; None if not stated.
    definition : str
        ``"two-sided"``, ``"upper"``, ``"not stated"``.
    conventions : str
        Name of the preset for ours; how a published charge radius was converted.
    quality : str
        Of the data, ours only.
    year : int or None
        Of publication, literature only.
    source_type : str
        ``"reactor"``, ``"solar (LXe)"``, ``"astrophysical"``..., literature only.
    direct : bool
        False for bounds from stars, the universe or the neutrality of matter.
    reference : str
    read_in : str
        Where a published number was read; ``"memory"`` is unverified.
    note : str
        ``"no sensitivity"``, or what else should be known.
    """

    coupling: str
    unit: str
    flavour: str
    kind: Literal["ours", "combined", "published"]
    experiment: str
    lower: float | None = None
    upper: float | None = None
    regions: tuple[Region, ...] = ()
    expected_lower: float | None = None
    expected_upper: float | None = None
    published_lower: float | None = None
    published_upper: float | None = None
    published_cl: float | None = None
    published_definition: str = ""
    published_reference: str = ""
    ratio: float | None = None
    cl: float | None = None
    definition: str = ""
    conventions: str = ""
    quality: str = ""
    year: int | None = None
    source_type: str = ""
    direct: bool = True
    reference: str = ""
    read_in: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class LimitsTable(Result):
    """Ours beside the literature, by coupling.

    Attributes
    ----------
    couplings, experiments : tuple of str
        In the order asked for.
    cl, interval
        Definition of ours.
    rows : tuple of LimitsRow
        By coupling: ours, the combination, then the literature, newest first.
    """

    kind: ClassVar[str] = "limits"

    couplings: tuple[str, ...]
    experiments: tuple[str, ...]
    cl: float
    interval: Literal["two-sided", "upper"]
    rows: tuple[LimitsRow, ...]

    def select(self, coupling: str, *kinds: str) -> tuple[LimitsRow, ...]:
        """Return the rows of one coupling, of all kinds or of those named."""
        return tuple(row for row in self.rows if row.coupling == coupling and (not kinds or row.kind in kinds))

    def _headline(self) -> str:
        count = Counter("published" if row.kind == "published" else "ours" for row in self.rows)
        what = f"{count['ours']} limits ({self.interval}, {100 * self.cl:g} % CL) beside {count['published']} published"
        return f"{what}, on {', '.join(self.couplings)}"

    def _table(self) -> tuple[dict[str, Any], dict[str, str]]:
        names = [field.name for field in fields(LimitsRow) if field.name != "regions"]
        columns = {name: [getattr(row, name) for row in self.rows] for name in names}
        columns["regions"] = [_regions_cell(row.regions) for row in self.rows]
        return columns, {name: "see unit" for name in names if name.endswith(("lower", "upper"))}

    def _lines(self) -> Iterator[tuple[str, str]]:
        for coupling in self.couplings:
            ours = [f"{row.experiment} {_ends(row)}" for row in self.select(coupling, "ours", "combined")]
            yield coupling, "; ".join(ours) or "published bounds only"
        yield from Result._lines(self)


def _ends(row: LimitsRow) -> str:
    if not row.regions:
        return row.note
    return f"[{_end(row.lower, '-')}, {_end(row.upper, '+')}] {row.unit}".rstrip()


def _end(value: float | None, sign: str) -> str:
    return f"{sign}inf" if value is None else f"{value:.4g}"


def _regions_cell(regions: tuple[Region, ...]) -> str:
    return " ".join(f"{'' if a is None else repr(a)}:{'' if b is None else repr(b)}" for a, b in regions)
