"""What a long run of a model depends on: its own account of itself, and a fingerprint of its numbers.

Data made on the spot, a changed card or an interaction of the user leave no hash of a shipped table; the counts
tell them apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from nulight.inference.coordinates import Prior, Profile, domain, lookup
from nulight.inference.expectation import expected_counts, rows
from nulight.inference.model import CountModel, Model, Nuisance, parts
from nulight.runs.chunks import Chunks
from nulight.runs.execute import Store
from nulight.runs.folder import RunFolder
from nulight.runs.manifest import Manifest
from nulight.runs.memory import Memory

__all__ = ["as_text", "fingerprint", "kept", "manifest_of"]

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


@contextmanager
def kept(
    folder: str | Path | None,
    model: Model,
    *,
    kind: str,
    chunks: Chunks,
    parameters: Sequence[str],
    profile: Profile,
    fixed: Mapping[str, float],
    what: Mapping[str, Any],
) -> Iterator[Store]:
    """Give the place where the chunks of a toy study are kept: a folder, or memory without one.

    Parameters
    ----------
    folder : str or Path, optional
    model : CountModel or CombinedModel
        With planned data already in place.
    kind : str
        Name of the study.
    chunks : Chunks
        All the study may do.
    parameters : sequence of str
        Those the study is about; the counts that tell models apart are taken away from their defaults.
    profile : mapping of str to (lower, upper) or Prior
    fixed : mapping of str to float
    what : mapping
        Everything else that defines the numbers, as plain values.

    Yields
    ------
    Memory or RunFolder

    Raises
    ------
    ValueError
        If a name is unknown, or the folder holds another run.
    LockedError
        If another process is working in the folder.
    """
    if folder is None:
        yield Memory()
        return
    names = [*parameters, *profile, *fixed]
    at = {name: _typical(model, name) for name in (*parameters, *profile)}
    at |= {name: float(value) for name, value in fixed.items()}
    choices = {
        "parameters": list(parameters),
        "units": {name: lookup(model, name).unit for name in names},
        "profile": {name: as_text(choice) for name, choice in profile.items()},
        "fixed": {name: at[name] for name in fixed},
    }
    manifest = manifest_of(model, kind=kind, chunks=chunks, what={**choices, **what}, at=at)
    with RunFolder(folder).writing(manifest) as run:
        yield run


def as_text(choice: tuple[float, float] | Prior) -> dict[str, str]:
    """Return a range or a prior as text, because JSON has no infinite numbers."""
    if isinstance(choice, Prior):
        return {"prior": f"{choice.mean!r} +- {choice.width!r}", "range": f"{choice.lower!r} to {choice.upper!r}"}
    return {"range": f"{float(choice[0])!r} to {float(choice[1])!r}"}


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


def _typical(model: Model, name: str) -> float:
    """A value of a parameter at which its signal is seen."""
    (low, high), scale = domain(lookup(model, name)), lookup(model, name).scale
    return float(min(max(scale, low), high))


def _digest(part: CountModel, at: Mapping[str, Any]) -> str:
    pulls = {nuisance.name: _pull(nuisance) for nuisance in part.nuisances}
    numbers: list[Any] = [part.observed, [] if part.sigma is None else part.sigma, expected_counts(part, at, pulls)]
    texts = [",".join(f"{x:.8e}" for x in np.ravel(array) + 0.0) for array in numbers]
    return sha256("\n".join([part.statistic, repr(part.components), repr(rows(part)), *texts]).encode()).hexdigest()


def _pull(nuisance: Nuisance) -> float:
    low, high = nuisance.bounds
    return min(max(_PULL * (nuisance.width or 1.0), low), high)
