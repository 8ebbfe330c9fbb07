"""Counts of one coupling along a curve: polynomials of degree two at every exposure, or mass of the mediator.

At fixed masses counts are polynomials in one coupling, so that three values of it say everything; the
exposure multiplies them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nulight.renp.experiment import RenpExperiment
from nulight.renp.parameters import LAMBDAS, RENP_PARAMETERS, family_of
from nulight.renp.units import KEV
from nulight.typing import FloatArray

__all__ = ["Curve", "is_coupling", "mediator_of"]

_MEDIATORS = {"gg": "m_vector", "yy": "m_scalar"}
_ROUNDS = 4  # probes: each at the size that the last one found
_ROUNDING = 1e-13  # of the counts: sizes mostly enter squared, and a linear term below this is rounding


def is_coupling(name: str) -> bool:
    """Whether a parameter makes new physics; masses and phases only change it."""
    return family_of(name) is not None or name in LAMBDAS


def mediator_of(name: str) -> str | None:
    """The parameter of the mass of a coupling's mediator."""
    return _MEDIATORS.get(name.partition("_")[0])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curve:
    """Counts of one coupling at all values: polynomials in units of `size`.

    Attributes
    ----------
    constant, linear, square : array (n, n_components, n_triggers)
    size : array (n,)
        Coupling of one standard deviation without nuisances, in its unit.
    masked : array of int (n,)
    is_signed : bool
    """

    constant: FloatArray
    linear: FloatArray
    square: FloatArray
    size: FloatArray
    masked: np.ndarray
    is_signed: bool

    @classmethod
    def of(
        cls, experiment: RenpExperiment, name: str, vary: str, values: FloatArray, fixed: Mapping[str, float]
    ) -> Curve:
        """Ask the experiment for the counts of a coupling against "days" (d) or "mass" (eV).

        Raises
        ------
        ParameterError
            If a name is unknown, or the neutrinos cannot have the coupling.
        """
        if vary == "days":
            params: dict[str, FloatArray] = {key: np.full(1, value) for key, value in fixed.items()}
            experiment, exposure = experiment.with_time(1.0), values[:, None, None]
        else:
            params = {key: np.full(len(values), value) for key, value in fixed.items()}
            params[str(mediator_of(name))] = values / KEV
            exposure = np.ones((len(values), 1, 1))
        constant, linear, square = (term * exposure for term in _polynomial(experiment, name, params))
        size, _ = _size(constant, linear, square)
        masked = np.broadcast_to(_masked(experiment, name, params), len(values))
        column = size[:, None, None]
        return cls(
            constant=constant,
            linear=linear * column,
            square=square * column**2,
            size=size,
            masked=masked,
            is_signed=_is_signed(name),
        )


def _polynomial(
    experiment: RenpExperiment, name: str, params: Mapping[str, FloatArray]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Counts constant + linear x + square x^2, each (n, n_components, n_triggers).

    The linear and the square term may differ by many orders, and what is left of the smaller one is rounding;
    at the coupling that would just be seen both have the digits that matter.
    """
    n = len(next(iter(params.values()), np.zeros(1)))
    probe, places = np.full(n, RENP_PARAMETERS[name].scale), (0, 1, -1 if _is_signed(name) else 2)
    points = {key: np.tile(value, 3) for key, value in params.items()}
    for _ in range(_ROUNDS):
        table = experiment.expected({**points, name: np.concatenate([place * probe for place in places])})
        zero, one, other = table.reshape(3, n, *table.shape[1:])
        linear, square = _coefficients(zero, one, other, places[2])
        x = probe[:, None, None]
        size, is_seen = _size(zero, linear / x, square / x**2)
        probe = np.where(is_seen, size, probe)
    return zero, linear / x, square / x**2


def _coefficients(zero: FloatArray, one: FloatArray, other: FloatArray, place: int) -> tuple[FloatArray, FloatArray]:
    """Terms l and k of l x + k x^2 from counts at 0, 1 and -1 or 2."""
    first, second = one - zero, other - zero
    if place == -1:
        return (first - second) / 2, (first + second) / 2
    linear = 2 * first - second / 2
    linear = np.where(np.abs(linear) > _ROUNDING * (np.abs(one) + np.abs(zero)), linear, 0.0)
    return linear, first - linear


def _is_signed(name: str) -> bool:
    return RENP_PARAMETERS[name].lower != 0


def _size(constant: FloatArray, linear: FloatArray, square: FloatArray) -> tuple[FloatArray, np.ndarray]:
    """Coupling of one standard deviation (n,), one where no count depends on it, and whether one does."""
    variance = np.maximum(constant.sum(axis=1), 1.0)
    first, second = ((term.sum(axis=1) ** 2 / variance).sum(axis=1) for term in (linear, square))
    with np.errstate(divide="ignore"):
        size = np.minimum(first**-0.5, second**-0.25)
    is_seen = np.isfinite(size) & (size > 0)
    return np.where(is_seen, size, 1.0), is_seen


def _masked(experiment: RenpExperiment, name: str, params: Mapping[str, FloatArray]) -> np.ndarray:
    """Number of trigger frequencies at which the coupling's mediator is left out, shape (1,) or (n,)."""
    alone = {key: value for key, value in params.items() if not is_coupling(key)}
    parts = experiment.spectral_parts({**alone, name: np.full(1, RENP_PARAMETERS[name].scale)})
    counts: np.ndarray = np.isnan(sum(parts.values(), np.zeros((1, 1)))).sum(axis=1)
    return counts
