"""Quenching: visible energy of a nuclear recoil, E_ee = Q(T) T."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from nulight.experiments.quantities import EnergyNr, Fraction
from nulight.experiments.schema.base import Entry, Outside, Quality

__all__ = ["ConstantQuenching", "LindhardQuenching", "PolynomialQuenching", "Quenching", "TableQuenching"]

Range = tuple[EnergyNr, EnergyNr]
Number = Annotated[float, Field(allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class ConstantQuenching(Entry):
    """The same factor at every recoil energy of `range`."""

    kind: Literal["constant"]
    value: Fraction
    range: Range
    factor: Positive = 1.0
    quality: Quality | None = None


class TableQuenching(Entry):
    """Factor `value` interpolated linearly in `energy`, keVnr; `below` the table it is held or zero."""

    kind: Literal["table"]
    file: str
    energy: str
    value: str
    below: Outside = "zero"
    factor: Positive = 1.0
    quality: Quality | None = None


class PolynomialQuenching(Entry):
    """E_ee = sum_k c_k x^(k+1) with E_ee and the recoil energy x in the unit `of`."""

    kind: Literal["polynomial"]
    coefficients: Annotated[tuple[Number, ...], Field(min_length=1)]
    of: Literal["eV", "keV", "MeV", "GeV"]
    range: Range
    factor: Positive = 1.0
    quality: Quality | None = None


class LindhardQuenching(Entry):
    """Lindhard's factor with the given `k`; a compound needs the `Z` to use."""

    kind: Literal["lindhard"]
    k: Positive
    Z: Annotated[int, Field(gt=0)] | None = None
    range: Range
    factor: Positive = 1.0
    quality: Quality | None = None


Quenching = Annotated[
    ConstantQuenching | TableQuenching | PolynomialQuenching | LindhardQuenching, Field(discriminator="kind")
]
