"""Profile likelihoods of one magnetic moment from one experiment or several, and how they are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from matplotlib.axes import Axes

from nulight.experiments import load
from nulight.figures.numbers import Curves
from nulight.inference import minimise
from nulight.inference.intervals import interval_of
from nulight.inference.levels import interval_threshold
from nulight.inference.model import Model
from nulight.literature.limits import PublishedLimit, published_limits
from nulight.plotting.labels import label_axis, quantity
from nulight.plotting.style import COLOURS
from nulight.results import Interval
from nulight.studies.limits import combine
from nulight.typing import FloatArray

__all__ = ["CL", "SOURCE", "Line", "draw", "frame", "interval", "level", "model_of", "quoted"]

SOURCE = "Y.-F. Li, Magnificent CEvNS 2024 (arXiv:2205.09484, arXiv:2309.17380), remade with nulight"
CL = 0.90


@dataclass(frozen=True, slots=True)
class Line:
    """One profile: experiments as ``name:variant``, its legend entry, colour and line."""

    experiments: tuple[str, ...]
    label: str
    colour: str
    style: Any = "-"


@lru_cache(maxsize=64)
def model_of(experiments: tuple[str, ...]) -> Model:
    """Return the experiment, or the combination of several, in the package's conventions."""
    return combine(*(load(name) for name in experiments))


@lru_cache(maxsize=128)
def interval(experiments: tuple[str, ...], parameter: str) -> Interval:
    """Return the two-sided interval at 90 %, Delta chi2 = 2.71."""
    return interval_of(model_of(experiments), parameter, cl=CL)


def quoted(parameter: str, arxiv: str) -> PublishedLimit:
    """Return the bound that the talk quotes from a paper."""
    return next(bound for bound in published_limits(parameter) if bound.arxiv == arxiv)


def draw(ax: Axes, lines: Sequence[Line], parameter: str, values: FloatArray, table: Curves) -> None:
    """Draw Delta chi2 of each line over the values (mu_B), and note curves, best fits and limits down."""
    for line in lines:
        model, found = model_of(line.experiments), interval(line.experiments, parameter)
        lowest = float(minimise(model, {parameter: found.best_fit}).twice_nll[0])
        delta = minimise(model, {parameter: values}).twice_nll - lowest
        label = f"{line.label}: {_below(found)}"
        ax.plot(values, delta, color=COLOURS[line.colour], linestyle=line.style, linewidth=1.1, label=label)
        name = " + ".join(line.experiments)
        table.add(parameter, name, moment=values, delta_chi2=delta)
        table.add(parameter, f"{name}, best fit", moment=found.best_fit, delta_chi2=0.0)
        if found.upper is not None:
            table.add(parameter, f"{name}, 90 % upper end", moment=found.upper, delta_chi2=level())


def _below(found: Interval) -> str:
    return "open" if found.upper is None else f"{quantity(found.upper, digits=3)}"


def level() -> float:
    """Return the Delta chi2 of 90 %, two-sided."""
    return interval_threshold(CL, "two-sided")


def frame(ax: Axes, parameter: str, values: FloatArray, talk: PublishedLimit, table: Curves) -> None:
    """Draw the level of 90 % and the talk's value, and label the axes."""
    ax.axhline(level(), color=COLOURS["grey"], linewidth=0.8, linestyle="--")
    assert talk.upper is not None
    ax.axvline(talk.upper, color="black", linewidth=0.8, linestyle=":")
    ax.annotate("talk", (talk.upper, 8), (-1, -3), **_BESIDE, rotation=90, ha="right", va="top")
    ax.annotate("90 %", (values[0], level()), (3, 1), **_BESIDE)
    table.add(parameter, f"talk, arXiv:{talk.arxiv}", moment=talk.upper)
    ax.set_xlim(values[0], values[-1])
    ax.set_ylim(0, 8)
    label_axis(ax.xaxis, parameter, "mu_B")
    ax.set_ylabel(r"$\Delta\chi^2$")


_BESIDE: dict[str, Any] = {"textcoords": "offset points", "fontsize": 7}
