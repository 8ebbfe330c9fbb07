"""What the figures of the paper share: its conventions, counts with and without the dipole, a record of checks."""

from __future__ import annotations

from collections.abc import Mapping

from nulight.experiments import Experiment
from nulight.figures.numbers import Curves
from nulight.inference.intervals import interval_of
from nulight.inference.model import Model
from nulight.typing import FloatArray

__all__ = ["CHECKS", "PRESET", "SOURCE", "dipole", "expected", "record", "upper_limit"]

PRESET = "miranda-2021"
SOURCE = "Miranda, Papoulias, Tortola and Valle, arXiv:2109.09545, remade with nulight"
CHECKS = "checks"
"""Panel of the tables that holds numbers which are not drawn."""


def expected(experiment: Experiment, values: Mapping[str, float] | None = None) -> FloatArray:
    """Return expected counts (n_bins,) of signal and backgrounds, every nuisance at its nominal value."""
    total: FloatArray = experiment.expected(dict(values or {}))[0].sum(axis=0)
    return total


def dipole(experiment: Experiment, values: Mapping[str, float]) -> FloatArray:
    """Return counts (n_bins,) that a transition moment adds: it flips the helicity and does not interfere."""
    return expected(experiment, values) - expected(experiment)


def upper_limit(model: Model, parameter: str, m_4: float) -> float:
    """Return the upper end of the 90 % interval (two-sided, Delta chi2 = 2.71) at a mass m_4 in keV."""
    upper = interval_of(model, parameter, fixed={"m_4": m_4}).upper
    if upper is None:
        raise ValueError(f"{model.name}: no upper end of {parameter} at m_4 = {m_4:g} keV")
    return upper


def record(table: Curves, numbers: Mapping[str, float], column: str) -> None:
    """Add numbers to the panel of checks."""
    for name, value in numbers.items():
        table.add(CHECKS, name, **{column: value})
