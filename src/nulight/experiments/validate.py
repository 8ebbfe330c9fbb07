"""From a document to a card or to all its faults: the schema's and those of the rules between fields.

Pydantic stops before rules that need several fields when one field is wrong. Here the parts that
are sound by themselves are still held against each other, so that one run shows every fault.
"""

from __future__ import annotations

import difflib
import types
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from nulight.data.reader import Table
from nulight.experiments.checks import check_parts
from nulight.experiments.faults import Fault, FaultList, shown
from nulight.experiments.parts import Parts
from nulight.experiments.schema import Card
from nulight.experiments.shapes import check_shapes

__all__ = ["validate_document"]


def validate_document(document: Mapping[str, Any], read: Callable[[str], Table]) -> tuple[Card | None, list[Fault]]:
    """Hold a document against the schema and the rules between its fields.

    Parameters
    ----------
    document : mapping
        The card as plain values, variants and extensions already merged.
    read : function of a file name
        Returns the table a card names, or raises `TableError`.

    Returns
    -------
    card : Card or None
        None if there is any fault.
    faults : list of Fault
    """
    card, faults, parts = _validated(document, read)
    check_shapes(parts, faults, lambda changed: _validated(changed, read, parts)[1:])
    return (None if faults else card), list(faults)


def _validated(
    document: Mapping[str, Any], read: Callable[[str], Table], base: Parts | None = None
) -> tuple[Card | None, FaultList, Parts]:
    faults = FaultList()
    card = None
    try:
        card = Card.model_validate(document)
    except ValidationError as error:
        faults.extend(_translated(details) for details in error.errors(include_url=False) if not _follows(details))
    return card, faults, check_parts(document, read, faults, base)


def _follows(details: Any) -> bool:
    """Whether an error only follows from others: pydantic counts the refused items of a list as absent."""
    return bool(details["type"] == "too_short" and len(details["input"]) >= details["ctx"]["min_length"])


def _translated(details: Any) -> Fault:
    path, annotation, parent = _locate(details["loc"])
    kind, context = details["type"], details.get("ctx", {})
    value = shown(details["input"])
    if kind == "missing":
        return Fault(path, "", "is missing", "it is required here")
    if kind == "extra_forbidden":
        return Fault(path, value, "stands in an unknown field", _known_fields(str(details["loc"][-1]), parent))
    if kind == "union_tag_invalid":
        return Fault(f"{path}.kind", repr(context["tag"]), "is no kind of this", f"one of: {context['expected_tags']}")
    if kind == "union_tag_not_found":
        return Fault(f"{path}.kind", "", "is missing", f"one of: {', '.join(map(repr, _kinds(annotation)))}")
    if kind == "literal_error":
        return Fault(path, value, "is not allowed", f"use {context['expected']}")
    if kind == "quantity":
        return Fault(path, value, context["problem"], context["expected"])
    if kind == "string_pattern_mismatch":
        return Fault(path, value, "is no name", "letters, digits, _ . and -, without spaces")
    message = details["msg"].replace("Input should", "it should")
    return Fault(path, value, "is not valid", message)


def _locate(location: tuple[int | str, ...]) -> tuple[str, Any, Any]:
    """Return the path in the document, what the schema has there, and the model it stands in."""
    path, here, parent = "", Card, Card
    here_any: Any = here
    for part in location:
        plain = _plain(here_any)
        if isinstance(part, str) and part in _members(plain):
            here_any = _members(plain)[part]  # pydantic names the kind it has chosen; the document does not
            continue
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
        parent = plain
        here_any = _child(plain, part)
    return path or "card", here_any, parent


def _plain(annotation: Any) -> Any:
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in (Union, types.UnionType):
        options = [option for option in get_args(annotation) if option is not type(None)]
        if len(options) == 1:
            return _plain(options[0])
    return annotation


def _members(annotation: Any) -> dict[str, Any]:
    if get_origin(annotation) not in (Union, types.UnionType):
        return {}
    models = [option for option in get_args(annotation) if isinstance(option, type) and issubclass(option, BaseModel)]
    return {kind: model for model in models for kind in get_args(model.model_fields["kind"].annotation)}


def _kinds(annotation: Any) -> list[str]:
    return list(_members(_plain(annotation)))


def _child(annotation: Any, part: int | str) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, field in annotation.model_fields.items():
            if part in (name, field.alias):
                return field.annotation
        return None
    arguments = get_args(annotation)
    if get_origin(annotation) is tuple and arguments:
        return arguments[part] if isinstance(part, int) and arguments[-1] is not Ellipsis else arguments[0]
    return arguments[-1] if get_origin(annotation) is dict else None


def _known_fields(name: str, model: Any) -> str:
    known = [field.alias or key for key, field in model.model_fields.items()]
    close = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {close[0]}?" if close else f"known fields: {', '.join(known)}"
