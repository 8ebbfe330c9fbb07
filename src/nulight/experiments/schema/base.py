"""What every part of a card has in common: no unknown fields, names, qualities."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

__all__ = ["EnergyAxis", "Entry", "Flavour", "Name", "Outside", "Quality", "Reference"]

Name = Annotated[str, Field(pattern=r"^[\w.-]+$", description="letters, digits, _ . -")]
Quality = Literal["exact", "digitised", "reconstructed", "proxy"]
Flavour = Literal["nu_e", "nu_mu", "nu_tau", "nubar_e", "nubar_mu", "nubar_tau"]
Outside = Literal["hold", "zero"]
EnergyAxis = Annotated[Literal["reconstructed", "true"], BeforeValidator(lambda v: "true" if v is True else v)]
"""Energy an efficiency is a function of; YAML reads an unquoted ``true`` as a truth value."""


class Entry(BaseModel):
    """Base of every part of a card: immutable, and no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Reference(Entry):
    """Where something is published; at least one of the three."""

    arxiv: str | None = None
    doi: str | None = None
    texkey: str | None = None
