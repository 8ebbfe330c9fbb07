"""Small count models whose likelihood can be written down by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nulight.inference.model import Nuisance


@dataclass(frozen=True)
class Parameter:
    name: str
    unit: str = ""
    latex: str = ""
    lower: float = -np.inf
    upper: float = np.inf
    scale: float = 1.0
    default: float = 0.0


@dataclass(frozen=True, kw_only=True)
class PolynomialModel:
    """Counts = sum of monomials in the parameters times an array of counts."""

    name: str = "toy"
    statistic: str = "poisson"
    observed: np.ndarray = field(default_factory=lambda: np.zeros(1))
    sigma: np.ndarray | None = None
    terms: dict[str, list[tuple[dict[str, int], Any]]]
    scales: dict[str, tuple[str, ...]] = field(default_factory=dict)
    nuisances: tuple[Nuisance, ...] = ()
    known: tuple[Parameter, ...] = ()

    @property
    def components(self):
        return tuple(self.terms)

    def parameters(self):
        return {p.name: p for p in self.known}

    def provenance(self):
        return {"version": "0", "hashes": {f"{self.name}.csv": "00"}, "citations": (f"{self.name}:2022",)}

    def expected(self, params):
        values = {p.name: np.atleast_1d(np.asarray(params.get(p.name, p.default), float)) for p in self.known}
        n_points = np.broadcast_shapes((1,), *(v.shape for v in values.values()))[0]
        counts = np.zeros((n_points, len(self.terms), len(self.observed)))
        for c, monomials in enumerate(self.terms.values()):
            for powers, bins in monomials:
                factor = np.ones(n_points)
                for name, power in powers.items():
                    factor = factor * values[name] ** power
                counts[:, c] += factor[:, None] * np.asarray(bins, float)
        return counts
