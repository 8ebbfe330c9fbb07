"""A card that has been read: its record, its text, its tables, and the numbers it states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from nulight.data.reader import Table
from nulight.experiments.faults import CardError
from nulight.experiments.frame import EnergyFamily, Frame, card_frame
from nulight.experiments.lookup import CardTables
from nulight.experiments.merging import overlaid
from nulight.experiments.schema import Card, CountsBackground, LineBackground, ObservedCounts, ProductBackground
from nulight.experiments.shapes import without_shapes
from nulight.experiments.stated import (
    StatedBackground,
    exposure_ratio,
    observed_counts,
    observed_errors,
    shape_axes,
    signal_template,
    stated_background,
)
from nulight.experiments.validate import validate_document
from nulight.typing import FloatArray

__all__ = ["LoadedCard"]


@dataclass(frozen=True, kw_only=True, eq=False)
class LoadedCard:
    """A card that validates, with the text and the tables it was made from.

    Attributes
    ----------
    card : Card
        The schema's record, numbers in internal units.
    label : str
        Name with variants: ``xenonnt-51cr:60t+gauss``.
    path : Path
        The card's file.
    document : dict
        The card as written, extension and variants merged: texts with their units.
    tables : dict of str to Table
        Every table the card names, by the name it uses, with source, quality and hash.
    """

    card: Card
    label: str
    path: Path
    document: dict[str, Any]
    tables: dict[str, Table]

    @cached_property
    def frame(self) -> Frame:
        """Bins of the energy and of the further axes."""
        return card_frame(self.card, self.tables)

    @property
    def family(self) -> EnergyFamily:
        """What reconstructed energies are in: "keVee", "keVnr" or "PE"."""
        return self.frame.family

    @property
    def axes(self) -> tuple[tuple[str, FloatArray], ...]:
        """Names and edges (n + 1,) of the axes beside the energy; times in s."""
        return tuple((axis.name, axis.edges) for axis in self.frame.axes)

    @property
    def time_axis(self) -> str | None:
        """Name of the axis that is a time, if there is one."""
        return None if self.frame.time is None else self.frame.time.name

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of bins of the energy and of each axis; counts are flattened from it in C order."""
        return self.frame.shape

    @property
    def n_bins(self) -> int:
        """Number of bins in all."""
        return self.frame.n_bins

    def edges(self) -> FloatArray:
        """Return the edges of the energy bins, shape (n_energy + 1,), keV or PE as `family` says."""
        return self.frame.energy.edges

    def observed(self) -> FloatArray | None:
        """Return the observed counts, shape (n_bins,), or None where an Asimov set stands for them."""
        entry = self.card.observed
        if not isinstance(entry, ObservedCounts):
            return None
        return observed_counts(entry, self.tables, self.frame, signed=entry.sigma is not None)

    def observed_sigma(self) -> FloatArray | None:
        """Return the errors stated with the observed counts, shape (n_bins,), or None if there are none."""
        entry = self.card.observed
        return observed_errors(entry, self.tables, self.frame) if isinstance(entry, ObservedCounts) else None

    def background_counts(self) -> dict[str, FloatArray]:
        """Return the counts of the backgrounds that the card holds, each of shape (n_bins,).

        Those are tables of counts or rates, flat ones and products; exponentials and lines depend on
        nuisances, relative ones on the signal. What a background `contains` is still in it: take the
        Standard Model signal of those sources off once.
        """
        return {
            entry.name: stated_background(entry, self.tables, self.frame, self.card.exposure)
            for entry in self.card.backgrounds
            if isinstance(entry, StatedBackground)
        }

    def signal_shape(self) -> FloatArray | None:
        """Return P(bins of the covered axes | energy bin), shape (n_energy, n of each covered axis), or None.

        Adds up to one in each energy bin; `shaped_axes` names what it covers.
        """
        entry = self.card.signal_shape
        return None if entry is None else signal_template(entry, self.tables, self.frame)

    @property
    def shaped_axes(self) -> tuple[str, ...]:
        """Axes that `signal_shape` covers, in the order of the card."""
        return () if self.card.signal_shape is None else shape_axes(self.card.signal_shape, self.card.axes)

    def uniform_in_time(self, counts: FloatArray) -> FloatArray:
        """Spread counts per energy bin, shape (n_energy,), evenly over the time axis: shape (n_bins,)."""
        return self.frame.uniform_in_time(counts)

    def exposure_ratio(self, entry: CountsBackground | ProductBackground | LineBackground) -> float:
        """Return the factor on the counts of a background for the exposure of the card."""
        return exposure_ratio(entry, self.card.exposure)

    def changed(self, changes: Mapping[str, Any]) -> LoadedCard:
        """Return the card with changes laid over it, like those of a variant.

        The result keeps its nuisances except for those that change the card themselves.

        Parameters
        ----------
        changes : mapping
            Entries as in a card: ``{"response": {"quenching": {"factor": 1.1}}}``.

        Raises
        ------
        CardError
            If the changed card does not validate.
        """
        document = without_shapes(overlaid(self.document, changes))
        if any(changes == known for known in self._checked_changes()):
            return replace(self, card=Card.model_validate(document), document=document)
        tables = CardTables(self.path.parent, self.tables)
        card, faults = validate_document(document, tables)
        if card is None:
            raise CardError(self.label, faults)
        return replace(self, card=card, document=document, tables=tables.found)

    def _checked_changes(self) -> list[Mapping[str, Any] | None]:
        """Changes of the nuisances, which have been validated with the card."""
        shapes = [nuisance.changes for nuisance in self.card.nuisances if nuisance.changes is not None]
        return [side for shape in shapes for side in (shape.up, shape.down)]
