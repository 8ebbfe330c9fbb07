"""An experiment: a validated card brought to life as expected counts for any couplings.

It implements the count model the inference asks for. Components are flux components of the signal
and backgrounds of fixed shape; changes of shape and parametric backgrounds come beside them. Counts
are flattened over the bins, reconstructed energy first, then the further axes of the card.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np

from nulight._version import __version__
from nulight.conventions import Conventions
from nulight.experiments.assembly import build_source
from nulight.experiments.backgrounds import fixed_backgrounds
from nulight.experiments.building import build_signal, build_target, component_label, mean_neutron_radius
from nulight.experiments.frame import Frame
from nulight.experiments.loader import LoadedCard
from nulight.experiments.morphs import ShapeChange, morph_rows, morphed_counts
from nulight.experiments.parametric import FormCounts, parametric_counts
from nulight.experiments.responses import Recoil
from nulight.experiments.schema import Card, NuisanceEntry
from nulight.experiments.signal import Signal
from nulight.inference.expectation import Morph
from nulight.inference.model import Nuisance
from nulight.models.couplings import OwnInteraction, baseline_r2
from nulight.models.parameters import PARAMETERS, Parameter
from nulight.neutrinos.flux import FLAVOURS
from nulight.neutrinos.mixing import get_oscillation
from nulight.rates import Folder, Target
from nulight.sources import Source
from nulight.targets.nuclei import NuclearTarget
from nulight.typing import FloatArray

__all__ = ["Experiment"]

_SHAPE_BOUNDS = (-5.0, 5.0)  # standard deviations within which a parabola through three points is taken
_CITATIONS: dict[Recoil, str] = {"electron-recoil": "Vogel:1989iv", "nuclear-recoil": "Freedman:1973yd"}
"""Formulas of the weak scattering that is in every expectation."""


@dataclass(frozen=True, eq=False, repr=False)
class Experiment:
    """Expected and observed counts of one card under one set of conventions; made by `load`.

    Attributes
    ----------
    loaded : LoadedCard
        The validated card with its tables.
    conventions : Conventions
    own : tuple of OwnInteraction
        Interactions of the user beside the built-in ones.
    """

    loaded: LoadedCard
    conventions: Conventions
    own: tuple[OwnInteraction, ...] = ()

    def __repr__(self) -> str:
        """Say what it is, without its tables."""
        card, edges, axes = self.card, self.bin_edges, self.frame.axes
        sources = ", ".join(source.name for source in card.sources)
        further = "".join(f" x {axis.n_bins} of {axis.name}" for axis in axes)
        lines = [
            f"{self.name}: {card.title}",
            f"{card.status}, quality {card.quality}; sources: {sources}; "
            f"target: {card.target.material}, {card.channel if card.channel != 'both' else 'electrons and nuclei'}",
            f"{len(edges) - 1} bins{further}, {edges[0]:g}-{edges[-1]:g} {self.frame.family}, {self.statistic}",
        ]
        own = [f"own interactions: {', '.join(o.parameter.name for o in self.own)}"] if self.own else []
        return "\n  ".join([*lines, *own, f"conventions: {self.conventions.name}"])

    def __getstate__(self) -> dict[str, Any]:
        return {f.name: getattr(self, f.name) for f in fields(self)}  # templates hold functions; copies make their own

    # --- the card ---------------------------------------------------------------------------------

    @property
    def card(self) -> Card:
        """The card, numbers in internal units."""
        return self.loaded.card

    @property
    def name(self) -> str:
        """Name of the card with its variants."""
        return self.loaded.label

    @property
    def statistic(self) -> Literal["poisson", "gaussian"]:
        """Likelihood the card asks for."""
        return self.card.statistic

    @cached_property
    def frame(self) -> Frame:
        """Bins in every dimension: reconstructed energy, then the further axes."""
        return self.loaded.frame

    @property
    def bin_edges(self) -> FloatArray:
        """Reconstructed edges, shape (n_E + 1,), in the unit `frame.family`."""
        return self.frame.energy.edges

    @property
    def channels(self) -> tuple[Recoil, ...]:
        """Recoils that are counted."""
        return ("nuclear-recoil", "electron-recoil") if self.card.channel == "both" else (self.card.channel,)

    # --- the signal -------------------------------------------------------------------------------

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """Neutrino sources of the card, at the detector."""
        return tuple(build_source(entry, self.conventions, self.loaded.tables) for entry in self.card.sources)

    @cached_property
    def signal(self) -> Signal:
        """Signal counts for any couplings."""
        signal = build_signal(self.loaded, self.sources, self.targets, self.conventions, self.own)
        return replace(signal, card=self.name)

    @cached_property
    def targets(self) -> dict[Recoil, Target]:
        """What recoils, by channel."""
        return {recoil: build_target(self.card, recoil, self.conventions) for recoil in self.channels}

    @property
    def folder(self) -> Folder:
        """Templates of the signal in the first channel."""
        return self.signal.folders[self.channels[0]]

    @cached_property
    def components(self) -> tuple[str, ...]:
        """Signal components, then backgrounds of fixed shape."""
        return (*self.signal.components, *self.backgrounds)

    def expected(self, params: Mapping[str, Any]) -> FloatArray:
        """Return expected counts before nuisances, without parametric backgrounds.

        Parameters
        ----------
        params : mapping of str to float or array (n_points,)
            Physics parameters in the units of `PARAMETERS`; those not set have their defaults.

        Returns
        -------
        array, shape (n_points, n_components, n_bins), counts

        Raises
        ------
        ParameterError
            For an unknown parameter or a value outside its domain.
        """
        signal = self.signal.counts(params)
        if not self.backgrounds:
            return signal
        counts = np.empty((len(signal), len(self.components), signal.shape[2]))
        counts[:, : signal.shape[1]] = signal
        counts[:, signal.shape[1] :] = self._fixed
        return counts

    def by_interaction(self, params: Mapping[str, Any]) -> dict[str, FloatArray]:
        """Return signal counts of each interaction, arrays (n_bins,), at one parameter point."""
        return self.signal.by_interaction(params)

    # --- backgrounds and data ---------------------------------------------------------------------

    @cached_property
    def backgrounds(self) -> dict[str, FloatArray]:
        """Counts (n_bins,) of backgrounds of fixed shape, without the Standard Model signal that their tables contain.

        Raises
        ------
        ValueError
            If more signal would have to be taken off a bin than it has.
        """
        return fixed_backgrounds(self.loaded, self._standard)

    @cached_property
    def parametric(self) -> tuple[FormCounts, ...]:
        """Backgrounds whose parameters float: exponentials and lines."""
        return parametric_counts(self.loaded)

    @property
    def nominal_parametric(self) -> dict[str, FloatArray]:
        """Counts (n_bins,) of the parametric backgrounds at the values of the card."""
        return {form.name: form.counts(np.zeros((1, len(form.nuisances))))[0] for form in self.parametric}

    @property
    def planned(self) -> bool:
        """Whether the data are the expectation, as the card of a planned experiment says."""
        return self.card.observed.kind == "asimov"

    @cached_property
    def observed(self) -> FloatArray:
        """Observed counts, shape (n_bins,); the default expectation for a planned experiment."""
        counts = self.loaded.observed()
        if counts is not None:
            return counts
        return np.asarray(self.expected({})[0].sum(axis=0) + sum(self.nominal_parametric.values()))

    @cached_property
    def sigma(self) -> FloatArray | None:
        """Errors of the Gaussian statistic; None for Poisson.

        Those of the card, otherwise sqrt(observed), at least one count.
        """
        if self.statistic != "gaussian":
            return None
        stated = self.loaded.observed_sigma()
        return np.sqrt(np.maximum(self.observed, 1.0)) if stated is None else stated

    # --- nuisances --------------------------------------------------------------------------------

    @cached_property
    def nuisances(self) -> tuple[Nuisance, ...]:
        """Nuisances of the card, and those of the sources' fluxes unless the card switches them off."""
        own = {n.name: _nuisance(n) for n in self.card.nuisances}
        if self.card.source_nuisances:
            for source in self.sources:
                for n in source.nuisances:
                    own.setdefault(n.name, Nuisance(n.name, "gaussian", n.width))
        return tuple(own.values())

    @cached_property
    def scales(self) -> dict[str, tuple[str, ...]]:
        """Nuisances that multiply each component."""
        result: dict[str, list[str]] = {component: [] for component in self.components}
        for entry in self.card.nuisances:
            for component in self._scaled(entry.scales or ()):
                if component in result:  # the others are parameters of parametric backgrounds
                    result[component].append(entry.name)
        for source in self.sources if self.card.source_nuisances else ():
            for nuisance in source.nuisances:
                for component in dict.fromkeys(self._labels(source, nuisance.components)):
                    if nuisance.name not in result[component]:
                        result[component].append(nuisance.name)
        return {component: tuple(names) for component, names in result.items()}

    @cached_property
    def shape_changes(self) -> tuple[ShapeChange, ...]:
        """Nuisances that change the card, with the changed experiments."""
        return tuple(self._shape_change(entry) for entry in self.card.nuisances if entry.changes is not None)

    @cached_property
    def morphs(self) -> tuple[Morph, ...]:
        """Rows of counts that shape nuisances add."""
        return morph_rows(self.shape_changes)

    def morph_counts(self, params: Mapping[str, Any]) -> FloatArray:
        """Return the counts of the rows of `morphs`, shape (n_points, n_morphs, n_bins)."""
        return morphed_counts(self, self.shape_changes, params)

    # --- what it is made of -----------------------------------------------------------------------

    def parameters(self) -> dict[str, Parameter]:
        """Return the parameters the experiment knows, defaults as conventions and target have them."""
        known = dict(PARAMETERS)
        known["sin2_theta_w"] = replace(known["sin2_theta_w"], default=self.conventions.sin2_theta_w)
        for flavour, r2 in zip(FLAVOURS, baseline_r2(self.conventions), strict=True):
            pair = flavour + flavour
            known[f"r2_nu_{pair}"] = replace(known[f"r2_nu_{pair}"], default=float(r2))
            anapole = self.conventions.anapole_per_r2 * float(r2)
            known[f"a_nu_{pair}"] = replace(known[f"a_nu_{pair}"], default=anapole)
        delta_cp = get_oscillation(self.conventions.oscillation).delta_cp
        known["delta_cp"] = replace(known["delta_cp"], default=delta_cp)
        nuclei = self.targets.get("nuclear-recoil")
        if isinstance(nuclei, NuclearTarget):
            known["R_n"] = replace(known["R_n"], default=mean_neutron_radius(nuclei))
        return known | {o.parameter.name: o.parameter for o in self.own}

    def provenance(self) -> dict[str, Any]:
        """Return what the numbers were made from: version, conventions, data hashes, citations."""
        references = [r.texkey or r.arxiv or r.doi for r in self.card.references]
        citations = [
            *references,
            *(c for source in self.sources for c in source.citations),
            *(c for target in self.targets.values() for c in target.citations),
            *(_CITATIONS[recoil] for recoil in self.channels),
        ]
        cards = [self.loaded, *(side.loaded for change in self.shape_changes for side in change.sides)]
        tables = [{name: table.sha256 for name, table in loaded.tables.items()} for loaded in cards]
        used = [*tables, *(target.hashes for target in self.targets.values()), *(s.hashes for s in self.sources)]
        return {
            "version": __version__,
            "experiments": [self.name],
            "quality": {self.name: self.card.quality},
            "conventions": self.conventions.to_dict(),
            "data": {name: digest for table in used for name, digest in table.items()},
            "citations": list(dict.fromkeys(c for c in citations if c)),
        }

    # --- how it is put together -------------------------------------------------------------------

    @cached_property
    def _fixed(self) -> FloatArray:
        return np.stack(list(self.backgrounds.values()))

    def _standard(self, sources: Sequence[str]) -> FloatArray:
        """Standard Model counts (n_bins,) of some sources."""
        labels = {label for s in self.sources if s.name in sources for label in self._labels(s, s.components)}
        rows = [i for i, component in enumerate(self.signal.components) if component in labels]
        counts: FloatArray = self.signal.standard[rows].sum(axis=0)
        return counts

    def _shape_change(self, entry: NuisanceEntry) -> ShapeChange:
        assert entry.changes is not None
        up, down = (
            None if side is None else Experiment(self.loaded.changed(side), self.conventions, self.own)
            for side in (entry.changes.up, entry.changes.down)
        )
        assert up is not None
        touched = frozenset({*entry.changes.up, *(entry.changes.down or {})})
        return ShapeChange.between(self, entry.name, up, down, touched)

    def _labels(self, source: Source, components: Sequence[str]) -> list[str]:
        return [component_label(self.card, source, component) for component in components]

    def _scaled(self, names: Sequence[str]) -> list[str]:
        """Components that the names of a card's nuisance stand for."""
        everything = {source.name: self._labels(source, source.components) for source in self.sources}
        everything["signal"] = list(self.signal.components)
        labels = [label for name in names for label in everything.get(name, [name])]
        return list(dict.fromkeys(labels))


def _nuisance(entry: NuisanceEntry) -> Nuisance:
    lower, upper = entry.bounds or (_SHAPE_BOUNDS if entry.changes is not None else (None, None))
    return Nuisance(entry.name, entry.kind, entry.size, lower, upper)
