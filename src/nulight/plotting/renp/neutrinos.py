"""What a scan of trigger frequencies would say about neutrinos, against the mass of the lightest one."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
from matplotlib.transforms import ScaledTranslation

from nulight.plotting.renp.titles import atom_text, setting_text
from nulight.plotting.style import COLOURS, axes_of, figure_of, legend_above, styled
from nulight.results.renp.neutrinos import RenpMass, RenpTest
from nulight.typing import FloatArray

__all__ = ["plot_renp_mass", "plot_renp_nature", "plot_renp_ordering"]

_ORDERINGS = {"normal": "blue", "inverted": "vermillion"}
_EXPOSURES = ("blue", "vermillion", "green", "purple", "orange", "sky", "grey")
_SIGMAS = (1, 3, 5)
_LEAST, _MOST = 0.03, 100.0  # standard deviations that a plot shows at most
_BANDS = 60  # masses from which intervals are joined: between fewer the kinks at the thresholds would be missed
_MARKED = 12  # masses up to which every one has a marker


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
        Dark and light bands for the two confidence levels; thick and thin bars with fewer than 60 masses, between
        which intervals may be several times wider or narrower. One that reaches zero does not exclude a massless
        lightest neutrino.
    """
    with styled():
        panels = _panels(len(record.orderings)) if ax is None else [ax] * len(record.orderings)
        for j, (panel, ordering) in enumerate(zip(panels, record.orderings, strict=True)):
            draw = _mass_bands if len(record.lightest) >= _BANDS else _mass_bars
            draw(panel, record, j, name="" if ax is None else ordering, first=ax is None or j == 0)
            _mass_axes(panel, record)
            if ax is None:
                title = f"{ordering.capitalize()} ordering, {record.days:g} d each"
                panel.legend(loc="lower left", title=title, title_fontsize=8, ncols=2)
        panels[0].set_title(", ".join(_words(atom_text(record), setting_text(record, ("nature",)))), fontsize=8)
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
                _test_line(ax, record, _sigma(record, i, j), j, style, label)
        for truth, style in zip(record.truths, ("-", "--"), strict=True):
            ax.plot([], [], style, color="black", label=f"{truth} is true")
        _test_axes(ax, record, "Significance against the wrong ordering", setting_text(record, ("nature",)))
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
        A colour for each exposure: a band from the worst to the best Majorana phases, or a bar at a single mass, a
        solid line at those of the experiment, and a dashed one with open markers for Dirac neutrinos.

    Raises
    ------
    ValueError
        If the record is about the ordering.
    """
    _check(record, "nature")
    given, best, worst, dirac = range(4)
    with styled():
        ax = axes_of(ax)
        for j, days in enumerate(record.days):
            _phase_range(ax, record, _sigma(record, worst, j), _sigma(record, best, j), _colour(j))
            _test_line(ax, record, _sigma(record, given, j), j, "-", f"{days:g} d each")
            _test_line(ax, record, _sigma(record, dirac, j), j, "--", None)
        key = _colour(0) if len(record.days) == 1 else "black"
        ax.plot([], [], color=key, label=f"true: {record.truths[given]}")
        ax.fill_between([], [], [], color=key, alpha=0.25, linewidth=0, label="true: majorana, any phases")
        ax.plot([], [], "--", color=key, label=f"true: {record.truths[dirac]}")
        _test_axes(ax, record, "Significance against the wrong nature", setting_text(record, ("ordering",)))
    return figure_of(ax)


def _panels(n: int) -> list[Axes]:
    first = axes_of(None)
    figure = figure_of(first)
    first.remove()
    figure.set_figheight(1.7 * n + 0.5)
    return list(np.ravel(figure.subplots(n, 1, sharex=True)))


def _mass_ends(record: RenpMass, i: int, j: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Positive true masses, and the ends of their intervals relative to them."""
    positive = record.lightest > 0
    x = record.lightest[positive]
    low, high = (np.nan_to_num(end[i, j, positive] / x, posinf=1e3) for end in (record.lower, record.upper))
    return x, low, high


def _mass_label(record: RenpMass, i: int, name: str) -> str:
    return ", ".join(_words(name, record.levels[i].replace("1 sigma", r"$1\sigma$")))


def _mass_bars(ax: Axes, record: RenpMass, j: int, *, name: str, first: bool) -> None:
    """A bar at every mass; those of the other ordering in the same panel stand a little to the right."""
    colour = COLOURS[_ORDERINGS[record.orderings[j]]]
    side = ScaledTranslation(0.0 if first else 4 / 72, 0, figure_of(ax).dpi_scale_trans)
    for i in reversed(range(len(record.levels))):
        x, low, high = _mass_ends(record, i, j)
        style: dict[str, Any] = {"linewidth": (3.0, 0.9)[i], "alpha": (0.5, 1.0)[i]}
        bars = ax.vlines(x, low, high, color=colour, label=_mass_label(record, i, name), **style)
        bars.set_transform(ax.transData + side)
    ax.plot(x, np.ones(len(x)), "o", color=colour, markersize=2.5, transform=ax.transData + side, zorder=4)


