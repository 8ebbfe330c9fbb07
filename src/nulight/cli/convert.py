"""`nulight convert`: a coupling in the words of another paper."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nulight.cli.options import Json
from nulight.cli.output import print_table

if TYPE_CHECKING:
    from nulight.models.conversions import Quantity

__all__ = ["SETTINGS", "command"]

SETTINGS = {"ignore_unknown_options": True}
"""Settings of the command: a negative value is no option."""

_NUMBER = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*?)\s*$")


def command(
    value: Annotated[
        str | None, typer.Argument(metavar="VALUE", help="A number, with or without unit: 1e-11, '1e-6 GeV^-1'.")
    ] = None,
    from_: Annotated[str | None, typer.Argument(metavar="FROM", help="What it is: mu, d, r2:half...")] = None,
    to: Annotated[str | None, typer.Argument(metavar="TO", help="What it should be; everything otherwise.")] = None,
    convention: Annotated[
        str | None,
        typer.Option(help="half or unit, of d and scale: L = (d/2) or d Nbar sigma nu F; package or half, of r2."),
    ] = None,
    conventions: Annotated[
        str, typer.Option(metavar="PRESET|FILE", help="What a radius means for anapole, g_V and weak angle.")
    ] = "default",
    unit: Annotated[str | None, typer.Option(help="Unit of the answer; see --list.")] = None,
    list_all: Annotated[bool, typer.Option("--list", help="List quantities, units and conventions.")] = False,
    as_json: Json = False,
) -> None:
    """Convert between moment, dipole coupling and scale; charge radius, anapole and shifts; Majorana moments."""
    from nulight.models.conversions import convert

    if list_all:
        _list(as_json)
        return
    if value is None or from_ is None:
        raise ValueError("give VALUE FROM [TO], such as 1e-11 mu d; --list shows what there is")
    if value.startswith("--"):
        raise ValueError(f"no option {value}; see nulight convert --help")
    number = _number(value, from_)
    if to is None:
        if unit is not None:
            raise ValueError("--unit needs a single TO")
        _show_all(number, from_, convention, conventions, as_json)
        return
    answer = float(convert(number, from_, to, convention=convention, conventions=conventions))
    chosen = _quantity(to).unit if unit is None else unit
    answer /= _factor(chosen, to)
    if not math.isfinite(answer):
        raise ValueError(f"{value} {from_} is too large a number in {chosen}")
    if as_json:
        record = {"value": answer, "unit": chosen, "from": {"value": number, **_described(from_, convention)}}
        _print(record | {"to": _described(to, convention), "conventions": conventions})
    else:
        start, end = _named(from_, convention), _named(to, convention)
        text = f"{_equation(end, answer, chosen)}, from {_equation(start, number, _quantity(from_).unit)}"
        typer.echo(f"{text}{_remark((start, end), conventions)}")


def _number(text: str, name: str) -> float:
    """Read a value in the unit of the quantity."""
    from nulight.models.conversions import convertible

    convertible(name)  # an unknown name is the first thing to say
    match = _NUMBER.match(text)
    if match is None:
        raise ValueError(f"{text!r} is not a number, with or without unit")
    number, unit = match.groups()
    value = float(number) * (_factor(unit, name) if unit else 1.0)
    if not math.isfinite(value):
        raise ValueError(f"{text!r} is too large a number")
    return value


def _factor(unit: str, name: str) -> float:
    units = _quantity(name).units
    if unit not in units:
        known = ", ".join(filter(None, units)) or "none, a plain number"
        raise ValueError(f"{unit!r} is not a unit of {name}; use one of: {known}")
    return units[unit]


def _show_all(number: float, name: str, convention: str | None, conventions: str, as_json: bool) -> None:
    from nulight.models.conversions import equivalents

    found = equivalents(number, name, convention=convention, conventions=conventions)
    if as_json:
        given: dict[str, Any] = {"value": number, **_described(name, convention)}
        _print({"from": given, "equivalents": found, "conventions": conventions})
        return
    rows = [[e.quantity, f"{e.value:.6g}", e.unit or "1", e.meaning] for e in found]
    start = _named(name, convention)
    title = _equation(start, number, _quantity(name).unit) + _remark((start,), conventions)
    print_table(["equal to", "value", "unit", "meaning"], rows, title=title)


def _named(name: str, convention: str | None) -> str:
    """Name with the convention that was used, the package's own if none was given."""
    plain, _, own = name.partition(":")
    known = _quantity(plain).conventions
    chosen = own or (convention if convention in known else next(iter(known), ""))
    return f"{plain}:{chosen}" if chosen else plain


def _equation(name: str, value: float, unit: str) -> str:
    return f"{name} = {value:.6g} {unit}".rstrip()


def _remark(names: Sequence[str], conventions: str) -> str:
    """What the conventions in the names mean, and the preset where it matters."""
    texts = [_quantity(name).conventions.get(name.partition(":")[2]) for name in names]
    if _quantity(names[0]).family == "radius":
        texts.append(f"conventions {conventions}")
    told = "; ".join(dict.fromkeys(filter(None, texts)))
    return f" ({told})" if told else ""


def _described(name: str, convention: str | None) -> dict[str, str]:
    """Quantity, unit and the convention that was used for it."""
    plain, _, chosen = _named(name, convention).partition(":")
    return {"quantity": plain, "unit": _quantity(plain).unit, "convention": chosen}


def _quantity(name: str) -> Quantity:
    from nulight.models.conversions import QUANTITIES

    return QUANTITIES[name.partition(":")[0]]


def _list(as_json: bool) -> None:
    from nulight.models.conversions import QUANTITIES

    if as_json:
        _print(list(QUANTITIES.values()))
        return
    rows = [[q.name, ", ".join(filter(None, q.units)) or "1", q.meaning, _conventions(q)] for q in QUANTITIES.values()]
    print_table(["quantity", "units", "meaning", "conventions"], rows)


def _conventions(quantity: Quantity) -> str:
    return "; ".join(f"{name}: {text}" for name, text in quantity.conventions.items()) or "-"


def _print(record: Mapping[str, Any] | list[Any]) -> None:
    from nulight.io.text import json_text

    sys.stdout.write(json_text(record))
