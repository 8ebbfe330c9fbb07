"""The talk's table of bounds on magnetic moments, with ours beside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from nulight.figures.li_2024.profiles import CL, SOURCE, interval
from nulight.figures.numbers import Curves, Numbers
from nulight.literature.limits import PublishedLimit, published_limits
from nulight.plotting.labels import quantity
from nulight.plotting.style import COLOURS, StyledFigure, styled

__all__ = ["OURS", "Row", "figure_3", "rows"]

_THREE = ("lz-ws2022-er", "pandax4t-run1-er", "xenonnt-2022-er")
_CSI_AR = ("coherent-csi-2021", "coherent-lar-2020:1d")

OURS: dict[str, dict[str, tuple[str, ...]]] = {
    "mu_nu_e": {
        "TEXONO CsI, proxy": ("texono-csi-2010",),
        "COHERENT CsI + Ar": _CSI_AR,
        "Dresden-II": ("dresden-ii-2022",),
        "LZ + PandaX-4T + XENONnT": _THREE,
    },
    "mu_nu_mu": {"COHERENT CsI + Ar": _CSI_AR, "LZ + PandaX-4T + XENONnT": _THREE},
    "mu_nu_tau": {"LZ + PandaX-4T + XENONnT": _THREE},
    "mu_nu": {"LZ + PandaX-4T + XENONnT": _THREE},
}
"""Our limits by moment: label and experiments."""

_GROUPS = {
    "mu_nu_e": r"$\mu_{\nu_e}$",
    "mu_nu_mu": r"$\mu_{\nu_\mu}$",
    "mu_nu_tau": r"$\mu_{\nu_\tau}$",
    "mu_nu": r"$\mu_\nu$",
}
_KINDS = {
    "table": ("black", "table of the talk"),
    "quoted": (COLOURS["vermillion"], "re-analyses quoted in the talk"),
    "ours": (COLOURS["blue"], "ours, 90 % CL"),
}
_RANGE = (7e-13, 3e-6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One bound: ``kind`` is "table", "quoted" or "ours"; ``upper`` in mu_B, ``cl`` None if not stated."""

    parameter: str
    label: str
    kind: str
    upper: float
    cl: float | None
    year: int | None
    source: str


def figure_3() -> tuple[Figure, Numbers]:
    """Remake the talk's table of bounds as a chart.

    Returns
    -------
    Figure, Numbers
        Bars are what is excluded. Ours are two-sided at 90 %, one moment at a time.

    Notes
    -----
    Bounds on solar neutrinos are on one effective moment, ours on a moment that all flavours have. The
    data of TEXONO are a stand-in; Dresden-II has its exponential background free.
    """
    chosen = list(rows())
    with styled():
        figure = StyledFigure(figsize=(5.4, 0.9 + 0.155 * len(chosen)))
        ax = figure.subplots()
        for y, row in enumerate(chosen):
            _draw(ax, y, row)
        _groups(ax, chosen)
        ax.set_xscale("log")
        ax.set_xlim(*_RANGE)
        ax.set_ylim(len(chosen) - 0.4, -0.6)
        ax.set_yticks(range(len(chosen)), [_text(row) for row in chosen], fontsize=7)
        for tick, row in zip(ax.get_yticklabels(), chosen, strict=True):
            tick.set_color(_KINDS[row.kind][0])
        ax.tick_params(axis="y", which="both", length=0)
        ax.set_xlabel(r"Magnetic moment [$\mu_\mathrm{B}$], excluded values")
        handles = [Patch(color=colour, label=text) for colour, text in _KINDS.values()]
        figure.legend(handles=handles, loc="outside upper center", ncols=3, fontsize=7)
    table = Curves({"upper": "mu_B", "cl": "", "year": ""})
    for row in chosen:
        cells = {"cl": row.cl, "year": row.year}
        name = f"{row.label} ({row.kind}: {row.source})"
        table.add(row.parameter, name, upper=row.upper, **{key: v for key, v in cells.items() if v is not None})
    note = "table and quoted: as published; ours: package conventions, two-sided, 1 dof, nuisances profiled"
    return figure, table.numbers("Bounds on neutrino magnetic moments", SOURCE, note)


def rows() -> Iterator[Row]:
    """Yield the bounds by moment: those of the talk, oldest first, then ours."""
    for parameter, ours in OURS.items():
        bounds = [bound for bound in published_limits(parameter) if "slide" in bound.read_in]
        yield from (_published(bound) for bound in reversed(bounds))
        for label, experiments in ours.items():
            upper = interval(experiments, parameter).upper
            if upper is not None:
                source = " + ".join(experiments)
                yield Row(parameter=parameter, label=label, kind="ours", upper=upper, cl=CL, year=None, source=source)


def _published(bound: PublishedLimit) -> Row:
    if bound.upper is None:
        raise ValueError(f"{bound.experiment} {bound.reference}: the talk's table has upper bounds only")
    kind = "quoted" if bound.experiment.endswith("_reanalysis") else "table"
    name = (
        bound.experiment.removesuffix("_reanalysis").replace("+", " + ").replace("_", " ").replace("phase2", "phase II")
    )
    return Row(
        parameter=bound.coupling,
        label=name,
        kind=kind,
        upper=bound.upper,
        cl=bound.cl,
        year=bound.year,
        source=bound.reference,
    )


def _text(row: Row) -> str:
    level = "" if row.cl == CL or row.kind != "table" else f" ({100 * (row.cl or 0):g} %)"
    return f"{row.label}{'' if row.year is None else f' {row.year}'}{level}"


def _draw(ax: Axes, y: int, row: Row) -> None:
    colour = _KINDS[row.kind][0]
    ax.barh(y, _RANGE[1] - row.upper, left=row.upper, height=0.62, color=colour, alpha=0.28, linewidth=0)
    ax.plot([row.upper] * 2, [y - 0.31, y + 0.31], color=colour, linewidth=1.5)
    text = quantity(row.upper, digits=3)
    ax.annotate(text, (row.upper, y), (-3, 0), textcoords="offset points", ha="right", va="center", fontsize=6.5)


def _groups(ax: Axes, chosen: list[Row]) -> None:
    """Separate the moments and name them beside the frame."""
    for parameter, text in _GROUPS.items():
        places = [y for y, row in enumerate(chosen) if row.parameter == parameter]
        middle = (places[0] + places[-1]) / 2
        ax.annotate(text, (_RANGE[1], middle), (5, 0), textcoords="offset points", va="center", annotation_clip=False)
        if places[0]:
            ax.axhline(places[0] - 0.5, color=COLOURS["grey"], linewidth=0.6)
