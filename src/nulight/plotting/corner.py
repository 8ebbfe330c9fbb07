"""Corner figure of a posterior: every parameter alone, and every two of them."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill
from typing import Any

import numpy as np
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import NullFormatter

from nulight.models.parameters import PARAMETERS
from nulight.plotting.labels import label_axis
from nulight.plotting.style import COLOURS, PAGE_WIDTH, StyledFigure, legend_above, styled
from nulight.results.credible import weighted_quantile
from nulight.results.posterior import Marginal, Posterior
from nulight.studies.sampling.draws import wanted
from nulight.typing import FloatArray

__all__ = ["plot_posterior"]

_LEVELS = (0.68, 0.90)
_SHADES = (0.45, 0.2)  # and how dark they are
_TAIL = 2e-3  # of the probability, beyond each end of an axis
_PANEL = 1.5  # largest side of a panel, inches
_LEFT, _BELOW, _RIGHT, _ABOVE = 0.85, 0.6, 0.12, 0.12  # margins, inches
_APART = (0.32, 0.55)  # labels from the axes below and on the left, inches
_GAP = 0.07  # between panels, of their side
_MOST, _SMALL = 12, 6  # parameters; number of them from where panels are small
_ON_TOP: dict[str, Any] = {"zorder": 3, "clip_on": False}  # of the frame: a best fit at zero lies on it
_LINE = 13  # letters of a name that fit on one line


def plot_posterior(posterior: Posterior, parameters: Sequence[str] | None = None) -> Figure:
    """Draw the densities of parameters and of pairs of them, with contours of 68 and 90 % and the best fit.

    Parameters
    ----------
    posterior : Posterior
        With its samples.
    parameters : sequence of str, optional
        Parameters and nuisances to show, in this order; otherwise the physics parameters, or all nuisances if there
        are none. At most 12.

    Returns
    -------
    Figure
        Dashed lines enclose the equal-tailed credible interval of the record. Axes of parameters whose prior is flat
        in the logarithm are logarithmic, and their densities are per logarithm.

    Raises
    ------
    ValueError
        If one was not sampled, there are too many, the record has no samples, or the library is not installed.
    """
    corner = wanted("corner")
    names = tuple(parameters or posterior.parameters or posterior.names)
    if len(names) > _MOST:
        raise ValueError(f"{len(names)} parameters; a corner figure has room for {_MOST}: name those that matter")
    shown = [posterior.marginal(name) for name in names]
    columns = [posterior.of(name) for name in names]
    ranges = [_range(m, x, posterior.weights) for m, x in zip(shown, columns, strict=True)]
    with styled():
        figure, side = _figure(len(names))
        corner.corner(
            np.stack(columns, axis=1),
            weights=posterior.weights,
            range=ranges,
            axes_scale=["log" if m.logarithmic else "linear" for m in shown],
            fig=figure,
            bins=_bins(shown),
            levels=_LEVELS,
            smooth=1.3,
            color=COLOURS["blue"],
            plot_datapoints=False,
            plot_density=False,
            fill_contours=True,
            contourf_kwargs={"colors": ["white", *(to_rgba(COLOURS["blue"], a) for a in _SHADES[::-1])]},
            labels=[""] * len(names),
            max_n_ticks=4 if len(names) < _SMALL else 3,
            hist_kwargs={"linewidth": 1.0},
            contour_kwargs={"linewidths": 0.8},
        )
        _place(figure, len(names), side)
        axes = np.array(figure.axes, dtype=object).reshape(len(names), len(names))
        for k, marginal in enumerate(shown):
            _mark(axes, shown, k)
            _label(axes, marginal, k, side)
        _legend(axes, posterior.cl)
        if len(shown) == 1:
            axes[0, 0].set_ylabel("posterior density" + (" per logarithm" if shown[0].logarithmic else ""))
    return figure


def _range(marginal: Marginal, x: FloatArray, weights: FloatArray) -> tuple[float, float]:
    """Ends of an axis: most of the probability, to the end of the range if it is close."""
    low, high = (float(q) for q in weighted_quantile(x, weights, [_TAIL, 1 - _TAIL]))
    if marginal.logarithmic:
        return low, high
    margin = 0.05 * (high - low)
    return max(low - margin, float(x.min()) - 0.01 * margin), min(high + margin, float(x.max()) + 0.01 * margin)


def _bins(shown: Sequence[Marginal]) -> int:
    """Bins along an axis: as many as the samples fill."""
    least = min(marginal.effective_size for marginal in shown)
    return int(np.clip(2 * least ** (1 / 3), 12, 32))


def _figure(n: int) -> tuple[Figure, float]:
    """A figure for n x n panels, and their side in inches."""
    side = min(_PANEL if n > 1 else 2 * _PANEL, (PAGE_WIDTH - _LEFT - _RIGHT) / n)
    left = _LEFT if n > 1 else _LEFT / 2  # a single panel has no numbers on its left
    above = _ABOVE if n > 1 else 2 * _ABOVE  # but its legend above
    size = (left + n * side + _RIGHT, _BELOW + n * side + above)
    return StyledFigure(figsize=size, layout="none"), side  # type: ignore[arg-type]  # missing in the stubs


def _place(figure: Figure, n: int, side: float) -> None:
    width, height = figure.get_size_inches()
    right, bottom = 1 - _RIGHT / width, _BELOW / height
    figure.subplots_adjust(right - n * side / width, bottom, right, bottom + n * side / height, _GAP, _GAP)


def _mark(axes: Any, shown: Sequence[Marginal], k: int) -> None:
    """The interval and the best fit of parameter `k`, alone and against the ones before it."""
    red = COLOURS["vermillion"]
    for end in shown[k].equal_tailed:
        axes[k, k].axvline(end, color=COLOURS["grey"], linewidth=0.7, linestyle="--")
    axes[k, k].axvline(shown[k].best_fit, color=red, linewidth=0.8, **_ON_TOP)
    for j in range(k):
        axes[k, j].set_axisbelow(False)  # ticks on the filled contours
        axes[k, j].plot(shown[j].best_fit, shown[k].best_fit, "+", color=red, **_ON_TOP)


def _label(axes: Any, marginal: Marginal, k: int, side: float) -> None:
    """Labels of the axes that parameter `k` has on the left and below, at one distance whatever the numbers."""
    below, left = axes[len(axes) - 1, k].xaxis, axes[k, 0].yaxis
    for axis in (below, left) if k else (below,):
        if marginal.name in PARAMETERS or marginal.unit:
            label_axis(axis, marginal.name, marginal.unit)
        else:
            text = fill(marginal.name.replace("_", " "), _LINE, break_long_words=False)
            axis.set_label_text(text, linespacing=0.9)
        axis.set_tick_params(labelrotation=0)
        if marginal.logarithmic:
            axis.set_minor_formatter(NullFormatter())
    below.set_label_coords(0.5, -_APART[0] / side)
    if k:
        left.set_label_coords(-_APART[1] / side, 0.5)


def _legend(axes: Any, cl: float) -> None:
    """What is drawn: in the empty corner, or above the only panel."""
    blue, red = COLOURS["blue"], COLOURS["vermillion"]
    contours = [
        Patch(facecolor=to_rgba(blue, shade), edgecolor=blue, label=f"{100 * level:g} %")
        for level, shade in zip(_LEVELS, _SHADES, strict=True)
    ]
    text = f"{100 * cl:g} % interval"
    interval = Line2D([], [], color=COLOURS["grey"], linestyle="--", linewidth=0.7, label=text)
    marker = "+" if len(axes) > 1 else ""
    best = Line2D([], [], color=red, marker=marker, linewidth=0.8, label="best fit")
    if len(axes) > 1:
        axes[0, -1].legend(handles=[*contours, interval, best], loc="upper right", fontsize=7)
        return
    legend_above(axes[0, 0], handles=[interval, best], ncols=2)
