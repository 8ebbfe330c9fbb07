"""`nulight limit`: the interval of one parameter, its expectation, and what it depends on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from nulight.cli.correlations import Correlate, Share, correlations, linked_lines, shared_groups
from nulight.cli.models import conventions_text, load_all, make_model, split_names
from nulight.cli.options import (
    Compare,
    ConventionsChoice,
    Json,
    Level,
    Masses,
    Neutrinos,
    Nuisances,
    Out,
    Profiled,
    Settings,
    check_mass,
    fixed_values,
    profile_ranges,
    treatments,
)
from nulight.cli.output import answer, check_suffix, compare, interval_text, number, print_lines, print_table, progress
from nulight.cli.portal import CurveOptions, Overlay, Region, answer_curve, is_curve
from nulight.cli.scan.shared import Dask
from nulight.cli.toy_limit import Impacts, IntervalName, OptionalToys, ToyOptions, show_toy_notes, show_toys
from nulight.cli.toys import Run, Seed

if TYPE_CHECKING:
    from nulight.experiments import Experiment
    from nulight.results import LimitResult
    from nulight.results.toy_limits import ToyLimit

__all__ = ["command"]

_ALTERNATIVES = ("background", "interval", "data", "expected", "ours/published", "because")
_SHOWN = 8  # published limits in the table for people; JSON has all
_VISIBLE = 1e-3  # relative change of a limit below which an impact is not shown


def command(
    words: Annotated[
        list[str], typer.Argument(metavar="EXPERIMENT... PARAM", help="Experiments, combined; a parameter.")
    ],
    cl: Level = 0.90,
    interval: Annotated[
        IntervalName,
        typer.Option(
            "--interval", help="Definition of the interval: 2.706 or 1.642 at 90 %, or from pseudo-experiments."
        ),
    ] = "two-sided",
    toys: OptionalToys = None,
    seed: Seed = 1,
    impacts: Impacts = False,
    run: Run = None,
    dask: Dask = None,
    profile: Profiled = None,
    settings: Settings = None,
    nuisances: Nuisances = None,
    share: Share = None,
    correlate: Correlate = None,
    m4: Masses = None,
    overlay: Overlay = "all",
    region: Region = False,
    conventions: ConventionsChoice = None,
    neutrinos: Neutrinos = None,
    compare_conventions: Compare = False,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Print the limit on a parameter, beside its expectation, other definitions and published limits.

    With several masses (--m4) the limit as a function of the mass of the sterile neutrino.
    """
    from nulight.inference.intervals import limit
    from nulight.studies.portal_plane import PORTALS, refuse_unseen

    check_suffix(out, plots=not compare_conventions)
    names, (parameter,) = split_names(words, 1)
    toyed = ToyOptions(interval=interval, toys=toys, seed=seed, impacts=impacts, where=dask, run=run)
    toyed.check(curve=region or is_curve(m4), compare=compare_conventions)
    kind: Any = interval
    ties: Any = {"share": shared_groups(share), "correlate": correlations(correlate)}
    if region or is_curve(m4):
        options = CurveOptions(cl=cl, interval=kind, masses=m4 or "auto", overlay=overlay, region=region)
        options.refuse(compare_conventions=compare_conventions, profile=profile)
        fixed, profiled, treated = fixed_values(settings), profile_ranges(profile), treatments(nuisances)
        model = make_model(load_all(names, conventions, neutrinos), treated, **ties)
        answer_curve(model, parameter, options, fixed=fixed, profile=profiled, as_json=as_json, out=out)
        return
    fixed, profiled, treated = fixed_values(settings, m4), profile_ranges(profile), treatments(nuisances)
    check_mass({**fixed, **profiled}, parameter)

    def compute(preset: str | None) -> LimitResult | ToyLimit:
        model = make_model(load_all(names, preset, neutrinos), treated, **ties)
        if parameter in PORTALS and "m_4" in fixed:
            refuse_unseen(model, parameter, fixed)
        if toyed.wanted:
            return toyed.compute(model, parameter, cl=cl, profile=profiled, fixed=fixed)
        return limit(model, parameter, cl=cl, interval=kind, profile=profiled, fixed=fixed)

    title = f"limit on {parameter} from {' + '.join(names)}"
    if compare_conventions:
        nuclei = any("nuclear-recoil" in experiment.channels for experiment in load_all(names, None))
        title = f"{title}, {interval}, {100 * cl:g} % CL"
        compare(compute, _row, nuclei=nuclei, as_json=as_json, out=out, title=title)
        return
    notes = []
    if parameter in PORTALS and "m_4" not in {**fixed, **profiled}:
        notes.append("m_4 = 0: the sterile neutrino has no mass here; give it one, or several, with --m4")
    if toyed.wanted:
        _answer_toys(compute(conventions), names, (conventions, neutrinos), notes, as_json=as_json, out=out)
        return
    with progress(title):
        result: Any = compute(conventions)
        experiments = load_all(names, conventions, neutrinos)
        extra = _context(experiments, result, fixed=fixed, profile=profiled, treated=treated, ties=ties)
    notes += [conventions_text(result.conventions), *linked_lines(result.provenance)]
    planned = all(experiment.planned for experiment in experiments)

    def show() -> None:
        _show(result, extra, notes, planned=planned)

    answer(result, as_json=as_json, out=out, show=show, plot="plot_profile", extra=extra)


