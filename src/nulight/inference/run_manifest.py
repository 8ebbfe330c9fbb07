"""What a long run of a model depends on: its own account of itself, and a fingerprint of its numbers.

Data made on the spot, a changed card or an interaction of the user leave no hash of a shipped table; the counts
tell them apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import numpy as np

from nulight.inference.expectation import expected_counts, rows
from nulight.inference.model import CountModel, Model, Nuisance, parts
from nulight.runs.chunks import Chunks
from nulight.runs.manifest import Manifest

__all__ = ["fingerprint", "manifest_of"]

_PULL = 0.1  # of the width of each nuisance where the counts are taken: their shapes count too


def manifest_of(
    model: Model,
    *,
    kind: str,
    chunks: Chunks,
    what: Mapping[str, Any],
    at: Mapping[str, Any] | None = None,
    recipe: Mapping[str, Any] | None = None,
) -> Manifest:
    """Return the manifest of a run of a model.

    Parameters
    ----------
    model : CountModel or CombinedModel
    kind : str
        What sort of run it is, such as "scan".
    chunks : Chunks
    what : mapping
        What is computed, as plain values: points, profiled parameters, seeds.
    at : mapping of str to float, optional
        A parameter point of the run; counts there are part of the fingerprint.
    recipe : mapping, optional
        How the run was asked for.

    Returns
    -------
    Manifest
    """
    return Manifest(
        kind=kind,
        experiments=tuple(part.name for part in parts(model)),
        chunks=chunks,
        what={**what, "nuisances": [n.describe() for n in model.nuisances], "fingerprint": fingerprint(model, at)},
        provenance=model.provenance(),
        recipe=recipe or {},
    )


def fingerprint(model: Model, at: Mapping[str, Any] | None = None) -> dict[str, str]:
    """Return a digest of data and expectation of every experiment.

    Numbers count to nine digits: the last ones differ between machines.

    Parameters
    ----------
    model : CountModel or CombinedModel
    at : mapping of str to float, optional
        Where the expectation is taken; parameters not named have their defaults.

    Returns
    -------
    dict of str to str
        Experiment and hexadecimal digest.
    """
    return {part.name: _digest(part, at or {}) for part in parts(model)}


def _digest(part: CountModel, at: Mapping[str, Any]) -> str:
    pulls = {nuisance.name: _pull(nuisance) for nuisance in part.nuisances}
    numbers: list[Any] = [part.observed, [] if part.sigma is None else part.sigma, expected_counts(part, at, pulls)]
    texts = [",".join(f"{x:.8e}" for x in np.ravel(array) + 0.0) for array in numbers]
    return sha256("\n".join([part.statistic, repr(part.components), repr(rows(part)), *texts]).encode()).hexdigest()


def _pull(nuisance: Nuisance) -> float:
    low, high = nuisance.bounds
    return min(max(_PULL * (nuisance.width or 1.0), low), high)
