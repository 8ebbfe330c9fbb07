"""The experiments of a study of moments: one or several, by name or loaded, for Majorana or Dirac neutrinos."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from nulight.conventions import Conventions
from nulight.experiments import Experiment, load
from nulight.models.matrix_checks import Nature

__all__ = ["ExperimentChoice", "for_nature", "loaded", "with_nature"]

ExperimentChoice = str | Path | Experiment | Sequence[str | Path | Experiment]
"""One experiment or several: names, paths of cards, or loaded experiments."""


def loaded(experiments: ExperimentChoice, conventions: str | Path | Conventions | None = None) -> list[Experiment]:
    """Return experiments, at least one; `conventions` are for those given by name or path.

    Raises
    ------
    TypeError
        For parameter values in place of experiments.
    ValueError
        If there is none, or one cannot be loaded.
    """
    if isinstance(experiments, Mapping):
        raise TypeError("experiments is a mapping; the values are the first argument, the experiments the second")
    chosen = [experiments] if isinstance(experiments, str | Path | Experiment) else list(experiments)
    if not chosen:
        raise ValueError("no experiment is given; name at least one, such as 'xenonnt-2022-er'")
    return [one if isinstance(one, Experiment) else load(one, conventions=conventions) for one in chosen]


def for_nature(experiment: Experiment, neutrinos: Nature | None) -> Experiment:
    """Return the experiment with neutrinos of the nature asked for, or of its own."""
    wanted = with_nature(experiment.conventions, neutrinos)
    return experiment if wanted is experiment.conventions else replace(experiment, conventions=wanted)


def with_nature(conventions: Conventions, neutrinos: Nature | None) -> Conventions:
    """Return conventions for neutrinos of the nature asked for, or of their own."""
    same = neutrinos is None or neutrinos == conventions.neutrinos
    return conventions if same else conventions.with_changes(neutrinos=neutrinos)
