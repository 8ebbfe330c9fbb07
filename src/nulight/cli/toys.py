"""What commands that throw pseudo-experiments have in common: their options, values along an axis, files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nulight.cli.options import energy, parameter_value
from nulight.cli.output import DATA, PLOTS, check_suffix

if TYPE_CHECKING:
    from nulight.results import Result
    from nulight.typing import FloatArray

__all__ = ["Files", "Run", "Seed", "Toys", "check_files", "told_how_to_go_on", "values_of", "write_files"]

Toys = Annotated[int, typer.Option("--toys", min=20, max=10_000_000, help="Pseudo-experiments.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Same seed, same pseudo-experiments.")]
Run = Annotated[
    Path | None,
    typer.Option(
        "--run", metavar="FOLDER", help="Keep finished chunks here; after an interruption the same command goes on."
    ),
]
Files = Annotated[
    list[Path] | None,
    typer.Option(
        "--out",
        metavar="FILE",
        help="Also write the result: .json, .csv, or a plot as .png, .pdf, .svg; may be repeated.",
    ),
]

_FORM = "LOW:HIGH:N, LOW:HIGH:N:log or values with commas"
_MOST = 100_000
_ROUNDING = 1e-12  # of the range: a value that is meant to be zero


@contextmanager
def told_how_to_go_on(folder: Path | None, command: str) -> Iterator[None]:
    """Say after Ctrl-C what is kept and how to go on; exit code 130 as shells have it.

    Parameters
    ----------
    folder : Path, optional
    command : str
        Such as "nulight coverage".
    """
    try:
        yield
    except KeyboardInterrupt:
        from nulight.runs import RunFolder

        if folder is None or not RunFolder(folder).exists():
            raise
        n = RunFolder(folder).status().n_done
        chunks = f"{n:,} finished chunk{'s are' if n != 1 else ' is'}"
        typer.echo(f"{command}: interrupted; {chunks} kept in {folder}. Go on with the same command.", err=True)
        raise typer.Exit(130) from None


def check_files(files: Sequence[Path] | None) -> None:
    """Refuse files of an unknown kind before anything is computed."""
    for path in files or ():
        check_suffix(path, plots=True)


def write_files(result: Result, files: Sequence[Path] | None, plot: str) -> None:
    """Write a result as tables, and as the figure that the function `plot` of `nulight.plotting` draws."""
    for path in files or ():
        if path.suffix.lower() in DATA:
            result.save(path)
        if path.suffix.lower() in PLOTS:
            from nulight import plotting

            plotting.save_figure(getattr(plotting, plot)(result), path)


def values_of(name: str, text: str, option: str) -> FloatArray:
    """Read values of a parameter in its unit; those of a mass with their unit.

    Raises
    ------
    ValueError
        If the text is none of the forms, or has too many values.
    """
    import numpy as np

    words = [word.strip() for word in text.split(":")]
    if len(words) == 1:
        return np.array([_value(name, word.strip(), option) for word in text.split(",")])
    if len(words) not in (3, 4) or not all(words) or words[3:] not in ([], ["log"], ["lin"]):
        raise ValueError(f"{option} {text!r}: write {_FORM}")
    low, high = (_value(name, word, option) for word in words[:2])
    n, log = words[2], words[3:] == ["log"]
    if not n.isdecimal() or len(n) > len(str(_MOST)) or not 2 <= int(n) <= _MOST:
        raise ValueError(f"{option} {text!r}: {n!r} values; use 2 to {_MOST:,}")
    if not low < high or (log and low <= 0):
        raise ValueError(f"{option} {text!r}: LOW must be below HIGH, and positive for equal ratios")
    if log:
        return np.geomspace(low, high, int(n))
    values: FloatArray = np.linspace(low, high, int(n))
    values[np.abs(values) < _ROUNDING * (high - low)] = 0.0
    return values


def _value(name: str, text: str, option: str) -> float:
    if name not in ("m_4", "m_vector", "m_scalar"):
        return parameter_value(name, text)
    try:
        return energy(text)
    except ValueError as error:
        raise ValueError(f"{option}: {error}; write every mass with its unit, '1 keV:1 MeV:40:log'") from None
