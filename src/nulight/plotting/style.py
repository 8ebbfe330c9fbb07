"""The look of the figures: one style file, figures that carry it, colours that everybody can tell apart.

No figure goes through pyplot: nothing is shown, registered or left behind in matplotlib's state.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.figure import Figure

from nulight.io.atomic import atomic_path

__all__ = [
    "COLOURS",
    "COLUMN_WIDTH",
    "PAGE_WIDTH",
    "StyledFigure",
    "axes_of",
    "figure_of",
    "legend_above",
    "save_figure",
    "styled",
]

COLUMN_WIDTH, PAGE_WIDTH = 3.4, 7.0
"""Widths of one journal column and of the page, inches."""

COLOURS = {
    "blue": "#0072B2",
    "vermillion": "#D55E00",
    "green": "#009E73",
    "purple": "#CC79A7",
    "orange": "#E69F00",
    "sky": "#56B4E9",
    "black": "#000000",
    "grey": "#777777",
}
"""Colours of Okabe and Ito, told apart with any colour vision, and a grey."""

_STYLE = mpl.rc_params_from_file(Path(__file__).with_name("nulight.mplstyle"), use_default_template=False)


@contextmanager
def styled() -> Iterator[None]:
    """Use the package's style inside the block and put matplotlib's settings back after it."""
    with mpl.rc_context(dict(_STYLE)):
        yield


class StyledFigure(Figure):
    """A figure that is laid out and drawn in the package's style, wherever that happens.

    Matplotlib makes ticks only when it draws, with the settings of that moment.
    """

    def draw(self, renderer: RendererBase) -> None:
        """Draw in the package's style."""
        with styled():
            super().draw(renderer)

    def savefig(self, *args: Any, **kwargs: Any) -> None:
        """Save in the package's style; arguments as those of matplotlib."""
        with styled():
            super().savefig(*args, **kwargs)


def axes_of(ax: Axes | None) -> Axes:
    """Return `ax`, or the axes of a new figure of column width."""
    if ax is not None:
        return ax
    axes: Axes = StyledFigure().subplots()
    return axes


def figure_of(ax: Axes) -> Figure:
    """Return the figure that holds the axes."""
    figure = ax.get_figure(root=True)
    assert isinstance(figure, Figure)
    return figure


def legend_above(ax: Axes, **options: Any) -> None:
    """Put the legend above the frame, where it hides nothing."""
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), fontsize=7, columnspacing=1.2, **options)


def save_figure(figure: Figure, path: str | Path) -> Path:
    """Write a figure, complete or not at all, the format by the suffix; 300 dpi where it has pixels.

    Raises
    ------
    ValueError
        If matplotlib does not know the suffix.
    OSError
        If the file cannot be written.
    """
    path = Path(path)
    metadata = {"CreationDate": None} if path.suffix == ".pdf" else {}  # the same numbers give the same file
    with atomic_path(path) as temporary, styled():
        figure.savefig(temporary, metadata=metadata)
    return path
