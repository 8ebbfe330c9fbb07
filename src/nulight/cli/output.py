"""How commands answer: JSON on stdout, or tables for people; files only when all went well."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

    from nulight.results import Result

__all__ = [
    "DATA",
    "PLOTS",
    "answer",
    "check_suffix",
    "compare",
    "interval_text",
    "number",
    "print_lines",
    "print_table",
    "progress",
]

DATA = (".json", ".csv")
PLOTS = (".png", ".pdf", ".svg")

_WIDTH = 120  # of tables when stdout is no terminal
_GAP = 2  # between columns of given widths
_TINY = 4  # '90 %' stays on one line
_SHORT, _LONG = 12, 22  # of the first and of other columns if words must be broken: arXiv numbers are shorter
_NAME = 30  # names in the first column up to this length stay on one line


@contextmanager
def progress(text: str) -> Iterator[None]:
    """Say on stderr, if someone watches, what is being computed."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    with console.status(text):
        yield


def check_suffix(out: Path | None, *, plots: bool = False) -> None:
    """Refuse a file name of an unknown kind, or a folder, before anything is computed.

    Raises
    ------
    ValueError
        If the suffix is none of those that can be written.
    """
    suffixes = (*DATA, *(PLOTS if plots else ()))
    if out is None:
        return
    if out.suffix.lower() not in suffixes:
        raise ValueError(f"{out}: cannot write {out.suffix or 'a file without suffix'} here; use {', '.join(suffixes)}")
    if out.is_dir():
        raise ValueError(f"{out}: is a folder; give the name of a file")


def answer(
    result: Result,
    *,
    as_json: bool,
    out: Path | None,
    show: Callable[[], None],
    plot: str = "",
    extra: Mapping[str, Any] | None = None,
) -> None:
    """Write the file if one is wanted, then print JSON or the table for people.

    Parameters
    ----------
    result : Result
    as_json : bool
    out : Path or None
        A .json or .csv file, or one of `PLOTS` where `plot` is given.
    show : callable
        Prints the answer for people.
    plot : str
        Name of the function in `nulight.plotting` that draws the result.
    extra : mapping, optional
        Entries beside those of the result in JSON.
    """
    from nulight.io.atomic import write_text
    from nulight.io.text import json_text

    def text() -> str:
        return json_text(result.to_dict() | dict(extra or {}))

    if out is not None and out.suffix.lower() in PLOTS:
        from nulight import plotting

        plotting.save_figure(getattr(plotting, plot)(result), out)
    elif out is not None:
        write_text(out, text() if out.suffix.lower() == ".json" else result.to_csv())
    if as_json:
        sys.stdout.write(text())
    else:
        show()


def compare(
    compute: Callable[[str], Result],
    columns: Callable[[Any], Mapping[str, Any]],
    *,
    nuclei: bool,
    as_json: bool,
    out: Path | None,
    title: str,
) -> None:
    """Give one answer under every preset that may matter; a preset that cannot answer says why.

    Parameters
    ----------
    compute : callable
        Maps the name of a preset to a result.
    columns : callable
        Maps a result to the numbers of its row.
    nuclei : bool
        Whether nuclei recoil, so that choices about them matter.
    as_json, out
        As for `answer`.
    title : str

    Raises
    ------
    ValueError
        If no preset can answer: that of the first one.
    """
    from nulight.conventions import compared_presets
    from nulight.io.atomic import write_text
    from nulight.io.text import csv_text, json_text

    rows: list[dict[str, Any]] = []
    failures: list[ValueError] = []
    for preset in compared_presets(nuclei=nuclei):
        try:
            with progress(f"{title}: {preset}"):
                result = compute(preset)
            rows.append({"conventions": preset, **columns(result), "result": result.to_dict()})
        except ValueError as error:
            failures.append(error)
            rows.append({"conventions": preset, "error": str(error)})
    if len(failures) == len(rows):
        raise failures[0]
    names = list(dict.fromkeys(key for row in rows for key in row if key != "result"))
    cells = {name: [row.get(name) for row in rows] for name in names}
    text = json_text(rows)
    if out is not None:
        header = {"title": f"{title} under every preset of conventions"}
        write_text(out, text if out.suffix.lower() == ".json" else csv_text(cells, header=header, units={}))
    if as_json:
        sys.stdout.write(text)
    else:
        print_table(names, [[number(row.get(name)) for name in names] for row in rows], title=title)


def number(value: Any) -> str:
    """Return a value as short text; a dash for None."""
    if value is None:
        return "-"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def interval_text(lower: float | None, upper: float | None, digits: int = 4) -> str:
    """Return an interval as text; a missing end is an infinite one."""
    if lower is None and upper is None:
        return "open"
    if lower is None:
        return f"< {upper:.{digits}g}"
    return f"[{lower:.{digits}g}, {'inf' if upper is None else format(upper, f'.{digits}g')}]"


def print_table(
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    title: str | None = None,
    notes: Sequence[str] = (),
    whole: Collection[str] = (),
) -> None:
    """Print a table on stdout, as wide as the terminal or 120 columns into a file, with lines below it.

    Cells of the columns `whole` are not wrapped, and no word of the table is broken, as far as there is room.
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    console = _console()
    padding = (0, 1, 0, 0) if whole else (0, 1)
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=padding)
    widths = _widths(columns, rows, whole, console.width) if whole else [None] * len(columns)
    for i, (column, width) in enumerate(zip(columns, widths, strict=True)):
        name = i == 0 and max((len(str(row[0])) for row in rows), default=0) <= _NAME
        no_wrap = name and width is None
        table.add_column(Text(column, style="bold"), overflow="fold", no_wrap=no_wrap, width=width)
    for row in rows:
        table.add_row(*(Text(str(cell)) for cell in row))
    if title is not None:
        console.print(Text(title, style="bold"))
    console.print(table)
    print_lines([*notes, ""])


def _widths(
    columns: Sequence[str], rows: Sequence[Sequence[Any]], whole: Collection[str], total: int
) -> Sequence[int | None]:
    """Widths that keep the first column and `whole` on one line, or these, or words, or at least short words."""
    texts = [[column, *(str(row[i]) for row in rows)] for i, column in enumerate(columns)]
    cells = [max(len(text) for text in column) for column in texts]
    words = [max(len(word) for text in column for word in text.split() or [""]) for column in texts]
    words = [max(word, min(cell, _TINY)) for word, cell in zip(words, cells, strict=True)]
    lines = [c if column in whole else w for column, c, w in zip(columns, cells, words, strict=True)]
    room = total - _GAP * (len(columns) - 1)
    choices = ([cells[0], *lines[1:]], lines, words, [min(words[0], _SHORT), *(min(word, _LONG) for word in words[1:])])
    least = next((widths for widths in choices if sum(widths) <= room), None)
    if least is None:
        return [None] * len(columns)
    widths = list(least)
    for _ in range(min(room, sum(cells)) - sum(widths)):  # the rest to whom it helps most
        missing = [cell - width for cell, width in zip(cells, widths, strict=True)]
        widths[missing.index(max(missing))] += 1
    return widths


def print_lines(lines: Sequence[str]) -> None:
    """Print text on stdout, wrapped like the tables."""
    from rich.text import Text

    for line in lines:
        _console().print(Text(line))


def _console() -> Console:
    from rich.console import Console

    return Console() if sys.stdout.isatty() else Console(width=_WIDTH, highlight=False)
