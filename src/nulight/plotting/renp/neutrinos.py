"""What a scan of trigger frequencies would say about neutrinos, against the mass of the lightest one."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from nulight.plotting.style import COLOURS, axes_of, figure_of, legend_above, styled
from nulight.results.renp.neutrinos import RenpMass, RenpTest
from nulight.typing import FloatArray

__all__ = ["plot_renp_mass", "plot_renp_nature", "plot_renp_ordering"]

_ORDERINGS = {"normal": "blue", "inverted": "vermillion"}
_EXPOSURES = ("blue", "vermillion", "green", "purple", "orange", "sky", "grey")
_SIGMAS = (1, 3, 5)
_LEAST, _MOST = 0.03, 100.0  # standard deviations that a plot shows at most


def plot_renp_mass(record: RenpMass, ax: Axes | None = None) -> Figure:
    """Draw expected intervals of the lightest mass relative to the true one, for both orderings.

    Parameters
    ----------
    record : RenpMass
    ax : Axes, optional
        Drawn into; a new figure with a panel for each ordering otherwise, one above the other. In one panel the
        inverted ordering is drawn as lines.

    Returns
    -------
    Figure
        Dark and light bands for the two confidence levels. A band that reaches zero does not exclude a massless
        lightest neutrino.
    """
    with styled():
        panels = _panels(len(record.orderings)) if ax is None else [ax] * len(record.orderings)
        for j, (panel, ordering) in enumerate(zip(panels, record.orderings, strict=True)):
            _mass_bands(panel, record, j, name="" if ax is None else ordering, filled=ax is None or j == 0)
            _mass_axes(panel, record)
            if ax is None:
                title = f"{ordering.capitalize()} ordering, {record.days:g} d each"
                panel.legend(loc="lower left", title=title, title_fontsize=8, ncols=2)
        if ax is None:
            panels[0].set_xlabel("")
            panels[0].tick_params(labelbottom=False)
        else:
            ax.legend(loc="lower left", fontsize=7, ncols=2)
    return figure_of(panels[0])


def plot_renp_ordering(record: RenpTest, ax: Axes | None = None) -> Figure:
    """Draw the significance with which the wrong ordering would be rejected.

    Parameters
    ----------
    record : RenpTest
    ax : Axes, optional
        Drawn into; a new figure otherwise.

    Returns
    -------
    Figure
        A colour for each exposure, solid for the normal ordering being true and dashed for the inverted one.

    Raises
    ------
    ValueError
        If the record is about the nature of neutrinos.
    """
    _check(record, "ordering")
    with styled():
        ax = axes_of(ax)
        for j, days in enumerate(record.days):
            for i, style in enumerate(("-", "--")):
                label = f"{days:g} d each" if i == 0 else None
                ax.plot(record.lightest, _sigma(record, i, j), style, color=_colour(j), label=label)
        for truth, style in zip(record.truths, ("-", "--"), strict=True):
            ax.plot([], [], style, color="black", label=f"{truth} is true")
        _test_axes(ax, record, "Significance against the wrong ordering")
    return figure_of(ax)


def plot_renp_nature(record: RenpTest, ax: Axes | None = None) -> Figure:
    """Draw the significance with which Dirac neutrinos would be rejected if they are Majorana, and the reverse.

    Parameters
    ----------
    record : RenpTest
    ax : Axes, optional
        Drawn into; a new figure otherwise.

    Returns
    -------
    Figure
        A colour for each exposure: a band from the worst to the best Majorana phases, a solid line at those of the
        experiment, and a dashed one for Dirac neutrinos.

    Raises
    ------
    ValueError
        If the record is about the ordering.
    """
    _check(record, "nature")
    own, best, worst, dirac = range(4)
    with styled():
        ax = axes_of(ax)
        for j, days in enumerate(record.days):
            colour = _colour(j)
            low, high = _sigma(record, worst, j), _sigma(record, best, j)
            ax.fill_between(record.lightest, low, high, color=colour, alpha=0.25, linewidth=0)
            ax.plot(record.lightest, _sigma(record, own, j), color=colour, label=f"{days:g} d each")
            ax.plot(record.lightest, _sigma(record, dirac, j), "--", color=colour)
        ax.plot([], [], color="black", label=f"Majorana is true, {_phases(record)}")
        ax.fill_between([], [], [], color="black", alpha=0.25, linewidth=0, label="Majorana is true, any phases")
        ax.plot([], [], "--", color="black", label="Dirac is true")
        _test_axes(ax, record, "Significance against the wrong nature")
    return figure_of(ax)


def _panels(n: int) -> list[Axes]:
    first = axes_of(None)
    figure = figure_of(first)
    first.remove()
    figure.set_figheight(1.7 * n + 0.5)
    return list(np.ravel(figure.subplots(n, 1, sharex=True)))


def _mass_bands(ax: Axes, record: RenpMass, j: int, *, name: str, filled: bool) -> None:
    true = record.lightest
    positive = true > 0
    colour = COLOURS[_ORDERINGS[record.orderings[j]]]
    x = true[positive]
    for i in reversed(range(len(record.levels))):
        low, high = (np.nan_to_num(end[i, j, positive] / x, posinf=1e3) for end in (record.lower, record.upper))
        label = ", ".join(text for text in (name, record.levels[i].replace("1 sigma", r"$1\sigma$")) if text)
        if filled:
            ax.fill_between(x, low, high, color=colour, alpha=(0.6, 0.25)[i], linewidth=0, label=label)
        else:
            for end, text in ((low, label), (high, None)):
                ax.plot(x, end, color=colour, linestyle=("-", "--")[i], linewidth=0.9, label=text)


def _mass_axes(ax: Axes, record: RenpMass) -> None:
    ax.axhline(1, color="black", linewidth=0.6, zorder=3)
    _mass_axis(ax, record.lightest)
    ax.set_ylim(1 - 1.7 * _reach(record), 1 + 1.15 * _reach(record))  # room for the legend
    ax.set_ylabel("Measured / true $m_0$")


def _reach(record: RenpMass) -> float:
    """Largest relative distance from the truth, of masses that are measured at all."""
    with np.errstate(divide="ignore", invalid="ignore"):
        away = np.abs(np.array([record.lower, record.upper]) / record.lightest - 1)
    measured = away[np.isfinite(away) & (away < 1)]
    return float(measured.max()) if measured.size else 1.0


def _test_axes(ax: Axes, record: RenpTest, label: str) -> None:
    sigma = np.sqrt(np.maximum(record.delta_chi2, 0))
    seen = sigma[sigma > _LEAST]
    _mass_axis(ax, record.lightest)
    ax.set_yscale("log")
    low, high = (seen.min(), seen.max()) if seen.size else (0.1, 10.0)
    bottom, top = max(0.8 * low, _LEAST), min(max(1.3 * high, 6.0), _MOST)
    ax.set_ylim(bottom, top)
    _plain_log(ax.yaxis, dense=top < 100 * bottom)
    for n in (n for n in _SIGMAS if bottom < n < top):
        ax.axhline(n, color=COLOURS["grey"], linewidth=0.6, linestyle=":", zorder=0)
        ax.text(1.01, n, rf"${n}\sigma$", transform=ax.get_yaxis_transform(), fontsize=6, va="center")
    ax.set_ylabel(label + r" [$\sigma$]")
    legend_above(ax, ncols=2)


def _mass_axis(ax: Axes, lightest: FloatArray) -> None:
    positive = lightest[lightest > 0]
    if positive.size > 1 and positive.max() / positive.min() > 5:
        ax.set_xscale("log")
        _plain_log(ax.xaxis, dense=True)
    if len(lightest) > 1:
        ax.set_xlim(positive.min() if ax.get_xscale() == "log" else lightest.min(), lightest.max())
    ax.set_xlabel("Lightest neutrino mass $m_0$ [eV]")


def _plain_log(axis: Axis, *, dense: bool) -> None:
    """Numbers without powers of ten at 1, or 1, 2 and 5, of every decade."""
    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if dense else (1.0,)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_locator(LogLocator(subs=tuple(range(1, 10))))
    axis.set_minor_formatter(NullFormatter())


def _sigma(record: RenpTest, i: int, j: int) -> FloatArray:
    sigma: FloatArray = np.sqrt(np.maximum(record.delta_chi2[i, j], 0.0))
    return sigma


def _phases(record: RenpTest) -> str:
    return "own phases" if np.any(record.phases[0] != 0) else "zero phases"


def _colour(j: int) -> str:
    return COLOURS[_EXPOSURES[j % len(_EXPOSURES)]]


def _check(record: RenpTest, question: str) -> None:
    if record.question != question:
        raise ValueError(f"the record is about the {record.question}; use plot_renp_{record.question}")
