"""Laying one document over another: extensions, variants, changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["changes_exposure", "merged", "overlaid"]

_PRIORS = ("gaussian", "box", "free")
"""Kinds of nuisances: they share their fields, so a change of kind keeps the rest."""

_COUNTED = ("counts", "product", "line")
"""Backgrounds stated as numbers of events, which belong to an exposure."""


def merged(base: Any, over: Any) -> Any:
    """Lay an overriding document over another and return the result.

    Mappings are merged field by field, anything else is replaced, and null removes a field. A
    mapping that changes its `kind` keeps nothing but its name. A mapping laid over a list of named
    items changes the items by their name, adds new ones, and removes those set to null.

    Examples
    --------
    >>> merged({"a": [{"name": "x", "n": 1}]}, {"a": {"x": {"n": 2}, "y": {"n": 3}}})
    {'a': [{'name': 'x', 'n': 2}, {'name': 'y', 'n': 3}]}
    """
    if not isinstance(over, Mapping):
        return over
    if isinstance(base, (list, tuple)):
        items: dict[str | int, Any] = {}
        for i, item in enumerate(base):
            name = _item_name(item, i)
            items[i if name in items else name] = item
        for key, value in over.items():
            items[key] = merged(items.get(key, {"name": key}), value)
        return [item for item in items.values() if item is not None]
    result = dict(base) if isinstance(base, Mapping) else {}
    kinds = [result.get("kind"), over.get("kind", result.get("kind"))]
    if kinds[0] != kinds[1] and not all(kind in _PRIORS for kind in kinds):
        result = {"name": result["name"]} if "name" in result else {}  # another kind has other fields
    for key, value in over.items():
        result[key] = merged(result.get(key), value)
    return {key: value for key, value in result.items() if value is not None}


def overlaid(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Lay changes over a card; backgrounds stated as counts grow with an exposure that changes.

    Counts that say nothing of an exposure belong to that of `base`: where `over` changes the
    exposure and leaves the counts alone, it is written down beside them.

    Examples
    --------
    >>> card = {"exposure": "1 t yr", "backgrounds": [{"kind": "counts", "name": "b", "file": "b.csv"}]}
    >>> overlaid(card, {"exposure": "2 t yr"})["backgrounds"][0]["exposure"]
    '1 t yr'
    """
    result: dict[str, Any] = merged(base, over)
    if not changes_exposure(base, result):
        return result
    before, after = _backgrounds(base), result.get("backgrounds")
    if isinstance(after, list):
        result["backgrounds"] = [
            {**item, "exposure": base["exposure"]} if any(_same_counts(item, old) for old in before) else item
            for item in after
        ]
    return result


def changes_exposure(base: Mapping[str, Any], result: Mapping[str, Any]) -> bool:
    """Whether a document states another exposure than the one it came from."""
    return base.get("exposure") is not None and result.get("exposure") != base["exposure"]


def _backgrounds(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    items = document.get("backgrounds")
    return [item for item in items if isinstance(item, Mapping)] if isinstance(items, (list, tuple)) else []


def _same_counts(item: Any, old: Mapping[str, Any]) -> bool:
    """Whether both are one background of counts without an exposure of its own."""
    if not isinstance(item, Mapping) or item.get("kind") not in _COUNTED or "exposure" in item:
        return False
    return all(item.get(key) == old.get(key) for key in ("name", "kind", "file", "column", "counts", "factor"))


def _item_name(item: Any, index: int) -> str | int:
    name = item.get("name", item.get("kind")) if isinstance(item, Mapping) else None
    return name if isinstance(name, str) else index