def _answer_toys(
    result: Any, names: list[str], chosen: tuple[Any, Any], notes: list[str], *, as_json: bool, out: Any
) -> None:
    """Print an interval from toys with the published limits beside."""
    from nulight.studies.published import published_beside

    published = published_beside(load_all(names, *chosen), result.parameter)

    def show() -> None:
        show_toys(result)
        _show_published(published)
        show_toy_notes(result, notes)

    answer(result, as_json=as_json, out=out, show=show, plot="plot_toy_limit", extra={"published": published})


def _row(result: LimitResult | ToyLimit) -> dict[str, Any]:
    row = {"lower": result.lower, "upper": result.upper, "best_fit": result.best_fit}
    expected = result.expected
    upper = expected.upper if expected else None
    # of toys the median
    return row | {"expected_upper": upper[2] if isinstance(upper, tuple) else upper, "unit": result.unit}


def _context(
    experiments: list[Experiment], result: LimitResult, *, fixed: Any, profile: Any, treated: Any, ties: Any
) -> dict[str, Any]:
    """What stands beside a limit: other definitions, published limits, the bins that make it."""
    from nulight.io.text import plain
    from nulight.studies.comparison import alternatives, driving_bins
    from nulight.studies.published import published_beside

    model = make_model(experiments, treated, **ties)
    end = result.upper if result.upper is not None else result.lower
    options: Any = {"profile": profile, "fixed": fixed}
    bins = () if end is None else driving_bins(model, result.parameter, result.best_fit, end, **options)
    # each is a limit of its own: with further parameters profiled that would take minutes; they know no ties
    others = (
        ()
        if profile or any(ties.values())
        else alternatives(experiments, result.parameter, cl=result.cl, fixed=fixed, treatments=treated)
    )
    published = published_beside(experiments, result.parameter)
    own = [row.upper for row in published if row.same_data and row.cl in (None, result.cl)]
    theirs = own[0] if own and len(experiments) == 1 else None  # a combination has no published counterpart here
    rows = [plain(row) | {"ratio_to_published": row.upper / theirs if theirs and row.upper else None} for row in others]
    return {"alternatives": rows, "published": published, "driving_bins": bins}


def _show(result: LimitResult, extra: dict[str, Any], notes: list[str], *, planned: bool) -> None:
    unit = f" [{result.unit}]" if result.unit else ""
    rows = [[name, *_ends(other)] for name, other in _rows(result, planned=planned)]
    title = f"{result.parameter}{unit}, {result.interval}, {100 * result.cl:g} % CL, {', '.join(result.experiments)}"
    print_table(["", "interval", "best fit"], rows, title=title)
    if result.profiled:
        print_lines(["other definitions: not together with --profile, each is a limit of its own", ""])
    _show_alternatives(extra["alternatives"])
    _show_published(extra["published"])
    _show_causes(result, extra["driving_bins"])
    print_lines([*notes, result.definition])
    print_lines([f"warning: {text}" for text in result.warnings])


def _rows(result: LimitResult, *, planned: bool) -> list[tuple[str, Any]]:
    """What stands in the table: without data the limit is the expected one already."""
    pairs: list[tuple[str, Any]] = [("data", result), ("expected (Asimov)", result.expected)]
    pairs = [("expected (Asimov)", result)] if planned else pairs
    pairs.append(("statistics only", result.statistical))
    return [(name, other) for name, other in pairs if other is not None]


def _ends(found: Any) -> list[str]:
    return [" or ".join(interval_text(*region) for region in found.regions), number(found.best_fit)]


def _show_alternatives(rows: Any) -> None:
    if not rows:
        return
    cells = [
        [
            row["background"],
            row["interval"],
            interval_text(row["lower"], row["upper"]),
            interval_text(row["expected_lower"], row["expected_upper"]),
            number(row["ratio_to_published"]),
            row["because"],
        ]
        for row in rows
    ]
    print_table(_ALTERNATIVES, cells, title="other definitions")


def _show_published(rows: Any) -> None:
    if not rows:
        return
    cells = [
        [
            row.experiment.replace("_", " ") + (" (these data)" if row.same_data else ""),
            interval_text(row.lower, row.upper),
            "-" if row.cl is None else f"{100 * row.cl:g} %",
            row.interval,
            row.reference,
        ]
        for row in rows[:_SHOWN]
    ]
    more = [f"{len(rows) - _SHOWN} more with --json"] if len(rows) > _SHOWN else []
    print_table(["published", "interval", "CL", "definition", "reference"], cells, notes=more)


def _show_causes(result: LimitResult, bins: Any) -> None:
    rows = [
        [
            f"{row.where}, {row.experiment}",
            f"{100 * row.share:.0f} % of Delta chi2: {row.observed:.4g} seen, "
            f"{row.best_fit:.4g} at the best fit, {row.at_limit:.4g} at the limit",
        ]
        for row in bins
    ]
    for impact in result.impacts:
        if impact.change is None or abs(impact.change) > _VISIBLE:
            change = "open" if impact.change is None else f"{100 * impact.change:+.1f} %"
            pull = "" if impact.pull is None else f", pull {impact.pull:+.2f}"
            rows.append([f"{impact.name} held", f"{change}{pull}"])
    print_table(["what makes it", ""], rows)
