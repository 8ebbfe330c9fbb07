"""Text with units as fields of a card: each is checked and becomes a number in internal units.

The kinds are those of `nulight.units`, and two that only cards and their tables need: a rate per
exposure and energy, and the value of a coupling. Energies of a card are electron-equivalent where
they are reconstructed (bins, thresholds) and plain where they are true.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic_core import PydanticCustomError, core_schema

from nulight.units import UnitError, parse_quantity, unit_value

__all__ = [
    "Activity",
    "CouplingValue",
    "Duration",
    "Energy",
    "EnergyEe",
    "Exposure",
    "Flux",
    "Fraction",
    "Length",
    "Offset",
    "Position",
    "Power",
    "Quantity",
    "Rate",
    "Share",
    "SqrtEnergy",
    "Time",
    "coupling_value",
    "rate_unit",
]

_RATE_UNIT = re.compile(r"\s*(?:events|counts|1)?\s*/\s*\(\s*(\S+) (\S+) (\S+)\s*\)")
_NUMBER_UNIT = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*?)\s*$")
_COUPLING_UNITS = ("mu_B", "e", "cm^2", "")


@dataclass(frozen=True, slots=True)
class Quantity:
    """Annotation of a pydantic field that is written as text with a unit.

    Attributes
    ----------
    kind : str
        One of `nulight.units.KINDS`, ``"rate"`` or ``"coupling"``.
    sign : "positive", "not negative" or "any"
        What the number may be.

    Examples
    --------
    >>> from pydantic import TypeAdapter
    >>> TypeAdapter(Annotated[float, Quantity("length")]).validate_python("1.5 m")
    150.0
    """

    kind: str
    sign: Literal["positive", "not negative", "any"] = "positive"

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], Any]) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(self.parse)

    def parse(self, text: object) -> float:
        """Return the number in internal units, or raise the error pydantic collects."""
        try:
            value = self._number(text)
        except UnitError as error:
            problem, _, expected = str(error).partition("; ")
            raise PydanticCustomError(
                "quantity", "{problem}", {"problem": problem.removeprefix(f"{text!r} "), "expected": expected}
            ) from None
        if (self.sign == "positive" and value <= 0) or (self.sign == "not negative" and value < 0):
            raise PydanticCustomError(
                "quantity", "{problem}", {"problem": f"is not {self.sign}", "expected": f"a {self.sign} number"}
            )
        return value

    def _number(self, text: object) -> float:
        if self.kind == "rate":
            return rate_value(text)
        if self.kind == "coupling":
            return coupling_value(text)
        return parse_quantity(text, self.kind)


def rate_unit(unit: str) -> float:
    """Return the internal value, in 1/(kg s keV), of a unit such as ``events/(t yr keV)``.

    Raises
    ------
    UnitError
        If the text is no rate per mass, time and electron-equivalent energy.
    """
    match = _RATE_UNIT.match(unit)
    expected = "write for example events/(t yr keV)"
    if match is None:
        raise UnitError(f"{unit!r} is not a rate per exposure and energy; {expected}")
    mass, time, energy = match.groups()
    if energy.endswith("nr"):
        raise UnitError(f"{unit!r} is per nuclear-recoil energy; {expected}")
    try:
        return 1 / (unit_value(f"{mass} {time}", "exposure") * unit_value(energy.removesuffix("ee"), "energy"))
    except UnitError as error:
        raise UnitError(f"{unit!r} is not a rate per exposure and energy; {error}") from None


def rate_value(text: object) -> float:
    """Read ``"15.8 events/(t yr keV)"`` in 1/(kg s keV)."""
    match = _NUMBER_UNIT.match(str(text))
    if match is None or not match.group(2):
        raise UnitError(f"{text!r} is not a rate with its unit; write for example '15.8 events/(t yr keV)'")
    return float(match.group(1)) * rate_unit(match.group(2))


def coupling_value(text: object) -> float:
    """Read the value of a coupling, ``"6.4e-12 mu_B"``, in the unit the package uses for it."""
    match = _NUMBER_UNIT.match(str(text)) if not isinstance(text, bool) else None
    if match is None or match.group(2) not in _COUPLING_UNITS:
        raise UnitError(f"{text!r} is not the value of a coupling; use a number in mu_B, e or cm^2")
    return float(match.group(1))


Activity = Annotated[float, Quantity("activity")]
CouplingValue = Annotated[float, Quantity("coupling", "any")]
Duration = Annotated[float, Quantity("time")]
Energy = Annotated[float, Quantity("energy")]
EnergyEe = Annotated[float, Quantity("energy_ee", "not negative")]
Exposure = Annotated[float, Quantity("exposure")]
Flux = Annotated[float, Quantity("flux")]
Fraction = Annotated[float, Quantity("fraction")]
Length = Annotated[float, Quantity("length")]
Offset = Annotated[float, Quantity("length", "not negative")]
Position = Annotated[float, Quantity("length", "any")]
Power = Annotated[float, Quantity("power")]
Rate = Annotated[float, Quantity("rate", "not negative")]
Share = Annotated[float, Quantity("fraction", "not negative")]
SqrtEnergy = Annotated[float, Quantity("sqrt_energy", "not negative")]
Time = Annotated[float, Quantity("time", "not negative")]
