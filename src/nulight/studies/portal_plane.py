"""The plane of a sterile neutrino's mass and its coupling: whose, which couplings, and which masses."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from nulight.experiments import Experiment, load
from nulight.inference.coordinates import Prior
from nulight.inference.linked import LinkedModel
from nulight.inference.masses.mass_grid import mass_table
from nulight.inference.model import DerivedModel, Model, parts
from nulight.models.parameters import PARAMETERS, check_parameters
from nulight.studies.limits import combine
from nulight.studies.portal_kinematics import automatic_masses, kinematic_ends
from nulight.typing import ArrayLike, FloatArray

__all__ = [
    "PORTALS",
    "Experiments",
    "NoSensitivityError",
    "experiments_of",
    "no_sensitivity",
    "portal_masses",
    "portal_model",
    "refuse_unseen",
]

PORTALS = tuple(name for name in PARAMETERS if re.fullmatch(r"mu_(e|mu|tau)4|lambda_[123]4|lambda_4[1-4]", name))
"""Couplings that make the sterile neutrino of mass m_4."""

Experiments: TypeAlias = str | Model | Sequence[str | Experiment]

_COARSE, _REFINEMENTS = 8, 4  # masses of each look for the end of the curve, and looks
_CLOSE = 0.9995  # ratio of two masses between which the end is found well enough
_HOPELESS = 1e6  # times the strongest limit: weaker ones are not worth a mass of an automatic grid


class NoSensitivityError(ValueError):
    """No count of an experiment depends on the coupling that was asked for."""


def portal_model(experiments: Experiments, conventions: str | None = None) -> Model:
    """Return the model of one experiment or of several combined; names are loaded."""
    if isinstance(experiments, str):
        return load(experiments, conventions=conventions)
    if isinstance(experiments, Sequence):
        return combine(*(load(e, conventions=conventions) if isinstance(e, str) else e for e in experiments))
    return experiments


def experiments_of(model: Model) -> tuple[Experiment, ...]:
    """Return the experiments beneath a model, whatever was done to their nuisances."""
    found = list(parts(model))
    while any(isinstance(part, DerivedModel | LinkedModel) for part in found):
        found = [part.base if isinstance(part, DerivedModel | LinkedModel) else part for part in found]
    return tuple(part for part in found if isinstance(part, Experiment))


def portal_masses(
    model: Model, coupling: str, masses: ArrayLike | None, others: Mapping[str, Any]
) -> tuple[FloatArray, dict[str, float]]:
    """Return masses, ascending, keV, and the kinematic ends by target; refuse what is no plane of mass and coupling.

    Raises
    ------
    NoSensitivityError
        If the grid is to be found and no neutrino has the flavour of the coupling.
    ValueError
        If the coupling does not make the sterile neutrino, it or m_4 is held or profiled in `others`, or a
        mass is not a positive number.
    """
    _check(coupling, others)
    ends = kinematic_ends(experiments_of(model), coupling)
    if masses is None:
        if not ends:
            raise no_sensitivity(model, coupling, np.zeros(0), ends)
        return automatic_masses(_seen_end(model, coupling, ends, others)), ends
    try:
        grid = np.atleast_1d(np.asarray(masses, float))
    except (TypeError, ValueError):
        raise ValueError(
            f"masses = {masses!r}: give numbers in keV, such as [1.0, 10.0]; texts with units are for the command line"
        ) from None
    if grid.ndim != 1 or not grid.size or not np.all(np.isfinite(grid) & (grid > 0)):
        raise ValueError("masses must be a list of positive numbers in keV; m_4 = 0 is the limit on mu_nu_e, ...")
    return np.unique(grid), ends


def _seen_end(model: Model, coupling: str, ends: Mapping[str, float], others: Mapping[str, Any]) -> float:
    """Heaviest mass, keV, at which the signal is worth drawing; in a window of energies it ends before it has to."""
    end = max(ends.values())
    fixed = {name: float(value) for name, value in others.items() if not isinstance(value, tuple | Prior)}
    masses = np.append(np.geomspace(min(1.0, end / 100), 0.9 * end, _COARSE - 1), [_CLOSE * end, end])
    for _ in range(_REFINEMENTS):
        table = mass_table(model, coupling, masses, fixed=fixed)
        if not table.reachable.any():
            raise no_sensitivity(model, coupling, np.zeros(0), ends)
        strongest = table.size[table.reachable].min()
        seen = np.flatnonzero(table.reachable & (table.size < _HOPELESS * strongest))
        last = int(seen[-1])
        if last == len(masses) - 1 or masses[last] >= _CLOSE * masses[last + 1]:
            break
        masses = np.append(masses[0], np.linspace(masses[last], masses[last + 1], _COARSE))
    return float(masses[last])


def _check(coupling: str, others: Mapping[str, Any]) -> None:
    check_parameters([coupling])
    if coupling not in PORTALS:
        raise ValueError(
            f"{coupling} does not lead to the sterile neutrino of mass m_4; use one of: {', '.join(PORTALS)}"
        )
    if "m_4" in others:
        raise ValueError("m_4 is the axis of the curve: give masses instead of holding or profiling it")
    if texts := [f"{name} = {value!r}" for name, value in others.items() if isinstance(value, str)]:
        raise ValueError(f"{texts[0]}: give a number in the unit of the parameter")
    if coupling in others:
        raise ValueError(f"{coupling} is the coupling of interest: it cannot be held or profiled as well")


def no_sensitivity(model: Model, coupling: str, grid: FloatArray, ends: Mapping[str, float]) -> NoSensitivityError:
    """Return the error that says why no count depends on a coupling at any mass of the grid."""
    text = f"no count depends on {coupling}"
    if not ends:
        text += ", its flavour is not in the flux"
    elif grid.size and grid.min() > max(ends.values()):
        end = max(ends.values())
        text = f"no mass of {grid.min():.4g} keV or more can be made; {coupling} reaches {end:.4g} keV"
    elif grid.size:
        text += (
            f" at masses from {grid.min():.4g} keV: up to {max(ends.values()):.4g} keV can be made, but all recoils of "
            "so heavy ones are outside what is counted"
        )
    return NoSensitivityError(f"{model.name}: {text}")


def refuse_unseen(model: Model, coupling: str, values: Mapping[str, float]) -> None:
    """Refuse a single mass, m_4 of `values`, at which no count depends on the coupling.

    Raises
    ------
    NoSensitivityError
        Saying why: the flavour is not in the flux, or the mass is too heavy.
    """
    grid = np.array([values["m_4"]])
    others = {name: value for name, value in values.items() if name != "m_4"}
    if not mass_table(model, coupling, grid, fixed=others).reachable.any():
        raise no_sensitivity(model, coupling, grid, kinematic_ends(experiments_of(model), coupling))
