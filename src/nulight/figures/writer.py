"""Writing the figures of a paper: PNG and PDF, and a CSV with the numbers behind each."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from nulight.io.atomic import write_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from nulight.figures.numbers import Numbers

__all__ = ["PAPERS", "reproduce"]

PAPERS: dict[str, str] = {
    "herrera-huber-2024": "nulight.figures.herrera_huber_2024",
    "miranda-2021": "nulight.figures.miranda_2021",
    "li-2024": "nulight.figures.li_2024",
    "ge-pasquini-2023": "nulight.figures.ge_pasquini_2023",
}
"""Papers whose figures can be remade, and the module whose ``FIGURES`` makes them by name.

The names are those of files and differ between papers, so that all of them fit in one folder.
"""


def reproduce(
    paper: str,
    out_dir: str | Path,
    *,
    progress: Callable[[str], None] | None = None,
    formats: Sequence[str] = ("png", "pdf"),
) -> list[Path]:
    """Remake every figure of a paper.

    Parameters
    ----------
    paper : str
        One of `PAPERS`.
    out_dir : str or Path
        Made if needed. Files of the same names are replaced, each when its new version is complete.
    progress : callable, optional
        Called with one line of text before each figure.
    formats : sequence of str
        Suffixes that matplotlib can write; pixels at 300 dpi.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    ValueError
        If the paper is unknown; the message lists those there are.
    OSError
        If a file cannot be written.
    """
    if paper not in PAPERS:
        raise ValueError(f"no figures of {paper!r}; there are those of: {', '.join(PAPERS)}")
    from nulight.plotting import save_figure

    figures: dict[str, Callable[[], tuple[Figure, Numbers]]] = importlib.import_module(PAPERS[paper]).FIGURES
    written = []
    for i, (name, make) in enumerate(figures.items(), 1):
        if progress is not None:
            progress(f"{paper}: {name} ({i} of {len(figures)})")
        figure, numbers = make()
        written += [save_figure(figure, Path(out_dir) / f"{name}.{suffix}") for suffix in formats]
        written.append(write_text(Path(out_dir) / f"{name}.csv", numbers.to_csv()))
    return written
