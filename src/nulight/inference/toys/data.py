"""Pseudo-experiments: data thrown at some parameters, with the measurements behind the nuisances thrown too.

A Gaussian nuisance stands for a measurement made elsewhere, of its true value with its width. In a new
pseudo-experiment that measurement comes out differently as well: the penalty is centred there. Nuisances
shared between experiments have one such measurement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nulight.inference.coordinates import Prior, Profile
from nulight.inference.expectation import expected_counts
from nulight.inference.likelihood import bin_errors
from nulight.inference.model import CountModel, Model, parts
from nulight.typing import ArrayLike, FloatArray

__all__ = ["Measurements", "Toys", "throw_toys"]

Measurements = Literal["random", "fixed"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Toys:
    """Data sets, one per point of a fit.

    Attributes
    ----------
    counts : tuple of array, each (n_toys, n_bins)
        Counts of every experiment, in the order of `model.parts`.
    centres : mapping of str to array, each (n_toys,)
        Where the penalties of Gaussian nuisances (u) and of priors (in the parameter's unit) are centred;
        those not named stay where they are.
    """

    counts: tuple[FloatArray, ...]
    centres: Mapping[str, FloatArray] = field(default_factory=dict)

    @property
    def n_toys(self) -> int:
        """Number of data sets."""
        return len(self.counts[0])

    def take(self, index: slice | NDArray[np.intp] | NDArray[np.bool_]) -> Toys:
        """Return some of the data sets."""
        return Toys(
            counts=tuple(counts[index] for counts in self.counts),
            centres={name: values[index] for name, values in self.centres.items()},
        )


def throw_toys(
    model: Model,
    params: Mapping[str, Any],
    nuisances: Mapping[str, ArrayLike],
    n_toys: int,
    rng: np.random.Generator,
    *,
    priors: Profile | None = None,
    measurements: Measurements = "random",
) -> Toys:
    """Throw pseudo-experiments.

    Parameters
    ----------
    model : CountModel or CombinedModel
    params : mapping of str to float or array (n_toys,)
        True physics parameters; the others have their defaults.
    nuisances : mapping of str to float or array (n_toys,)
        True values u; those not given are zero.
    n_toys : int
    rng : numpy.random.Generator
        Numbers are drawn experiment by experiment, then nuisance by nuisance, in the order of the model.
    priors : mapping of str to (lower, upper) or Prior, optional
        Profiled parameters: the measurement behind a `Prior` is thrown about the value in `params`.
    measurements : "random" or "fixed"
        Throw the measurements behind Gaussian nuisances and priors, or keep them.

    Returns
    -------
    Toys

    Raises
    ------
    ValueError
        If `n_toys` is not positive, or counts are negative at these parameters.
    """
    if n_toys < 1:
        raise ValueError(f"n_toys = {n_toys}; throw at least one pseudo-experiment")
    counts = tuple(_counts(part, params, nuisances, n_toys, rng) for part in parts(model))
    centres: dict[str, FloatArray] = {}
    if measurements == "random":
        for nuisance in model.nuisances:
            if nuisance.kind == "gaussian" and nuisance.width:
                true = np.asarray(nuisances.get(nuisance.name, 0.0), float)
                centres[nuisance.name] = true + nuisance.width * rng.standard_normal(n_toys)
        for name, choice in (priors or {}).items():
            if isinstance(choice, Prior):
                true = np.asarray(params.get(name, choice.mean), float)
                centres[name] = true + choice.width * rng.standard_normal(n_toys)
    return Toys(counts=counts, centres=centres)


def _counts(
    part: CountModel,
    params: Mapping[str, Any],
    nuisances: Mapping[str, ArrayLike],
    n_toys: int,
    rng: np.random.Generator,
) -> FloatArray:
    """Counts (n_toys, n_bins) of one experiment."""
    expected = expected_counts(part, params, nuisances)
    shape = (n_toys, expected.shape[1])
    if part.statistic == "gaussian":
        return np.asarray(expected + bin_errors(part) * rng.standard_normal(shape), float)
    if np.any(expected < -1e-9):
        i = int(np.argmin(expected.min(axis=0)))
        raise ValueError(f"{part.name}: {expected[:, i].min():.3g} counts expected in bin {i}; a Poisson mean is >= 0")
    return rng.poisson(np.maximum(expected, 0.0), shape).astype(float)
