"""Axis labels of physics parameters: symbol, power of ten, unit.

Data stay in their own units, 1e-33 cm^2 and the like, so that lines can be added without a
conversion; the power of ten moves from the tick labels into the axis label.
"""

from __future__ import annotations

import math

from matplotlib.axis import Axis
from matplotlib.ticker import FuncFormatter

from nulight.models.parameters import PARAMETERS

__all__ = ["component_label", "label_axis", "parameter_label", "power_of_ten", "quantity", "symbol", "unit_text"]

_UNITS = {"mu_B": r"$\mu_\mathrm{B}$", "cm^2": r"cm$^2$", "e": "$e$", "t yr": "t yr", "keV": "keV", "": ""}

_NEARLY = 1e-6  # of a power of ten

_COMPONENTS = {"B0": "background $B_0$"} | {
    f"{element}{mass}": rf"$^{{{mass}}}${element}"
    for element, mass in (("Be", 7), ("B", 8), ("N", 13), ("O", 15), ("F", 17), ("Ar", 37), ("Cr", 51), ("Zn", 65))
}


def component_label(name: str) -> str:
    """Return a source or background as it stands in a legend: nuclides with their mass number raised.

    Examples
    --------
    >>> component_label("Be7"), component_label("cr51"), component_label("pp"), component_label("my_lines")
    ('$^{7}$Be', '$^{51}$Cr', 'pp', 'my lines')
    """
    return _COMPONENTS.get(name.capitalize()) or name.replace("_", " ")


def symbol(name: str) -> str:
    """Return the symbol of a parameter with dollar signs; an unknown name as it is."""
    return f"${PARAMETERS[name].latex}$" if name in PARAMETERS else name.replace("_", " ")


def unit_text(unit: str) -> str:
    """Return a unit as it stands on an axis."""
    return _UNITS.get(unit, unit)


def parameter_label(name: str, unit: str = "", power: int = 0) -> str:
    """Return the axis label of a parameter.

    Examples
    --------
    >>> parameter_label("a_nu_ee", "cm^2", -33)
    '$a_{ee}$ [$10^{-33}$ cm$^2$]'
    """
    scale = rf"$10^{{{power}}}$" if power else ""
    inside = " ".join(text for text in (scale, unit_text(unit)) if text)
    return f"{symbol(name)} [{inside}]" if inside else symbol(name)


def power_of_ten(largest: float) -> int:
    """Return the power of ten for the axis label; zero for numbers that are short without it.

    Examples
    --------
    >>> power_of_ten(6.9e-34), power_of_ten(0.25)
    (-34, 0)
    """
    if not (math.isfinite(largest) and largest > 0):
        return 0
    power = math.floor(math.log10(largest))
    return power if not -3 < power < 4 else 0


def label_axis(axis: Axis, name: str, unit: str = "") -> None:
    """Label an axis with a parameter and, if it is linear, take the power of ten out of its ticks.

    On a logarithmic axis that shows less than two powers of ten 2 and 5 between them have numbers, and no others.
    """
    if axis.get_scale() != "linear":
        axis.set_label_text(parameter_label(name, unit))
        if axis.get_scale() == "log":
            low, high = sorted(axis.get_view_interval())
            n_powers = math.floor(math.log10(high) + _NEARLY) - math.ceil(math.log10(low) - _NEARLY) + 1
            axis.set_minor_formatter(FuncFormatter(_between if n_powers < 2 else _nothing))
        return
    power = power_of_ten(max(abs(end) for end in axis.get_view_interval()))
    axis.set_label_text(parameter_label(name, unit, power))
    if power:
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value / 10.0**power:.3g}".replace("-", "\u2212")))


def _between(value: float, _: int) -> str:
    power = math.floor(math.log10(value) + _NEARLY)
    digit = round(value / 10.0**power)
    if digit not in (2, 5):
        return ""
    return f"{value:g}" if -3 < power < 4 else rf"${digit}\times10^{{{power}}}$"


def _nothing(_value: float, _place: int) -> str:
    return ""


def quantity(value: float, unit: str = "", digits: int = 2) -> str:
    r"""Return a number with its unit for a legend or a note.

    Examples
    --------
    >>> quantity(6.896e-34, "cm^2")
    '$6.9\\times10^{-34}$ cm$^2$'
    """
    power = power_of_ten(abs(value))
    number = f"{value / 10.0**power:.{digits}g}"
    times = "" if number == "1" else rf"{number}\times"
    text = rf"${times}10^{{{power}}}$" if power else f"${number}$"
    return f"{text} {unit_text(unit)}".rstrip()
