"""An experiment: a validated card brought to life as expected counts for any couplings.

It implements the count model the inference asks for. Components are flux components of the signal
and backgrounds; a published background that already contains the Standard Model signal of a source
has it subtracted once, so that model = B0 - S_SM + S(couplings).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np

from nulight._version import __version__
from nulight.conventions import Conventions
from nulight.experiments.assembly import build_response, build_source
from nulight.experiments.loader import LoadedCard
from nulight.experiments.schema import Card
from nulight.inference.model import Nuisance
from nulight.models.couplings import OwnInteraction, baseline_r2, electron_terms
from nulight.models.parameters import PARAMETERS, Parameter
from nulight.neutrinos.flux import FLAVOURS, Helicity
from nulight.neutrinos.mixing import get_oscillation, pmns
from nulight.rates import Folder
from nulight.sources import Source
from nulight.sources.solar import SOLAR_COMPONENTS
from nulight.targets import get_material
from nulight.typing import FloatArray

__all__ = ["Experiment"]

_ROUNDING = 0.01  # of a background's largest bin: how far its table may fall short of the signal it contains


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
        card = self.card
        head = f"{self.name}: {card.title}"
        sources = ", ".join(source.name for source in card.sources)
        edges = self.bin_edges
        bins = f"{len(edges) - 1} bins, {edges[0]:g}-{edges[-1]:g} keV, {self.statistic}"
        own = [f"own interactions: {', '.join(o.parameter.name for o in self.own)}"] if self.own else []
        lines = [
            head,
            f"{card.status}, quality {card.quality}; sources: {sources}; target: {card.target.material}",
            bins,
        ]
        return "\n  ".join([*lines, *own, f"conventions: {self.conventions.name}"])

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
    def bin_edges(self) -> FloatArray:
        """Reconstructed edges, shape (n_bins + 1,), keV."""
        return self.loaded.edges()

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """Neutrino sources of the card, at the detector."""
        return tuple(build_source(entry, self.conventions, self.loaded.tables) for entry in self.card.sources)

    @cached_property
    def folder(self) -> Folder:
        """Templates of the signal."""
        target = self.card.target
        return Folder(
            fluxes=tuple(flux for source in self.sources for flux in source.fluxes),
            labels=tuple(label for source in self.sources for label in self._labels(source)),
            target=get_material(target.material, target.shells or self.conventions.shells),
            response=build_response(self.card.response, self.bin_edges, self.loaded.tables),
            exposure=self.card.exposure,
            mixing=pmns(get_oscillation(self.conventions.oscillation)),
        )

    @cached_property
    def components(self) -> tuple[str, ...]:
        """Signal components, then backgrounds."""
        return (*self.folder.components, *self.backgrounds)

    @cached_property
    def backgrounds(self) -> dict[str, FloatArray]:
        """Background counts (n_bins,) without the Standard Model signal that their tables contain.

        Raises
        ------
        ValueError
            If more signal would have to be taken off a bin than it has.
        """
        raw = self.loaded.background_counts()
        contained = {entry.name: entry.contains for entry in self.card.backgrounds if entry.contains}
        if contained:
            standard = self.folder.counts(self._terms({}))
        for name, sources in contained.items():
            signal = standard[self._rows(sources)].sum(axis=0)
            self._check_contained(name, sources, raw[name], signal)
            raw[name] = raw[name] - signal
        return raw

    def _check_contained(self, name: str, sources: Sequence[str], counts: FloatArray, signal: FloatArray) -> None:
        missing = signal - counts
        i = int(np.argmax(missing))
        if missing[i] > _ROUNDING * counts.max():
            raise ValueError(
                f"{self.name}: background {name} has {counts[i]:.4g} counts in {self.bin_edges[i]:g}-"
                f"{self.bin_edges[i + 1]:g} keV, but the {', '.join(sources)} signal it contains is {signal[i]:.4g}; "
                "check exposure and efficiency, or leave out contains"
            )

    @cached_property
    def _fixed(self) -> FloatArray:
        return np.stack(list(self.backgrounds.values()))

    @property
    def planned(self) -> bool:
        """Whether the data are the expectation, as the card of a planned experiment says."""
        return self.card.observed.kind == "asimov"

    @cached_property
    def observed(self) -> FloatArray:
        """Observed counts, shape (n_bins,); the default expectation for a planned experiment."""
        counts = self.loaded.observed()
        return self.expected({})[0].sum(axis=0) if counts is None else counts

    @cached_property
    def sigma(self) -> FloatArray | None:
        """Errors sqrt(observed) of the Gaussian statistic, at least one count; None for Poisson."""
        return np.sqrt(np.maximum(self.observed, 1.0)) if self.statistic == "gaussian" else None

    @cached_property
    def nuisances(self) -> tuple[Nuisance, ...]:
        """Nuisances of the card, and those of the sources' fluxes unless the card switches them off."""
        own = {n.name: Nuisance(n.name, n.kind, n.width) for n in self.card.nuisances}
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
            for component in self._scaled(entry.scales):
                result[component].append(entry.name)
        for source in self.sources if self.card.source_nuisances else ():
            for nuisance in source.nuisances:
                for component in {self._label(source, c) for c in nuisance.components}:
                    if nuisance.name not in result[component]:
                        result[component].append(nuisance.name)
        return {component: tuple(names) for component, names in result.items()}

    def expected(self, params: Mapping[str, Any]) -> FloatArray:
        """Return expected counts before nuisances.

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
        signal = self.folder.counts(self._terms(params))
        signal = signal.reshape(-1, *signal.shape[-2:])
        if not self.backgrounds:
            return signal
        counts = np.empty((len(signal), len(self.components), signal.shape[2]))
        counts[:, : signal.shape[1]] = signal
        counts[:, signal.shape[1] :] = self._fixed
        return counts

    def by_interaction(self, params: Mapping[str, Any]) -> dict[str, FloatArray]:
        """Return signal counts of each interaction, arrays (n_bins,), at one parameter point."""
        parts = self.folder.counts_by_label(self._terms(params))
        return {label: counts.sum(axis=-2).reshape(-1) for label, counts in parts.items()}

    def parameters(self) -> dict[str, Parameter]:
        """Return the parameters the experiment knows, defaults as the conventions have them."""
        known = dict(PARAMETERS)
        known["sin2_theta_w"] = replace(known["sin2_theta_w"], default=self.conventions.sin2_theta_w)
        for flavour, r2 in zip(FLAVOURS, baseline_r2(self.conventions), strict=True):
            pair = flavour + flavour
            known[f"r2_nu_{pair}"] = replace(known[f"r2_nu_{pair}"], default=float(r2))
            anapole = self.conventions.anapole_per_r2 * float(r2)
            known[f"a_nu_{pair}"] = replace(known[f"a_nu_{pair}"], default=anapole)
        return known | {o.parameter.name: o.parameter for o in self.own}

    def provenance(self) -> dict[str, Any]:
        """Return what the numbers were made from: version, conventions, data hashes, citations."""
        references = [r.texkey or r.arxiv or r.doi for r in self.card.references]
        citations = [
            *references,
            *(c for source in self.sources for c in source.citations),
            *self.folder.target.citations,
            "Vogel:1989iv",  # weak scattering on electrons, in every expectation
        ]
        card = {name: table.sha256 for name, table in self.loaded.tables.items()}
        hashes = [card, self.folder.target.hashes, *(source.hashes for source in self.sources)]
        return {
            "version": __version__,
            "experiments": [self.name],
            "quality": {self.name: self.card.quality},
            "conventions": self.conventions.to_dict(),
            "data": {name: digest for table in hashes for name, digest in table.items()},
            "citations": list(dict.fromkeys(c for c in citations if c)),
        }

    def _terms(self, params: Mapping[str, Any]) -> dict[Helicity, list[Any]]:
        atomic = self.card.target.atomic
        helicities: set[Helicity] = {group.helicity for group in self.folder.groups}
        return {h: electron_terms(params, self.conventions, h, own=self.own, atomic=atomic) for h in helicities}

    def _labels(self, source: Source) -> list[str]:
        return [self._label(source, component) for component in source.components]

    def _label(self, source: Source, component: str) -> str:
        """A flux of its own uncertainty is a component; the others are counted under the source."""
        named = {name for entry in self.card.nuisances for name in entry.scales}
        flux = self.card.source_nuisances and any(
            component in n.components and len(n.components) < len(source.components) for n in source.nuisances
        )
        if component in SOLAR_COMPONENTS:
            return component if flux or component in named else source.name
        return f"{source.name}:{component}" if flux else source.name

    def _rows(self, sources: Sequence[str]) -> list[int]:
        labels = {label for source in self.sources if source.name in sources for label in self._labels(source)}
        return [i for i, component in enumerate(self.folder.components) if component in labels]

    def _scaled(self, names: Sequence[str]) -> list[str]:
        """Components that the names of a card's nuisance stand for."""
        everything = {source.name: self._labels(source) for source in self.sources}
        everything["signal"] = list(self.folder.components)
        labels = [label for name in names for label in everything.get(name, [name])]
        return list(dict.fromkeys(labels))
