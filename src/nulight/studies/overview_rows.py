"""The rows of the overview: a limit of ours with the published one on its data, and the bounds of the literature."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from nulight.conventions import Conventions
from nulight.experiments import Experiment
from nulight.experiments.schema import PublishedLimit as CardLimit
from nulight.inference.intervals import interval_of
from nulight.inference.levels import IntervalKind
from nulight.inference.model import asimov
from nulight.literature.limits import PublishedLimit, couplings_with_limits, flavours_of, published_limits
from nulight.models.parameters import PARAMETERS
from nulight.results.limits import Interval
from nulight.results.overview import LimitsRow
from nulight.studies.limits import combine

__all__ = ["literature_rows", "own_row", "refused_row"]

_BLIND = "no count depends on"  # how the inference says that the counts know nothing of a parameter
_PLANNED = "planned: the expectation stands for the data"


def own_row(
    experiments: Sequence[Experiment], coupling: str, *, cl: float, interval: IntervalKind, note: str = ""
) -> LimitsRow:
    """Return our limit on one coupling with its expectation and what is published on the same data.

    Parameters
    ----------
    experiments : sequence of Experiment
        One, or several to combine.
    coupling : str
        Parameter of the package.
    cl, interval
        As for `limit`.
    note : str
        Kept with the row.

    Returns
    -------
    LimitsRow
        Without ends, and with a note that says why, if there is no limit to compute.
    """
    model = combine(*experiments)
    row = _identity(experiments, coupling) | {"cl": cl, "definition": interval}
    try:
        found = interval_of(model, coupling, cl=cl, interval=interval)
        expected = interval_of(asimov(model), coupling, cl=cl, interval=interval)
    except ValueError as error:
        reason = "no sensitivity" if _BLIND in str(error) else f"not computed: {error}"
        return LimitsRow(**row, note=reason)
    if any(experiment.planned for experiment in experiments):
        note = "; ".join(text for text in (note, _PLANNED) if text)
    row |= {"lower": found.lower, "upper": found.upper, "regions": found.regions, "note": note}
    row |= {"expected_lower": expected.lower, "expected_upper": expected.upper}
    return LimitsRow(**row, **(_published(experiments[0], row, found) if len(experiments) == 1 else {}))


def refused_row(experiments: Sequence[Experiment], coupling: str, reason: str) -> LimitsRow:
    """Return the row of a combination that must not be made, with the reason."""
    return LimitsRow(**_identity(experiments, coupling), note=f"not combined: {reason}")


def _identity(experiments: Sequence[Experiment], coupling: str) -> dict[str, Any]:
    """What and whose the row is."""
    return {
        "coupling": coupling,
        "unit": PARAMETERS[coupling].unit,
        "flavour": ", ".join(flavours_of(coupling)),
        "kind": "combined" if len(experiments) > 1 else "ours",
        "experiment": "+".join(experiment.name for experiment in experiments),
        "conventions": ", ".join(dict.fromkeys(experiment.conventions.name for experiment in experiments)),
        "quality": ", ".join(dict.fromkeys(experiment.card.quality for experiment in experiments)),
    }


def literature_rows(
    coupling: str, experiments: Sequence[Experiment], conventions: str | Path | Conventions = "default"
) -> Iterator[LimitsRow]:
    """Yield the published bounds on a coupling, newest first.

    Parameters
    ----------
    coupling : str
    experiments : sequence of Experiment
        What their cards name as published stands in their own rows and is left out here.
    conventions : preset name, path of a YAML file, or Conventions
        Decides the anapole normalisation.
    """
    if coupling not in couplings_with_limits():
        return
    shown = {_reference(p) for e in experiments for p in e.card.published if p.parameter == coupling}
    for limit in published_limits(coupling, conventions=conventions):
        if limit.reference not in shown:
            yield _literature_row(limit)


def _published(experiment: Experiment, row: dict[str, Any], ours: Interval) -> dict[str, Any]:
    """What is published on these data, at our level where there is such."""
    entries = [entry for entry in experiment.card.published if entry.parameter == row["coupling"]]
    if not entries:
        return {}
    entry = min(entries, key=lambda entry: entry.cl != row["cl"])
    open_end = row["definition"] == "two-sided" and None in (ours.lower, ours.upper)
    mine, theirs = None if open_end else _size(ours.lower, ours.upper), _size(entry.lower, entry.upper)
    return {
        "published_lower": entry.lower,
        "published_upper": entry.upper,
        "published_cl": entry.cl,
        "published_definition": entry.interval,
        "published_reference": _reference(entry),
        "ratio": mine / theirs if mine is not None and theirs else None,
    }


def _size(lower: float | None, upper: float | None) -> float | None:
    ends = [abs(end) for end in (lower, upper) if end is not None]
    return max(ends) if ends else None


def _reference(entry: CardLimit) -> str:
    reference = entry.reference
    if reference.arxiv:
        return f"arXiv:{reference.arxiv}"
    return f"doi:{reference.doi}" if reference.doi else reference.texkey or ""


def _literature_row(limit: PublishedLimit) -> LimitsRow:
    return LimitsRow(
        coupling=limit.coupling,
        unit=limit.unit,
        flavour=", ".join(flavours_of(limit.coupling)),
        kind="published",
        experiment=limit.experiment,
        lower=limit.lower,
        upper=limit.upper,
        regions=((limit.lower, limit.upper),),
        cl=limit.cl,
        definition="not stated",
        conventions=limit.convention,
        year=limit.year,
        source_type=limit.source_type,
        direct=limit.direct,
        reference=limit.reference,
        read_in=limit.read_in,
        note=limit.note,
    )
