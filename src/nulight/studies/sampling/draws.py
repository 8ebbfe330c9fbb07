"""What a sampler hands over, whichever it was, and how a missing one is explained."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, TypeAlias

import numpy as np

from nulight.typing import FloatArray

__all__ = ["MOST_ROWS", "Draws", "Say", "uniform", "wanted"]

Say: TypeAlias = Callable[[str], None]
"""Told from time to time how far the work is."""

MOST_ROWS = 20_000
"""Of samples that are kept; more say nothing new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """Samples of a posterior with what their sampler knows about them.

    Attributes
    ----------
    samples : array, shape (n, n_dim)
    weights : array, shape (n,)
        Sum to one.
    size, tau, r_hat : array, shape (n_dim,), or None
        Effective number of samples; autocorrelation time in steps and R-hat of Markov chains.
    evidence : (ln Z, error) or None
    settings : mapping
        Of the sampler, and how long it ran.
    doubts : tuple of str
        Why it has not converged; empty if it has.
    warnings : tuple of str
    """

    samples: FloatArray
    weights: FloatArray
    size: FloatArray
    tau: FloatArray | None = None
    r_hat: FloatArray | None = None
    acceptance: float | None = None
    evidence: tuple[float, float] | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def wanted(library: str) -> Any:
    """Import a library of the extra ``sample``.

    Raises
    ------
    ValueError
        If it is not installed; the message names the extra of the package that brings it.
    """
    try:
        return import_module(library)
    except ImportError as error:
        raise ValueError(f"this needs {library} ({error}): install nulight[sample]") from None


def uniform(n: int) -> FloatArray:
    """Return equal weights that sum to one."""
    return np.full(n, 1 / n)
