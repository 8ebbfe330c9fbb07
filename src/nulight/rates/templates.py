"""Templates and how couplings turn them into counts; what a template is filled with is left open.

Fluxes that share helicity, basis and density-matrix channels are contracted together; terms that
share their kinematics are added up before. A few thousand templates of the usual size are kept.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import accumulate, pairwise

import numpy as np

from nulight.interactions.term import Kinematics, Term
from nulight.neutrinos.flux import Flux, Helicity
from nulight.rates.target import Target
from nulight.typing import ComplexArray, FloatArray

__all__ = ["FluxGroup", "Templates"]

_KEPT = 64  # sets of constant terms, such as values of the weak mixing angle
_KEPT_BYTES = 100_000_000  # of templates, those used last
_AT_HAND = 512  # kinematics that are recognised as the same object, without comparing all they depend on
_TOGETHER = 128  # sets of terms whose templates are filled in one pass

Terms = Mapping[Helicity, Sequence[Term]]


@dataclass(frozen=True, eq=False)
class FluxGroup:
    """Fluxes that share helicity, basis and density-matrix channels, so they are contracted at once.

    Attributes
    ----------
    fluxes : tuple of Flux
    components : tuple of int
        Component each flux is counted in.
    """

    fluxes: tuple[Flux, ...]
    components: tuple[int, ...]

    @property
    def helicity(self) -> Helicity:
        """Neutrinos or antineutrinos."""
        return self.fluxes[0].helicity

    @cached_property
    def rows(self) -> np.ndarray:
        """Components that occur, ascending."""
        return np.unique(self.components)

    @cached_property
    def n_channels(self) -> int:
        """Density-matrix channels of all fluxes together."""
        return sum(flux.n_channels for flux in self.fluxes)

    def collect(self, counts: FloatArray) -> FloatArray:
        """Add up the counts (n_channels, n_bins) of each component: shape (J, n_rows, n_bins)."""
        by_flux = counts.reshape(len(self.fluxes), -1, counts.shape[-1])
        return np.asarray(np.einsum("rf,fjb->jrb", self._belongs, by_flux))

    @cached_property
    def _belongs(self) -> FloatArray:
        """One where a flux (column) is counted in a row, shape (n_rows, n_fluxes)."""
        return np.asarray(self.rows[:, None] == np.array(self.components), dtype=float)


def _group(fluxes: Sequence[Flux], components: Sequence[int]) -> tuple[FluxGroup, ...]:
    groups: dict[tuple[str, str, bytes], list[int]] = {}
    for i, flux in enumerate(fluxes):
        groups.setdefault((flux.helicity, flux.basis, flux.matrices.tobytes()), []).append(i)
    return tuple(FluxGroup(tuple(fluxes[i] for i in g), tuple(components[i] for i in g)) for g in groups.values())


@dataclass(frozen=True, eq=False, kw_only=True)
class Templates(ABC):
    """What fluxes do in a target per unit coupling product, kept for every kinematic structure.

    Attributes
    ----------
    fluxes : tuple of Flux
    labels : tuple of str
        Component each flux is counted in; fluxes of one label are added up.
    target : Material or NuclearTarget
    mixing : array, shape (N, N)
        Mixing matrix applied to fluxes that are stored in the mass basis.
    """

    fluxes: tuple[Flux, ...]
    labels: tuple[str, ...]
    target: Target
    mixing: ComplexArray
    _templates: dict[Hashable, list[FloatArray]] = field(default_factory=dict, init=False, repr=False)
    _at_hand: dict[int, tuple[Kinematics, list[FloatArray]]] = field(default_factory=dict, init=False, repr=False)
    _constant: dict[tuple[Term, ...], FloatArray] = field(default_factory=dict, init=False, repr=False)

    @property
    @abstractmethod
    def n_bins(self) -> int:
        """Length of the last axis of everything: bins, or recoil energies."""

    @abstractmethod
    def _fold(self, kinematics: Sequence[Kinematics]) -> Iterable[FloatArray]:
        """Fill a template for each: shape (channels of `ordered_fluxes`, n_bins)."""

    @cached_property
    def components(self) -> tuple[str, ...]:
        """Distinct labels in the order of the fluxes."""
        return tuple(dict.fromkeys(self.labels))

    @cached_property
    def groups(self) -> tuple[FluxGroup, ...]:
        """Fluxes by density-matrix channels."""
        return _group(self.fluxes, [self.components.index(label) for label in self.labels])

    @cached_property
    def ordered_fluxes(self) -> tuple[Flux, ...]:
        """Fluxes of all groups in their order."""
        return tuple(flux for group in self.groups for flux in group.fluxes)

    @cached_property
    def helicities(self) -> frozenset[Helicity]:
        """Helicities that occur among the fluxes."""
        return frozenset(group.helicity for group in self.groups)

    def template(self, kinematics: Kinematics) -> list[FloatArray]:
        """Return counts per unit coupling product, one array (J, n_rows, n_bins) a flux group.

        Raises
        ------
        ValueError
            If a bin takes counts from recoils where target or response are not known.
        """
        same, templates = self._at_hand.get(id(kinematics), (None, []))
        if same is kinematics:
            return templates
        key = kinematics.key
        if key not in self._templates:
            self._fill({key: kinematics})
        # those used last are kept: a scan in a mass would fill the memory with all of them
        templates = self._templates[key] = self._templates.pop(key)
        self._have_at_hand(kinematics, templates)
        return templates

    def _prepare(self, kinematics: Iterable[Kinematics]) -> None:
        """Fill the templates of several kinematics in one pass, for a fraction of the time each takes alone."""
        new = [k for k in kinematics if self._at_hand.get(id(k), (None,))[0] is not k]
        if new:
            self._fill({key: k for k in new if (key := k.key) not in self._templates})

    def _fill(self, new: Mapping[Hashable, Kinematics]) -> None:
        if not new:
            return
        for key, counts in zip(new, self._fold(list(new.values())), strict=True):
            self._templates[key] = templates = self._split(counts)
            self._have_at_hand(new[key], templates)
            if len(self._templates) > max(_KEPT_BYTES // sum(part.nbytes for part in templates), 8):
                del self._templates[next(iter(self._templates))]

    def _have_at_hand(self, kinematics: Kinematics, templates: list[FloatArray]) -> None:
        if len(self._at_hand) >= _AT_HAND:
            self._at_hand.clear()
        self._at_hand[id(kinematics)] = kinematics, templates

    def counts(self, terms: Terms) -> FloatArray:
        """Return expected counts, shape (..., n_components, n_bins), of terms with model axes (...)."""
        self._prepare(self._asked_for(terms))
        return self._total(terms)

    def counts_of(self, sets: Sequence[Terms]) -> list[FloatArray]:
        """Return the counts of several sets of terms, such as those of many final-state masses."""
        result = []
        for start in range(0, len(sets), _TOGETHER):
            chunk = sets[start : start + _TOGETHER]
            self._prepare(kinematics for terms in chunk for kinematics in self._asked_for(terms))
            result += [self._total(terms) for terms in chunk]
        return result

    def counts_by_label(self, terms: Terms) -> dict[str, FloatArray]:
        """Return expected counts of each interaction, arrays (..., n_components, n_bins)."""
        result: dict[str, FloatArray] = {}
        for i, group in enumerate(self.groups):
            for term in terms[group.helicity]:
                total = result.get(term.label, self._empty)
                result[term.label] = _added(total, self._term_counts(term, i), group.rows)
        return result

    def _split(self, counts: FloatArray) -> list[FloatArray]:
        ends = accumulate((group.n_channels for group in self.groups), initial=0)
        return [group.collect(counts[a:b]) for group, (a, b) in zip(self.groups, pairwise(ends), strict=True)]

    @property
    def _empty(self) -> FloatArray:
        return np.zeros((len(self.components), self.n_bins))

    def _asked_for(self, terms: Terms) -> list[Kinematics]:
        """Kinematics of the terms, less those of constant terms whose counts are kept."""
        kept = _constant(terms) in self._constant
        every = (term for helicity, group in terms.items() if helicity in self.helicities for term in group)
        return [term.kinematics for term in every if not (kept and term.constant)]

    def _total(self, terms: Terms) -> FloatArray:
        total = self._constant_counts(_constant(terms))
        for i, group in enumerate(self.groups):
            for term in _merged([term for term in terms[group.helicity] if not term.constant]):
                total = _added(total, self._term_counts(term, i), group.rows)
        return total

    def _constant_counts(self, constant: tuple[Term, ...]) -> FloatArray:
        """Counts of terms that come back for every model point; a few sets of them are kept."""
        if constant not in self._constant:
            total = self._empty
            for i, group in enumerate(self.groups):
                for term in constant:
                    if term.helicity == group.helicity:
                        total = _added(total, self._term_counts(term, i), group.rows)
            if len(self._constant) >= _KEPT:
                self._constant.clear()
            self._constant[constant] = total
        return self._constant[constant]

    def _term_counts(self, term: Term, group: int) -> FloatArray:
        template = self.template(term.kinematics)[group]
        weights = term.weights(*self._channel_matrices[group])
        counts: FloatArray = weights @ template.reshape(len(template), -1)
        return counts.reshape(*weights.shape[:-1], *template.shape[1:])

    @cached_property
    def _channel_matrices(self) -> list[tuple[ComplexArray, ComplexArray | None]]:
        """Density matrices of each group in the flavour basis, and in the mass basis if they are stored there."""
        first = [group.fluxes[0] for group in self.groups]
        stored = [flux.matrices if flux.basis == "mass" else None for flux in first]
        return [(flux.flavour_matrices(self.mixing), mass) for flux, mass in zip(first, stored, strict=True)]


def _constant(terms: Terms) -> tuple[Term, ...]:
    return tuple(term for group in terms.values() for term in group if term.constant)


def _merged(terms: Sequence[Term]) -> list[Term]:
    """Add up the coupling matrices of terms that share their kinematics, the same object, and their bases."""
    merged: dict[tuple[int, bool], Term] = {}
    for term in terms:
        place = id(term.kinematics), term.mass_matrix is None
        known = merged.get(place)
        merged[place] = term if known is None else _sum(known, term)
    return list(merged.values())


def _sum(a: Term, b: Term) -> Term:
    both = None if a.mass_matrix is None or b.mass_matrix is None else a.mass_matrix + b.mass_matrix
    return replace(a, matrix=a.matrix + b.matrix, mass_matrix=both)


def _added(total: FloatArray, counts: FloatArray, rows: np.ndarray) -> FloatArray:
    """Add counts (..., n_rows, n_bins) to the rows of the total, broadcasting over model axes."""
    if counts.shape[-2] == total.shape[-2]:
        return total + counts
    total = np.broadcast_to(total, np.broadcast_shapes(total.shape[:-2], counts.shape[:-2]) + total.shape[-2:]).copy()
    total[..., rows, :] += counts
    return total
