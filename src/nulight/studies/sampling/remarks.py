"""What a user should know about the shape of a posterior: it hangs on an end of its range, or has separate modes."""

from __future__ import annotations

import numpy as np

from nulight.inference.coordinates import domain, lookup
from nulight.inference.posterior.density import LogLikelihood
from nulight.typing import FloatArray

__all__ = ["piled_up", "separate_modes"]

_BINS = 30
_HIGH = 0.1  # of the highest bin: a density at an end above this makes intervals depend on where the end is
_VALLEY = 0.1  # of the lower one of two peaks: a density between them below this separates them
_MODE = 0.02  # probability of a mode that is worth a warning


def piled_up(target: LogLikelihood, k: int, x: FloatArray, weights: FloatArray) -> list[str]:
    """Warn if the posterior of coordinate `k` is high at an end of its range that is no physical bound."""
    prior = target.priors.marginals[k]
    name, unit = target.names[k], target.units[k]
    if prior.shape == "gaussian":
        return []
    own = (prior.lower, prior.upper)  # ends of a nuisance are part of the model
    physical = domain(lookup(target.model, name)) if name in target.choices else own
    ends = np.array([prior.lower, prior.upper])
    if prior.shape == "log-uniform":
        x, ends = np.log(x), np.log(ends)
    density, edges = np.histogram(x, _BINS, weights=weights)
    width, texts = edges[1] - edges[0], []
    for which, place, bound in (("lower", 0, prior.lower), ("upper", -1, prior.upper)):
        near = abs(edges[place] - ends[place]) < width and density[place] > _HIGH * density.max()
        if near and bound != physical[place]:
            texts.append(
                f"{name}: the posterior reaches the {which} end of its range, {bound:g} {unit}".rstrip()
                + ": intervals depend on it"
            )
    return texts


def separate_modes(name: str, x: FloatArray, weights: FloatArray) -> list[str]:
    """Warn if the posterior of one parameter consists of pieces with hardly anything in between."""
    density, edges = np.histogram(x, _BINS, weights=weights)
    left, right = np.maximum.accumulate(density), np.maximum.accumulate(density[::-1])[::-1]
    below = np.cumsum(density)
    valley = (density < _VALLEY * np.minimum(left, right)) & (below > _MODE) & (1 - below > _MODE)
    if not valley.any():
        return []
    place = int(np.argmin(np.where(valley, density, np.inf)))
    middle = 0.5 * (edges[place] + edges[place + 1])
    share = 100 * float(weights[x < middle].sum())
    return [f"{name}: separate modes, {share:.0f} % of the probability below {middle:.3g}: intervals span both"]
