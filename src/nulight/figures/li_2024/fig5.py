"""The talk's gap of about eight orders of magnitude: limits on magnetic moments above what neutrino masses predict."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import LogLocator, NullFormatter

from nulight.figures.li_2024.profiles import CL, SOURCE, interval
from nulight.figures.numbers import Curves, Numbers
from nulight.literature.limits import published_limits
from nulight.plotting.labels import quantity
from nulight.plotting.minimal import KINDS, plot_minimal
from nulight.plotting.style import COLOURS, PAGE_WIDTH, StyledFigure, styled
from nulight.results.minimal import MinimalPrediction
from nulight.studies.minimal import minimal_predictions

__all__ = ["OURS", "PUBLISHED", "Bound", "bounds", "figure_5"]

PUBLISHED = {
    "mu_nu_e": {"GEMMA": "GEMMA 2012", "PandaX-4T+LZ+XENONnT_reanalysis": "liquid xenon, re-analysis 2023"},
    "mu_nu_mu": {"LSND": "LSND 2001"},
    "mu_nu_tau": {"DONUT": "DONUT 2001"},
    "mu_nu": {
        "Borexino_phase2": "Borexino 2017",
        "XENONnT_SR0": "XENONnT 2022",
        "white_dwarf_LF": "white dwarfs 2014",
        "N_eff_Dirac": r"$N_\mathrm{eff}$, Dirac 2022",
        "TRGB_Capozzi_Raffelt": "red giants 2020",
    },
}
"""Published bounds by moment: experiment and its name in the figure; the newest of each."""

OURS: dict[str, dict[str, tuple[str, ...]]] = {
    "mu_nu_e": {"Dresden-II": ("dresden-ii-2022",)},
    "mu_nu_mu": {"COHERENT CsI + Ar": ("coherent-csi-2021", "coherent-lar-2020:1d")},
    "mu_nu": {"XENONnT": ("xenonnt-2022-er",)},
}
"""Our limits by moment: label and experiments."""

_KINDS = {
    "laboratory": ("black", "laboratory"),
    "ours": (COLOURS["blue"], "ours, 90 % CL"),
    "indirect": (COLOURS["purple"], "stars and cosmology, indirect"),
}
_SYMBOLS = {"mu_nu_e": r"$\nu_e$", "mu_nu_mu": r"$\nu_\mu$", "mu_nu_tau": r"$\nu_\tau$", "mu_nu": "Sun"}
_RANGE = (3e-28, 3e-5)
_ROW, _PREDICTIONS, _FRAME = 0.185, 1.75, 1.1  # inches
_KATRIN = 0.45  # eV, arXiv:2406.13516


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """One bound, ``upper`` in mu_B; ``kind`` is "laboratory", "ours" or "indirect"."""

    parameter: str
    label: str
    experiment: str
    kind: str
    upper: float
    cl: float | None
    source: str


def bounds() -> list[Bound]:
    """Return the bounds by moment, ours after the published ones, those of stars and cosmology last."""
    found = [bound for parameter in PUBLISHED for bound in (*_published(parameter), *_ours(parameter))]
    return sorted(found, key=lambda bound: bound.kind == "indirect")


def figure_5() -> tuple[Figure, Numbers]:
    """Draw limits above the predictions of the minimal model, with the orders of magnitude between them.

    Returns
    -------
    Figure, Numbers
        Above, what is excluded, and the orders of magnitude down to the largest Dirac moment, at a lightest
        mass of 0.8 eV. Below, the predictions against the lightest mass. Our limits are computed: two-sided
        at 90 %, one moment at a time.

    Notes
    -----
    The bounds are on effective moments of flavours or of solar neutrinos, which for Dirac neutrinos lie
    between the smallest and the largest diagonal moment. Majorana neutrinos have transitions only.
    """
    prediction, chosen = minimal_predictions(), bounds()
    with styled():
        heights = (_ROW * len(chosen), _PREDICTIONS)
        figure = StyledFigure(figsize=(PAGE_WIDTH, sum(heights) + _FRAME))
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=heights)
        _limits(above, chosen, prediction)
        _predictions(below, prediction)
        handles = [Patch(color=colour, alpha=0.5, label=text) for colour, text in _KINDS.values()]
        figure.legend(handles=handles, loc="outside upper center", ncols=3, fontsize=8)
    note = (
        f"predictions: {prediction.definition}; published bounds as printed; ours: package conventions, two-sided, "
        "1 dof, nuisances profiled; orders: log10 of bound over largest prediction up to 0.8 eV"
    )
    return figure, _table(chosen, prediction).numbers("Magnetic moments: limits and minimal model", SOURCE, note)


def _published(parameter: str) -> Iterator[Bound]:
    listed = published_limits(parameter)
    for name, label in PUBLISHED[parameter].items():
        bound = next(b for b in listed if b.experiment == name)
        assert bound.upper is not None
        yield Bound(
            parameter=parameter,
            label=label,
            experiment=name,
            kind="laboratory" if bound.direct else "indirect",
            upper=bound.upper,
            cl=bound.cl,
            source=bound.reference,
        )


def _ours(parameter: str) -> Iterator[Bound]:
    for label, experiments in OURS.get(parameter, {}).items():
        upper = interval(experiments, parameter).upper
        if upper is not None:
            name = " + ".join(experiments)
            text = f"{label}, ours"
            yield Bound(
                parameter=parameter, label=text, experiment=name, kind="ours", upper=upper, cl=CL, source="nulight"
            )


def _limits(ax: Axes, chosen: list[Bound], prediction: MinimalPrediction) -> None:
    for kind, (colour, _) in KINDS.items():
        low, high = prediction.band(*kind)
        ax.axvspan(float(low.min()), float(high.max()), color=COLOURS[colour], alpha=0.10, linewidth=0)
    largest = float(prediction.band("dirac", "diagonal")[1].max())
    for y, bound in enumerate(chosen):
        _excluded(ax, y, bound)
        orders = prediction.orders_below(bound.upper, "dirac", "diagonal")
        _gap(ax, y, (largest, bound.upper), f"{orders:.1f} orders", _KINDS[bound.kind][0])
    ax.set_ylim(len(chosen) - 0.4, -0.6)
    names = [b.label if b.kind == "indirect" else f"{_SYMBOLS[b.parameter]}: {b.label}" for b in chosen]
    ax.set_yticks(range(len(chosen)), names, fontsize=7.5)
    for tick, bound in zip(ax.get_yticklabels(), chosen, strict=True):
        tick.set_color(_KINDS[bound.kind][0])
    ax.tick_params(axis="y", which="both", length=0)


def _excluded(ax: Axes, y: int, bound: Bound) -> None:
    colour = _KINDS[bound.kind][0]
    ax.barh(y, _RANGE[1] - bound.upper, left=bound.upper, height=0.62, color=colour, alpha=0.28, linewidth=0)
    ax.plot([bound.upper] * 2, [y - 0.31, y + 0.31], color=colour, linewidth=1.5)
    ax.annotate(quantity(bound.upper, digits=3), (bound.upper, y), (3, 0), ha="left", fontsize=6.5, **_BESIDE)


def _gap(ax: Axes, y: int, ends: tuple[float, float], text: str, colour: str) -> None:
    arrow = {"arrowstyle": "<->", "color": colour, "linewidth": 0.7, "shrinkA": 1, "shrinkB": 1}
    ax.annotate("", (ends[0], y), (ends[1], y), arrowprops=arrow)
    middle = (ends[0] * ends[1]) ** 0.5
    box = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
    ax.annotate(text, (middle, y), (0, 0), ha="center", fontsize=7, color=colour, bbox=box, **_BESIDE)


_BESIDE: dict[str, Any] = {"textcoords": "offset points", "va": "center"}


def _predictions(ax: Axes, prediction: MinimalPrediction) -> None:
    plot_minimal(prediction, ax)
    ax.set_xlim(*_RANGE)
    ax.xaxis.set_major_locator(LogLocator(base=100, numticks=15))
    ax.xaxis.set_minor_locator(LogLocator(base=10, numticks=30))
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.axhline(_KATRIN, color=COLOURS["grey"], linewidth=0.8, linestyle=":")
    ax.annotate("KATRIN 2024: 0.45 eV", (_RANGE[1], _KATRIN), (-3, -6), ha="right", fontsize=7, **_BESIDE)
    title = "filled: normal ordering\ndashed: inverted ordering"
    ax.legend(loc="lower right", title=title, fontsize=7.5, title_fontsize=7.5, alignment="left")


def _table(chosen: list[Bound], prediction: MinimalPrediction) -> Curves:
    units = {"lightest": "eV", "low": "mu_B", "high": "mu_B", "upper": "mu_B", "cl": ""}
    table = Curves(units | {"orders_dirac": "", "orders_majorana": ""})
    for bound in chosen:
        cl = {} if bound.cl is None else {"cl": bound.cl}
        dirac = prediction.orders_below(bound.upper, "dirac", "diagonal")
        majorana = prediction.orders_below(bound.upper, "majorana", "transition")
        name = f"{bound.parameter}, {bound.experiment} ({bound.kind}: {bound.source})"
        table.add("limits", name, upper=bound.upper, orders_dirac=dirac, orders_majorana=majorana, **cl)
    for band in prediction.bands:
        name = f"{band.nature} {band.quantity}, {band.ordering} ordering"
        table.add("predictions", name, lightest=prediction.lightest, low=band.low, high=band.high)
    return table
