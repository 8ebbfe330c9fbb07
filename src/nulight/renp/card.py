"""Reading the card of an atomic scheme: from bytes to a validated card, or to all its faults at once."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

import yaml
from pydantic import ValidationError

from nulight.experiments.faults import CardError, Fault, FaultList, shown
from nulight.experiments.quantities import Quantity
from nulight.experiments.schema.base import Entry
from nulight.renp.schema import FurtherLevel, SchemeCard, TargetEntry

__all__ = ["read_card"]

_LEVEL = Quantity("level")


def read_card(name: str, content: bytes) -> SchemeCard:
    """Return the validated card.

    Parameters
    ----------
    name : str
        Name or path of the card, for messages.
    content : bytes
        The file.

    Raises
    ------
    CardError
        If it is not YAML, or not a card; it lists every fault.
    """
    faults = FaultList()
    document = _document(name, content, faults)
    card = None
    try:
        card = SchemeCard.model_validate(document)
    except ValidationError as error:
        faults.extend(_fault(details) for details in error.errors(include_url=False))
    _check_levels(document, faults)
    if card is None or faults:
        raise CardError(name, faults)
    return card


class _Loader(yaml.SafeLoader):
    """Safe YAML that notes fields given twice instead of taking the last one."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.twice: list[tuple[str, int]] = []

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [str(key.value) for key, _ in node.value]
        lines = [key.start_mark.line + 1 for key, _ in node.value]
        self.twice += [(key, lines[i]) for i, key in enumerate(keys) if key in keys[:i]]
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping


def _document(name: str, content: bytes, faults: FaultList) -> dict[str, Any]:
    try:
        loader = _Loader(content.decode("utf-8"))
        document = loader.get_single_data()
    except UnicodeDecodeError as error:
        raise CardError(name, [Fault("card", "", f"is not text: {error.reason}", "a YAML file in UTF-8")]) from None
    except yaml.YAMLError as error:
        raise CardError(name, [_not_yaml(error)]) from None
    faults.extend(Fault(f"line {line}", repr(key), "is given twice", "each field once") for key, line in loader.twice)
    if not isinstance(document, dict):
        problem = "is empty" if document is None else "is not a mapping of fields"
        raise CardError(name, [Fault("card", "", problem, "name: ..., levels: ..., E_eg: ...")])
    return document


def _not_yaml(error: yaml.YAMLError) -> Fault:
    mark = getattr(error, "problem_mark", None)
    where = "card" if mark is None else f"line {mark.line + 1}, column {mark.column + 1}"
    reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "cannot be read"
    return Fault(where, "", f"is not YAML: {reason}", "fields as in the cards that are shipped")


def _fault(details: Any) -> Fault:
    path, value, context = _path(details["loc"]), shown(details["input"]), details.get("ctx", {})
    if details["type"] == "missing":
        return Fault(path, "", "is missing", "it is required here")
    if details["type"] == "extra_forbidden":
        return Fault(path, value, "stands in an unknown field", _known(details["loc"]))
    if details["type"] == "quantity":
        return Fault(path, value, context["problem"], context["expected"])
    if details["type"] == "literal_error":
        return Fault(path, value, "is not allowed", f"use {context['expected']}")
    if details["type"] == "string_pattern_mismatch":
        return Fault(path, value, "is no name", "letters, digits, _ . and -, without spaces")
    return Fault(path, value, "is not valid", details["msg"].replace("Input should", "it should"))


def _path(location: tuple[int | str, ...]) -> str:
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in location]
    return "".join(parts).removeprefix(".") or "card"


def _known(location: tuple[int | str, ...]) -> str:
    entries: dict[str, type[Entry]] = {"target": TargetEntry, "further_levels": FurtherLevel}
    known = list(entries.get(str(location[0]), SchemeCard).model_fields)
    close = difflib.get_close_matches(str(location[-1]), known, n=1)
    return f"did you mean {close[0]}?" if close else f"known fields: {', '.join(known)}"


def _check_levels(document: Mapping[str, Any], faults: FaultList) -> None:
    """Order of the levels, and triggers that can be emitted; of what is sound by itself."""
    excited, virtual = _level(document.get("E_eg")), _level(document.get("E_pg"))
    if excited is None:
        return
    written = document["E_eg"]
    if virtual is not None and not virtual > excited:
        faults.add("E_pg", document["E_pg"], f"is not above E_eg = {written}", "the virtual level p is the highest")
    further = document.get("further_levels")
    for i, level in enumerate(further if isinstance(further, list) else ()):
        value = _level(level.get("E")) if isinstance(level, dict) else None
        if value is not None and not value > excited:
            faults.add(
                f"further_levels[{i}].E", level["E"], f"is not above E_eg = {written}", "virtual levels are higher"
            )
    triggers = document.get("triggers")
    for i, trigger in enumerate(triggers if isinstance(triggers, list) else ()):
        value = _level(trigger)
        if value is not None and not value < excited / 2:
            faults.add(f"triggers[{i}]", trigger, f"is not below half of E_eg = {written}", "no pair is emitted above")


def _level(text: object) -> float | None:
    try:
        return _LEVEL.parse(text)
    except ValueError:
        return None
