"""The coordinates of a fit: nuisances, then physics parameters in units of their range.

Physics parameters span thirty orders of magnitude, from 1e-34 cm^2 to one; inside the fits all of
them are of order one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from nulight.inference.expectation import morphs, parametric
from nulight.inference.model import CountModel, Model, ParameterLike, parts
from nulight.typing import FloatArray

__all__ = ["Coordinates", "Prior", "Profile", "baseline", "citations", "coordinates", "domain", "lookup"]


@dataclass(frozen=True, slots=True)
class Prior:
    """External knowledge of a physics parameter: adds ((value - mean)/width)^2 inside optional bounds."""

    mean: float
    width: float
    lower: float = -np.inf
    upper: float = np.inf


Profile: TypeAlias = Mapping[str, tuple[float, float] | Prior]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coordinates:
    """What is minimised over, in order: nuisances, then physics parameters.

    Physical value = offset + scale * coordinate; arrays have shape (n_dim,).
    """

    nuisances: tuple[str, ...]
    parameters: tuple[str, ...]
    offset: FloatArray
    scale: FloatArray
    lower: FloatArray
    upper: FloatArray
    mean: FloatArray
    weight: FloatArray  # 1 / width^2, zero without penalty
    floor: FloatArray  # lower and upper once more, as physical values
    ceiling: FloatArray

    def values(self, z: FloatArray) -> FloatArray:
        """Return physical values of all coordinates, (n_points, n_dim); rounding never leaves the bounds."""
        physical: FloatArray = np.clip(z * self.scale + self.offset, self.floor, self.ceiling)
        return physical

    def centred(self, centres: Mapping[str, FloatArray]) -> FloatArray:
        """Return where the penalties are centred, (n_points, n_dim), from physical `centres` (n_points,) by name."""
        names = (*self.nuisances, *self.parameters)
        columns = [
            (centres[name] - self.offset[k]) / self.scale[k] if name in centres else np.full(1, self.mean[k])
            for k, name in enumerate(names)
        ]
        n_points = max((len(column) for column in columns), default=1)
        rows = [np.broadcast_to(column, n_points) for column in columns]
        return np.array(rows, float).reshape(len(names), n_points).T


def coordinates(model: Model, profile: Profile, hold: Mapping[str, float]) -> Coordinates:
    """Lay out the coordinates of a fit.

    Parameters
    ----------
    model : CountModel or CombinedModel
    profile : mapping of str to (lower, upper) or Prior
        Physics parameters to minimise over and where.
    hold : mapping of str to float
        Nuisances kept at a value.

    Raises
    ------
    ValueError
        If a name is unknown, a range is empty, or something depends on an undeclared nuisance.
    """
    known = {n.name for n in model.nuisances}
    for part in parts(model):
        _check_names(part, known)
    if unknown := sorted(set(hold) - known):
        raise ValueError(
            f"no nuisance {', '.join(unknown)} in {model.name}; it has {', '.join(sorted(known)) or 'none'}"
        )
    rows: list[tuple[float, ...]] = []
    for n in model.nuisances:
        low, high = (hold[n.name], hold[n.name]) if n.name in hold else n.bounds
        weight = 1 / n.width**2 if n.kind == "gaussian" and n.width else 0.0
        rows.append((0.0, 1.0, low, high, 0.0, weight, low, high))
    rows += [_physics_row(model, name, choice) for name, choice in profile.items()]
    table = np.array(rows, float).reshape(-1, 8).T
    return Coordinates(
        nuisances=tuple(n.name for n in model.nuisances),
        parameters=tuple(profile),
        **dict(zip(("offset", "scale", "lower", "upper", "mean", "weight", "floor", "ceiling"), table, strict=True)),
    )


def _check_names(part: CountModel, known: set[str]) -> None:
    """Everything that a row or parametric counts depend on must be declared."""
    uses = {
        "scales a component": {n for names in part.scales.values() for n in names},
        "changes a shape": {n for morph in morphs(part) for n in morph.factors},
        "enters parametric counts": {n for counts in parametric(part) for n in counts.nuisances},
    }
    for what, names in uses.items():
        if missing := sorted(names - known):
            raise ValueError(f"{part.name}: {', '.join(missing)} {what} but is not among the nuisances")
    if strange := sorted({morph.component for morph in morphs(part)} - set(part.components)):
        raise ValueError(f"{part.name}: changes of shape of {', '.join(strange)}, which is no component")


def _physics_row(model: Model, name: str, choice: tuple[float, float] | Prior) -> tuple[float, ...]:
    parameter = lookup(model, name)
    low, high = (choice.lower, choice.upper) if isinstance(choice, Prior) else choice
    p_low, p_high = domain(parameter)
    low, high = max(low, p_low), min(high, p_high)
    if not low <= high:
        raise ValueError(f"{name}: empty range to profile over, [{low:g}, {high:g}] {parameter.unit}".rstrip())
    if isinstance(choice, Prior):
        offset, scale = choice.mean, choice.width
    elif np.isfinite(high - low):
        offset, scale = (low + high) / 2, (high - low) / 2 or parameter.scale
    else:
        offset, scale = min(max(baseline(parameter), low), high), parameter.scale
    if not 0 < scale < np.inf:
        raise ValueError(f"{name}: scale {scale} must be positive")
    weight = 1.0 if isinstance(choice, Prior) else 0.0
    return offset, scale, (low - offset) / scale, (high - offset) / scale, 0.0, weight, low, high


def lookup(model: Model, name: str) -> ParameterLike:
    """Return a physics parameter of the model by name.

    Raises
    ------
    ValueError
        If there is no such parameter; the message lists those there are.
    """
    if isinstance(model, str):
        raise TypeError(f"{model!r} is a name, not an experiment; load it first: nulight.load({model!r})")
    known = model.parameters()
    if name not in known:
        raise ValueError(f"{model.name} has no parameter {name!r}; it has {', '.join(known)}")
    return known[name]


def citations(model: Model, names: Iterable[str]) -> tuple[str, ...]:
    """Return the texkeys of the model's data, then of the formulas its parameters `names` enter."""
    known = model.parameters()
    formulas = (text for name in names for text in getattr(known.get(name), "references", ()))
    return tuple(dict.fromkeys([*model.provenance().get("citations", ()), *formulas]))


def domain(parameter: ParameterLike) -> tuple[float, float]:
    """Return the physical range of a parameter, infinite where it has no bound."""
    low, high = parameter.lower, parameter.upper
    return -np.inf if low is None else low, np.inf if high is None else high


def baseline(parameter: ParameterLike) -> float:
    """Return the value of a parameter that nobody sets: its default, or the point nearest to zero."""
    low, high = domain(parameter)
    return min(max(0.0, low), high) if parameter.default is None else parameter.default
