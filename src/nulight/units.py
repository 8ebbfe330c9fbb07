"""Internal units and text with units.

Inside the package every number is in keV, cm, s, kg, Bohr magnetons (moments) and elementary
charges (millicharge); photoelectrons are plain numbers. Multiply by a unit going in, divide going
out. Text carries its unit ("0.65 t yr"): `parse_quantity` turns it into an internal number, and
keeps apart kinds that share a dimension but must not be mixed, such as electron-equivalent and
nuclear-recoil energies.
"""

from __future__ import annotations

import math
import re

__all__ = ["KINDS", "UnitError", "parse_quantity", "unit_value"]

eV, keV, MeV, GeV = 1e-3, 1.0, 1e3, 1e6
cm, mm, m, km, fm = 1.0, 0.1, 100.0, 1e5, 1e-13
s, ms, us, ns, minute, h = 1.0, 1e-3, 1e-6, 1e-9, 60.0, 3600.0
d = 86400.0
yr = 365.25 * d
kg, g, t = 1.0, 1e-3, 1e3
Bq, MCi = 1.0, 3.7e16
PE = 1.0

_ENERGY = {"eV": eV, "keV": keV, "MeV": MeV, "GeV": GeV}
_TIME = {"s": s, "ms": ms, "us": us, "ns": ns, "min": minute, "h": h, "d": d, "day": d, "days": d, "yr": yr}
_MASS = {"g": g, "kg": kg, "t": t}
_LENGTH = {"mm": mm, "cm": cm, "m": m, "km": km}
_ENERGY_EE = {f"{name}ee": value for name, value in _ENERGY.items()}
_ENERGY_NR = {f"{name}nr": value for name, value in _ENERGY.items()}

KINDS: dict[str, dict[str, float]] = {
    "energy": _ENERGY,
    "energy_ee": _ENERGY_EE,
    "energy_nr": _ENERGY_NR,
    "reconstructed": {**_ENERGY_EE, **_ENERGY_NR, "PE": PE},
    "width": {**_ENERGY, **_ENERGY_EE, **_ENERGY_NR},
    "light_yield": {"PE/keVee": PE / keV, "PE/MeVee": PE / MeV},
    "per_reconstructed": {"": 1.0, "/PE": 1 / PE, "/keVee": 1 / keV, "/keVnr": 1 / keV},
    "time": _TIME,
    "per_time": {f"/{name}": 1 / value for name, value in _TIME.items()},
    "coordinate": {**_TIME, "": 1.0},
    "mass": _MASS,
    "length": _LENGTH,
    "activity": {"Bq": Bq, "kBq": 1e3, "MBq": 1e6, "GBq": 1e9, "PBq": 1e15, "Ci": 3.7e10, "kCi": 3.7e13, "MCi": MCi},
    "exposure": {f"{mn} {tn}": mv * tv for mn, mv in _MASS.items() for tn, tv in _TIME.items()},
    "fraction": {"%": 0.01, "": 1.0},
    "flux": {"cm^-2 s^-1": 1.0, "m^-2 s^-1": 1e-4},
    "power": {"MW": 1.0, "GW": 1e3, "kW": 1e-3},
    "level": {"eV": eV, "meV": 1e-3 * eV, "keV": keV, "cm^-1": 1.2398419843320026e-7},
    "density": {"cm^-3": 1.0, "m^-3": 1e-6},
    "volume": {"cm^3": 1.0, "l": 1e3, "m^3": 1e6},
    "sqrt_energy": {"keV^0.5": 1.0, "eV^0.5": math.sqrt(eV), "MeV^0.5": math.sqrt(MeV)},
}
"""Known kinds of quantity: the accepted unit texts and their value in internal units."""

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_QUANTITY = re.compile(rf"\s*({_NUMBER})\s*(.*?)\s*$")


class UnitError(ValueError):
    """A quantity without a unit, with the wrong one, or not a number."""


def unit_value(unit: str, kind: str) -> float:
    """Return the internal value of one `unit` of the given `kind`.

    Raises
    ------
    UnitError
        If the kind does not know the unit; the message lists those it knows.
    """
    table = KINDS[kind]
    key = " ".join(unit.replace("*", " ").split())
    if key not in table:
        raise UnitError(f"unit {unit!r} is not {_article(kind)}; use one of: {_listing(kind)}")
    return table[key]


def parse_quantity(text: object, kind: str) -> float:
    """Read text such as ``"0.65 t yr"`` as a number in internal units.

    Parameters
    ----------
    text : str
        A number followed by its unit. A bare number is an error, except for fractions.
    kind : str
        One of `KINDS`: ``"energy"``, ``"energy_ee"``, ``"exposure"``...

    Returns
    -------
    float
        The value in internal units (keV, cm, s, kg).

    Raises
    ------
    UnitError
        If the text is no number, has no unit, or a unit of another kind.

    Examples
    --------
    >>> parse_quantity("0.747 MeV", "energy")
    747.0
    >>> parse_quantity("5 keVnr", "energy_ee")
    Traceback (most recent call last):
    ...
    nulight.units.UnitError: '5 keVnr' is not an electron-equivalent energy; use one of: eVee, keVee, MeVee, GeVee
    """
    match = _QUANTITY.match(str(text)) if not isinstance(text, bool) else None
    if match is None:
        raise UnitError(f"{text!r} is not a number with a unit; write for example {_example(kind)!r}")
    number, unit = match.groups()
    if not unit and "" not in KINDS[kind]:
        raise UnitError(f"{text!r} has no unit; write for example {_example(kind)!r}")
    try:
        value = float(number) * unit_value(unit, kind)
    except UnitError:
        raise UnitError(f"{text!r} is not {_article(kind)}; use one of: {_listing(kind)}") from None
    if not math.isfinite(value):
        raise UnitError(f"{text!r} is too large to be a number")
    return value


def _listing(kind: str) -> str:
    names = [name or "(bare number)" for name in KINDS[kind]]
    if kind == "exposure":
        return "mass x time, for example kg d, kg yr, t d, t yr"
    return ", ".join(names)


def _article(kind: str) -> str:
    return {
        "energy": "an energy",
        "energy_ee": "an electron-equivalent energy",
        "energy_nr": "a nuclear-recoil energy",
        "reconstructed": "an energy as reconstructed",
        "width": "an energy",
        "per_reconstructed": "an inverse energy as reconstructed",
        "per_time": "an inverse time",
        "coordinate": "a time or a number",
        "exposure": "an exposure (mass x time)",
        "activity": "an activity",
        "sqrt_energy": "a square root of an energy",
        "level": "an energy or a wavenumber",
    }.get(kind, f"a {kind.replace('_', ' ')}")


def _example(kind: str) -> str:
    return {
        "exposure": "1.16 t yr",
        "density": "1e21 cm^-3",
        "sqrt_energy": "0.31 keV^0.5",
        "activity": "3 MCi",
        "fraction": "2.75 %",
    }.get(kind, f"1 {next(iter(KINDS[kind]))}")
