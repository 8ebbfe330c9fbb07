"""The bins a card counts in: reconstructed energy first, then its further axes.

The reconstructed energy is in keVee, in keVnr (reconstructed equals true nuclear recoil energy) or in
photoelectrons; one card uses one of them throughout. Counts are flattened in C order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from nulight.data.reader import Table
from nulight.experiments.columns import header_unit
from nulight.experiments.contents import axis_edges, bin_edges
from nulight.experiments.faults import ContentError
from nulight.experiments.quantities import Family, unit_family
from nulight.experiments.rows import Dimension
from nulight.experiments.schema import Axis, Card, EdgeBins, TableBins, UniformBins
from nulight.typing import FloatArray

__all__ = [
    "Channel",
    "EnergyFamily",
    "Frame",
    "axis_dimension",
    "axis_family",
    "bins_family",
    "card_frame",
    "column_families",
]

EnergyFamily = Literal["keVee", "keVnr", "PE"]
Channel = Literal["electron-recoil", "nuclear-recoil", "both"]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """All dimensions of a card's bins.

    Attributes
    ----------
    family : "keVee", "keVnr" or "PE"
        What reconstructed energies are in.
    dimensions : tuple of Dimension
        The energy, then the axes in the order of the card.
    """

    family: EnergyFamily
    dimensions: tuple[Dimension, ...]

    @property
    def energy(self) -> Dimension:
        """The reconstructed energy."""
        return self.dimensions[0]

    @property
    def axes(self) -> tuple[Dimension, ...]:
        """Observables beside the energy."""
        return self.dimensions[1:]

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of bins of each dimension."""
        return tuple(dimension.n_bins for dimension in self.dimensions)

    @property
    def n_bins(self) -> int:
        """Number of bins in all."""
        return int(np.prod(self.shape))

    @property
    def time(self) -> Dimension | None:
        """The time axis, if there is one."""
        return next((axis for axis in self.axes if axis.families == ("time",)), None)

    def same_bins(self, other: Frame) -> bool:
        """Whether both have the same dimensions with the same edges."""
        return self.shape == other.shape and all(
            a.name == b.name and np.array_equal(a.edges, b.edges)
            for a, b in zip(self.dimensions, other.dimensions, strict=True)
        )

    def uniform_in_time(self, counts: FloatArray) -> FloatArray:
        """Spread counts evenly over the time axis.

        Parameters
        ----------
        counts : array, shape (n_energy,)

        Returns
        -------
        array, shape (n_bins,)

        Raises
        ------
        ContentError
            If there is an axis that is not a time.
        """
        for axis in self.axes:
            if axis.families != ("time",):
                problem = "is an axis on which this background is not known"
                raise ContentError(axis.name, problem, "kind: counts or product, which say how it is distributed there")
        result = np.asarray(counts)
        for axis in self.axes:
            widths = np.diff(axis.edges)
            result = result[..., None] * (widths / widths.sum())
        return result.reshape(-1)


def bins_family(bins: UniformBins | EdgeBins | TableBins, table: Table | None, channel: Channel) -> Family:
    """Return what the bins are in; "keV" where a table does not say which and the channel does not decide."""
    if isinstance(bins, UniformBins):
        return bins.start.family
    if isinstance(bins, EdgeBins):
        return bins.edges[0].family
    assert table is not None
    family = unit_family(header_unit(table, bins.lower))
    return "keVee" if family == "keV" and channel == "electron-recoil" else family


def column_families(family: EnergyFamily, channel: Channel) -> tuple[Family, ...]:
    """Return the units that columns of reconstructed energies may have.

    Plain keV stands for keVee where nothing but electrons recoil.
    """
    return ("keVee", "keV") if family == "keVee" and channel == "electron-recoil" else (family,)


def axis_family(axis: Axis) -> Family:
    """Return whether an axis is a time or a plain number."""
    first = axis.start if axis.edges is None else axis.edges[0]
    return "number" if first is None else first.family


def card_frame(card: Card, tables: Mapping[str, Table]) -> Frame:
    """Return the bins of a sound card."""
    table = tables[card.bins.file] if isinstance(card.bins, TableBins) else None
    family = bins_family(card.bins, table, card.channel)
    assert family in ("keVee", "keVnr", "PE")
    families = column_families(family, card.channel)
    energy = Dimension("energy", bin_edges(card.bins, table, families), families)
    return Frame(family, (energy, *(axis_dimension(axis) for axis in card.axes)))


def axis_dimension(axis: Axis) -> Dimension:
    """Return the dimension of a sound axis."""
    return Dimension(axis.name, axis_edges(axis), (axis_family(axis),))
