"""Pseudo-experiments that stay alike when the hypothesis changes a little.

Every bin and every measurement has its own random number, turned into counts by the inverse of their
distribution. Two hypotheses with the same random numbers then give data sets that differ only as far as the
hypotheses do, and differences between their results have small errors. Otherwise as `throw_toys`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from nulight.inference.coordinates import Prior, Profile
from nulight.inference.expectation import expected_counts
from nulight.inference.likelihood import bin_errors
from nulight.inference.model import CountModel, Model, parts
from nulight.inference.toys.data import Toys
from nulight.typing import FloatArray

__all__ = ["poisson_quantile", "throw_coupled", "uncertain"]

_TABLE = 2_000_000  # numbers of one table of cumulative probabilities
_TAIL = 9.0  # standard deviations that a table reaches to; a uniform number never gets there

Generators = Callable[[int], np.random.Generator]


def uncertain(model: Model, profile: Profile) -> tuple[str, ...]:
    """Return the names of all nuisances and profiled parameters, in the order that numbers their generators."""
    return (*(nuisance.name for nuisance in model.nuisances), *profile)


def throw_coupled(
    model: Model,
    params: Mapping[str, Any],
    nuisances: Mapping[str, float],
    n_toys: int,
    generators: Generators,
    *,
    order: Sequence[str],
    priors: Profile | None = None,
    held: Collection[str] = (),
) -> Toys:
    """Throw pseudo-experiments with random numbers of their own for the counts and for each measurement.

    Parameters
    ----------
    model : CountModel or CombinedModel
    params : mapping of str to float
        True physics parameters; the others have their defaults.
    nuisances : mapping of str to float
        True values u; those not given are zero.
    n_toys : int
    generators : callable
        ``generators(0)`` for the counts, ``generators(1 + i)`` for the measurement behind ``order[i]``.
    order : sequence of str
        From `uncertain`, before anything was held.
    priors : mapping of str to (lower, upper) or Prior, optional
        Profiled parameters: the measurement behind a `Prior` is thrown about the value in `params`.
    held : collection of str
        Nuisances without a measurement: they are known.

    Returns
    -------
    Toys

    Raises
    ------
    ValueError
        If counts are negative at these parameters.
    """
    rng = generators(0)
    counts = tuple(_counts(part, params, nuisances, n_toys, rng) for part in parts(model))
    centres = {
        name: true + width * generators(1 + order.index(name)).standard_normal(n_toys)
        for name, true, width in _measured(model, params, nuisances, priors or {})
        if name not in held
    }
    return Toys(counts=counts, centres=centres)


def _measured(
    model: Model, params: Mapping[str, Any], nuisances: Mapping[str, float], priors: Profile
) -> Iterator[tuple[str, float, float]]:
    """Name, true value and width of every measurement."""
    for nuisance in model.nuisances:
        if nuisance.kind == "gaussian" and nuisance.width:
            yield nuisance.name, float(nuisances.get(nuisance.name, 0.0)), nuisance.width
    for name, choice in priors.items():
        if isinstance(choice, Prior):
            yield name, float(params.get(name, choice.mean)), choice.width


def _counts(
    part: CountModel, params: Mapping[str, Any], nuisances: Mapping[str, float], n_toys: int, rng: np.random.Generator
) -> FloatArray:
    expected = expected_counts(part, params, nuisances)[0]
    if part.statistic == "gaussian":
        return np.asarray(expected + bin_errors(part) * rng.standard_normal((n_toys, len(expected))), float)
    if np.any(expected < -1e-9):
        i = int(np.argmin(expected))
        raise ValueError(f"{part.name}: {expected[i]:.3g} counts expected in bin {i}; a Poisson mean is >= 0")
    return poisson_quantile(rng.random((n_toys, len(expected))), np.maximum(expected, 0.0))


def poisson_quantile(probability: FloatArray, mean: FloatArray) -> FloatArray:
    """Return the smallest counts that are not exceeded with at least this probability.

    Parameters
    ----------
    probability : array, shape (n, n_bins)
        In [0, 1).
    mean : array, shape (n_bins,)

    Returns
    -------
    array, shape (n, n_bins)

    Notes
    -----
    Probabilities closer to 0 or 1 than 9 standard deviations give the counts there.
    """
    spread = _TAIL * np.sqrt(mean)
    lowest = np.maximum(np.floor(mean - spread - _TAIL), 0.0)
    width = int(np.max(np.ceil(mean + spread + 3 * _TAIL) - lowest, initial=1.0)) + 1
    step = max(1, _TABLE // width)
    blocks = [slice(i, i + step) for i in range(0, len(mean), step)]
    columns = [_quantile(probability[:, b], mean[b], lowest[b], width) for b in blocks]
    counts: FloatArray = np.concatenate(columns, axis=1)
    return counts


def _quantile(probability: FloatArray, mean: FloatArray, lowest: FloatArray, width: int) -> FloatArray:
    """One search in the cumulative probabilities of all bins, bin i raised by i."""
    from scipy.special import pdtr

    rows = np.arange(len(mean), dtype=float)
    table = pdtr(lowest[:, None] + np.arange(width), mean[:, None]) + rows[:, None]
    place = np.searchsorted(table.ravel(), probability + rows) - width * rows
    counts: FloatArray = lowest + np.clip(place, 0, width - 1)
    return counts
