"""How a signal is shared out over the further axes of a card, and how bins are named.

A time axis takes the arrival times of the source, a steady source being uniform; the other axes take
the shape the card states for the signal in each energy bin.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nulight.experiments.columns import display_unit
from nulight.experiments.frame import Frame
from nulight.experiments.loader import LoadedCard
from nulight.experiments.rows import Dimension
from nulight.experiments.schema import Axis
from nulight.sources import DecayEfficiency, TimeProfile
from nulight.sources.pulses import TablePulse
from nulight.typing import FloatArray
from nulight.units import KINDS

__all__ = ["bin_text", "needs_times", "signal_shares", "steady_shares"]


def needs_times(loaded: LoadedCard) -> bool:
    """Whether arrival times of the sources enter: there is a time axis the stated shape does not cover."""
    return loaded.time_axis is not None and loaded.time_axis not in loaded.shaped_axes


def signal_shares(loaded: LoadedCard, profiles: Sequence[TimeProfile | None]) -> FloatArray:
    """Return which share of the counts of an energy bin lies in each bin of the further axes.

    Parameters
    ----------
    loaded : LoadedCard
        With at least one further axis.
    profiles : sequence of TimeProfile or None
        Arrival times of each row of counts; None for a steady source.

    Returns
    -------
    array, shape (n_rows, n_E, n_rest)
        Axes flattened in C order. Less than one in all where times or efficiencies lose events.
    """
    axes, n_E = loaded.frame.axes, loaded.frame.energy.n_bins
    covered = [axis.name in loaded.shaped_axes for axis in axes]
    result: FloatArray = np.ones((len(profiles), n_E, *[1] * len(axes)))
    template = loaded.signal_shape()
    if template is not None:
        sides = [axis.n_bins if known else 1 for axis, known in zip(axes, covered, strict=True)]
        result = result * template.reshape(n_E, *sides)
    for k, axis in enumerate(axes):
        if not covered[k]:
            times = [_times(loaded.card.axes[k], axis.edges, profile) for profile in profiles]
            sides = [axis.n_bins if j == k else 1 for j in range(len(axes))]
            result = result * np.reshape(times, (len(profiles), 1, *sides))
    return result.reshape(len(profiles), n_E, -1)


def steady_shares(frame: Frame) -> FloatArray:
    """Return the shares of a steady background in the bins of the further axes, shape (n_rest,)."""
    one_bin = np.zeros(frame.energy.n_bins)
    one_bin[0] = 1.0
    shares: FloatArray = frame.uniform_in_time(one_bin).reshape(frame.energy.n_bins, -1)[0]
    return shares


def bin_text(frame: Frame, place: int) -> str:
    """Return a flattened bin as text, such as ``8-12 PE, time 0-0.125 us``."""
    where = np.unravel_index(place, frame.shape)
    texts = []
    for dimension, i in zip(frame.dimensions, where, strict=True):
        name = "" if dimension is frame.energy else f"{dimension.name} "
        (low, high), unit = _shown(dimension, i)
        texts.append(f"{name}{low:g}-{high:g} {unit}".rstrip())
    return ", ".join(texts)


def _shown(dimension: Dimension, i: np.signedinteger) -> tuple[FloatArray, str]:
    """Edges of one bin in the unit they are read in, which for the pulses of a beam is the microsecond."""
    edges, family = dimension.edges[i : i + 2], dimension.families[0]
    return (edges / KINDS["time"]["us"], "us") if family == "time" else (edges, display_unit(family))


def _times(axis: Axis, edges: FloatArray, profile: TimeProfile | None) -> FloatArray:
    entry = axis.efficiency
    efficiency = None if entry is None else DecayEfficiency(start=entry.start, rate=entry.rate)
    return (profile or _steady(edges)).shares(edges, efficiency)


def _steady(edges: FloatArray) -> TimeProfile:
    whole = TablePulse(lower=edges[:1], upper=edges[-1:], probability=np.ones(1))
    return TimeProfile(pulse=whole)
