"""Quenching: visible energy of a nuclear recoil, E_ee = Q(T) T, and where it is known.

`below` the range there is no light, or its first Q holds; `factor` multiplies the visible energy.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from nulight.experiments.quantities import EnergyNr, Fraction
from nulight.experiments.schema.base import Entry, Outside, Quality

__all__ = ["ConstantQuenching", "LindhardQuenching", "PolynomialQuenching", "Quenching", "TableQuenching"]

Range = tuple[EnergyNr, EnergyNr]
Number = Annotated[float, Field(allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class _Quenching(Entry):
    below: Outside = "zero"
    factor: Positive = 1.0
    quality: Quality | None = None


class ConstantQuenching(_Quenching):
    """The same factor at every recoil energy of `range`."""

    kind: Literal["constant"]
    value: Fraction
    range: Range


class TableQuenching(_Quenching):
    """Factor `value` interpolated linearly in `energy`, keVnr; its range is that of the table."""

    kind: Literal["table"]
    file: str
    energy: str
    value: str


class PolynomialQuenching(_Quenching):
    """E_ee = sum_k c_k x^(k+1) with E_ee and the recoil energy x in the unit `of`."""

    kind: Literal["polynomial"]
    coefficients: Annotated[tuple[Number, ...], Field(min_length=1)]
    of: Literal["eV", "keV", "MeV", "GeV"]
    range: Range


class LindhardQuenching(_Quenching):
    """Lindhard's factor with the given `k`; a compound needs the `Z` to use."""

    kind: Literal["lindhard"]
    k: Positive
    Z: Annotated[int, Field(gt=0)] | None = None
    range: Range


Quenching = Annotated[
    ConstantQuenching | TableQuenching | PolynomialQuenching | LindhardQuenching, Field(discriminator="kind")
]
