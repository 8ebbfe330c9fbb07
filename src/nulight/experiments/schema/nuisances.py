"""Nuisances of a card: what they scale, or how they change the card."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from nulight.experiments.quantities import Fraction
from nulight.experiments.schema.base import Entry, Name

__all__ = ["Changes", "NuisanceEntry"]

Number = Annotated[float, Field(allow_inf_nan=False)]


class Changes(Entry):
    """What one standard deviation up, and down, lays over the card, written like a variant."""

    up: Annotated[dict[str, Any], Field(min_length=1)]
    down: Annotated[dict[str, Any], Field(min_length=1)] | None = None


class NuisanceEntry(Entry):
    """A factor 1 + u on everything in `scales`, or a shape with `changes` at u = +-1.

    Cards that use one name share u. `scales` takes names of backgrounds, of sources, of solar
    components, ``signal`` for every source, and ``background.parameter`` for a parameter of an
    exponential (amplitude, scale) or a line (counts, centre, sigma). `bounds` are those of u.
    The width of a Gaussian nuisance with changes is 1 if it is absent: one standard deviation.
    """

    name: Name
    kind: Literal["gaussian", "box", "free"]
    width: Fraction | None = None
    scales: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    changes: Changes | None = None
    bounds: tuple[Number, Number] | None = None
    note: str = ""

    @property
    def size(self) -> float | None:
        """Width of the prior of u; None for a free nuisance."""
        if self.width is None and self.kind == "gaussian" and self.changes is not None:
            return 1.0
        return self.width
