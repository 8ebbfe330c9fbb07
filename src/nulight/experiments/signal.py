"""The signal of an experiment: one folder a channel, rows of counts, and what becomes of them.

Rows are what is folded apart: components, and within a component the fluxes whose arrival times
differ. Channels of the same reconstructed spectrum are added up, energy bins are shared out over the
further axes, and only then rows are added up to components.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property, reduce
from operator import add
from typing import Any

import numpy as np

from nulight.conventions import Conventions
from nulight.experiments.folded import by_folded
from nulight.experiments.responses import Recoil
from nulight.interactions.term import Term
from nulight.models.couplings import OwnInteraction, electron_terms, nuclear_terms
from nulight.neutrinos.flux import Helicity
from nulight.rates import Folder
from nulight.typing import FloatArray

__all__ = ["Signal"]

Terms = Mapping[Helicity, Sequence[Term]]
Values = Mapping[str, Any]


@dataclass(frozen=True, eq=False, kw_only=True)
class Signal:
    """Expected signal counts for any couplings.

    Attributes
    ----------
    folders : mapping of channel to Folder
        "electron-recoil", "nuclear-recoil" or both, with the same rows.
    labels : tuple of str
        Component of each row.
    shares : array, shape (n_rows, n_E, n_rest), or None
        Shares in the bins of the further axes; None if there are none.
    conventions : Conventions
    atomic : str or None
        Description of the electrons that overrides the one of the conventions.
    own : tuple of OwnInteraction
    card : str
        Named in errors.
    """

    folders: Mapping[Recoil, Folder]
    labels: tuple[str, ...]
    conventions: Conventions
    shares: FloatArray | None = None
    atomic: str | None = None
    own: tuple[OwnInteraction, ...] = field(default=())
    card: str = "signal"

    @cached_property
    def components(self) -> tuple[str, ...]:
        """Distinct labels in the order of the rows."""
        return tuple(dict.fromkeys(self.labels))

    @cached_property
    def standard(self) -> FloatArray:
        """Counts at the default parameters, shape (n_components, n_bins)."""
        counts: FloatArray = self.counts({})[0]
        return counts

    def counts(self, params: Values) -> FloatArray:
        """Return expected counts, shape (n_points, n_components, n_bins).

        Parameters that are integrated over the recoil (masses, a nuclear radius) cost a template for
        each value, many radii one for each node, all filled in one pass; everything else is a matrix product.
        """
        return by_folded(params, self._counts)

    def by_interaction(self, params: Values) -> dict[str, FloatArray]:
        """Return counts of each interaction at one parameter point, arrays (n_bins,).

        Interactions on electrons beside nuclei say so in their names.
        """
        result: dict[str, FloatArray] = {}
        for channel, folder in self.folders.items():
            beside = channel == "electron-recoil" and len(self.folders) > 1
            terms = self._terms(channel, params)
            with self._explaining(channel):
                by_label = folder.counts_by_label(terms)
            for label, counts in by_label.items():
                rows = counts.reshape(-1, *counts.shape[-2:])
                result[f"{label} (electrons)" if beside else label] = self._to_components(rows)[0].sum(axis=0)
        return result

    def _counts(self, questions: Sequence[Values]) -> list[FloatArray]:
        """Counts for several values of the folded parameters, each of shape (n, n_components, n_bins)."""
        by_channel = [self._channel_counts(channel, questions) for channel in self.folders]
        totals = (reduce(add, counts) for counts in zip(*by_channel, strict=True))
        return [self._to_components(total.reshape(-1, *total.shape[-2:])) for total in totals]

    def _channel_counts(self, channel: Recoil, questions: Sequence[Values]) -> list[FloatArray]:
        terms = [self._terms(channel, params) for params in questions]
        with self._explaining(channel):
            return self.folders[channel].counts_of(terms)

    @contextmanager
    def _explaining(self, channel: Recoil) -> Iterator[None]:
        """Add to an error of a folder what only the card knows: its name, and the field that sets the range."""
        try:
            yield
        except ValueError as error:
            response: Any = self.folders[channel].response
            quenching = getattr(response, "quenching", None)
            quenched = quenching is not None and quenching.trusted == response.trusted
            by_range = quenched and str(error).startswith("response:")
            hint = " (recoils in keVnr, their range is the quenching range, response.quenching.range)"
            raise ValueError(f"{self.card}, {channel}{hint if by_range else ''}: {error}") from None

    def _terms(self, channel: Recoil, params: Values) -> Terms:
        folder = self.folders[channel]
        if channel == "nuclear-recoil":
            target: Any = folder.target
            return {h: nuclear_terms(params, self.conventions, h, target, own=self.own) for h in folder.helicities}
        options: Any = {"own": self.own, "atomic": self.atomic, "material": folder.target}
        return {h: electron_terms(params, self.conventions, h, **options) for h in folder.helicities}

    @cached_property
    def _members(self) -> list[np.ndarray]:
        """Rows of each component."""
        return [np.flatnonzero([label == component for label in self.labels]) for component in self.components]

    def _to_components(self, rows: FloatArray) -> FloatArray:
        """Share out rows (n, n_rows, n_E) over the further axes and add up those of a component."""
        if self.shares is None:
            if len(self.components) == len(self.labels):
                return rows
            return np.stack([rows[:, members].sum(axis=1) for members in self._members], axis=1)
        n, (n_E, n_rest) = len(rows), self.shares.shape[1:]
        result = np.empty((n, len(self.components), n_E, n_rest))
        for component, members in enumerate(self._members):
            np.einsum("nrE,rEk->nEk", rows[:, members], self.shares[members], out=result[:, component])
        return result.reshape(n, len(self.components), n_E * n_rest)
