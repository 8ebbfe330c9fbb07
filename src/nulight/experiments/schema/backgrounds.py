"""Backgrounds of a card: tabulated, flat, or of a given form."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from nulight.experiments.quantities import Exposure, Fraction, Rate, Reconstructed, ReconstructedWidth
from nulight.experiments.schema.axes import TableColumns
from nulight.experiments.schema.base import Entry, Name, Outside, Quality

__all__ = [
    "Background",
    "CountsBackground",
    "ExponentialBackground",
    "Factor",
    "FlatBackground",
    "LineBackground",
    "ProductBackground",
    "RateBackground",
    "RelativeBackground",
]

NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class RateBackground(Entry):
    """A sampled rate per exposure and energy, as reconstructed, efficiency included.

    ``histogram``: constant in evenly spaced cells around the tabulated energies; ``linear``:
    straight lines between them. `outside` says what holds beyond the table; absent, bins may not
    reach there. `contains` names the sources whose Standard Model signal is already in it. Uniform
    on a time axis.
    """

    kind: Literal["rate-table"]
    name: Name
    file: str
    energy: str
    rate: str
    interpolation: Literal["histogram", "linear"]
    outside: Outside | None = None
    contains: tuple[str, ...] = ()
    factor: NotNegative = 1.0
    quality: Quality | None = None


class CountsBackground(Entry):
    """Counts of a table's rows, added up inside the card's bins like the observed ones.

    They belong to `exposure`, the card's own if absent, and grow with the exposure of the card.
    """

    kind: Literal["counts"]
    name: Name
    file: str
    lower: str
    upper: str
    column: str
    axes: dict[str, TableColumns] = Field(default_factory=dict)
    contains: tuple[str, ...] = ()
    factor: NotNegative = 1.0
    exposure: Exposure | None = None
    quality: Quality | None = None


class FlatBackground(Entry):
    """The same rate at every energy, efficiency included: ``"15.8 events/(t yr keV)"``; uniform in time."""

    kind: Literal["flat"]
    name: Name
    rate: Rate
    contains: tuple[str, ...] = ()
    quality: Quality | None = None


class Factor(Entry):
    """One factor of a product: a column of probabilities or counts, normalised over all its rows.

    Rows finer than the bins are added up; what lies outside the bins is lost.
    """

    file: str
    lower: str
    upper: str
    column: str
    quality: Quality | None = None


class ProductBackground(Entry):
    """`counts` times a factor of the energy and one of each further axis of the card.

    The counts are those of all rows of the tables, within `exposure` (the card's own if absent).
    """

    kind: Literal["product"]
    name: Name
    counts: NotNegative
    energy: Factor
    axes: dict[str, Factor] = Field(default_factory=dict)
    exposure: Exposure | None = None
    quality: Quality | None = None


class ExponentialBackground(Entry):
    """Rate amplitude exp(-E/scale) of the reconstructed energy, efficiency included; uniform in time."""

    kind: Literal["exponential"]
    name: Name
    amplitude: Rate
    scale: ReconstructedWidth
    quality: Quality | None = None


class LineBackground(Entry):
    """A Gaussian line of the reconstructed energy with `counts` in all; uniform in time.

    The counts are those of `exposure`, the card's own if absent.
    """

    kind: Literal["line"]
    name: Name
    counts: NotNegative
    centre: Reconstructed
    sigma: ReconstructedWidth
    exposure: Exposure | None = None
    quality: Quality | None = None


class RelativeBackground(Entry):
    """A fixed fraction of the Standard Model signal in every bin; `of` is signal or a source."""

    kind: Literal["relative"]
    name: Name
    of: str
    fraction: Fraction
    quality: Quality | None = None


Background = Annotated[
    RateBackground
    | CountsBackground
    | FlatBackground
    | ProductBackground
    | ExponentialBackground
    | LineBackground
    | RelativeBackground,
    Field(discriminator="kind"),
]