def _mass_bands(ax: Axes, record: RenpMass, j: int, *, name: str, first: bool) -> None:
    colour = COLOURS[_ORDERINGS[record.orderings[j]]]
    for i in reversed(range(len(record.levels))):
        x, low, high = _mass_ends(record, i, j)
        label = _mass_label(record, i, name)
        if first:
            ax.fill_between(x, low, high, color=colour, alpha=(0.6, 0.25)[i], linewidth=0, label=label)
        else:
            for end, text in ((low, label), (high, None)):
                ax.plot(x, end, color=colour, linestyle=("-", "--")[i], linewidth=0.9, label=text)


def _mass_axes(ax: Axes, record: RenpMass) -> None:
    ax.axhline(1, color="black", linewidth=0.6, zorder=3)
    _mass_axis(ax, record.lightest, marked=len(record.lightest) < _BANDS)
    ax.set_ylim(1 - 1.7 * _reach(record), 1 + 1.15 * _reach(record))  # room for the legend
    ax.set_ylabel("Measured / true $m_0$")


def _reach(record: RenpMass) -> float:
    """Largest relative distance from the truth, of masses that are measured at all."""
    with np.errstate(divide="ignore", invalid="ignore"):
        away = np.abs(np.array([record.lower, record.upper]) / record.lightest - 1)
    measured = away[np.isfinite(away) & (away < 1)]
    return float(measured.max()) if measured.size else 1.0


def _test_line(ax: Axes, record: RenpTest, sigma: FloatArray, j: int, style: str, label: str | None) -> None:
    """A line in the colour of an exposure, with markers at few masses; those of dashed lines are open."""
    marks: dict[str, Any] = {}
    if len(record.lightest) <= _MARKED:
        marks = {"marker": "o", "markersize": 3.0, "markerfacecolor": "white" if style == "--" else None}
    ax.plot(record.lightest, sigma, linestyle=style, color=_colour(j), label=label, **marks)


def _phase_range(ax: Axes, record: RenpTest, low: FloatArray, high: FloatArray, colour: str) -> None:
    """Between the worst and the best phases."""
    if len(record.lightest) > 1:
        ax.fill_between(record.lightest, low, high, color=colour, alpha=0.25, linewidth=0)
    else:
        ax.vlines(record.lightest, low, high, color=colour, alpha=0.25, linewidth=7)


def _test_axes(ax: Axes, record: RenpTest, label: str, setting: str) -> None:
    sigma = np.sqrt(np.maximum(record.delta_chi2, 0))
    seen = sigma[sigma > _LEAST]
    _mass_axis(ax, record.lightest, marked=len(record.lightest) <= _MARKED)
    ax.set_yscale("log")
    low, high = (seen.min(), seen.max()) if seen.size else (0.1, 10.0)
    bottom, top = max(0.8 * low, _LEAST), min(max(1.3 * high, 6.0), _MOST)
    ax.set_ylim(bottom, top)
    _plain_log(ax.yaxis, dense=top < 100 * bottom)
    for n in (n for n in _SIGMAS if bottom < n < top):
        ax.axhline(n, color=COLOURS["grey"], linewidth=0.6, linestyle=":", zorder=0)
        ax.text(1.01, n, rf"${n}\sigma$", transform=ax.get_yaxis_transform(), fontsize=6, va="center")
    ax.set_ylabel(label + r" [$\sigma$]")
    legend_above(ax, ncols=2, title=", ".join(_words(atom_text(record), setting)), title_fontsize=8)


def _mass_axis(ax: Axes, lightest: FloatArray, *, marked: bool) -> None:
    """From the smallest to the largest mass, with room for markers there."""
    positive = lightest[lightest > 0]
    if positive.size > 1 and positive.max() / positive.min() > 5:
        ax.set_xscale("log")
        _plain_log(ax.xaxis, dense=True)
    if len(lightest) > 1:
        logarithmic = ax.get_xscale() == "log"
        low, high = positive.min() if logarithmic else lightest.min(), lightest.max()
        ax.set_xlim(low, high)
        if marked:
            ax.set_xmargin(0.04)
            ax.autoscale(axis="x")
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


def _words(*texts: str) -> list[str]:
    return [text for text in texts if text]


def _colour(j: int) -> str:
    return COLOURS[_EXPOSURES[j % len(_EXPOSURES)]]


def _check(record: RenpTest, question: str) -> None:
    if record.question != question:
        raise ValueError(f"the record is about the {record.question}; use plot_renp_{record.question}")
