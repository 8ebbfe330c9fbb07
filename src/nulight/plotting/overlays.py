"""Draw published curves into a plane of mass and coupling, with a legend of their own under the frame.

Names stand in the legend, not at the lines: a dozen curves meet too often for names between them.
"""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.patheffects import withTickedStroke
from matplotlib.transforms import ScaledTranslation

from nulight.plotting.literature import Overlay
from nulight.plotting.style import figure_of
from nulight.typing import FloatArray

__all__ = ["ROW", "draw_overlays", "inside_frame", "legend_below", "n_rows"]

ROW = 0.125
"""Height of a row of the legend, inches."""

_COLUMNS = 3
_TICK, _SPACING = 0.35, 9.0  # of the marks on the excluded side: length in spacings, spacing in points
_LINE = 112  # characters of a line of text
_BELOW = 0.36  # from the frame to the legend, inches: tick labels and axis label
_TITLE = "published at 90 % CL unless said; ticks, shade: excluded side"
_STAR = "*: may be twice as large"


def draw_overlays(ax: Axes, overlays: Sequence[Overlay], unit: float) -> list[Line2D]:
    """Draw published curves, clipped to the frame, and mark the side they exclude.

    Parameters
    ----------
    ax : Axes
        Logarithmic.
    overlays : sequence of Overlay
    unit : float
        Unit of masses, keV.

    Returns
    -------
    list of Line2D
        One for each, to stand in the legend.
    """
    return [_draw(ax, overlay, unit) for overlay in overlays]


def _draw(ax: Axes, overlay: Overlay, unit: float) -> Line2D:
    # regions are not closed where their drawing ends: that edge belongs to the drawing
    m, mu = overlay.curve.m_4 / unit, overlay.curve.mu
    style = {"color": overlay.colour, "linestyle": overlay.linestyle, "linewidth": 0.9}
    (line,) = ax.plot(m, mu, zorder=2, **style)
    if overlay.excluded == "inside":
        ax.fill(m, mu, color=overlay.colour, alpha=0.07, linewidth=0, zorder=1)
    if overlay.excluded == "above":
        side = 60 if _above_is_left(m, mu) else -60
        solid: dict[str, Any] = {"dashes": {"dash_offset": 0, "dash_list": None}, "linewidth": 0.5}
        line.set_path_effects([withTickedStroke(spacing=_SPACING, angle=side, length=_TICK, **solid)])
    return Line2D([], [], label=overlay.label, **style)


def _above_is_left(m: FloatArray, mu: FloatArray) -> bool:
    """Whether what lies above a line is to the left of someone who walks along it."""
    x, y = np.log(m), np.log(mu)
    top = y.max() + 1
    x, y = np.append(x, [x[-1], x[0]]), np.append(y, [top, top])
    return bool(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)) > 0)


def inside_frame(overlay: Overlay, m: tuple[float, float], mu: tuple[float, float]) -> bool:
    """Whether any of a curve is seen between the ends of the masses, keV, and couplings, mu_B."""
    x, y = _dense(overlay.curve.m_4), _dense(overlay.curve.mu)
    return bool(((x >= m[0]) & (x <= m[1]) & (y >= mu[0]) & (y <= mu[1])).any())


def _dense(values: FloatArray, per_piece: int = 50) -> FloatArray:
    at = np.linspace(0, len(values) - 1, per_piece * (len(values) - 1) + 1)
    dense: FloatArray = np.exp(np.interp(at, np.arange(len(values)), np.log(values)))
    return dense


def n_rows(n: int, outside: Sequence[Overlay] = ()) -> int:
    """Return how many rows the legend of n curves has, title included."""
    return -(-n // _COLUMNS) + bool(n) + len(_outside(outside))


def _outside(overlays: Sequence[Overlay]) -> list[str]:
    if not overlays:
        return []
    return wrap("outside the frame: " + ", ".join(overlay.curve.label for overlay in overlays), _LINE)


def legend_below(ax: Axes, handles: Sequence[Line2D], outside: Sequence[Overlay] = ()) -> Legend:
    """Put the legend of the published curves under the frame and its labels, and say which are not in it."""
    title = _TITLE if handles else ""
    title += f"; {_STAR}" if any("*" in str(handle.get_label()) for handle in handles) else ""
    lines = [title] * bool(title) + _outside(outside)
    down = ScaledTranslation(0, -_BELOW, figure_of(ax).dpi_scale_trans)
    legend = ax.legend(
        handles=list(handles),
        loc="upper center",
        bbox_to_anchor=(0.5, 0.0),
        bbox_transform=ax.transAxes + down,
        ncols=_COLUMNS,
        fontsize=6.5,
        title="\n".join(lines),
        title_fontsize=6.5,
        handlelength=3.0,
        columnspacing=1.2,
        labelspacing=0.25,
    )
    legend.get_title().set_multialignment("center")
    return legend
