"""Text with units as fields of a card: each is checked and becomes a number in internal units.

The kinds are those of `nulight.units`, and two that only cards and their tables need: a rate per
exposure and energy, and the value of a coupling. Energies as reconstructed (bins, thresholds) are
in keVee, in keVnr or in photoelectrons; such a number remembers which, since one card must not mix
them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic_core import PydanticCustomError, core_schema

from nulight.units import KINDS, UnitError, parse_quantity, unit_value

__all__ = [
    "Activity",
    "Coordinate",
    "CouplingValue",
    "Duration",
    "Energy",
    "EnergyNr",
    "Exposure",
    "Family",
    "Flux",
    "Fraction",
    "Length",
    "LightYield",
    "Measured",
    "Offset",
    "PerReconstructed",
    "PerTime",
    "Position",
    "Power",
    "Quantity",
    "Rate",
    "Reconstructed",
    "ReconstructedWidth",
    "Share",
    "SqrtEnergy",
    "Time",
    "TimeShift",
    "Width",
    "coupling_value",
    "rate_unit",
    "unit_family",
    "written_unit",
]

Family = Literal["keVee", "keVnr", "PE", "keV", "time", "number"]
"""What a number is measured in: the scale of the energy (keV: not said which), a time, or nothing."""

_RATE_UNIT = re.compile(r"\s*(?:events|counts|1)?\s*/\s*\(\s*(\S+) (\S+) (\S+)\s*\)")
_NUMBER_UNIT = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*?)\s*$")
_COUPLING_UNITS = ("mu_B", "e", "cm^2", "fm", "keV", "")
_WITH_FAMILY = ("reconstructed", "width", "coordinate", "per_reconstructed")


class Measured(float):
    """A number in internal units that remembers what it is measured in.

    Attributes
    ----------
    family : "keVee", "keVnr", "PE", "keV", "time" or "number"

    Examples
    --------
    >>> threshold = Measured(2.0, "PE")
    >>> threshold + 1, threshold.family
    (3.0, 'PE')
    """

    __slots__ = ("family",)
    family: Family

    def __new__(cls, value: float, family: Family) -> Measured:
        """Attach the family to the number."""
        number = super().__new__(cls, value)
        number.family = family
        return number

    def __getnewargs__(self) -> tuple[float, Family]:  # type: ignore[override]
        return float(self), self.family


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
        value = parse_quantity(text, self.kind)
        if self.kind not in _WITH_FAMILY:
            return value
        return Measured(value, unit_family(written_unit(text)))


def unit_family(unit: str) -> Family:
    """Return what a unit measures: ``"eVee"`` gives keVee, ``"us"`` gives time, none gives number."""
    unit = unit.removeprefix("/")
    if unit == "PE":
        return "PE"
    if unit.endswith(("Vee", "Vnr")):
        return "keVee" if unit.endswith("ee") else "keVnr"
    if unit in KINDS["energy"]:
        return "keV"
    return "time" if unit in KINDS["time"] else "number"


def rate_unit(unit: str) -> Measured:
    """Return the internal value of a unit such as ``events/(t yr keV)``, and the energy it is per.

    Rates are those of reconstructed events: per keVee, keVnr or photoelectron; plain keV leaves it
    to the card which. In 1/(kg s keV) or 1/(kg s PE).

    Raises
    ------
    UnitError
        If the text is no rate per mass, time and energy.
    """
    match = _RATE_UNIT.match(unit)
    if match is None:
        raise UnitError(f"{unit!r} is not a rate per exposure and energy; write for example events/(t yr keV)")
    mass, time, energy = match.groups()
    try:
        kind = "energy" if energy in KINDS["energy"] else "reconstructed"
        per = unit_value(f"{mass} {time}", "exposure") * unit_value(energy, kind)
        return Measured(1 / per, unit_family(energy))
    except UnitError as error:
        raise UnitError(f"{unit!r} is not a rate per exposure and energy; {error}") from None


def rate_value(text: object) -> Measured:
    """Read ``"15.8 events/(t yr keV)"`` in 1/(kg s keV)."""
    match = _NUMBER_UNIT.match(str(text))
    if match is None or not match.group(2):
        raise UnitError(f"{text!r} is not a rate with its unit; write for example '15.8 events/(t yr keV)'")
    unit = rate_unit(match.group(2))
    return Measured(float(match.group(1)) * unit, unit.family)


def coupling_value(text: object) -> float:
    """Read the value of a parameter, ``"6.4e-12 mu_B"``, in the unit the package uses for it."""
    match = _NUMBER_UNIT.match(str(text)) if not isinstance(text, bool) else None
    if match is None or match.group(2) not in _COUPLING_UNITS:
        known = ", ".join(_COUPLING_UNITS[:-1])
        raise UnitError(f"{text!r} is not the value of a parameter; use a number in {known} or without unit")
    return float(match.group(1))


def written_unit(text: object) -> str:
    """Return the unit behind the number of a text."""
    match = _NUMBER_UNIT.match(str(text))
    return match.group(2) if match else ""


Activity = Annotated[float, Quantity("activity")]
Coordinate = Annotated[Measured, Quantity("coordinate", "any")]
CouplingValue = Annotated[float, Quantity("coupling", "any")]
Duration = Annotated[float, Quantity("time")]
Energy = Annotated[float, Quantity("energy")]
EnergyNr = Annotated[float, Quantity("energy_nr", "not negative")]
Exposure = Annotated[float, Quantity("exposure")]
Flux = Annotated[float, Quantity("flux")]
Fraction = Annotated[float, Quantity("fraction")]
Length = Annotated[float, Quantity("length")]
LightYield = Annotated[float, Quantity("light_yield")]
Offset = Annotated[float, Quantity("length", "not negative")]
PerReconstructed = Annotated[Measured, Quantity("per_reconstructed")]
PerTime = Annotated[float, Quantity("per_time", "not negative")]
Position = Annotated[float, Quantity("length", "any")]
Power = Annotated[float, Quantity("power")]
Rate = Annotated[Measured, Quantity("rate", "not negative")]
Reconstructed = Annotated[Measured, Quantity("reconstructed", "not negative")]
ReconstructedWidth = Annotated[Measured, Quantity("reconstructed")]
Share = Annotated[float, Quantity("fraction", "not negative")]
SqrtEnergy = Annotated[float, Quantity("sqrt_energy", "not negative")]
Time = Annotated[float, Quantity("time", "not negative")]
TimeShift = Annotated[float, Quantity("time", "any")]
Width = Annotated[Measured, Quantity("width", "not negative")]
