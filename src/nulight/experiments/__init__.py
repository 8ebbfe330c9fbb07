"""Experiments: cards (data), their validation, and the expected counts they give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nulight.conventions import Conventions, get_conventions
from nulight.experiments.experiment import Experiment
from nulight.experiments.faults import CardError
from nulight.experiments.loader import load_card
from nulight.models.couplings import OwnInteraction

__all__ = ["CardError", "Experiment", "load"]


def load(
    name: str | Path,
    *,
    variant: str | None = None,
    changes: Mapping[str, Any] | None = None,
    conventions: str | Path | Conventions | None = None,
    own: Sequence[OwnInteraction] = (),
) -> Experiment:
    """Load an experiment, shipped or your own.

    Parameters
    ----------
    name : str or Path
        Shipped name (``"xenonnt-2022-er"``), with ``:variant`` if wished, or the path of a card.
    variant : str, optional
        Variant of the card.
    changes : mapping, optional
        Entries laid over the card, like those of a variant: ``{"exposure": "20 t yr"}``.
    conventions : preset name, path of a YAML file, or Conventions, optional
        Those of the card if it names some, otherwise the package's own.
    own : sequence of OwnInteraction
        Interactions of yours, beside the built-in ones.

    Returns
    -------
    Experiment

    Raises
    ------
    CardError
        If the card does not validate; every fault is listed.
    ValueError
        If the conventions are unknown.

    Examples
    --------
    >>> import nulight as nl
    >>> float(nl.load("xenonnt-2022-er").observed.sum())
    433.0
    """
    loaded = load_card(name, variant, changes)
    return Experiment(loaded, get_conventions(conventions or loaded.card.conventions or "default"), tuple(own))
