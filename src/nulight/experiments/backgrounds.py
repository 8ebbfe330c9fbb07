"""Backgrounds whose counts no nuisance but a factor changes: from tables, or relative to the signal.

A published background that already contains the Standard Model signal of a source has it taken off
once, so that model = B0 - S_SM + S(couplings).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from nulight.experiments.axes import bin_text
from nulight.experiments.loader import LoadedCard
from nulight.experiments.schema import Card, RelativeBackground
from nulight.typing import FloatArray

__all__ = ["fixed_backgrounds"]

_ROUNDING = 0.01  # of a background's largest bin: how far its table may fall short of the signal it contains

Standard = Callable[[Sequence[str]], FloatArray]
"""Standard Model counts (n_bins,) of the sources of these names."""


def fixed_backgrounds(loaded: LoadedCard, standard: Standard) -> dict[str, FloatArray]:
    """Return counts (n_bins,) by name, in the order of the card.

    Parameters
    ----------
    loaded : LoadedCard
    standard : callable
        Only asked where a background contains the signal or is relative to it.

    Raises
    ------
    ValueError
        If more signal would have to be taken off a bin than it has.
    """
    stated, result = loaded.background_counts(), {}
    for entry in loaded.card.backgrounds:
        if isinstance(entry, RelativeBackground):
            result[entry.name] = entry.fraction * standard(_sources(loaded.card, entry.of))
        elif entry.name in stated:
            counts = stated[entry.name]
            if sources := getattr(entry, "contains", ()):
                signal = standard(sources)
                _check_contained(loaded, entry.name, sources, counts, signal)
                counts = counts - signal
            result[entry.name] = counts
    return result


def _sources(card: Card, name: str) -> tuple[str, ...]:
    return tuple(source.name for source in card.sources) if name == "signal" else (name,)


def _check_contained(
    loaded: LoadedCard, name: str, sources: Sequence[str], counts: FloatArray, signal: FloatArray
) -> None:
    missing = signal - counts
    i = int(np.argmax(missing))
    if missing[i] > _ROUNDING * counts.max():
        raise ValueError(
            f"{loaded.label}: background {name} has {counts[i]:.4g} counts in {bin_text(loaded.frame, i)}, but the "
            f"{', '.join(sources)} signal it contains is {signal[i]:.4g}; "
            "check exposure and efficiency, or leave out contains"
        )
