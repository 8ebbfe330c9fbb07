"""`nulight limit` at several masses of the sterile neutrino: the curve, or the region, and its overlays."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nulight.cli.models import conventions_text
from nulight.cli.options import mass_list
from nulight.cli.output import PLOTS, answer, number, print_lines, print_table, progress

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from nulight.inference.coordinates import Profile
    from nulight.inference.levels import IntervalKind
    from nulight.inference.model import Model
    from nulight.plotting.literature import Overlay as Curve
    from nulight.results.portal import PortalLimit
    from nulight.results.portal_region import PortalRegion

__all__ = ["CurveOptions", "Overlay", "Region", "answer_curve", "is_curve"]

Overlay = Annotated[
    str,
    typer.Option("--overlay", metavar="all|laboratory|none|NAME,...", help="Published curves in the plot of a curve."),
]
Region = Annotated[
    bool, typer.Option("--region", help="The region in the plane of m_4 and the coupling, 2 dof, instead of a curve.")
]

_ALL, _SHOWN = 30, 20  # masses in the table for people: all up to 30, otherwise 20; files and JSON have all


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveOptions:
    """What was asked of a curve on the command line."""

    cl: float
    interval: IntervalKind
    masses: str
    overlay: str
    region: bool

    def refuse(self, *, compare_conventions: bool, profile: str | None) -> None:
        """Refuse what goes with a single mass only.

        Raises
        ------
        ValueError
            Naming the option.
        """
        if compare_conventions:
            raise ValueError("--compare-conventions: for one mass only, give --m4 a single one")
        if self.region and self.interval != "two-sided":
            raise ValueError(
                f"--interval {self.interval}: for limits on the coupling alone; a --region has two parameters, and "
                "only --cl says how large it is"
            )
        if self.region and profile:
            raise ValueError("--region profiles nuisances only; nulight scan profiles further parameters on a grid")
        if self.region and self.masses != "auto" and not is_curve(self.masses):
            raise ValueError(f"--region: give several masses, not {self.masses!r}")


def is_curve(m4: str | None) -> bool:
    """Whether `--m4` asks for several masses."""
    return m4 is not None and (m4.strip() == "auto" or ":" in m4 or "," in m4)


def answer_curve(
    model: Model,
    coupling: str,
    options: CurveOptions,
    *,
    fixed: Mapping[str, float],
    profile: Profile,
    as_json: bool,
    out: Path | None,
) -> None:
    """Compute and print a curve or a region, and write the file if one is wanted."""
    from nulight.studies.portal import portal_limit
    from nulight.studies.portal_region import portal_region

    masses = mass_list(options.masses)
    is_plot = out is not None and out.suffix.lower() in PLOTS
    overlays = _overlays(coupling, options.overlay) if is_plot else []
    record: PortalLimit | PortalRegion
    with progress(f"{coupling} against m_4 from {model.name}") if not profile else _nothing():
        if options.region:
            record = portal_region(model, coupling, masses, cl=options.cl, fixed=fixed)
        else:
            choice: Any = {"cl": options.cl, "interval": options.interval, "fixed": fixed, "profile": profile}
            record = portal_limit(model, coupling, masses, track=_track, **choice)
    if is_plot:
        from nulight.plotting import save_figure
        from nulight.plotting.portal import plot_portal

        assert out is not None
        save_figure(plot_portal(record, overlays), out)
        out = None
    answer(record, as_json=as_json, out=out, show=lambda: _show(record))


def _nothing() -> Any:
    from contextlib import nullcontext

    return nullcontext()


def _overlays(coupling: str, text: str) -> list[Curve]:
    from nulight.literature.curves import CURVE_COUPLINGS
    from nulight.plotting.literature import literature_overlays

    names = [name.strip() for name in text.split(",")]
    word = names[0].lower() if len(names) == 1 else ""
    if word == "none" or (word == "all" and coupling not in CURVE_COUPLINGS):
        return []
    return literature_overlays(coupling, word if word in ("all", "laboratory") else names)


def _track(masses: Sequence[float]) -> Iterator[float]:
    """Show a bar on stderr, if someone watches, while masses are done one by one."""
    if not sys.stderr.isatty():
        yield from masses
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(masses, "masses", console=Console(stderr=True), transient=True)


def _show(record: Any) -> None:
    from nulight.results.portal import PortalLimit

    title = f"{record.parameter} [{record.unit}], {', '.join(record.experiments)}"
    if isinstance(record, PortalLimit):
        _show_limit(record, f"{title}, {record.interval}, {100 * record.cl:g} % CL")
    else:
        _show_region(record, f"{title}, {record.dof} dof")
    print_lines([conventions_text(record.conventions), record.definition])
    print_lines([f"warning: {text}" for text in record.warnings])


def _show_limit(record: PortalLimit, title: str) -> None:
    columns = record.columns()
    shown = {
        "m_4 [keV]": "m_4_keV",
        "upper": "upper_mu_B",
        "d [1/GeV]": "upper_d_per_GeV",
        "lower": "lower_mu_B",
        "best fit": "best_fit_mu_B",
        "Delta chi2(0)": "delta_chi2_at_zero",
        "expected": "expected_upper_mu_B",
        "decay [m]": "decay_length_m",
    }
    shown = {head: name for head, name in shown.items() if name in columns}
    n = len(record.m_4)
    places = sorted({round(i * (n - 1) / (_SHOWN - 1)) for i in range(_SHOWN)}) if n > _ALL else range(n)
    rows = [[number(columns[name][i]) for name in shown.values()] for i in places]
    notes = _reach(record)
    if n > _ALL:
        notes.append(f"{len(places)} of {n} masses; all with --json or --out")
    print_table(list(shown), rows, title=title, notes=notes)


def _reach(record: PortalLimit) -> list[str]:
    """How heavy nu_4 can be, by kinematics and in these counts."""
    if not record.kinematic_end:
        return []
    ends = ", ".join(f"{end:.4g} keV on {what}" for what, end in record.kinematic_end.items())
    seen = record.heaviest_seen
    if seen is None:
        return [f"heaviest m_4 that can be made: {ends}"]
    least = "at least " if seen == record.m_4[-1] else ""
    where = "by this experiment" if record.planned else "in these data"
    return [f"heaviest m_4 that can be made: {ends}; seen {where} up to {least}{seen:.4g} keV"]


def _show_region(record: PortalRegion, title: str) -> None:
    rows = []
    for level, height in record.levels.items():
        zero = "excluded" if record.zero_excluded[level] else "allowed"
        islands = record.islands(level)
        found = [[island.mass_text(), island.coupling_text(), zero] for island in islands] or [["-", "-", "-"]]
        heads = [[level, f"{height:.3f}"], *[["", ""]] * (len(found) - 1)]
        rows += [[*head, *cells] for head, cells in zip(heads, found, strict=True)]
    notes = [
        f"best fit: m_4 = {record.best_fit[0]:.4g} keV, {record.parameter} = {record.best_fit[1]:.4g} {record.unit}; "
        f"no coupling: Delta chi2 = {record.delta_chi2_at_zero:.2f}, {record.significance:.1f} sigma at that mass",
        "outlines and grid with --json or --out",
    ]
    print_table(["region", "Delta chi2", "m_4 [keV]", record.parameter, "zero"], rows, title=title, notes=notes)
