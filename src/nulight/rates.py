"""The one integrator: flux x target x terms x response -> templates of counts.

A template is the number of counts in each bin per unit coupling product, for one flux component,
one density-matrix channel and one kinematic structure. It is integrated once, on Gauss-Legendre
panels that never straddle a shell edge, a line's recoil limit or a kink of the response; every
coupling is then a small matrix product.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from nulight.detector.response import Response
from nulight.interactions.kinematics import E_threshold, T_max, T_min
from nulight.interactions.term import Kinematics, Term
from nulight.neutrinos.flux import Flux, Helicity
from nulight.targets import Material
from nulight.targets.rrpa import rrpa_range
from nulight.typing import ComplexArray, FloatArray

__all__ = ["FluxGroup", "Folder", "recoil_spectrum"]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(8)
_KEPT = 16  # sets of constant terms, such as values of the weak mixing angle
_KEPT_TEMPLATES = 64  # of the kinematics used last
_RRPA_TOLERANCE = 1e-3  # of a bin's counts that may come from recoils outside the RRPA table


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

    @property
    def n_channels(self) -> int:
        """Density-matrix channels of all fluxes together."""
        return sum(flux.n_channels for flux in self.fluxes)

    def collect(self, counts: FloatArray) -> FloatArray:
        """Add up the counts (n_channels, n_bins) of each component: shape (J, n_rows, n_bins)."""
        by_flux = counts.reshape(len(self.fluxes), -1, counts.shape[-1])
        result = np.zeros((len(self.rows), *by_flux.shape[1:]))
        np.add.at(result, np.searchsorted(self.rows, self.components), by_flux)
        return np.ascontiguousarray(np.swapaxes(result, 0, 1))


def _group(fluxes: Sequence[Flux], components: Sequence[int]) -> tuple[FluxGroup, ...]:
    groups: dict[tuple[str, str, bytes], list[int]] = {}
    for i, flux in enumerate(fluxes):
        groups.setdefault((flux.helicity, flux.basis, flux.matrices.tobytes()), []).append(i)
    return tuple(FluxGroup(tuple(fluxes[i] for i in g), tuple(components[i] for i in g)) for g in groups.values())


@dataclass(frozen=True, eq=False)
class Folder:
    """Folds fluxes with a target and a response, and keeps the templates.

    Attributes
    ----------
    fluxes : tuple of Flux
    labels : tuple of str
        Component each flux is counted in; fluxes of one label are added up.
    target : Material
    response : Response
    exposure : float, kg s
    mixing : array, shape (N, N)
        Mixing matrix applied to fluxes that are stored in the mass basis.
    """

    fluxes: tuple[Flux, ...]
    labels: tuple[str, ...]
    target: Material
    response: Response
    exposure: float
    mixing: ComplexArray
    _templates: dict[Hashable, list[FloatArray]] = field(default_factory=dict, init=False, repr=False)
    _constant: dict[tuple[Term, ...], FloatArray] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def components(self) -> tuple[str, ...]:
        """Distinct labels in the order of the fluxes."""
        return tuple(dict.fromkeys(self.labels))

    @cached_property
    def groups(self) -> tuple[FluxGroup, ...]:
        """Fluxes by density-matrix channels."""
        return _group(self.fluxes, [self.components.index(label) for label in self.labels])

    @cached_property
    def n_bins(self) -> int:
        """Number of reconstructed bins."""
        return len(self.response.bin_edges) - 1

    def template(self, kinematics: Kinematics) -> list[FloatArray]:
        """Return counts per unit coupling product, one array (J, n_rows, n_bins) a flux group.

        The templates used last are kept; a scan in a mass would fill the memory with all of them.

        Raises
        ------
        ValueError
            If the kinematics needs an RRPA ratio where there is none.
        """
        templates = self._templates.pop(kinematics.key, None) or self._fold(kinematics)
        self._templates[kinematics.key] = templates
        if len(self._templates) > _KEPT_TEMPLATES:
            del self._templates[next(iter(self._templates))]
        return templates

    def counts(self, terms: Mapping[Helicity, Sequence[Term]]) -> FloatArray:
        """Return expected counts, shape (..., n_components, n_bins), of terms with model axes (...)."""
        total = self._constant_counts(tuple(term for group in terms.values() for term in group if term.constant))
        for i, group in enumerate(self.groups):
            for term in _merged([term for term in terms[group.helicity] if not term.constant]):
                total = _added(total, self._term_counts(term, i), group.rows)
        return total

    def counts_by_label(self, terms: Mapping[Helicity, Sequence[Term]]) -> dict[str, FloatArray]:
        """Return expected counts of each interaction, arrays (..., n_components, n_bins)."""
        result: dict[str, FloatArray] = {}
        for i, group in enumerate(self.groups):
            for term in terms[group.helicity]:
                total = result.get(term.label, self._empty)
                result[term.label] = _added(total, self._term_counts(term, i), group.rows)
        return result

    @property
    def _empty(self) -> FloatArray:
        return np.zeros((len(self.components), self.n_bins))

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
        weights = term.weights(self._channel_matrices[group])
        counts: FloatArray = weights @ template.reshape(len(template), -1)
        return counts.reshape(*weights.shape[:-1], *template.shape[1:])

    @cached_property
    def _channel_matrices(self) -> list[ComplexArray]:
        return [group.fluxes[0].flavour_matrices(self.mixing) for group in self.groups]

    @cached_property
    def _grid(self) -> _Grid:
        """Panels that every final-state mass shares, with the response on them."""
        return _Grid.build(self._static_edges, self.response)

    @cached_property
    def _static_edges(self) -> FloatArray:
        lo, hi = self.response.support
        edges = [lo]
        while edges[-1] < hi:
            step = min(2 * float(self.response.width(np.array(edges[-1]))), edges[-1])
            edges.append(edges[-1] + step)
        fixed = np.concatenate([edges, self.target.shell_energies, self.response.breakpoints, [hi]])
        return np.unique(fixed[(fixed >= lo) & (fixed <= hi)])

    def _fold(self, kinematics: Kinematics) -> list[FloatArray]:
        grid = self._grid.refined(self._kinematic_edges(kinematics))
        scale = grid.weights * (self.exposure * self.target.units_per_kg)
        averages = kinematics.flux_averages([flux for group in self.groups for flux in group.fluxes], grid.T)
        if kinematics.binding.startswith("rrpa"):
            electrons = self._rrpa_electrons(kinematics, grid, averages)
        else:
            electrons = self.target.electron_factor(grid.T, kinematics.binding)
        counts = (averages * (scale * electrons)) @ grid.response.T
        ends = np.cumsum([group.n_channels for group in self.groups])
        return [group.collect(part) for group, part in zip(self.groups, np.split(counts, ends[:-1]), strict=True)]

    def _rrpa_electrons(self, kinematics: Kinematics, grid: _Grid, averages: FloatArray) -> FloatArray:
        """Electrons with the RRPA ratio; an error where bins need recoils outside its table."""
        lo, hi = rrpa_range()
        inside = (grid.T >= lo) & (grid.T <= hi)
        stepping = self.target.electron_factor(grid.T)
        spectrum = np.abs(averages.sum(axis=0)) * stepping * grid.weights
        total, outside = grid.response @ spectrum, grid.response @ (spectrum * ~inside)
        bad = np.flatnonzero(outside > _RRPA_TOLERANCE * total)
        if len(bad):
            edges = self.response.bin_edges
            raise ValueError(
                f"RRPA: the bin {edges[bad[0]]:g}-{edges[bad[0] + 1]:g} keV takes a share of "
                f"{outside[bad[0]] / total[bad[0]]:.2g} of its counts from recoils outside the table "
                f"({lo:g}-{hi:g} keV); use bins well inside, or stepping"
            )
        electrons = np.zeros_like(grid.T)
        electrons[inside] = self.target.electron_factor(grid.T[inside], kinematics.binding)
        return electrons

    def _kinematic_edges(self, kinematics: Kinematics) -> FloatArray:
        """Recoil limits of every line and spectrum end for the final state at hand."""
        E = np.unique(np.concatenate([flux.edge_energies for flux in self.fluxes]))
        E = E[E > E_threshold(kinematics.mass, kinematics.m_final)]
        limits = [T_max(E, kinematics.mass, kinematics.m_final)]
        if kinematics.m_final > 0:
            limits.append(T_min(E, kinematics.mass, kinematics.m_final))
        return np.concatenate(limits)


@dataclass(frozen=True, slots=True, eq=False)
class _Grid:
    """Quadrature nodes in the true recoil energy with the response evaluated on them."""

    edges: FloatArray  # (n_panels + 1,)
    T: FloatArray  # (8 n_panels,)
    weights: FloatArray
    response: FloatArray  # (n_bins, 8 n_panels)
    source: Response

    @classmethod
    def build(cls, edges: FloatArray, source: Response) -> _Grid:
        T, weights = _panel_nodes(edges)
        return cls(edges, T, weights, source.matrix(T), source)

    def refined(self, extra: FloatArray) -> _Grid:
        """Return a grid with further panel edges; the response is computed on cut panels only."""
        extra = np.unique(extra[(extra > self.edges[0]) & (extra < self.edges[-1])])
        edges = np.unique(np.concatenate([self.edges, extra]))
        if len(edges) == len(self.edges):
            return self
        T, weights = _panel_nodes(edges)
        old = np.searchsorted(self.edges, edges[:-1], side="right") - 1
        kept = (self.edges[old] == edges[:-1]) & (self.edges[old + 1] == edges[1:])
        response = np.empty((len(self.response), len(T)))
        kept_nodes = np.repeat(kept, len(_NODES))
        response[:, kept_nodes] = self.response[:, (8 * old[kept][:, None] + np.arange(8)).ravel()]
        response[:, ~kept_nodes] = self.source.matrix(T[~kept_nodes])
        return _Grid(edges, T, weights, response, self.source)


def _merged(terms: Sequence[Term]) -> list[Term]:
    """Add up the coupling matrices of terms that share their kinematics."""
    merged: dict[Hashable, Term] = {}
    for term in terms:
        known = merged.get(term.kinematics.key)
        matrix = term.matrix if known is None else known.matrix + term.matrix
        merged[term.kinematics.key] = Term(term.label, term.kinematics, matrix, term.helicity)
    return list(merged.values())


def _added(total: FloatArray, counts: FloatArray, rows: np.ndarray) -> FloatArray:
    """Add counts (..., n_rows, n_bins) to the rows of the total, broadcasting over model axes."""
    if counts.shape[-2] == total.shape[-2]:
        return total + counts
    total = np.broadcast_to(total, np.broadcast_shapes(total.shape[:-2], counts.shape[:-2]) + total.shape[-2:]).copy()
    total[..., rows, :] += counts
    return total


def _panel_nodes(edges: FloatArray) -> tuple[FloatArray, FloatArray]:
    half = np.diff(edges) / 2
    T = (edges[:-1] + half)[:, None] + half[:, None] * _NODES
    return T.ravel(), (half[:, None] * _WEIGHTS).ravel()


def recoil_spectrum(
    fluxes: Sequence[Flux],
    target: Material,
    terms: Mapping[Helicity, Sequence[Term]],
    T: FloatArray,
    mixing: ComplexArray,
) -> FloatArray:
    """Return the true recoil spectrum before any detector.

    Parameters
    ----------
    fluxes : sequence of Flux
    target : Material
    terms : mapping of helicity to terms
        Without model axes.
    T : array, shape (n_T,), keV
    mixing : array, shape (N, N)

    Returns
    -------
    array, shape (n_fluxes, n_T), 1/(keV kg s)
    """
    result = np.zeros((len(fluxes), len(T)))
    for row, flux in enumerate(fluxes):
        matrices = flux.flavour_matrices(mixing)
        for term in terms[flux.helicity]:
            average = term.kinematics.flux_averages([flux], T)
            electrons = target.electron_factor(T, term.kinematics.binding)
            result[row] += term.weights(matrices) @ average * electrons
    return result * target.units_per_kg
