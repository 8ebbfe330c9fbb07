"""An experiment whose nuisances are sums of others, exactly, in the words every fit knows.

A component with a factor 1 + u, where u = k_1 v_1 + k_2 v_2, is the component itself and changes of it with v_1
and v_2 as their factors (`Morph`). Products of such sums are expanded. What comes out has independent nuisances
v again: fits, pseudo-experiments, impacts and workspaces take it as any other experiment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from nulight.inference.expectation import (
    Morph,
    ParametricCounts,
    morphs,
    parametric,
    parametric_counts,
    row_counts,
    rows,
)
from nulight.inference.model import CountModel, Nuisance, ParameterLike, Statistic
from nulight.typing import FloatArray

__all__ = ["Link", "LinkedCounts", "LinkedModel", "linked"]

Link = Mapping[str, float]
"""A nuisance as a sum: names of the new nuisances and what they are multiplied by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedModel:
    """A count model whose nuisances are sums of new ones; made by `linked`."""

    base: CountModel
    links: Mapping[str, Link]
    nuisances: tuple[Nuisance, ...]
    scales: Mapping[str, tuple[str, ...]]
    morphs: tuple[Morph, ...]
    sources: tuple[tuple[int, float], ...]  # of every change of shape: row of the base, and its factor
    parametric: tuple[ParametricCounts, ...]

    @property
    def name(self) -> str:
        """Name of the experiment."""
        return self.base.name

    @property
    def statistic(self) -> Statistic:
        """Likelihood of the experiment."""
        return self.base.statistic

    @property
    def observed(self) -> FloatArray:
        """Counts, shape (n_bins,)."""
        return self.base.observed

    @property
    def sigma(self) -> FloatArray | None:
        """Errors of the counts, shape (n_bins,); Gaussian statistic only."""
        return self.base.sigma

    @property
    def components(self) -> tuple[str, ...]:
        """Components of the experiment."""
        return self.base.components

    @property
    def planned(self) -> bool:
        """Whether the data are the expectation."""
        return bool(getattr(self.base, "planned", False))

    @property
    def foreign(self) -> frozenset[str]:
        """Parameters that only other experiments of a combination know."""
        return frozenset(getattr(self.base, "foreign", ()))

    def expected(self, params: Mapping[str, Any]) -> FloatArray:
        """Return the counts of the experiment, shape (n_points, n_components, n_bins)."""
        return self.base.expected(params)

    def morph_counts(self, params: Mapping[str, Any]) -> FloatArray:
        """Return the counts of the changes of shape, shape (n_points, n_morphs, n_bins)."""
        factor = np.array([factor for _, factor in self.sources])
        return factor[:, None] * row_counts(self.base, params)[:, [row for row, _ in self.sources]]

    def parameters(self) -> Mapping[str, ParameterLike]:
        """Return the physics parameters of the experiment."""
        return self.base.parameters()

    def provenance(self) -> dict[str, Any]:
        """Return the provenance of the experiment, and which of its nuisances are sums of which."""
        record = self.base.provenance()
        return record | {"linked_nuisances": {**record.get("linked_nuisances", {}), **self.links}}


@dataclass(frozen=True, slots=True)
class LinkedCounts:
    """Parametric counts at nuisances that are sums of others."""

    inner: ParametricCounts
    links: Mapping[str, Link]

    @property
    def name(self) -> str:
        """Name of the counts."""
        return self.inner.name

    @property
    def nuisances(self) -> tuple[str, ...]:
        """Names of the new nuisances."""
        return tuple(dict.fromkeys(new for old in self.inner.nuisances for new in self.links.get(old, {old: 1.0})))

    def evaluate(self, u: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return counts and derivatives in the new nuisances; see `ParametricCounts`."""
        matrix = self._matrix()
        counts, first, second = self.inner.evaluate(u @ matrix.T)
        return counts, np.einsum("pkb,ki->pib", first, matrix), np.einsum("pklb,ki,lj->pijb", second, matrix, matrix)

    def counts(self, u: FloatArray) -> FloatArray:
        """Return the counts alone."""
        return parametric_counts(self.inner, u @ self._matrix().T)

    def _matrix(self) -> FloatArray:
        """Old nuisances as sums of the new, shape (n_old, n_new)."""
        links = [self.links.get(old, {old: 1.0}) for old in self.inner.nuisances]
        return np.array([[link.get(new, 0.0) for new in self.nuisances] for link in links])


def linked(model: CountModel, links: Mapping[str, Link], nuisances: Mapping[str, Nuisance]) -> CountModel:
    """Return an experiment with nuisances replaced by sums of others.

    Parameters
    ----------
    model : CountModel
    links : mapping of str to (mapping of str to float)
        Old nuisance -> new nuisances it is the sum of, with their factors.
    nuisances : mapping of str to Nuisance
        The new ones, and those of the old that are defined anew.

    Returns
    -------
    CountModel
        The model itself if nothing changes in it.
    """
    if not any(n.name in links or nuisances.get(n.name, n) != n for n in model.nuisances):
        return model
    known = {n.name: n for n in model.nuisances} | dict(nuisances)
    used = dict.fromkeys(new for n in model.nuisances for new in links.get(n.name, {n.name: 1.0}))
    names = [*model.components, *(morph.component for morph in morphs(model))]
    terms = [
        (Morph(names[i], factors), (i, number))
        for i, (scaled, plain) in enumerate(rows(model))
        for factors, number in _expanded([n for n in scaled if _sum(links, n)], plain, links).items()
        if factors  # the component itself stays where it is
    ]
    return LinkedModel(
        base=model,
        links={n.name: dict(links[n.name]) for n in model.nuisances if n.name in links},
        nuisances=tuple(known[name] for name in used),
        scales={c: _kept(model.scales.get(c, ()), links) for c in model.components},
        morphs=tuple(morph for morph, _ in terms),
        sources=tuple(source for _, source in terms),
        parametric=tuple(
            LinkedCounts(counts, links) if set(counts.nuisances) & set(links) else counts
            for counts in parametric(model)
        ),
    )


def _sum(links: Mapping[str, Link], name: str) -> bool:
    """Whether a nuisance is more than another one under a new name."""
    return name in links and list(links[name].values()) != [1.0]


def _kept(names: tuple[str, ...], links: Mapping[str, Link]) -> tuple[str, ...]:
    """Nuisances that still multiply a component by 1 + u, under their new names."""
    return tuple(next(iter(links[name])) if name in links else name for name in names if not _sum(links, name))


def _expanded(sums: list[str], plain: tuple[str, ...], links: Mapping[str, Link]) -> dict[tuple[str, ...], float]:
    """Products of (1 + sum) and of sums, multiplied out: factors in alphabetical order -> number."""
    brackets: list[list[tuple[tuple[str, ...], float]]] = [
        [((), 1.0), *(((new,), k) for new, k in links[name].items())] for name in sums
    ]
    brackets += [[((new,), k) for new, k in links.get(name, {name: 1.0}).items()] for name in plain]
    result: dict[tuple[str, ...], float] = {}
    for choice in product(*brackets):
        factors = tuple(sorted(name for names, _ in choice for name in names))
        result[factors] = result.get(factors, 0.0) + float(np.prod([k for _, k in choice]))
    return result
