"""Limits of many experiments on many couplings beside the literature: one row at a time, one table.

One coupling at a time, everything else at the Standard Model. An experiment that does not see a
flavour has a row that says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from nulight._version import __version__
from nulight.experiments import Experiment, load
from nulight.experiments.loader import card_names, load_card
from nulight.inference.coordinates import citations
from nulight.inference.levels import IntervalKind, interval_threshold
from nulight.literature.limits import Flavour, flavours_of
from nulight.models.parameters import check_parameters
from nulight.results.overview import LimitsRow, LimitsTable
from nulight.studies.limits import combine
from nulight.studies.overview_rows import literature_rows, own_row, refused_row

__all__ = ["COUPLINGS", "Task", "default_experiments", "limits_table"]

COUPLINGS = (
    *("mu_nu", "mu_nu_e", "mu_nu_mu", "mu_nu_tau"),
    *("r2_nu_ee", "r2_nu_mumu", "r2_nu_tautau"),
    *("q_nu", "q_nu_ee", "q_nu_mumu", "q_nu_tautau"),
)
"""Couplings of the table unless others are asked for."""


@dataclass(frozen=True, slots=True)
class Task:
    """One of our rows: a coupling, and one experiment or, for a combination, several."""

    coupling: str
    experiments: tuple[Experiment, ...]
    combined: bool = False

    @property
    def label(self) -> str:
        """Return what is being computed."""
        who = "combination" if self.combined else self.experiments[0].name
        return f"{self.coupling}, {who}"


def default_experiments() -> tuple[str, ...]:
    """Return the shipped experiments with data that are neither a proxy nor superseded.

    Examples
    --------
    >>> "xenonnt-2022-er" in default_experiments()
    True
    """
    cards = [load_card(name).card for name in card_names()]
    old = {name for card in cards for name in card.supersedes}
    return tuple(c.name for c in cards if c.status == "data" and c.quality != "proxy" and c.name not in old)


def limits_table(
    experiments: Sequence[str | Experiment] | None = None,
    couplings: Sequence[str] | None = None,
    *,
    flavour: Flavour | None = None,
    combined: bool = False,
    cl: float = 0.90,
    interval: IntervalKind = "two-sided",
    conventions: str | None = None,
    track: Callable[[Sequence[Task]], Iterable[Task]] = iter,
) -> LimitsTable:
    """Compute our limits and set them beside the literature's.

    Parameters
    ----------
    experiments : sequence of str or Experiment, optional
        Names to `load`, or experiments; otherwise `default_experiments`.
    couplings : sequence of str, optional
        Parameters of the package; otherwise `COUPLINGS`.
    flavour : "e", "mu" or "tau", optional
        Keep only the couplings of this flavour.
    combined : bool
        A further row for each coupling with the experiments that see it and may be combined.
    cl, interval
        Definition of our limits, as for `limit`.
    conventions : str, optional
        Preset or file for the experiments given by name; otherwise each its own.
    track : callable
        Wraps the sequence of tasks, as a progress bar does.

    Returns
    -------
    LimitsTable
        If it is interrupted from the keyboard, of the rows done so far, with a warning.

    Raises
    ------
    ValueError
        If a coupling is unknown, none is left, or an experiment cannot be loaded.
    """
    chosen = _couplings(couplings, flavour)
    interval_threshold(cl, interval)
    names = default_experiments() if experiments is None else experiments
    models = tuple(load(e, conventions=conventions) if isinstance(e, str) else e for e in names)
    rows, warnings = _own_rows(_tasks(chosen, models, combined), track, cl, interval)
    literature = [row for coupling in chosen for row in literature_rows(coupling, models, conventions or "default")]
    order = {coupling: i for i, coupling in enumerate(chosen)}
    ordered = tuple(sorted([*rows, *literature], key=lambda row: order[row.coupling]))
    return LimitsTable(
        couplings=chosen,
        experiments=tuple(model.name for model in models),
        cl=cl,
        interval=interval,
        rows=ordered,
        definition=_definition(cl, interval),
        conventions=_conventions(models),
        provenance=_provenance(models),
        citations=_citations(models, chosen, ordered),
        warnings=(*warnings, *_memory_warning(ordered)),
    )


def _couplings(couplings: Sequence[str] | None, flavour: Flavour | None) -> tuple[str, ...]:
    if flavour is not None and flavour not in get_args(Flavour):
        raise ValueError(f"flavour = {flavour!r}; use one of: {', '.join(get_args(Flavour))}")
    names = tuple(dict.fromkeys(COUPLINGS if couplings is None else couplings))
    check_parameters(names)
    kept = tuple(name for name in names if flavour is None or flavour in flavours_of(name))
    if not kept:
        raise ValueError(f"none of {', '.join(names)} is a coupling of flavour {flavour}")
    return kept


def _tasks(couplings: Sequence[str], models: tuple[Experiment, ...], combined: bool) -> list[Task]:
    """Ours by coupling; a combination after the experiments it takes."""
    together = combined and len(models) > 1
    return [
        task
        for coupling in couplings
        for task in (*(Task(coupling, (m,)) for m in models), *([Task(coupling, models, True)] if together else []))
    ]


def _own_rows(
    tasks: Sequence[Task], track: Callable[[Sequence[Task]], Iterable[Task]], cl: float, interval: IntervalKind
) -> tuple[list[LimitsRow], list[str]]:
    rows: list[LimitsRow] = []
    try:
        for task in track(tasks):
            rows += _row(task, rows, cl, interval)
    except KeyboardInterrupt:
        return rows, [f"interrupted: {len(rows)} of {len(tasks)} limits are done"]
    return rows, []


def _row(task: Task, done: Sequence[LimitsRow], cl: float, interval: IntervalKind) -> tuple[LimitsRow, ...]:
    if not task.combined:
        return (own_row(task.experiments, task.coupling, cl=cl, interval=interval),)
    seen = {row.experiment for row in done if row.coupling == task.coupling and row.regions}
    able = [experiment for experiment in task.experiments if experiment.name in seen]
    together, note = _combinable(able)
    if len(together) < 2:
        return (refused_row(able, task.coupling, note),) if len(able) > 1 else ()
    return (own_row(together, task.coupling, cl=cl, interval=interval, note=note),)


def _combinable(experiments: Sequence[Experiment]) -> tuple[tuple[Experiment, ...], str]:
    """Those that may stand in one likelihood, earlier ones first, and why the others may not."""
    kept: tuple[Experiment, ...] = ()
    reasons = []
    for experiment in experiments:
        try:
            combine(*kept, experiment)
        except ValueError as error:
            reasons.append(f"without {experiment.name}: {error}")
        else:
            kept = (*kept, experiment)
    return kept, "; ".join(reasons)


def _definition(cl: float, interval: IntervalKind) -> str:
    threshold = interval_threshold(cl, interval)
    return (
        f"ours: {interval} at {100 * cl:g} % CL, profile likelihood with Delta(-2 ln L) = {threshold:.3f} for 1 dof "
        "from the global minimum in the physical domain, one coupling at a time, all nuisances profiled; expected: "
        "Asimov data at the baseline; ratio: our end farthest from zero over the published one on the same data, "
        "whose definition may differ; literature: as published, charge radii in the convention of the package"
    )


def _conventions(models: Sequence[Experiment]) -> dict[str, Any]:
    """The choices all experiments share; otherwise only their names, the rows say which is which."""
    found = {model.conventions.name: model.conventions.to_dict() for model in models}
    return next(iter(found.values())) if len(found) == 1 else {"name": ", ".join(found)}


def _provenance(models: Sequence[Experiment]) -> dict[str, Any]:
    records = [model.provenance() for model in models]
    return {
        "version": __version__,
        "experiments": [model.name for model in models],
        "quality": {model.name: model.card.quality for model in models},
        "data": {name: digest for record in records for name, digest in record["data"].items()},
    }


def _citations(models: Sequence[Experiment], couplings: Sequence[str], rows: Sequence[LimitsRow]) -> tuple[str, ...]:
    own = [text for model in models for text in citations(model, couplings)]
    others = [text for row in rows for text in (row.published_reference, row.reference) if text]
    return tuple(dict.fromkeys([*own, *others]))


def _memory_warning(rows: Sequence[LimitsRow]) -> list[str]:
    count = sum(row.read_in == "memory" for row in rows)
    return [f"{count} published values are from memory, to be verified before they are cited"] if count else []
